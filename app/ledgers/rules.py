"""Periods of ledgers: the days of a week, a month, a quarter, a year; those one asks for most."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.words import N_, Choice

QUARTER_MONTHS = 3


class LedgerPeriod(Choice):
    """How much time a ledger is about."""

    DAY = "day", N_("日报")
    WEEK = "week", N_("周报")
    MONTH = "month", N_("月报")
    QUARTER = "quarter", N_("季报")
    YEAR = "year", N_("年报")


def days_of(period: LedgerPeriod, on: date) -> tuple[date, date]:
    """Return the first and the last day of the period that a day lies in; weeks begin on Monday."""
    match period:
        case LedgerPeriod.DAY:
            return on, on
        case LedgerPeriod.WEEK:
            monday = on - timedelta(days=on.weekday())
            return monday, monday + timedelta(days=6)
        case LedgerPeriod.MONTH:
            first, months = on.replace(day=1), 1
        case LedgerPeriod.QUARTER:
            first = on.replace(month=(on.month - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1, day=1)
            months = QUARTER_MONTHS
        case LedgerPeriod.YEAR:
            return on.replace(month=1, day=1), on.replace(month=12, day=31)
    return first, _months_on(first, months) - timedelta(days=1)


def before(period: LedgerPeriod, on: date) -> tuple[date, date]:
    """Return the days of the last period that was over before a day."""
    return days_of(period, days_of(period, on)[0] - timedelta(days=1))


def _months_on(first: date, months: int) -> date:
    """Return the first day of a month some months later."""
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    return first


class Period(Choice):
    """The days that one asks for most; they move along with today."""

    ALL = "all", N_("不限")
    TODAY = "this-day", N_("今日")
    THIS_WEEK = "this-week", N_("本周")
    LAST_WEEK = "last-week", N_("上周")
    THIS_MONTH = "this-month", N_("本月")
    LAST_MONTH = "last-month", N_("上月")
    THIS_QUARTER = "this-quarter", N_("本季度")
    LAST_QUARTER = "last-quarter", N_("上季度")
    THIS_YEAR = "this-year", N_("本年")
    LAST_YEAR = "last-year", N_("上年")
    FIXED = "fixed", N_("指定起止日期")


def days_meant(period: Period, today: date) -> tuple[date | None, date | None]:
    """Return the first and the last day of a period; None where it is open or named by hand."""
    which, _, unit = period.value.partition("-")
    if unit not in list(LedgerPeriod):
        return None, None
    return (days_of if which == "this" else before)(LedgerPeriod(unit), today)
