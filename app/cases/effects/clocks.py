"""Start and stop the clocks that go with a step of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.db import db
from app.deadlines.operations import meet, start_clock
from app.deadlines.rules import ClockKind

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case
    from app.cases.standing import Standing
    from app.deadlines.models import Deadline


def begin(
    case: Case, now: datetime, *, event: str, main: bool, previous: Deadline | None = None
) -> list[dict[str, Any]]:
    """Start what runs from a dispatch: the main clock, signing for it, the day's contact."""
    db.session.flush()
    open_kinds = {clock.kind for clock in case.clocks if clock.met_at is None}
    started = [start_clock(case, now=now, event=event, previous=previous)] if main else []
    started += [
        start_clock(case, now=now, kind=kind, event=event)
        for kind in (ClockKind.SIGN, ClockKind.CONTACT)
        if kind not in open_kinds
    ]
    refresh(case)
    return [told_of(clock) for clock in started if clock is not None]


def told_of(clock: Deadline | None) -> dict[str, Any]:
    """Tell of a clock that began all that its due time rests on."""
    if clock is None:
        return {}
    return {
        "clock": clock.kind.value,
        "deadline_id": clock.id,
        "start": clock.start.isoformat(),
        "working_days": clock.working_days,
        "due_at": clock.due_at.isoformat(),
    }


def finish(met: Standing, kind: ClockKind) -> dict[str, Any]:
    """Meet the open clock of a kind, if there is one; tell its verdict."""
    clock = met.open_clock(kind)
    if clock is None:
        return {}
    return {"clock": kind.value, "verdict": meet(clock, now=met.now).value}


def finish_all(met: Standing) -> None:
    """Stop whatever runs beside the main clock."""
    for clock in met.case.clocks:
        if clock.met_at is None and not clock.kind.main:
            meet(clock, now=met.now)


def refresh(case: Case) -> None:
    """Read the clocks of a case again: they are views of what was just written."""
    db.session.expire(case, ["clock", "clocks"])
