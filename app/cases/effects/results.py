"""The two ways to meet the clock: resolve the matter, or reply with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.effects.causes import name_causes
from app.cases.effects.clocks import finish_all, refresh, told_of
from app.cases.rules import Outcome
from app.core.db import db
from app.deadlines import adjustment
from app.deadlines.operations import meet, start_clock
from app.deadlines.queries import hours_of
from app.deadlines.rules import ClockKind
from app.rulebook.queries import remedies_for
from app.rulebook.rules import Occasion, as_data

if TYPE_CHECKING:
    from app.cases.models import Case
    from app.cases.standing import Standing


def _resolve(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.result, case.outcome = filled["result"], Outcome.RESOLVED
    day = hours_of(case.hall).local(met.now).date()
    told = remedies_for(case.classification, day, case.hall, occasion=Occasion.RESULT)
    case.remedies = as_data(told)
    return {"result": case.result, **name_causes(case, filled), **_finish(case, met)}


def _reply(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.reasons, case.legal_basis = filled["reasons"], filled["legal_basis"]
    case.outcome = Outcome.REPLIED
    day = hours_of(case.hall).local(met.now).date()
    remedies = remedies_for(case.classification, day, case.hall, decision=bool(filled["decision"]))
    case.remedies = as_data(remedies)
    told = {
        "reasons": case.reasons,
        "legal_basis": case.legal_basis,
        "remedies": [remedy.name for remedy in remedies],
    }
    return {**told, **name_causes(case, filled), **_finish(case, met)}


def _finish(case: Case, met: Standing) -> dict[str, Any]:
    """Stop the clocks, note when the departments were done, start the clock of the callback."""
    case.finished_at = met.now
    for assignment in case.assignments:
        if assignment.running:
            assignment.finished_at = met.now
    told: dict[str, Any] = {}
    clock = met.clock
    if clock is not None:
        adjustment.withdraw(clock)
        finish_all(met)
        told["verdict"] = meet(clock, now=met.now).value
    db.session.flush()
    call = start_clock(case, now=met.now, kind=ClockKind.CALLBACK, event="finished")
    refresh(case)
    return {**told, "clocks": [told_of(call)] if call else []}


EFFECTS = {"resolve": _resolve, "reply": _reply}
