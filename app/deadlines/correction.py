"""Correct the open clocks when the calendar changed: preview, apply, hold back what turns late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import timeline
from app.core.db import db
from app.deadlines import flagging
from app.deadlines.models import Deadline
from app.deadlines.operations import move_due, reckon
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Hall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.core.scope import Person
    from app.deadlines.clock import Term

AT_ONCE = 1000


@dataclass(frozen=True)
class Shift:
    """An open clock whose times differ under the present calendar."""

    deadline_id: int
    due_version: int
    case_id: int
    case_number: str
    old_due: datetime
    new_due: datetime
    term: Term
    account: dict[str, Any]
    turns_overdue: bool
    """The correction would make the case overdue after the fact: a supervisor must confirm."""


def shifts(now: datetime) -> Iterator[Shift]:
    """Compare every open clock with the present calendar; yield those that would move."""
    days = calendar()
    halls = {hall.id: hours_of(hall) for hall in db.session.scalars(select(Hall))}
    clock = Deadline
    columns = (
        clock.id,
        clock.due_version,
        clock.case_id,
        clock.case_number,
        clock.hall_id,
        clock.kind,
        clock.warn_at,
        clock.due_at,
        clock.escalate_at,
        clock.provisional,
        clock.evidence,
    )
    rows = db.session.execute(
        select(*columns)
        .where(clock.met_at.is_(None), clock.calendar_revision < days.revision)
        .order_by(clock.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        term, account = reckon(row.evidence, row.kind, days, halls[row.hall_id])
        times = (term.warn_at, term.due_at, term.escalate_at, term.provisional)
        if times != (row.warn_at, row.due_at, row.escalate_at, row.provisional):
            late = term.due_at < now and term.due_at < row.due_at
            yield Shift(
                row.id,
                row.due_version,
                row.case_id,
                row.case_number,
                row.due_at,
                term.due_at,
                term,
                account,
                late,
            )


@dataclass(frozen=True)
class Corrected:
    """What a correction did: how many clocks moved, and how many wait for a supervisor."""

    applied: int
    held: int


def correct(*, actor: Person, now: datetime, confirming: bool = False) -> Corrected:
    """Move the open clocks in scope to the present calendar.

    What would turn overdue after the fact is held back; `confirming`, by a supervisor, moves
    exactly that.
    """
    found = list(shifts(now))
    chosen = [shift for shift in found if shift.turns_overdue == confirming]
    applied = sum(_move(shift, actor=actor, now=now) for shift in chosen)
    return Corrected(applied, 0 if confirming else len(found) - len(chosen))


def _move(shift: Shift, *, actor: Person, now: datetime) -> bool:
    """Move one clock, unless somebody met or moved it meanwhile; the case is locked first."""
    case = flagging.CASE
    db.session.connection().execute(
        select(case.c.id).where(case.c.id == shift.case_id).with_for_update(key_share=True)
    )
    clock = db.session.scalar(
        select(Deadline)
        .options(joinedload(Deadline.hall))
        .where(
            Deadline.id == shift.deadline_id,
            Deadline.met_at.is_(None),
            Deadline.due_version == shift.due_version,
        )
        .with_for_update(of=Deadline, key_share=True)
        .execution_options(populate_existing=True)
    )
    if clock is None:
        return False
    move_due(clock, shift.term, shift.account, now=now)
    event = timeline.Event(
        case_id=clock.case_id,
        case_number=clock.case_number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind="recomputed",
        payload={
            "old_due": shift.old_due.isoformat(),
            "new_due": shift.new_due.isoformat(),
            "calendar_revision": clock.calendar_revision,
        },
    )
    db.session.add(event)
    db.session.flush()
    return True
