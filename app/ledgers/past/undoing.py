"""Undo what events did: give rows back what they held before the first event after an instant."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.core.before import LEFT_OUT
from app.core.changes import HIDDEN
from app.core.db import db
from app.core.language import gettext
from app.core.privacy import Secret
from app.core.timeline import Event
from app.ledgers.past.shadows import shadow
from app.ledgers.past.values import restored, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Table

    Held = dict[str, Any] | None

EVENT = Event.__table__.c
AT_ONCE = 500
"""Cases that are in memory at a time."""

GONE = "\x00gone"
"""Marks what a row held that is not there any more."""


def undo(cut: Table, models: Mapping[str, type[Any]]) -> None:
    """Undo, in the tables of some models, the events of each case from its cut on."""
    connection = db.session.connection()
    events = connection.execute(
        select(EVENT.case_id, EVENT.payload)
        .join_from(Event.__table__, cut, cut.c.case_id == EVENT.case_id)
        .where(EVENT.sequence >= cut.c.sequence, cut.c.sequence > 1)
        .order_by(EVENT.case_id, EVENT.sequence)
        .execution_options(yield_per=AT_ONCE)
    )
    batch: dict[int, dict[tuple[str, int], Held]] = {}
    with events:
        for case_id, rows in groupby(events, key=lambda row: row.case_id):
            batch[case_id] = _before(row.payload for row in rows)
            if len(batch) == AT_ONCE:
                _put(batch, models)
                batch = {}
    _put(batch, models)


def _before(payloads: Iterator[Mapping[str, Any]]) -> dict[tuple[str, int], Held]:
    """Return what rows held before the first of some events; None for one that was not there."""
    found: dict[tuple[str, int], Held] = {}
    for payload in payloads:
        for table, number, held in _told(payload):
            known = found.setdefault((table, number), dict(held) if held is not None else None)
            if known is not None and held is not None:
                known.update({name: old for name, old in held.items() if name not in known})
    return found


def _told(payload: Mapping[str, Any]) -> Iterator[tuple[str, int, Held]]:
    """Yield what an event tells of rows before it: table, number, column → what it held."""
    for table, rows in payload.get("was", {}).items():
        for number, held in rows.items():
            yield table, int(number), held
    if "row_id" in payload:  # told by the database itself
        held = {name: pair[0] for name, pair in payload["changes"].items()}
        if payload.get("removed"):
            held[GONE] = True
        yield payload["table"], payload["row_id"], None if payload.get("added") else held


def _put(batch: Mapping[int, dict[tuple[str, int], Held]], models: Mapping[str, type[Any]]) -> None:
    """Give the rows of some cases back what they held."""
    tables = {name: shadow(model.__table__) for name, model in models.items()}
    absent: dict[str, list[dict[str, int]]] = defaultdict(list)
    changed: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for case_id, found in batch.items():
        for (name, number), held in found.items():
            if name not in tables:
                continue
            key = {"of_row": number, "of_case": case_id}
            if held is None:
                absent[name].append(key)
                continue
            values = _values(tables[name], held)
            if GONE in held:
                _bring_back(tables[name], number, values)
            elif values:
                given = {f"to_{column}": value for column, value in values.items()}
                changed[name, tuple(values)].append(key | given)
    connection = db.session.connection()
    for name, keys in absent.items():
        connection.execute(delete(tables[name]).where(*_of(tables[name])), keys)
    for (name, columns), rows in changed.items():
        table = tables[name]
        to = {it: bindparam(f"to_{it}", type_=table.c[it].type) for it in columns}
        connection.execute(update(table).where(*_of(table)).values(to), rows)


def _of(rows: Table) -> tuple[Any, ...]:
    """Return the criterion of one row of one case."""
    case = rows.c.case_id if "case_id" in rows.c else rows.c.id
    return rows.c.id == bindparam("of_row"), case == bindparam("of_case")


def _values(rows: Table, held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the columns of a row held, as the database takes it."""
    found = {}
    for name, old in held.items():
        if name in LEFT_OUT or name not in rows.c:
            continue
        kind = rows.c[name].type
        if old == HIDDEN:
            known = texts(kind) and not isinstance(kind, Secret)
            found[name] = gettext("（无从得知）") if known else None
        else:
            found[name] = restored(rows.c[name], old)
    return found


def _bring_back(rows: Table, number: int, values: dict[str, Any]) -> None:
    """Add a row that was taken away since."""
    connection = db.session.connection()
    if connection.scalar(select(rows.c.id).where(rows.c.id == number)) is None:
        connection.execute(insert(rows).values(id=number, **values))
