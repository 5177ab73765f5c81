"""What a cell of Excel can hold.

Excel sets the limits: XML 1.0 characters only, 32,767 UTF-16 units to a cell, no date before
March 1900 (it believes that 1900 was a leap year), 15 digits to a number. Control characters are
kept in Excel's own way, `_x0000_`. A value beyond the limits is written as near as can be and
reported as altered: a ledger that is almost whole and says so serves better than none.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = str | int | float | Decimal | date | datetime | None

TEXT_LIMIT = 32_767  # UTF-16 units, as Excel counts
DIGITS = 15
FIRST_DATE = datetime(1900, 3, 1)  # noqa: DTZ001 - a cell's date has no zone

# Half a character, and what Unicode says is none: no program reads them back.
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
# XML has no way to write these; Excel escapes them (ECMA-376 part 1, ST_Xstring).
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Excel takes _x0041_ for the letter A: its own underscore is escaped.
_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("|".join(it.pattern for it in (_NO_CHARACTER, _CONTROL, _LIKE_AN_ESCAPE)))


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

    ValueError when the value is not of the column's kind or is a datetime with a zone (the caller
    turns it into local time first); the message names types and never the value, which may be
    private.
    """
    return BLANK if value is None else _CONVERT[kind](value)


def tidy(text: str) -> Entry:
    """Make a text fit for a cell.

    Control characters are escaped, halves of characters become U+FFFD, what is too long is cut.
    """
    if len(text) * 2 <= TEXT_LIMIT and not _NEEDS_CARE.search(text):
        return Entry(str(text) or None)
    kept = _cut(_NO_CHARACTER.sub("\ufffd", text))
    escaped = _CONTROL.sub(
        lambda found: f"_x{ord(found[0]):04X}_", _LIKE_AN_ESCAPE.sub("_x005F_", kept)
    )
    return Entry(escaped, altered=kept != text)


def _cut(text: str) -> str:
    """Cut a text to what a cell can hold, with an ellipsis where it breaks off."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * TEXT_LIMIT:
        return text
    return units[: 2 * (TEXT_LIMIT - 1)].decode("utf-16-le", errors="ignore") + "…"


def as_they_are(texts: Sequence[str], joined: str) -> bool:
    """Say whether texts can go into cells unchanged; `joined` is all of them in one.

    The same as asking `tidy` of each, at a tenth of the cost.
    """
    if max(map(len, texts)) * 2 > TEXT_LIMIT or "_x" in joined:
        return False
    return all(map(str.isprintable, texts)) or not any(map(_NEEDS_CARE.search, texts))


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
        Entry(float(f"{value:.{DIGITS}g}") + 0.0)  # no -0.0
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
