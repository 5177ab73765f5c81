"""Page through rows by the keys of their order, so that page 900 costs what page one costs.

A page begins beyond the last row of the one before: its keys stand in the address. Rows that come
or go meanwhile move nothing. Each database keeps its own place for what is empty.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, TypeDecorator, and_, false, literal, or_

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST_MARK = 2000
MOST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Key:
    """One expression that rows are ordered by."""

    expression: Any
    down: bool = False
    nullable: bool = True

    @classmethod
    def of(cls, model: type[Any], expression: Any, *, down: bool = False) -> Key:
        """Make the key of an expression; only the model's own columns are known to be filled."""
        columns = getattr(getattr(expression, "property", None), "columns", [None])
        own = getattr(expression, "class_", None) is model and columns[0] is not None
        return cls(expression, down, not own or bool(columns[0].nullable))

    def ordered(self, *, backwards: bool = False) -> Any:
        """Return the key as ORDER BY has it."""
        return self.expression.desc() if self.down != backwards else self.expression.asc()

    def same(self, value: Any) -> Any:
        """Return the criterion of the rows that have this value."""
        if value is None:
            return self.expression.is_(None)
        return self.expression == literal(value, self.expression.type)

    def beyond(self, value: Any, *, backwards: bool) -> Any:
        """Return the criterion of the rows that come after this value, or before it."""
        rising = self.down == backwards
        empty_is_highest = db.session.get_bind().dialect.name == "postgresql"
        if value is None:
            nothing: ColumnElement[bool] = false()
            return nothing if rising == empty_is_highest else self.expression.is_not(None)
        bound = literal(value, self.expression.type)
        further = self.expression > bound if rising else self.expression < bound
        if self.nullable and rising == empty_is_highest:
            return or_(further, self.expression.is_(None))
        return further

    def not_before(self, value: Any, *, backwards: bool) -> Any:
        """Return what an index can begin at, where nothing is empty."""
        bound = literal(value, self.expression.type)
        return self.expression >= bound if self.down == backwards else self.expression <= bound


def keys_of(model: type[Any], names: Sequence[str], expressions: Any = None) -> list[Key]:
    """Return the keys that names mean, a minus turning the direction; the id decides at last."""
    found, known = [], expressions or {}
    for name in names:
        plain = name.removeprefix("-")
        expression = known[plain] if plain in known else getattr(model, plain)
        found.append(Key.of(model, expression, down=name != plain))
    if not any(name.removeprefix("-") == "id" for name in names):
        found.append(Key(model.id, down=bool(found) and found[-1].down, nullable=False))
    return found


def further(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> Any:
    """Return the criterion of the rows beyond the one that has these values."""
    ways: list[Any] = []
    same: list[Any] = []
    for key, value in zip(keys, values, strict=True):
        ways.append(and_(*same, key.beyond(value, backwards=backwards)))
        same.append(key.same(value))
    first = keys[0]
    if first.nullable:
        return or_(*ways)
    return and_(first.not_before(values[0], backwards=backwards), or_(*ways))


# --- the mark in the address -------------------------------------------------------------------


def mark_of(values: Sequence[Any]) -> str:
    """Write the keys of a row as they stand in an address."""
    plain = [_plain(value) for value in values]
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, (date, datetime, time)) else value


def read_mark(keys: Sequence[Key], mark: str) -> list[Any]:
    """Read the keys of a row from an address; raise InvalidInputError for what are no such keys."""
    try:
        return [_value(key, it) for key, it in zip(keys, _unpacked(mark), strict=True)]
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        raise InvalidInputError({"": gettext("网址中的翻页位置不正确")}) from None


def _unpacked(mark: str) -> list[Any]:
    if len(mark) > LONGEST_MARK:
        raise ValueError(mark)
    raw = base64.b64decode(mark.encode() + b"=" * (-len(mark) % 4), b"-_", validate=True)
    plain = json.loads(raw)
    if not isinstance(plain, list):
        raise TypeError(plain)
    return plain


def _value(key: Key, plain: Any) -> Any:
    if plain is None:
        if not key.nullable:
            raise ValueError(plain)
        return None
    stored = key.expression.type
    stored = stored.impl_instance if isinstance(stored, TypeDecorator) else stored
    kind = stored.python_type
    return kind(plain) if issubclass(kind, Enum) else READERS[kind](plain)


def _number(plain: Any) -> int:
    if not isinstance(plain, int) or abs(plain) > MOST_INTEGER:
        raise ValueError(plain)
    return plain


def _text(plain: Any) -> str:
    if not isinstance(plain, str) or "\0" in plain:
        raise ValueError(plain)
    plain.encode()  # half a character is none that a database keeps
    return plain


def _instant(plain: Any) -> datetime:
    found = datetime.fromisoformat(plain)
    if found.tzinfo is None or not date.min.year < found.year < date.max.year:
        raise ValueError(plain)
    return found


READERS: dict[type[Any], Callable[[Any], Any]] = {
    bool: lambda plain: bool(_number(plain)),
    int: _number,
    str: _text,
    date: date.fromisoformat,
    datetime: _instant,
    time: time.fromisoformat,
}
"""How the plain text of a value is read back, by the type of its column."""
