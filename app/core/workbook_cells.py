"""What a cell of Excel can hold.

Excel sets the limits: XML 1.0 characters only, 32,767 UTF-16 units to a cell, no date before
March 1900 (it believes that 1900 was a leap year), 15 digits to a number. A value beyond them is
written as near as can be and reported as altered: a ledger that is almost whole and says so
serves better than none.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | float | Decimal | date | datetime | None

TEXT_LIMIT = 32_767  # UTF-16 units, as Excel counts
DIGITS = 15
FIRST_DATE = datetime(1900, 3, 1)  # noqa: DTZ001 - a cell's date has no zone

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel takes _x0041_ for the letter A (ECMA-376 part 1, ST_Xstring): its own underscore is escaped.
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HALF_AN_ESCAPE = re.compile(r"_x?0?0?5?F?$")
_NEEDS_CARE = re.compile(rf"\r|{_FORBIDDEN.pattern}|{_LIKE_AN_ESCAPE.pattern}")


class Kind(StrEnum):
    """What a column holds; a value of another kind is refused."""

    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    INTEGER = "integer"
    NUMBER = "number"


class Entry(NamedTuple):
    """A value as Excel holds it; altered when that is not letter for letter what was given."""

    value: str | float | datetime | None
    altered: bool = False


BLANK = Entry(None)


def entry(kind: Kind, value: Value) -> Entry:
    """Turn a value into what its cell will hold.

    Line ends become LF, as a cell breaks its lines; that is not counted as altered. ValueError
    when the value is not of the column's kind or is a datetime with a zone (the caller turns it
    into local time first); the message names types and never the value, which may be private.
    """
    return BLANK if value is None else _CONVERT[kind](value)


def tidy(text: str) -> Entry:
    """Make a text fit for a cell: forbidden characters become U+FFFD, what is too long is cut."""
    if len(text) * 2 <= TEXT_LIMIT and not _NEEDS_CARE.search(text):
        return Entry(str(text) or None)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = _FORBIDDEN.sub("\ufffd", lines)
    whole = _LIKE_AN_ESCAPE.sub("_x005F_", clean)
    units = whole.encode("utf-16-le")
    if len(units) <= 2 * TEXT_LIMIT:
        return Entry(whole, clean != lines)
    start = units[: 2 * (TEXT_LIMIT - 1)].decode("utf-16-le", errors="ignore")
    return Entry(_HALF_AN_ESCAPE.sub("", start) + "…", altered=True)


def _text(value: Value) -> Entry:
    """Keep a text, or a number such as a telephone's, digit for digit."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refused(Kind.TEXT, value)
    return Entry(str(value))


def _date(value: Value) -> Entry:
    """Keep the day, at midnight."""
    if not isinstance(value, date):
        raise _refused(Kind.DATE, value)
    if isinstance(value, datetime):
        _refuse_zone(value)
        value = value.date()
    if value < FIRST_DATE.date():
        return Entry(value.isoformat(), altered=True)
    return Entry(datetime.combine(value, time()))


def _datetime(value: Value) -> Entry:
    """Keep the moment, to the second."""
    if not isinstance(value, datetime):
        raise _refused(Kind.DATETIME, value)
    _refuse_zone(value)
    value = value.replace(microsecond=0)
    return Entry(value) if value >= FIRST_DATE else Entry(value.isoformat(" "), altered=True)


def _integer(value: Value) -> Entry:
    """Keep a whole number, as text when it has more digits than Excel."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused(Kind.INTEGER, value)
    return Entry(value) if abs(value) < 10**DIGITS else Entry(str(value), altered=True)


def _number(value: Value) -> Entry:
    """Keep 15 digits of a number; one that is infinite or none becomes text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refused(Kind.NUMBER, value)
    return (
        Entry(float(f"{value:.{DIGITS}g}"))
        if math.isfinite(value)
        else Entry(str(value), altered=True)
    )


def _refused(kind: Kind, value: Value) -> ValueError:
    """Say that a column does not take a value of this type."""
    return ValueError(f"a column of kind {kind} takes no {type(value).__name__}")


def _refuse_zone(value: datetime) -> None:
    """Raise when a datetime has a zone: Excel knows none, and guessing one would move the time."""
    if value.tzinfo is not None:
        raise ValueError("Excel knows no time zones: convert to local time and drop the zone")


_CONVERT: dict[Kind, Callable[[Value], Entry]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
}
