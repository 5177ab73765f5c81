"""Work on a case: contact, progress, home visits, leadership, reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.cases.effects.clocks import finish
from app.cases.records import Visit
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.privacy import masked
from app.deadlines.rules import ClockKind

if TYPE_CHECKING:
    from app.cases.models import Case
    from app.cases.standing import Standing

FURTHEST = timedelta(days=366)
"""How far ahead a visit is planned at most; a year that was mistyped is no plan."""


def _note(_case: Case, filled: dict[str, Any], _met: Standing) -> dict[str, Any]:
    return {"note": filled["note"]}


def _contact(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return {"note": filled["note"], **finish(met, ClockKind.CONTACT)}


def _finish_assist(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    mine: Any = met.assignment("assist")
    mine.finished_at = met.now
    return {"department": mine.department.name, "note": filled["note"]}


def _plan_visit(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    if filled["visit_at"] < met.now:
        raise InvalidInputError({"visit_at": gettext("上门时间已经过去")})
    if filled["visit_at"] > met.now + FURTHEST:
        raise InvalidInputError({"visit_at": gettext("上门时间须在一年以内")})
    visit = Visit(officer=filled["officer"], place=filled["place"], visit_at=filled["visit_at"])
    case.visits_made.append(visit)
    return {
        "officer": visit.officer,
        "place": masked("address", visit.place),
        "visit_at": visit.visit_at.isoformat(),
        "note": filled["note"],
    }


def _report_visit(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    visit = next(item for item in case.visits_made if item.done_at is None)
    visit.done_at, visit.done = met.now, filled["note"]
    return {"officer": visit.officer, "note": visit.done}


def _raise(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.raised_at = met.now
    return {"note": filled["note"]}


EFFECTS = {
    "contact": _contact,
    "progress": _note,
    "finish_assist": _finish_assist,
    "plan_visit": _plan_visit,
    "report_visit": _report_visit,
    "raise": _raise,
    "instruct": _note,
    "remind": _note,
}
