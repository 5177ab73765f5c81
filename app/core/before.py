"""What rows of a case held before a flush: the events carry it, so that a past state can be told.

An event tells under `was` what each row that changed with it held before, column by column, and of
a row that was added that there was none: `{"deadline": {"12": {"due_at": "2026-…"}, "13": null}}`.
So whoever undoes the events after an instant comes to the state at that instant
(app/ledgers/past/). Personal data is masked before it is told.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text
from sqlalchemy.orm import MANYTOONE

from app.core.changes import HIDDEN, pair_of
from app.core.guards.watched import FLAGGED, LARGE, UNTOLD
from app.core.panel import attributes
from app.core.privacy import Secret, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    Was = dict[str, dict[str, dict[str, Any] | None]]

TOLD = (
    "case", "assignment", "deadline", "extension", "pause", "callback", "case_cause",
    "supervision_card", "appeal", "appeal_period",
)  # fmt: skip
"""The tables of which the timeline can tell how their rows stood."""

LEFT_OUT = frozenset({"id", "evidence", "remedies", "progress_hash", *UNTOLD, *FLAGGED})
"""What no ledger shows."""


def take(session: Session, untold: dict[int, Was]) -> None:
    """Add to `untold`, by the number of the case, what the rows of a flush held before it.

    Where a row changes more than once, the first old counts. New rows are given their numbers.
    """
    added = [
        row
        for row in session.new
        if getattr(row, "__tablename__", "") in TOLD[1:] and _case_of(row) is not None
    ]
    _number(session, added)
    for row in added:
        _of(untold, row).setdefault(str(row.id), None)
    for row in session.dirty:
        if getattr(row, "__tablename__", "") in TOLD and session.is_modified(row):
            held = dict(_held(row))
            known = _of(untold, row).setdefault(str(row.id), {}) if held else None
            if known is not None:
                known.update({name: old for name, old in held.items() if name not in known})


def _of(untold: dict[int, Was], row: Any) -> dict[str, dict[str, Any] | None]:
    return untold.setdefault(_case_of(row), {}).setdefault(row.__tablename__, {})


def _case_of(row: Any) -> Any:
    """Return the number of the case that a row hangs on; None while the case is new itself."""
    if row.__tablename__ == "case":
        return row.id
    if row.case_id is not None:
        return row.case_id
    above = getattr(row, "case", None) or getattr(row, "appeal", None)
    return None if above is None else _case_of(above)


def _number(session: Session, rows: Iterable[Any]) -> None:
    """Give new rows the numbers that the database would, so that an event can name them."""
    unnumbered: dict[str, list[Any]] = {}
    for row in rows:
        if row.id is None:
            unnumbered.setdefault(row.__tablename__, []).append(row)
    if not unnumbered:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        asked = [
            f"nextval(pg_get_serial_sequence('{table}', 'id'))"
            for table, items in unnumbered.items()
            for _ in items
        ]
    else:
        asked = [
            f"(SELECT coalesce(max(id), 0) + {place} FROM {table})"  # noqa: S608 - of TOLD
            for table, items in unnumbered.items()
            for place in range(1, len(items) + 1)
        ]
    numbers = connection.execute(text(f"SELECT {', '.join(asked)}")).one()
    every = [row for items in unnumbered.values() for row in items]
    for row, number in zip(every, numbers, strict=True):
        row.id = number


def _held(row: Any) -> Iterator[tuple[str, Any]]:
    """Yield what the columns held that are about to change, as JSON keeps it."""
    state = inspect(row)
    for column in state.mapper.column_attrs:
        pair = pair_of(row, state, column.key) if column.key not in LEFT_OUT else None
        if pair is not None:
            yield column.key, _kept(type(row), column.key, pair[0])
    for link in state.mapper.relationships:
        if link.direction is MANYTOONE and not link.viewonly:
            (key,) = (column.key for column in link.local_columns)
            led = state.attrs[link.key].history.has_changes()
            if led and not state.attrs[key].history.has_changes():
                yield key, getattr(row, key)  # what the flush is yet to write


def _kept(model: type[Any], name: str, value: Any) -> Any:
    """Return a value as JSON keeps it; personal data masked."""
    known = attributes(model).get(name) if "__panel__" in vars(model) else None
    if value is None or value == "":
        return value
    if known is not None and known.mask:
        return masked(known.mask, str(value))
    if name in LARGE or isinstance(inspect(model).columns[name].type, Secret):
        return HIDDEN
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, bool | int) else str(value)
