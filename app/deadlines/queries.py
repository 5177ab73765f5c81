"""Ask the calendar, the rules and the clocks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from app.core.db import db
from app.deadlines import statutory
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.deadlines.hours import Hours
from app.deadlines.models import DeadlineRule
from app.deadlines.rules import DaySource
from app.deadlines.workdays import LAST, Day, Source, WorkCalendar
from app.departments.rules import DayEnd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from app.deadlines.rules import Classification, ClockKind
    from app.departments.models import Hall


def revision() -> int:
    """Return the number of the calendar's latest revision."""
    return db.session.scalar(select(func.max(CalendarRevision.id))) or 0


def calendar() -> WorkCalendar:
    """Return the working-day calendar as it is now; it is built once for each revision."""
    latest = db.session.execute(
        select(CalendarRevision.id, CalendarRevision.at)
        .order_by(CalendarRevision.id.desc())
        .limit(1)
    ).first()
    number, at = (latest.id, latest.at) if latest else (0, None)
    return _calendar_of(str(db.engine.url), number, at)


@lru_cache(maxsize=8)
def _calendar_of(_database: str, number: int, _at: datetime | None) -> WorkCalendar:
    years = db.session.scalars(select(CalendarYear.year).where(CalendarYear.final)).all()
    days = db.session.scalars(select(CalendarDay).order_by(CalendarDay.date)).all()
    return calendar_of((_day(row) for row in days), years, number)


def calendar_of(days: Iterable[Day], final_years: Iterable[int], number: int) -> WorkCalendar:
    """Build a calendar: what is known, and the law's fixed holidays for years without notice."""
    final = frozenset(final_years)
    open_years = [
        year for year in range(min(final, default=LAST.year), LAST.year + 1) if year not in final
    ]
    return WorkCalendar([*statutory.estimated(open_years), *days], final, number)


def _day(row: CalendarDay) -> Day:
    source = Source.LOCAL
    if row.source is DaySource.STATUTORY:
        source = Source.MAKE_UP if row.working else Source.HOLIDAY
    return Day(row.date, row.working, row.name, source)


def hours_of(hall: Hall) -> Hours:
    """Return a hall's working hours and the end of its days."""
    return Hours(
        hall.opening,
        hall.closing,
        ZoneInfo(hall.timezone),
        until_midnight=hall.day_end is DayEnd.MIDNIGHT,
    )


def rule_for(
    hall_id: int, kind: ClockKind, classification: Classification | None, day: date
) -> DeadlineRule | None:
    """Find the rule that governs: the hall's own before the general, the narrow before the wide."""
    rule = DeadlineRule
    governing = (
        select(rule)
        .where(
            rule.kind == kind,
            or_(rule.hall_id == hall_id, rule.hall_id.is_(None)),
            or_(rule.classification == classification, rule.classification.is_(None)),
            rule.valid_from <= day,
            or_(rule.valid_to.is_(None), rule.valid_to >= day),
        )
        .order_by(
            rule.hall_id.is_(None),
            rule.classification.is_(None),
            rule.valid_from.desc(),
            rule.id.desc(),
        )
        .limit(1)
    )
    return db.session.scalar(governing)


def missing_year(now: Any) -> int | None:
    """Return next year from 1 November on while its notice is not in the calendar."""
    november = 11
    if now.month < november:
        return None
    known = db.session.scalar(
        select(CalendarYear.id).where(CalendarYear.year == now.year + 1, CalendarYear.final)
    )
    return None if known else now.year + 1
