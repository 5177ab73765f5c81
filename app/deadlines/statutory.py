"""Seed the calendar: the State Council's notices, and the law's fixed holidays beyond them.

Both come from the `holidays` package (2001 onwards checked against the notices by its makers).
For a year whose notice it does not have, it guesses substitute days; those are left out here, as
only the notice can say them: an estimate has the law's own days and no make-up day.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from holidays import country_holidays

from app.core.language import N_
from app.deadlines.workdays import FIRST, LAST, Day, Source, WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holidays import HolidayBase

FINAL_YEARS = tuple(range(2019, 2027))

MAKE_UP = N_("调休上班")

# Regulation on Public Holidays for National Annual Festivals and Memorial Days, art. 2, as amended
# with effect from 2025. The eve is one of the four days of the Spring Festival.
FESTIVALS = {
    "元旦": N_("元旦"),
    "农历除夕": N_("春节"),
    "春节": N_("春节"),
    "清明节": N_("清明节"),
    "劳动节": N_("劳动节"),
    "端午节": N_("端午节"),
    "国庆节": N_("国庆节"),
    "中秋节": N_("中秋节"),
}
TABULATED = range(1950, 2101)  # the years that the package knows
SOLAR = (
    (1, 1, "元旦"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (10, 1, "国庆节"),
    (10, 2, "国庆节"),
    (10, 3, "国庆节"),
)

_ONE = timedelta(days=1)
_SATURDAY = 5


def published() -> tuple[list[Day], tuple[int, ...]]:
    """Return the holidays and make-up days of the notices, and the years they are final for.

    A notice grants unbroken runs ("1 to 7 October"), weekends included, under the names of their
    festivals; so every day off of a run bears the run's name.
    """
    table = _package(FINAL_YEARS)
    make_up = {d for d in table.weekend_workdays if d.year in FINAL_YEARS}
    days = {d: Day(d, working=True, name=MAKE_UP, source=Source.MAKE_UP) for d in make_up}
    for d in sorted(table):
        if d in days:
            continue
        run = _run(d, table, make_up)
        name = "、".join(dict.fromkeys(f for off in run for f in _festivals(table.get(off, ""))))
        days |= {
            off: Day(off, working=False, name=name, source=Source.HOLIDAY)
            for off in run
            if off.year in FINAL_YEARS
        }
    return [days[d] for d in sorted(days)], FINAL_YEARS


def estimated(years: Iterable[int]) -> list[Day]:
    """Return the law's fixed holidays of years whose notice is not known; never a make-up day.

    Where no table reaches, the holidays of fixed solar date alone.
    """
    wanted = sorted({year for year in years if MINYEAR <= year <= MAXYEAR})
    return list(_estimated(tuple(wanted)))


@lru_cache(maxsize=8)
def _estimated(wanted: tuple[int, ...]) -> tuple[Day, ...]:
    """Ask for the years once: no law changes while the program runs."""
    table = _package(year for year in wanted if year in TABULATED)
    named = {d: "、".join(names) for d, text in table.items() if (names := _festivals(text))}
    named |= {
        date(year, month, day): name
        for year in wanted
        if year not in TABULATED
        for month, day, name in SOLAR
    }
    return tuple(
        Day(d, working=False, name=named[d], source=Source.PROVISIONAL) for d in sorted(named)
    )


@cache
def default_calendar(revision: int = 0) -> WorkCalendar:
    """Return the calendar of a new installation: notices, and estimates for all other years.

    Built once per revision, in about a tenth of a second: the package is asked twice for whole
    years, never day by day.
    """
    days, final = published()
    others = set(range(FIRST.year, LAST.year + 1)).difference(final)
    return WorkCalendar([*estimated(others), *days], final, revision)


def _package(years: Iterable[int]) -> HolidayBase:
    """Ask the package for whole years, in Chinese."""
    return country_holidays("CN", years=years, expand=False, language="zh_CN")


def _festivals(text: str) -> list[str]:
    """Find the law's festivals in a name of the package, which may join several.

    Substitute and rearranged days have a remark in their name and so none of the law's.
    """
    return [FESTIVALS[name] for name in text.split("; ") if name in FESTIVALS]


def _run(d: date, holiday: Iterable[date], make_up: set[date]) -> list[date]:
    """List the unbroken run of days off around a holiday."""
    off = set(holiday)

    def is_off(day: date) -> bool:
        return day in off or (day.weekday() >= _SATURDAY and day not in make_up)

    first = last = d
    while is_off(first - _ONE):
        first -= _ONE
    while is_off(last + _ONE):
        last += _ONE
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
