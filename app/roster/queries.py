"""Ask the roster: the plan of a hall, and who is on duty there at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.core.db import db
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Hall, Membership, Staff
from app.departments.rules import Role
from app.roster.models import Duty, Swap, Window
from app.roster.rules import Half, SwapState, midday_of, slot_at, slot_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.roster.rules import Slot, Turn

_membership: Any = Membership.__table__
_duty: Any = Duty.__table__


def of_window(halls: Collection[int]) -> Select[tuple[int]]:
    """Select the numbers of whoever works at the window of the halls.

    Past the scope on purpose: memberships are the administrator's, a plan is made of colleagues.
    """
    held: Select[tuple[int]] = select(_membership.c.user_id).where(
        _membership.c.role == Role.CLERK, _membership.c.hall_id.in_(sorted(halls))
    )
    return held


def clerks(halls: Collection[int]) -> Sequence[Staff]:
    """Return who can be on duty in the halls: the clerks that may log in."""
    query = select(Staff).where(Staff.active, Staff.id.in_(of_window(halls)))
    return db.session.scalars(query.order_by(Staff.id)).all()


def windows(hall: Hall) -> Sequence[Window]:
    """Return the windows of a hall that are in use."""
    query = select(Window).where(Window.hall_id == hall.id, Window.active)
    return db.session.scalars(query.order_by(Window.code, Window.id)).all()


def duties(hall: Hall, first: date, last: date) -> Sequence[Duty]:
    """Return the duties of a hall from a date to another, by day, window and half."""
    query = select(Duty).where(Duty.hall_id == hall.id, Duty.day.between(first, last))
    found = db.session.scalars(query).all()
    return sorted(found, key=lambda duty: (duty.day, duty.window.code, list(Half).index(duty.half)))


def planned_days(hall: Hall, first: date, last: date) -> Sequence[date]:
    """Return the days from a date to another on which somebody is planned."""
    query = select(Duty.day).where(Duty.hall_id == hall.id, Duty.day.between(first, last))
    return db.session.scalars(query.distinct().order_by(Duty.day)).all()


def duties_of(turn: Turn) -> Sequence[Duty]:
    """Return the duties of a turn as they are in the database now, the morning first."""
    found = db.session.scalars(
        select(Duty)
        .where(
            Duty.window_id == turn.window, Duty.day == turn.day, Duty.half.in_(turn.shift.halves)
        )
        .execution_options(populate_existing=True)
    ).all()
    return sorted(found, key=lambda duty: list(Half).index(duty.half))


@dataclass(frozen=True)
class Post:
    """Where somebody is on a half day, in whichever hall."""

    staff: int
    day: date
    half: Half
    window: int
    hall: int


def posts(people: Iterable[int], first: date, last: date) -> list[Post]:
    """Return where people are from a date to another; past the scope, in every hall they work."""
    rows = db.session.connection().execute(
        select(
            _duty.c.staff_id, _duty.c.day, _duty.c.half, _duty.c.window_id, _duty.c.hall_id
        ).where(_duty.c.staff_id.in_(sorted(set(people))), _duty.c.day.between(first, last))
    )
    return [Post(*row) for row in rows]


# --- who is on duty ----------------------------------------------------------------------------


def _slot(hall: Hall, instant: datetime, *, ahead: bool) -> Slot | None:
    hours = hours_of(hall)
    find = slot_from if ahead else slot_at
    return find(instant, hours, midday_of(hours, hall.midday), calendar())


def on_duty(hall: Hall, instant: datetime, *, ahead: bool = False) -> list[Staff]:
    """Return who is on duty in a hall at an instant, by window; nobody while it is closed.

    `ahead`: while it is closed, who is on duty when it opens next. Who no longer works at the
    window is not on duty, whatever an old plan says. Past the scope: a case, and whoever is told
    of it, is asked about by people who do not read plans.
    """
    slot = _slot(hall, instant, ahead=ahead)
    if slot is None:
        return []
    window: Any = Window.__table__
    places = (
        select(_duty.c.staff_id, func.min(window.c.code).label("code"))
        .join_from(_duty, window, _duty.c.window_id == window.c.id)
        .where(
            _duty.c.hall_id == hall.id,
            _duty.c.day == slot.day,
            _duty.c.half == slot.half,
            window.c.active,
        )
        .group_by(_duty.c.staff_id)
        .subquery()
    )
    query = (
        select(Staff)
        .join(places, places.c.staff_id == Staff.id)
        .where(Staff.active, Staff.id.in_(of_window([hall.id])))
        .order_by(places.c.code, Staff.id)
    )
    return list(db.session.scalars(query))


# --- swaps -------------------------------------------------------------------------------------


def waiting_for(person: Person, today: date) -> int:
    """Count the swaps that a person is asked for and that can still be made."""
    if person.id is None:
        return 0
    asked = select(func.count()).where(
        Swap.other_staff_id == person.id,
        Swap.state == SwapState.ASKED,
        Swap.day >= today,
        Swap.other_day >= today,
    )
    return db.session.scalar(asked.select_from(Swap)) or 0
