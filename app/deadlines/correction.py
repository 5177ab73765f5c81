"""Correct what is open when the calendar changed: preview, apply, hold back what turns late.

The clocks of cases are found here. A feature that reckons times of its own in working days adds
to `SOURCES` a function that finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import timeline
from app.core.db import db
from app.core.language import N_, gettext
from app.deadlines import flagging
from app.deadlines.models import Deadline
from app.deadlines.operations import move_due, reckon
from app.deadlines.queries import calendar, hours_of
from app.deadlines.workdays import WorkCalendar
from app.departments.models import Hall

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.deadlines.clock import Term

AT_ONCE = 1000

TURNS_OVERDUE = N_("更正后即超期，须由督查确认")


@dataclass(frozen=True)
class Shift:
    """Something open whose times differ under the present calendar, and how it is moved.

    `held` says why a supervisor must confirm, marked for translation: the correction would make it
    late after the fact. Empty where an administrator may. `move` moves it, and says False where
    somebody met or moved it meanwhile.
    """

    kind: str
    number: str
    what: str
    old_due: datetime
    new_due: datetime
    held: str
    move: Callable[[Person, datetime], bool]


Source = Callable[[WorkCalendar, datetime], Iterator[Shift]]


def held_if_late(old_due: datetime, new_due: datetime, now: datetime) -> str:
    """Say that a supervisor must confirm a due time that would be past, and was not."""
    return TURNS_OVERDUE if new_due < now and new_due < old_due else ""


def shifts(now: datetime) -> Iterator[Shift]:
    """Compare everything open with the present calendar; yield what would move."""
    days = calendar()
    for source in SOURCES:
        yield from source(days, now)


@dataclass(frozen=True)
class Corrected:
    """What a correction did: how many times moved, and how many wait for a supervisor."""

    applied: int
    held: int


def correct(*, actor: Person, now: datetime, confirming: bool = False) -> Corrected:
    """Move what is open and in scope to the present calendar.

    What would turn overdue after the fact is held back; `confirming`, by a supervisor, moves
    exactly that.
    """
    found = list(shifts(now))
    chosen = [shift for shift in found if bool(shift.held) == confirming]
    applied = sum(shift.move(actor, now) for shift in chosen)
    return Corrected(applied, 0 if confirming else len(found) - len(chosen))


# --- the clocks of cases -------------------------------------------------------------------------


def clocks(days: WorkCalendar, now: datetime) -> Iterator[Shift]:
    """Find the open clocks that the calendar would move."""
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
            yield Shift(
                kind="clock",
                number=row.case_number,
                what=gettext(row.kind.label),
                old_due=row.due_at,
                new_due=term.due_at,
                held=held_if_late(row.due_at, term.due_at, now),
                move=partial(_move, row.id, row.due_version, row.case_id, term, account),
            )


def _move(
    number: int,
    version: int,
    case_id: int,
    term: Term,
    account: dict[str, Any],
    actor: Person,
    now: datetime,
) -> bool:
    """Move one clock, unless somebody met or moved it meanwhile; the case is locked first."""
    case = flagging.CASE
    db.session.connection().execute(
        select(case.c.id).where(case.c.id == case_id).with_for_update(key_share=True)
    )
    clock = db.session.scalar(
        select(Deadline)
        .options(joinedload(Deadline.hall))
        .where(Deadline.id == number, Deadline.met_at.is_(None), Deadline.due_version == version)
        .with_for_update(of=Deadline, key_share=True)
        .execution_options(populate_existing=True)
    )
    if clock is None:
        return False
    old_due = clock.due_at
    move_due(clock, term, account, now=now)
    event = timeline.Event(
        case_id=clock.case_id,
        case_number=clock.case_number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind="recomputed",
        payload={
            "old_due": old_due.isoformat(),
            "new_due": clock.due_at.isoformat(),
            "calendar_revision": clock.calendar_revision,
        },
    )
    db.session.add(event)
    db.session.flush()
    return True


SOURCES: list[Source] = [clocks]
"""What finds something open that the calendar would move, in the order of the preview."""
