"""When a message may leave: while the hall of its case works, never at night, never on a day off.

Pure arithmetic over the working calendar and the hall's hours.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from app.notices.rules import AFTERNOON, Pace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar


def is_open(instant: datetime, days: WorkCalendar, hours: Hours) -> bool:
    """Say whether the hall works at an instant."""
    here = instant.astimezone(hours.tz)
    return days.is_workday(here.date()) and hours.opening <= here.time() < hours.closing


def leaves_at(instant: datetime, pace: Pace, days: WorkCalendar, hours: Hours) -> datetime:
    """Return the first instant, from this one on, at which a message of a pace may leave."""
    if pace is Pace.AT_ONCE:
        return instant if is_open(instant, days, hours) else _next(instant, days, hours, ())
    between = hours.opening < AFTERNOON < hours.closing
    return _next(instant, days, hours, (AFTERNOON,) if between else ())


def _next(instant: datetime, days: WorkCalendar, hours: Hours, also: Sequence[time]) -> datetime:
    """Return the next opening, or one of the other times of a working day."""
    today = instant.astimezone(hours.tz).date()
    dates = [today] if days.is_workday(today) else []
    for day in [*dates, days.add(today, 1)]:
        for at in (hours.opening, *also):
            found = datetime.combine(day, at, hours.tz)
            if found >= instant:
                return found
    raise AssertionError  # the next working day opens after any instant of today
