"""The duty roster of the invented halls: planned through the same operations as in the panel."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core.db import db
from app.deadlines.queries import calendar, hours_of
from app.demo.material import WINDOWS
from app.departments.models import Hall, Staff
from app.departments.queries import person_named, person_of
from app.roster import operations
from app.roster.models import Window
from app.roster.rules import Shift, Turn, dates, monday_of, month_before, next_month
from app.roster.swapping.operations import ask, holder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.core.scope import Person

HALF_A_WEEK = 2
"""After so many days of a week two colleagues change windows."""


def load_rota(now: datetime) -> None:
    """Plan last month and this one; leave a gap, and a swap that waits for its answer."""
    for code, seats in WINDOWS.items():
        hall = db.session.scalars(select(Hall).where(Hall.code == code)).one()
        planner = person_named(f"supervisor.{code}")
        people = [db.session.scalars(select(Staff).where(Staff.username == it)).one()
                  for it in seats]  # fmt: skip
        windows = [Window(hall=hall, name=name, code=f"w{number}")
                   for number, name in enumerate(seats.values(), start=1)]  # fmt: skip
        db.session.add_all(windows)
        db.session.flush()
        if planner is not None:
            today = hours_of(hall).local(now).date()
            _plan(hall, windows, people, planner, today)
            _leave_open(windows, people, planner, today, now)


def _plan(
    hall: Hall, windows: Sequence[Window], people: Sequence[Staff], planner: Person, today: date
) -> None:
    """Plan the first week without a holiday by hand, and both months after it."""
    days, first = calendar(), month_before(today)
    monday = monday_of(first + timedelta(days=6))
    while not all(map(days.is_workday, dates(monday, monday + timedelta(days=4)))):
        monday += timedelta(days=7)
    for day in dates(monday, monday + timedelta(days=4)):
        for number, window in enumerate(windows):
            turned = number + (day.weekday() > HALF_A_WEEK)
            turn = Turn(window.id, day, Shift.WHOLE)
            operations.place(turn, people[turned % len(people)], seen={}, actor=planner)
    last = next_month(today) - timedelta(days=1)
    operations.copy(
        hall,
        dates(monday, monday + timedelta(days=6)),
        dates(first, last),
        weekly=True,
        since=first,
        actor=planner,
    )


def _leave_open(
    windows: Sequence[Window], people: Sequence[Staff], planner: Person, today: date, now: datetime
) -> None:
    """Where there are two windows: somebody is away for an afternoon, somebody asks for a swap."""
    days = calendar()
    ahead = dates(today + timedelta(days=1), next_month(today) - timedelta(days=1))
    free = [day for day in ahead if days.is_workday(day)]
    if len(windows) == 1 or len(free) == 1 or not free:
        return
    away = Turn(windows[1].id, free[0], Shift.AFTERNOON)
    operations.place(away, None, seen={}, actor=planner)
    colleague = person_of(people[1])
    seats = [holder(Turn(window.id, free[1], Shift.WHOLE)) for window in windows]
    own = seats.index(people[1])
    ask(
        Turn(windows[own].id, free[1], Shift.WHOLE),
        Turn(windows[1 - own].id, free[1], Shift.WHOLE),
        reason="当天带教新同事，想换到另一个窗口",
        actor=colleague,
        now=now,
    )
