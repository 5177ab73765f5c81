"""What a template may ask for, standard library only: periods that move along, lamps, cadences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words import N_, Choice
from app.ledgers import rules
from app.ledgers.rules import LedgerPeriod

if TYPE_CHECKING:
    from datetime import date

MOST_SORTS = 3
"""Columns to sort by at most."""

WIDTHS = (4.0, 100.0)
"""The narrowest and the widest column, in characters of the standard font."""

LONGEST_TITLE = 64

SIZES = ("A4", "A3")
ORIENTATIONS = {"landscape": N_("横向"), "portrait": N_("纵向")}


class Period(Choice):
    """Which days the rows of a template are of."""

    ALL = "all", N_("不限")
    THIS_WEEK = "this-week", N_("本周")
    LAST_WEEK = "last-week", N_("上周")
    THIS_MONTH = "this-month", N_("本月")
    LAST_MONTH = "last-month", N_("上月")
    THIS_QUARTER = "this-quarter", N_("本季度")
    LAST_QUARTER = "last-quarter", N_("上季度")
    THIS_YEAR = "this-year", N_("本年")
    LAST_YEAR = "last-year", N_("上年")
    FIXED = "fixed", N_("指定起止日期")


class Lamp(Choice):
    """How the clock of a row stands."""

    ANY = "any", N_("不限")
    LATE = "late", N_("超期")
    SOON = "soon", N_("临期")
    ON_TRACK = "on-track", N_("在限内办理")


def days_of(period: Period, today: date) -> tuple[date | None, date | None]:
    """Return the first and the last day of a period; None where it is open."""
    which, _, unit = period.value.partition("-")
    if unit not in list(LedgerPeriod):
        return None, None
    return (rules.days_of if which == "this" else rules.before)(LedgerPeriod(unit), today)
