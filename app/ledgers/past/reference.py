"""Let reference data stand as it stood at an instant: names, hours and the calendar.

What the field history tells is put back. Halls, departments and people are never taken away: a row
that came later is named by nothing that stood then.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from app.causes.models import Cause
from app.core.changes import HIDDEN
from app.core.db import db
from app.core.history import Action, Change
from app.core.panel import attributes
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.departments.models import Department, Hall, Staff
from app.ledgers.past.shadows import index, shadow, stand
from app.ledgers.past.values import restored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NAMED = (Hall, Department, Cause, Staff)
CALENDAR = (CalendarDay, CalendarYear)
HISTORY, REVISION = Change.__table__.c, CalendarRevision.__table__.c
TOGETHER = timedelta(seconds=1)
"""How far apart a revision and what it changes may have been written."""


def put_back(at: datetime) -> None:
    """Let names and hours stand as at an instant, and the calendar in its revision."""
    for model in NAMED:
        name = model.__table__.name
        stand(name, columns="t.id, t.first_name, t.last_name" if model is Staff else "t.*")
        index(name, "id")
        _undo(model, at)
    since = _revision(at)
    for model in CALENDAR:
        stand(model.__table__.name)
        if since is not None:
            _undo(model, since - TOGETHER)


def _revision(at: datetime) -> datetime | None:
    """Let the revision of an instant be the last; return when the next one was made.

    Before the first there was no calendar: then the first holds.
    """
    connection = db.session.connection()
    first = select(func.min(REVISION.id)).scalar_subquery()
    last = connection.scalar(
        select(func.coalesce(func.max(REVISION.id), first)).where(REVISION.at <= at)
    )
    following: datetime | None = connection.scalar(
        select(func.min(REVISION.at)).where(REVISION.id > (last or 0))
    )
    stand("calendar_revision")
    if last is not None:
        rows = shadow(CalendarRevision.__table__)
        connection.execute(delete(rows).where(rows.c.id > last))
    return following


def _undo(model: type[Any], after: datetime) -> None:
    """Give rows back what they held before the changes after an instant."""
    rows, connection = shadow(model.__table__), db.session.connection()
    found: dict[int, dict[str, Any] | None] = {}
    gone: set[int] = set()
    changes = connection.execute(
        select(HISTORY.row_id, HISTORY.action, HISTORY.changes)
        .where(HISTORY.entity == model.__panel__.code, HISTORY.at > after)
        .order_by(HISTORY.id)
    )
    for row_id, action, told in changes:
        if action is Action.ADDED and model in NAMED:
            continue
        held = None if action is Action.ADDED else _held(model, told)
        known = found.setdefault(row_id, held)
        if known is not None and held is not None:
            known.update({name: old for name, old in held.items() if name not in known})
        if action is Action.DELETED:
            gone.add(row_id)
    for row_id, held in found.items():
        if held is None:
            connection.execute(delete(rows).where(rows.c.id == row_id))
        elif row_id in gone:
            connection.execute(insert(rows).values(id=row_id, version=1, **held))
        elif held:
            connection.execute(update(rows).where(rows.c.id == row_id).values(held))


def _held(model: type[Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what columns held before a change, as far as it is told."""
    columns, known = model.__table__.c, attributes(model)
    return {
        name: restored(columns[name], pair[0])
        for name, pair in told.items()
        if name in columns and name in known and not known[name].mask and pair[0] != HIDDEN
    }
