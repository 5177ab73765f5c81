"""What a flush changes in a row: before and after of each labelled field, as JSON keeps it.

Timeline and field history tell changes in one form, `{field: [old, new]}`: dates in ISO, a link as
the name of what it led to, of what a table between joined a list of names, codes as they are kept,
nothing as an empty text. Personal data is masked before it is told.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import object_session
from sqlalchemy.orm.base import NO_VALUE

from app.core.panel import attributes, joined
from app.core.privacy import masked

if TYPE_CHECKING:
    from app.core.panel import Attribute

    Pair = list[Any]

HIDDEN = "***"
"""Stands for a value of which only the fact is told that it changed."""


def changes_of(row: Any) -> dict[str, tuple[Any, Any]]:
    """Return what is about to be written: labelled field → before and after, as they are."""
    found, state = {}, inspect(row)
    for name, known in attributes(type(row)).items():
        if known.many:
            continue
        pair = pair_of(row, state, name)
        if known.target is not None:
            pair = _linked(row, state, known, pair)
        if pair is not None and pair[0] != pair[1]:
            found[name] = pair
    return found


def joining(row: Any) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return which rows tables between are about to join with a row: before and after, by relation.

    The rows are those in sight of whoever changes them.
    """
    found, state = {}, inspect(row)
    for name in joined(type(row)):
        if name not in state.unloaded and state.attrs[name].history.has_changes():
            history = state.attrs[name].load_history()
            kept = history.unchanged or ()
            found[name] = ([*kept, *(history.deleted or ())], [*kept, *(history.added or ())])
    return found


def pair_of(row: Any, state: Any, name: str) -> tuple[Any, Any] | None:
    """Return before and after of one attribute; None when it was left alone.

    What was overwritten before anybody read it is asked of the database.
    """
    history = state.attrs[name].history
    if not history.has_changes():
        return None
    new = history.added[0] if history.added else None
    if history.deleted and history.deleted[0] is not NO_VALUE:
        return history.deleted[0], new
    column = state.mapper.column_attrs.get(name)
    if not state.persistent or column is None:
        return None, new
    key = state.mapper.local_table.c.id == state.identity[0]
    session: Any = object_session(row)
    return session.connection().scalar(select(column.columns[0]).where(key)), new


def _linked(
    row: Any, state: Any, known: Attribute, pair: tuple[Any, Any] | None
) -> tuple[Any, Any] | None:
    """Return the rows that a link led and leads to, whether it or the key behind it was set."""
    session: Any = object_session(row)
    keys = pair_of(row, state, known.foreign_key)
    if session is None or (pair is None and keys is None):
        return pair
    if pair is not None and pair[0] is not None:
        return pair
    before = keys[0] if keys is not None else getattr(row, known.foreign_key)
    old = _row(session, known, before if state.persistent else None)
    return old, pair[1] if pair is not None else _row(session, known, (keys or (None, None))[1])


def _row(session: Any, known: Attribute, key: int | None) -> Any:
    return session.get(known.target, key) if key is not None else None


def told(model: type[Any], pairs: dict[str, tuple[Any, Any]]) -> dict[str, Pair]:
    """Return changes as they are kept: JSON values, personal data masked."""
    known = attributes(model) | joined(model)
    return {
        name: [_names(value) if known[name].many else plain(known[name], value) for value in pair]
        for name, pair in pairs.items()
        if name in known
    }


def _names(rows: list[Any]) -> list[str]:
    return sorted(str(row) for row in rows)


def plain(known: Attribute, value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if value is None or value == "":
        return ""
    if known.mask:
        return masked(known.mask, str(value))
    if known.kind == "secret":
        return HIDDEN
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, bool) else str(value)
