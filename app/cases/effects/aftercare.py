"""What follows a result: callback, explanation, closing, reopening, archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.effects.causes import name_causes
from app.cases.effects.clocks import begin, finish
from app.cases.effects.dispatch import hand_to
from app.cases.records import Callback
from app.cases.rules import Satisfaction
from app.deadlines.operations import replace
from app.deadlines.rules import Classification, ClockKind

if TYPE_CHECKING:
    from app.cases.models import Case
    from app.cases.standing import Standing


def _callback(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.satisfaction = Satisfaction(filled["satisfaction"])
    _called(case, filled, met)
    told = {"satisfaction": case.satisfaction.value, "note": filled["note"]}
    return {**told, **finish(met, ClockKind.CALLBACK)}


def _no_answer(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    _called(case, filled, met)
    return {"note": filled["note"]}


def _called(case: Case, filled: dict[str, Any], met: Standing) -> None:
    grade = filled.get("satisfaction")
    case.callbacks.append(
        Callback(
            at=met.now,
            by=met.actor.name,
            reached=grade is not None,
            satisfaction=Satisfaction(grade) if grade else None,
            note=filled["note"],
        )
    )


def _explain(case: Case, filled: dict[str, Any], _met: Standing) -> dict[str, Any]:
    case.explanation = filled["note"]
    return {"note": filled["note"]}


def _close(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.closed_at = met.now
    told = {"note": filled["note"], **name_causes(case, filled)}
    return {**told, **finish(met, ClockKind.CALLBACK)}


def _reopen(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    """Begin anew, with a clock that is linked to the one before; what was said stays in events."""
    case.outcome = case.finished_at = case.closed_at = case.satisfaction = None
    case.result = case.reasons = case.legal_basis = case.explanation = case.remedies = None
    case.reopened_at = met.now
    hand_to(case, filled["lead_department"], (), met)
    for clock in case.clocks:
        if clock.met_at is None:
            replace(clock, now=met.now)
    old = case.clock
    if old is not None:
        old.current = False
    clocks = begin(case, met.now, event="reopened", main=True, previous=old)
    return {
        "department": filled["lead_department"].name,
        "reason": filled["note"],
        "clocks": clocks,
    }


def _overturn(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    """Give up a result or a reply that was wrong, and begin anew."""
    case.overturned_at, case.archived_at = met.now, None
    if filled["classification"]:
        case.classification = Classification(filled["classification"])
    return _reopen(case, filled, met)


def _overturn_refusal(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    """Give up a refusal that was wrong: the window decides anew."""
    case.overturned_at = case.reopened_at = met.now
    case.archived_at = case.criterion = None
    case.refusal_reason = case.remedy = case.remedies = None
    return {"reason": filled["note"]}


def _mark_wrong(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.overturned_at = met.now
    return {"reason": filled["note"]}


def _archive(case: Case, _filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.archived_at = met.now
    return {}


EFFECTS = {
    "callback": _callback,
    "no_answer": _no_answer,
    "explain": _explain,
    "close": _close,
    "close_unreached": _close,
    "reopen": _reopen,
    "archive": _archive,
    "overturn": _overturn,
    "overturn_refusal": _overturn_refusal,
    "mark_wrong": _mark_wrong,
}
