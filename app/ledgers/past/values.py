"""Turn what JSON keeps of a column back into what the column held."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Date, Enum, Integer, String, Time

from app.core.db import Instant
from app.core.privacy import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column

TRUE = (True, 1, "1", "true")
"""What is true in the words of either database."""


def texts(kind: Any) -> bool:
    """Say whether a column is of texts that somebody wrote."""
    return isinstance(kind, String | Secret) and not isinstance(kind, Enum)


def _instant(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


RESTORED: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (Instant, _instant),
    (Date, date.fromisoformat),
    (Time, time.fromisoformat),
    (Boolean, TRUE.__contains__),
    (Integer, int),
)
"""Type of a column → how what is told of it becomes a value; any other is a text."""


def restored(column: Column[Any], told: Any) -> Any:
    """Return what a column held; nothing is NULL where the column may be empty."""
    kind: Any = column.type
    if told is None or (told == "" and (column.nullable or not texts(kind))):
        return None
    if isinstance(kind, Enum):
        return kind.enum_class(told) if kind.enum_class is not None else told
    return next((make for known, make in RESTORED if isinstance(kind, known)), str)(told)
