"""What is counted, over which days, and when a number is too small to be a rate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import add, attrgetter, sub
from typing import TYPE_CHECKING

from app.core.words import N_, Choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FEW = 10
"""Fewer cases than this are no rate: one more or less would move it by a tenth and more."""

SATISFIED = 3
"""The lowest of the five grades that counts as satisfied: 基本满意."""

THOUSANDTHS = 1000
"""Parts of a working day that working time is kept in, beside its seconds."""


class Facet(StrEnum):
    """By what cases are counted; the value that goes with it is a number, a code or a text."""

    ALL = "all"
    DEPARTMENT = "department"
    MATTER = "matter"
    CAUSE = "cause"
    CLASSIFICATION = "classification"
    NEED = "need"
    UNLISTED = "unlisted"


class Span(StrEnum):
    """What sums are kept of."""

    MONTH = "month"
    YEAR = "year"


class Need(Choice):
    """Why a case came to the window: one of four for every case that was taken."""

    COUNTER = "counter", N_("科室柜台应当直接办结")
    EXPLAIN = "explain", N_("科室柜台应当讲清原因")
    TOGETHER = "together", N_("有责科室，须由本窗口协调")
    UNLISTED = "unlisted", N_("权责清单未列，无处可办")

    @property
    def only_here(self) -> bool:
        """Whether no single department could have handled it at its own counter."""
        return self in (Need.TOGETHER, Need.UNLISTED)


def need_of(*, listed: bool, together: bool, should_be_done: bool) -> Need:
    """Say why a case came to the window.

    `listed`: the list of responsibilities named a department for the matter when it was registered;
    `together`: several departments, a return, a home visit or the leadership were needed;
    `should_be_done`: it is of the class 应办未办.
    """
    if not listed:
        return Need.UNLISTED
    if together:
        return Need.TOGETHER
    return Need.COUNTER if should_be_done else Need.EXPLAIN


def rate(part: int, whole: int) -> float | None:
    """Return the percent that a part is of a number of cases; None where they are few."""
    return None if whole < FEW else 100 * part / whole


@dataclass(frozen=True)
class Figures:
    """Sums over cases; each is a number of cases but for the two of working time and the grades."""

    registered: int = 0
    taken: int = 0
    refused: int = 0
    finished: int = 0
    in_time: int = 0
    late: int = 0
    open_late: int = 0
    timed: int = 0
    """Cases of which the working time from acceptance to result is known."""
    seconds: int = 0
    days: int = 0
    """Their working time, in seconds and in thousandths of a working day of their hall."""
    rated: int = 0
    satisfied: int = 0
    grades: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*map(add, _numbers(self), _numbers(other)))

    def __sub__(self, other: Figures) -> Figures:
        return Figures(*map(sub, _numbers(self), _numbers(other)))

    def __bool__(self) -> bool:
        return any(_numbers(self))

    @property
    def overdue(self) -> int:
        """Cases that are late, with a result or without."""
        return self.late + self.open_late

    @property
    def judged(self) -> int:
        """Cases of which it is known whether they kept their time."""
        return self.finished + self.open_late

    @property
    def few(self) -> bool:
        """Whether there are too few cases for a rate."""
        return self.judged < FEW

    @property
    def in_time_rate(self) -> float | None:
        """Percent of the judged cases that were finished in time; None where they are few."""
        return rate(self.in_time, self.judged)

    @property
    def satisfaction(self) -> float | None:
        """Percent of the rated cases that were satisfied; None where they are few."""
        return rate(self.satisfied, self.rated)

    @property
    def average_days(self) -> float | None:
        """Average working days from acceptance to result; None where few have one."""
        return None if self.timed < FEW else self.days / THOUSANDTHS / self.timed

    @property
    def average_hours(self) -> float | None:
        """Average working hours from acceptance to result; None where few have one."""
        return None if self.timed < FEW else self.seconds / 3600 / self.timed


NAMES = tuple(Figures.__dataclass_fields__)
_numbers = attrgetter(*NAMES)

COUNTS = ("registered", "taken", "refused", "finished", "in_time", "late", "open_late", "timed",
          "rated", "satisfied", "overdue", "judged")  # fmt: skip
"""What leads to the cases that it counts."""


def total(figures: Iterable[Figures]) -> Figures:
    """Add figures up."""
    return sum(figures, Figures())


# --- periods -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """Days of registration, both ends included, ValueError when they are the wrong way round."""

    since: date
    until: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.until < self.since:
            raise ValueError("a period ends after it begins")

    @classmethod
    def of_year(cls, first: date) -> Period:
        """Return the year that begins with a day."""
        return cls(first, first.replace(month=12, day=31))

    def months(self) -> Iterator[date]:
        """Yield the first days of the months that it touches."""
        month = self.since.replace(day=1)
        while month <= self.until:
            yield month
            month = next_month(month)

    def within(self, month: date) -> Period:
        """Return the days of a month, by its first day, that are in it."""
        last = next_month(month) - timedelta(days=1)
        return Period(max(self.since, month), min(self.until, last))

    def years(self) -> list[date]:
        """Return the first days of the years that are wholly in it."""
        years = range(self.since.year, self.until.year + 1)
        firsts = (date(year, 1, 1) for year in years)
        return [it for it in firsts if self.since <= it and Period.of_year(it).until <= self.until]

    def whole(self, month: date) -> bool:
        """Say whether all of a month is in it."""
        return self.since <= month and next_month(month) - timedelta(days=1) <= self.until


class Preset(Choice):
    """The periods that one asks for most."""

    THIS_MONTH = "this_month", N_("本月")
    LAST_MONTH = "last_month", N_("上月")
    QUARTER = "quarter", N_("本季度")
    YEAR = "year", N_("本年")
    LAST_YEAR = "last_year", N_("上年")


def next_month(month: date) -> date:
    """Return the first day of the next month; `month` is the first day of one."""
    return (month + timedelta(days=31)).replace(day=1)


def preset(which: Preset, today: date) -> Period:
    """Return a period by name; the present ones end with their month, quarter or year."""
    month = today.replace(day=1)
    if which is Preset.LAST_MONTH:
        return Period((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
    if which is Preset.THIS_MONTH:
        return Period(month, next_month(month) - timedelta(days=1))
    if which is Preset.QUARTER:
        first = month.replace(month=(month.month - 1) // 3 * 3 + 1)
        return Period(first, next_month(next_month(next_month(first))) - timedelta(days=1))
    year = today.year - (which is Preset.LAST_YEAR)
    return Period(date(year, 1, 1), date(year, 12, 31))
