"""Facts of the roster: half days, shifts, the half day of an instant, how a pattern repeats. Pure.

A duty is kept by the half day, so that the database itself sees to one person a window and half;
a whole day is two of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from app.core.words import N_, Choice
from app.deadlines.workdays import FIRST, LAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

NOON = time(12)
HALF_A_YEAR = 6
EDITORS = ("supervisor", "admin")
"""The roles that draw up the plan of a hall."""

READERS = ("clerk", *EDITORS)
"""The roles that see it."""


class Half(Choice):
    """Half a working day; the hall's midday parts them."""

    MORNING = "morning", N_("上午")
    AFTERNOON = "afternoon", N_("下午")


class Shift(Choice):
    """What a person takes over: one half of a day, or both."""

    MORNING = "morning", N_("上午")
    AFTERNOON = "afternoon", N_("下午")
    WHOLE = "whole", N_("全天")

    @property
    def halves(self) -> tuple[Half, ...]:
        """The half days that it is made of."""
        return tuple(Half) if self is Shift.WHOLE else (Half(self.value),)


class SwapState(Choice):
    """What became of a swap that was asked for."""

    ASKED = "asked", N_("待对方同意")
    DONE = "done", N_("已换班")
    DECLINED = "declined", N_("对方未同意")
    WITHDRAWN = "withdrawn", N_("已撤回")


# --- which half day it is ----------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A half of a date."""

    day: date
    half: Half


def midday_of(hours: Hours, told: time | None) -> time:
    """Return when the morning shift ends; noon where nobody says, or the middle of odd hours."""
    noon = told or NOON
    if hours.opening < noon < hours.closing:
        return noon
    opening = datetime.combine(FIRST, hours.opening)
    return (opening + (datetime.combine(FIRST, hours.closing) - opening) / 2).time()


def slot_at(instant: datetime, hours: Hours, midday: time, days: WorkCalendar) -> Slot | None:
    """Return the half day that an aware instant lies in; None while the hall is closed."""
    wall = hours.local(instant)
    if not days.is_workday(wall.date()) or not hours.opening <= wall.time() < hours.closing:
        return None
    return Slot(wall.date(), Half.MORNING if wall.time() < midday else Half.AFTERNOON)


def slot_from(instant: datetime, hours: Hours, midday: time, days: WorkCalendar) -> Slot:
    """Return the half day of an aware instant; while the hall is closed, the next to begin."""
    present = slot_at(instant, hours, midday, days)
    if present is not None:
        return present
    wall = hours.local(instant)
    today = days.is_workday(wall.date()) and wall.time() < hours.opening
    return Slot(wall.date() if today else days.add(wall.date(), 1), Half.MORNING)


# --- months and patterns -----------------------------------------------------------------------


def month_of(text: str) -> date | None:
    """Return the first day of a month written as 2026-09; None for anything else."""
    found = re.fullmatch(r"\d{4}-\d\d", text, re.ASCII)
    return day_of(f"{text}-01") if found else None


def next_month(first: date) -> date:
    """Return the first day of the month after a date's."""
    return (first.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_before(first: date) -> date:
    """Return the first day of the month before a date's."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)


def months_around(first: date) -> list[date]:
    """Return the first days of the months around one, half a year to each side."""
    found = [first]
    for _ in range(HALF_A_YEAR):
        found = [month_before(found[0]), *found, next_month(found[-1])]
    return [month for month in found if month_of(f"{month:%Y-%m}")]


def dates(first: date, last: date) -> list[date]:
    """Return every date from the first to the last that the calendar knows."""
    first, last = max(first, FIRST), min(last, LAST)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def monday_of(day: date) -> date:
    """Return the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def repeated(
    pattern: Sequence[date], targets: Iterable[date], *, weekly: bool
) -> Mapping[date, date]:
    """Say after which day of a pattern each target is planned; working days all.

    Weekly, a target follows its own weekday; one whose weekday the pattern lacks (a make-up Sunday,
    a Thursday after a week that ended with a holiday) follows the pattern's days in turn. Else the
    first target follows the first day, the second the second, and so on, round and round.
    """
    if not pattern:
        return {}
    turn = cycle(pattern)
    own = {day.weekday(): day for day in pattern} if weekly else {}
    return {day: own.get(day.weekday()) or next(turn) for day in targets}


# --- what a page says of a place in the plan -----------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """A shift at a window on a date: what is given away and taken over."""

    window: int
    day: date
    shift: Shift

    @property
    def key(self) -> str:
        """Write it as `turn_of` reads it."""
        return f"{self.window}.{self.day.isoformat()}.{self.shift.value}"


@dataclass(frozen=True)
class Spot:
    """A half day at a window as a page showed it: with who was there, morning and afternoon."""

    window: int
    day: date
    half: Half
    seen: tuple[int, int]
    """The numbers of the two people; 0 where there was nobody."""

    @property
    def key(self) -> str:
        """Write it as `spot_of` reads it."""
        morning, afternoon = self.seen
        return f"{self.window}.{self.day.isoformat()}.{self.half.value}.{morning}.{afternoon}"


_TURN = re.compile(r"(\d{1,9})\.(\d{4}-\d\d-\d\d)\.(morning|afternoon|whole)", re.ASCII)
_SPOT = re.compile(
    r"(\d{1,9})\.(\d{4}-\d\d-\d\d)\.(morning|afternoon)\.(\d{1,9})\.(\d{1,9})", re.ASCII
)


def turn_of(text: str) -> Turn | None:
    """Read a turn; None for what is none."""
    found = _TURN.fullmatch(text)
    day = day_of(found[2]) if found else None
    return Turn(int(found[1]), day, Shift(found[3])) if found and day else None


def spot_of(text: str) -> Spot | None:
    """Read a spot; None for what is none."""
    found = _SPOT.fullmatch(text)
    day = day_of(found[2]) if found else None
    if found is None or day is None:
        return None
    return Spot(int(found[1]), day, Half(found[3]), (int(found[4]), int(found[5])))


def day_of(text: str) -> date | None:
    """Read a date that the calendar knows; None for any other."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None
