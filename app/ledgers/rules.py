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


class Preset(Choice):
    """The periods that one asks for most."""

    CUSTOM = "", N_("自定义（按下面的日期）")
    TODAY = "today", N_("今日")
    THIS_WEEK = "this_week", N_("本周")
    LAST_WEEK = "last_week", N_("上周")
    THIS_MONTH = "this_month", N_("本月")
    LAST_MONTH = "last_month", N_("上月")
    THIS_QUARTER = "this_quarter", N_("本季度")
    LAST_QUARTER = "last_quarter", N_("上季度")
    THIS_YEAR = "this_year", N_("今年")
    LAST_YEAR = "last_year", N_("去年")


PRESENT = {
    Preset.TODAY: LedgerPeriod.DAY,
    Preset.THIS_WEEK: LedgerPeriod.WEEK,
    Preset.THIS_MONTH: LedgerPeriod.MONTH,
    Preset.THIS_QUARTER: LedgerPeriod.QUARTER,
    Preset.THIS_YEAR: LedgerPeriod.YEAR,
}
PAST = {
    Preset.LAST_WEEK: LedgerPeriod.WEEK,
    Preset.LAST_MONTH: LedgerPeriod.MONTH,
    Preset.LAST_QUARTER: LedgerPeriod.QUARTER,
    Preset.LAST_YEAR: LedgerPeriod.YEAR,
}


def preset_days(preset: Preset, today: date) -> tuple[date, date] | None:
    """Return the days that a preset means; None for those that one names oneself."""
    if preset in PRESENT:
        return days_of(PRESENT[preset], today)
    return before(PAST[preset], today) if preset in PAST else None
