"""Count working days: `working = make-up day, or (Monday-Friday and no holiday)`.

Pure arithmetic over a fixed span. Every answer is read from arrays of running totals, so that the
cost is the same for 3 days and for 3,000. What a day is called is a Chinese message to translate.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate, compress, cycle, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST = date(2000, 1, 1)
LAST = date(2100, 12, 31)  # the last year for which the lunar festivals are tabulated
MAX_DAYS = 3650

_ORIGIN = FIRST.toordinal()
_LENGTH = LAST.toordinal() - _ORIGIN + 1
_WEEK = (True, True, True, True, True, False, False)


class CalendarError(ValueError):
    """Raise when a date, an instant or a number can't be counted with.

    The text is a sentence for the person at the screen; `message` and `values` are the same
    sentence before its variables are filled in, for translation.
    """

    def __init__(self, message: str, **values: object) -> None:
        """Take the message and what its %(name)s variables stand for."""
        self.message = message
        self.values = values
        super().__init__(message % values if values else message)


class Source(StrEnum):
    """Say where it comes from that a day is working or not."""

    WEEKDAY = "weekday"  # Monday-Friday, nothing else known
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # off by the State Council's notice for the year
    MAKE_UP = "make_up"  # a weekend day turned into a working day by that notice
    LOCAL = "local"  # decided by the place itself
    PROVISIONAL = "provisional"  # off by the law's fixed holidays, notice not yet published


@dataclass(frozen=True, slots=True)
class Day:
    """Hold what is known of one date; `name` is the reason shown to people."""

    date: date
    working: bool
    name: str
    source: Source


class WorkCalendar:
    """Answer questions about working days between `FIRST` and `LAST`; it never changes.

    `exceptions` are the days that don't follow Monday-Friday; of two for one date the later one
    holds, so local days come after statutory ones. A year that is not in `final_years` is
    provisional. Dates outside the span raise CalendarError in every method.
    """

    def __init__(
        self, exceptions: Iterable[Day], final_years: Iterable[int], revision: int = 0
    ) -> None:
        """Add up the whole span once."""
        self.revision = revision
        self.final_years = frozenset(final_years)
        self._listed = {_index(day.date): day for day in exceptions}
        working = list(islice(cycle(_WEEK), FIRST.weekday(), FIRST.weekday() + _LENGTH))
        for i, day in self._listed.items():
            working[i] = day.working
        self._through = array("i", accumulate(working))
        self._workdays = array("i", compress(range(_LENGTH), working))
        self._provisional_from = self._next_provisional()

    def is_workday(self, d: date) -> bool:
        """Say whether work is done on this date."""
        i = _index(d)
        listed = self._listed.get(i)
        return listed.working if listed else d.weekday() < 5  # noqa: PLR2004 - Saturday

    def day(self, d: date) -> Day:
        """Return the date with the reason for which it is counted or not."""
        listed = self._listed.get(_index(d))
        if listed:
            return listed
        if self.is_workday(d):
            return Day(d, working=True, name="工作日", source=Source.WEEKDAY)
        return Day(d, working=False, name="周末", source=Source.WEEKEND)

    def listed(self, year: int) -> list[Day]:
        """Return the days of a year, in order, that are known for more than their weekday."""
        return sorted(
            (day for day in self._listed.values() if day.date.year == year),
            key=lambda day: day.date,
        )

    def is_final(self, d: date) -> bool:
        """Say whether the notice for the year of this date is in the calendar."""
        _index(d)
        return d.year in self.final_years

    def add(self, d: date, n: int) -> date:
        """Return the n-th working day after a date; n is 1 to MAX_DAYS."""
        _check_number(n)
        position = self._through[_index(d)] + n - 1
        if position >= len(self._workdays):
            raise _beyond_the_span()
        return _date(self._workdays[position])

    def back(self, d: date, n: int) -> date:
        """Return the n-th working day before a date; n is 1 to MAX_DAYS."""
        _check_number(n)
        position = self._through[_index(d)] - self.is_workday(d) - n
        if position < 0:
            raise _beyond_the_span()
        return _date(self._workdays[position])

    def count(self, a: date, b: date) -> int:
        """Count the working days after `a` up to and including `b`; 0 when b is not after a."""
        return max(0, self._through[_index(b)] - self._through[_index(a)])

    def first_provisional(self, a: date, b: date) -> date | None:
        """Find the first provisional day from `a` to `b`, both included."""
        first = max(_index(a), self._provisional_from[a.year])
        return _date(first) if first <= _index(b) else None

    def touches_provisional(self, a: date, b: date) -> bool:
        """Say whether any day from `a` to `b`, both included, is provisional."""
        return self.first_provisional(a, b) is not None

    def _next_provisional(self) -> dict[int, int]:
        """Map each year to where the first provisional year, it or a later one, begins."""
        found, begins = {}, _LENGTH
        for year in range(LAST.year, FIRST.year - 1, -1):
            if year not in self.final_years:
                begins = _index(date(year, 1, 1))
            found[year] = begins
        return found


def _index(d: date) -> int:
    """Turn a date into its place in the span."""
    i = d.toordinal() - _ORIGIN
    if not 0 <= i < _LENGTH:
        raise CalendarError(
            "日期 %(date)s 超出工作日历的范围（%(first)s 至 %(last)s）",
            date=d.isoformat()[:10],
            first=FIRST,
            last=LAST,
        )
    return i


def _date(i: int) -> date:
    """Turn a place in the span into its date."""
    return date.fromordinal(_ORIGIN + i)


def _check_number(n: int) -> None:
    """Refuse a number of working days that no rule can mean."""
    if not 1 <= n <= MAX_DAYS:
        raise CalendarError(
            "工作日天数应为 1 到 %(most)d 之间的整数，现为 %(days)s", most=MAX_DAYS, days=n
        )


def _beyond_the_span() -> CalendarError:
    """Make the error for a result that lies outside the span."""
    return CalendarError(
        "推算结果超出工作日历的范围（%(first)s 至 %(last)s）", first=FIRST, last=LAST
    )
