"""When a subscription falls due, and of which days its ledger is; on working days alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.core.words import N_, Choice
from app.ledgers import rules
from app.ledgers.rules import LedgerPeriod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from app.deadlines.workdays import WorkCalendar

AROUND = timedelta(days=62)
"""How far a plan is looked at, back and ahead: a month, and the longest holiday beside it."""

MOST_WORKDAYS = 23
"""The most working days that a month can have."""


class Cadence(Choice):
    """How often a ledger is sent."""

    DAILY = "daily", N_("每个工作日")
    WEEKLY = "weekly", N_("每周")
    MONTHLY = "monthly", N_("每月")


class Weekday(Choice):
    """A day of the week, as ISO numbers it."""

    MONDAY = "1", N_("周一")
    TUESDAY = "2", N_("周二")
    WEDNESDAY = "3", N_("周三")
    THURSDAY = "4", N_("周四")
    FRIDAY = "5", N_("周五")
    SATURDAY = "6", N_("周六")
    SUNDAY = "7", N_("周日")


class Span(Choice):
    """Of which days the rows are, seen from the day of the sending."""

    ALL = "all", N_("不限（模板按其自定的期间）")
    DAY = "day", N_("上一工作日至昨日")
    WEEK = "week", N_("上周")
    MONTH = "month", N_("上月")
    QUARTER = "quarter", N_("上季度")
    YEAR = "year", N_("上年")


class Language(Choice):
    """In which language a ledger and its message are."""

    ZH = "zh", N_("中文")
    EN = "en", N_("英文")


class SendingState(Choice):
    """What became of a ledger for one recipient."""

    MAKING = "making", N_("生成中")
    SENT = "sent", N_("已送出")
    FAILED = "failed", N_("未送达")


@dataclass(frozen=True)
class Plan:
    """When a subscription falls due: `nth` counts the working days of a month."""

    cadence: Cadence
    weekday: Weekday
    nth: int
    at: time
    zone: ZoneInfo

    def last(self, now: datetime, days: WorkCalendar) -> datetime | None:
        """Return the last planned instant by now."""
        today = now.astimezone(self.zone).date()
        found = [it for it in self._instants(today - AROUND, today, days) if it <= now]
        return max(found, default=None)

    def next(self, now: datetime, days: WorkCalendar) -> datetime | None:
        """Return the first planned instant after now."""
        today = now.astimezone(self.zone).date()
        found = [it for it in self._instants(today - AROUND, today + AROUND, days) if it > now]
        return min(found, default=None)

    def _instants(self, first: date, last: date, days: WorkCalendar) -> Iterator[datetime]:
        for number in range((last - first).days + 1):
            on = self._sent_on(first + timedelta(days=number), days)
            if on is not None and on <= last:
                yield datetime.combine(on, self.at, self.zone)

    def _sent_on(self, day: date, days: WorkCalendar) -> date | None:
        """Return the working day on which is sent what a day is the nominal day of, if it is one.

        What falls on a day off is sent on the next working day.
        """
        if self.cadence is Cadence.DAILY:
            return day if days.is_workday(day) else None
        if self.cadence is Cadence.WEEKLY:
            if day.isoweekday() != int(self.weekday):
                return None
            return day if days.is_workday(day) else days.add(day, 1)
        if day.day != 1:
            return None
        end = rules.days_of(LedgerPeriod.MONTH, day)[1]
        return min(days.add(day - timedelta(days=1), self.nth), days.back(end + timedelta(1), 1))


def days_of(span: Span, on: date, days: WorkCalendar) -> tuple[date | None, date | None]:
    """Return the first and the last day of the rows that are sent on a day; None where open.

    The day before reaches back to the last working day, so that no day off is left out.
    """
    if span is Span.ALL:
        return None, None
    if span is Span.DAY:
        return days.back(on, 1), on - timedelta(days=1)
    return rules.before(LedgerPeriod(span.value), on)
