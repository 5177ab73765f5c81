"""Ask how many rows a ledger has, what waits to be made, which files are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from app.core import scope
from app.core.db import db
from app.ledgers.production import counted_rows
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.rules import UNDER_WAY, TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.ledgers.orders import Order


def number_of_rows(order: Order, *, person: Person, now: datetime, most: int | None = None) -> int:
    """Count the rows of a ledger, no further than `most`."""
    query = counted_rows(order, person=person, now=now)
    if query is None:
        return 0
    with scope.working_for(person):
        few = query.order_by(None).limit(most).with_only_columns(literal(1)).subquery()
        return db.session.scalar(select(func.count()).select_from(few)) or 0


def waits(now: datetime) -> ColumnElement[bool]:
    """Return the criterion of what is to be made: nobody began, or whoever did is dead."""
    dead = and_(LedgerTask.state == TaskState.RUNNING, LedgerTask.lease_until < now)
    criterion: ColumnElement[bool] = or_(LedgerTask.state == TaskState.QUEUED, dead)
    return criterion


def waiting(now: datetime) -> Sequence[int]:
    """Return the numbers of what is to be made, the oldest first."""
    found: Sequence[int] = db.session.scalars(
        select(LedgerTask.id).where(waits(now)).order_by(LedgerTask.id)
    ).all()
    return found


def under_way(person: Person) -> int:
    """Count what a person asked for and is queued or running."""
    asked = ~LedgerTask.quiet
    own = LedgerTask.actor_id == person.id, LedgerTask.state.in_(UNDER_WAY), asked
    return db.session.scalar(select(func.count()).select_from(LedgerTask).where(*own)) or 0


def named(keys: Sequence[str]) -> set[str]:
    """Return which of the files a task names."""
    found = db.session.scalars(select(LedgerTask.file_key).where(LedgerTask.file_key.in_(keys)))
    return {key for key in found if key is not None}


def over(now: datetime) -> Select[Any]:
    """Select the tasks whose time is over, whether their file is still there or not."""
    return select(LedgerTask.id).where(LedgerTask.expires_at < now)


def outlived(now: datetime) -> Sequence[LedgerTask]:
    """Return the tasks whose file has been kept long enough."""
    found: Sequence[LedgerTask] = db.session.scalars(
        select(LedgerTask)
        .where(LedgerTask.expires_at < now, LedgerTask.file_key.is_not(None))
        .order_by(LedgerTask.id)
    ).all()
    return found
