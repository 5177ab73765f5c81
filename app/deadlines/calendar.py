"""Change the calendar: seed it, import a file; every change, on any path, is a new revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import Session

from app.core import clock, scope
from app.core.db import db
from app.core.language import N_, gettext
from app.deadlines import statutory
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.deadlines.models import DeadlineRule
from app.deadlines.rules import ClockKind, DaySource
from app.deadlines.workdays import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import UOWTransaction

    from app.deadlines.workdays import Day

LINQING = N_("临清市政务服务大厅“办不成事”窗口工作规则")

RULES = (
    (N_("应办未办限期解决"), ClockKind.RESOLVE, 3, LINQING),
    (N_("完全不能限期答复"), ClockKind.REPLY, 2, LINQING),
    (N_("派发当日联系反映人"), ClockKind.CONTACT, 0, N_("广元市 2021 年“办不成事”反映窗口规则")),
    (N_("派发后限期签收"), ClockKind.SIGN, 1, N_("系统默认，可按本地规则修改")),
    (N_("办结后限期回访"), ClockKind.CALLBACK, 3, N_("系统默认，可按本地规则修改")),
)
"""The defaults of every hall: Linqing's two, the day's contact, signing for it, the callback."""


def seed() -> None:
    """Give an empty database the published calendar and the default rules; repeatable."""
    known = set(db.session.scalars(select(CalendarYear.year)))
    days, years = statutory.published()
    missing = [year for year in years if year not in known]
    if missing:
        replace_years(days, missing, notice=gettext("国务院办公厅关于节假日安排的通知"))
    if db.session.scalar(select(DeadlineRule.id).limit(1)) is None:
        db.session.add_all(
            DeadlineRule(
                name=name, kind=kind, working_days=days, source=source, valid_from=date(2019, 1, 1)
            )
            for name, kind, days, source in RULES
        )
    db.session.flush()


@dataclass(frozen=True)
class Difference:
    """One day that an import would change; `now` is None when it becomes an ordinary day."""

    date: date
    before: CalendarDay | None
    after: Day | None


def differences(days: Iterable[Day], years: Iterable[int]) -> list[Difference]:
    """Compare what a file says of its years with the calendar."""
    kept = {
        row.date: row
        for row in db.session.scalars(select(CalendarDay))
        if row.date.year in set(years)
    }
    told = {day.date: day for day in days if _unusual(day)}
    found = [Difference(day, kept.get(day), told.get(day)) for day in sorted({*kept, *told})]
    return [item for item in found if not _same(item)]


def _unusual(day: Day) -> bool:
    saturday = 5
    return day.working != (day.date.weekday() < saturday)


def _same(item: Difference) -> bool:
    return (
        item.before is not None
        and item.after is not None
        and item.before.working == item.after.working
        and item.before.name == item.after.name
    )


def replace_years(days: Iterable[Day], years: Iterable[int], *, notice: str) -> None:
    """Replace whole years by what a file or the seed says of them, and make them final."""
    chosen = set(years)
    for year in chosen:
        db.session.execute(
            delete(CalendarDay).where(
                CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))
            )
        )
    rows = {row.year: row for row in db.session.scalars(select(CalendarYear))}
    for year in sorted(chosen):
        row = rows.get(year) or CalendarYear(year=year)
        row.final, row.notice = True, notice
        db.session.add(row)
    db.session.add_all(
        CalendarDay(
            date=day.date,
            working=day.working,
            name=day.name or gettext("未注明"),
            source=DaySource.LOCAL if day.source is Source.LOCAL else DaySource.STATUTORY,
        )
        for day in days
        if day.date.year in chosen and _unusual(day)
    )
    _revise(
        db.session,
        gettext("更新年份：%(years)s", years="、".join(str(year) for year in sorted(chosen))),
    )
    db.session.flush()


@event.listens_for(Session, "before_flush")
def _count_revisions(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Write a revision for what changes on any path: page, REST, import."""
    rows = [
        row
        for row in (*session.new, *session.dirty, *session.deleted)
        if isinstance(row, (CalendarDay, CalendarYear))
        and (row not in session.dirty or session.is_modified(row))
    ]
    if rows and not any(isinstance(row, CalendarRevision) for row in session.new):
        _revise(session, "、".join(str(row) for row in rows[:3]))


def _revise(session: Any, what: str) -> None:
    """Count a change; of two at once the second waits, so that the latest number has both."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("LOCK TABLE calendar_revision IN SHARE ROW EXCLUSIVE MODE")
        )
    session.add(CalendarRevision(at=clock.now(), actor=scope.current().name, what=what[:255]))
