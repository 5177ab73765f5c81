"""Let the rows that hang on cases stand as they stood at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData, Table, delete, func, insert, or_, select, union

from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.ledgers.past.shadows import index, shadow, stand
from app.ledgers.past.undoing import undo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person


@dataclass(frozen=True)
class Position:
    """How far the timeline was counted: how many events, the last one and its seal."""

    events: int
    last: int
    seal: str


EVENT = Event.__table__.c
CUT = Table(
    "then_cut",
    MetaData(),
    Column("case_id", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""The first event after the instant, of each case that has one."""


def put_back(at: datetime, models: Sequence[type[Any]], person: Person) -> Position:
    """Let the tables of some models stand as at an instant; say how far the timeline counted.

    Whichever rows the person sees today; events are read last, so that what is committed meanwhile
    is undone as well.
    """
    connection = db.session.connection()
    seen = {model: _seen(model, person) for model in models}
    for model, ids in seen.items():
        stand(model.__table__.name, f"JOIN {ids.name} kept ON kept.id = t.id")
        index(model.__table__.name, "id", *(["case_id"] if "case_id" in model.__table__.c else []))
    CUT.create(connection)
    cases = union(*(select(ids.c.case_id) for ids in seen.values())).subquery()
    connection.execute(
        insert(CUT).from_select(
            ["case_id", "sequence"],
            select(EVENT.case_id, func.min(EVENT.sequence))
            .where(EVENT.recorded_at > at, EVENT.case_id.in_(select(cases.c.case_id)))
            .group_by(EVENT.case_id),
        )
    )
    for model in models:
        name = "case_id" if "case_id" in model.__table__.c else "id"
        rows = shadow(model.__table__)
        began_later = select(CUT.c.case_id).where(CUT.c.sequence == 1)
        connection.execute(delete(rows).where(rows.c[name].in_(began_later)))
    undo(CUT, {model.__table__.name: model for model in models})
    return _position(cases)


def _seen(model: type[Any], person: Person) -> Table:
    """Put down which rows of a model the person sees today, and on which case each hangs."""
    rows, connection = model.__table__, db.session.connection()
    ids = Table(
        f"then_{rows.name}",
        MetaData(),
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("case_id", Integer, nullable=False),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    ids.create(connection)
    case = rows.c.case_id if "case_id" in rows.c else rows.c.id
    query = select(rows.c.id, case).where(scope.criterion(model, person))
    connection.execute(insert(ids).from_select(["id", "case_id"], query))
    return ids


def _position(cases: Any) -> Position:
    """Say how many events of some cases were counted, and which was the last."""
    counted = (
        select(EVENT.id, EVENT.hash)
        .select_from(Event.__table__.outerjoin(CUT, CUT.c.case_id == EVENT.case_id))
        .where(
            EVENT.case_id.in_(select(cases.c.case_id)),
            or_(CUT.c.sequence.is_(None), EVENT.sequence < CUT.c.sequence),
        )
    )
    connection = db.session.connection()
    within = counted.subquery()
    number, last = connection.execute(select(func.count(), func.max(within.c.id))).one()
    seal = connection.scalar(select(EVENT.hash).where(EVENT.id == last)) if last else ""
    return Position(number, last or 0, seal or "")
