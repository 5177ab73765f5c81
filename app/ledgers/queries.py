"""Ask for the rows of a ledger, and for what it is narrowed by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.core.db import db
from app.deadlines.queries import hours_of
from app.departments.models import Department, Hall
from app.ledgers.models import LedgerRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Row

    from app.deadlines.hours import Hours
    from app.ledgers.columns import LedgerColumn
    from app.ledgers.rules import LedgerPeriod
    from app.ledgers.subjects import Subject

AT_ONCE = 500
"""Rows that are in memory at a time."""


def selection(subject: Subject, columns: Iterable[LedgerColumn]) -> Select[Any]:
    """Select plain rows: STANDING, then the columns; each case with its current clock."""
    return subject.source(select(*subject.standing, *(column.source for column in columns)))


def stream(subject: Subject, query: Select[Any]) -> Iterator[Row[Any]]:
    """Yield the rows of a selection by hall and time of beginning; memory stays flat."""
    ordered = query.order_by(*subject.order)
    with db.session.execute(ordered.execution_options(yield_per=AT_ONCE)) as rows:
        yield from rows


def hours_of_halls() -> dict[int, Hours]:
    """Return each hall's hours, with its time zone in them."""
    return {hall.id: hours_of(hall) for hall in db.session.scalars(select(Hall))}


def halls_below(hall: Hall) -> list[Hall]:
    """Return a hall and every hall below it, as far as they are in scope."""
    children: dict[int | None, list[Hall]] = {}
    for item in db.session.scalars(select(Hall).order_by(Hall.id)):
        children.setdefault(item.parent_id, []).append(item)
    found = [hall]
    for item in found:
        found += children.get(item.id, [])
    return found


def all_halls() -> Sequence[Hall]:
    """Return every hall in scope."""
    found: Sequence[Hall] = db.session.scalars(select(Hall).order_by(Hall.id)).all()
    return found


def departments_coded(code: str, halls: Iterable[Hall]) -> Sequence[Department]:
    """Return the departments with a code, one in a hall at most."""
    found: Sequence[Department] = db.session.scalars(
        select(Department).where(
            Department.code == code, Department.hall_id.in_([hall.id for hall in halls])
        )
    ).all()
    return found


def begun_between(
    subject: Subject, since: date | None, until: date | None, halls: Iterable[Hall]
) -> ColumnElement[bool]:
    """Return the criterion of what began in halls on local dates: cases by their registration."""
    if subject.dated:
        days = [subject.at >= since] if since is not None else []
        days += [subject.at <= until] if until is not None else []
        return and_(subject.hall_id.in_([hall.id for hall in halls]), *days)
    zones: dict[str, list[Hall]] = {}
    for hall in halls:
        zones.setdefault(hall.timezone, []).append(hall)
    return or_(
        false(),
        *(
            and_(
                subject.hall_id.in_([hall.id for hall in group]),
                *_days(subject.at, since, until, group[0]),
            )
            for group in zones.values()
        ),
    )


def _days(
    at: Any, since: date | None, until: date | None, hall: Hall
) -> Iterator[ColumnElement[bool]]:
    midnight = hours_of(hall).instant
    if since is not None:
        yield at >= midnight(_within_reason(since), timedelta())
    if until is not None:
        yield at < midnight(_within_reason(until), timedelta(days=1))


def _within_reason(day: date) -> date:
    """Keep a day clear of the ends of time, so that its midnight exists in every zone."""
    return min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))


def first_begun(
    subject: Subject, narrow: Callable[[Select[Any]], Select[Any]]
) -> datetime | date | None:
    """Return when the first of what `narrow` narrows a select to began."""
    query = subject.base(select(func.min(subject.at)))
    first: datetime | date | None = db.session.scalar(narrow(query))
    return first


def produced(period: LedgerPeriod, planned_for: datetime) -> set[tuple[str, int]]:
    """Return the kinds and halls of which the ledger planned for an instant is there."""
    rows = db.session.execute(
        select(LedgerRun.kind, LedgerRun.hall_id).where(
            LedgerRun.planned_for == planned_for, LedgerRun.period == period
        )
    )
    return {(row.kind, row.hall_id) for row in rows}


def halls_that_work() -> list[tuple[int, str, str]]:
    """Return id, code and name of the active halls."""
    rows = db.session.execute(
        select(Hall.id, Hall.code, Hall.name).where(Hall.active).order_by(Hall.id)
    )
    return [(row.id, row.code, row.name) for row in rows]
