"""Count working days and working time by stepping through them, with nothing of app.deadlines.

The calendar is typed in from the State Council's notice on the holidays of 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")

HOLIDAYS = {
    "元旦": ((1, 1), (1, 3)),
    "春节": ((2, 15), (2, 23)),
    "清明节": ((4, 4), (4, 6)),
    "劳动节": ((5, 1), (5, 5)),
    "端午节": ((6, 19), (6, 21)),
    "中秋节": ((9, 25), (9, 27)),
    "国庆节": ((10, 1), (10, 7)),
}
"""First and last day off, month and day of 2026."""

MAKE_UP = {date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}


OFF: dict[date, str] = {}
"""The working days that a correction of the calendar made days off, as far as it is known now."""


def known(off):
    """Reckon from here on with these corrections."""
    OFF.clear()
    OFF.update(off)


def named(day):
    """Return whether a day is worked on, and what it is called."""
    assert day.year == 2026, f"{day} is beyond the table"
    if day in OFF:
        return False, OFF[day]
    if day in MAKE_UP:
        return True, "调休上班"
    for name, (first, last) in HOLIDAYS.items():
        if date(2026, *first) <= day <= date(2026, *last):
            return False, name
    return (False, "周末") if day.weekday() > 4 else (True, "工作日")


def works(day):
    return named(day)[0]


def nth(day, number):
    """Return the how-manieth working day after a day."""
    while number:
        day += ONE
        number -= works(day)
    return day


def nth_back(day, number):
    """Return the how-manieth working day before a day."""
    while number:
        day -= ONE
        number -= works(day)
    return day


@dataclass(frozen=True)
class Place:
    """The hours of a hall."""

    opening: time
    closing: time
    midnight: bool

    def opens(self, day):
        return datetime.combine(day, self.opening, SHANGHAI)

    def ends(self, day):
        if self.midnight:
            return datetime.combine(day + ONE, time(), SHANGHAI)
        return datetime.combine(day, self.closing, SHANGHAI)

    def worked(self, since, until):
        """Add up the seconds of working time between two instants."""
        total, day = timedelta(), local(since).date()
        while day <= local(until).date():
            if works(day):
                span = min(until, self.ends(day)) - max(since, self.opens(day))
                total += max(span, timedelta())
            day += ONE
        return int(total.total_seconds())

    def runs_out(self, since, seconds):
        """Return the instant at which so much working time has passed."""
        left, day = timedelta(seconds=seconds), local(since).date()
        if not left:
            return since
        while True:
            if works(day):
                begin = max(since, self.opens(day))
                there = self.ends(day) - begin
                if there >= left:
                    return begin + left
                left -= max(there, timedelta())
            day += ONE


def local(instant):
    return instant.astimezone(SHANGHAI)


def date_of(due):
    """Return the day that ends with a due time, or in whose course it falls."""
    return (local(due) - timedelta(seconds=1)).date()


def told(instant):
    return local(instant).isoformat()
