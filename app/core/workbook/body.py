"""The body of a table as the XML of its rows, some hundreds at a time.

openpyxl makes an object of every cell; over a hundred thousand rows that is nearly all of the time
that it takes. Here a row is a template for its tone, filled with what its cells hold, and what can
be asked of all texts of a column is asked of them at once (docs/decisions/0012).
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import count, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl.utils import get_column_letter

from app.core.workbook.cells import FIRST_DATE, Kind, as_they_are, entry
from app.core.workbook.checksum import CELL_END, DAY_ZERO, ROW_END, TIMES, canonical
from app.core.workbook.pages import LINE, TALLEST, lines_of, room_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.core.workbook.cells import Value
    from app.core.workbook.pages import Column, Tone

Row = tuple["Tone | None", "Sequence[Value]"]
"""A row to write: its tone, and a value for each column."""

AT_ONCE = 500
"""Rows in memory at a time."""

_REMEMBERED = 20_000
_zone = attrgetter("tzinfo")
_BREAK = "\x1f"
"""Between the texts of a column: no text that goes in unchanged has it."""
_CUT = _BREAK.encode()

_EMPTY = b"/>"
_TEXT, _TEXT_END = b' t="inlineStr"><is><t>', b"</t></is></c>"
_SPACED = b' t="inlineStr"><is><t xml:space="preserve">'
_NUMBER, _NUMBER_END = b"><v>", b"</v></c>"
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_ROW_NUMBER = b"\x01"
_HEIGHTS = [
    f"{min(max(lines, 1) * LINE, TALLEST):g}".encode() for lines in range(int(TALLEST / LINE) + 2)
]


class Told(NamedTuple):
    """A column of some rows: what follows `<c r="…" s="…"` of each cell, and what it says.

    `plain` is each cell's part of the text under the checksum, in UTF-8; `lines` are those of
    each wrapped text, None when all stand on one.
    """

    inner: Sequence[bytes]
    plain: list[bytes]
    lines: list[int] | None
    altered: int


class Batch(NamedTuple):
    """Some rows: their XML, each row's text under the checksum, each column's cells of it."""

    xml: bytes
    rows: list[bytes]
    columns: list[list[bytes]]
    altered: int


class RowError(ValueError):
    """Raise for a row, counted from 1 within its batch, that does not fit the columns."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


class Body:
    """A table's rows; `styles` gives the style ids of a row's cells for each tone."""

    def __init__(
        self, columns: Sequence[Column], styles: Mapping[Tone | None, Sequence[int]]
    ) -> None:
        self._columns = columns
        self._tellers = [_teller(column) for column in columns]
        self._templates = {tone: _template(ids) for tone, ids in styles.items()}

    def batch(self, first: int, rows: Sequence[Row]) -> Batch:
        """Tell rows, of which the first is to stand in row `first` of its sheet.

        RowError when one doesn't fit the columns.
        """
        tones, values = zip(*rows, strict=True)
        try:
            columns = zip(*values, strict=True)
            told = [tell(cells) for tell, cells in zip(self._tellers, columns, strict=True)]
        except ValueError as error:
            raise _blamed(self._columns, values) or error from error
        filled = zip(_heights(told, len(rows)), *(one.inner for one in told), strict=True)
        xml = [
            self._templates[tone].replace(_ROW_NUMBER, b"%d" % number) % cells
            for number, tone, cells in zip(count(first), tones, filled, strict=False)
        ]
        plain = [one.plain for one in told]
        between, end = CELL_END.encode(), ROW_END.encode()
        lines = [between.join(cells) + end for cells in zip(*plain, strict=True)]
        return Batch(b"".join(xml), lines, plain, sum(one.altered for one in told))


class _Texts:
    """A column of texts, told together."""

    def __init__(self, width: float) -> None:
        self._width, self._room = width, room_of(width)

    def __call__(self, values: Sequence[Value]) -> Told:
        if set(map(type, values)) <= {str, type(None)}:
            texts: list[str] = [value or "" for value in values]  # type: ignore[misc]
            joined = _BREAK.join(texts)
            if as_they_are(texts, joined) and "\r" not in joined:
                plain = joined.encode()
                return self._told(texts, joined, plain, plain, 0)
        entries = [entry(Kind.TEXT, value) for value in values]
        texts = [str(value or "") for value, _ in entries]
        joined, said = _BREAK.join(texts), _BREAK.join(map(canonical, texts))
        altered = sum(altered for _, altered in entries)
        return self._told(texts, joined, joined.encode(), said.encode(), altered)

    def _told(self, texts: list[str], joined: str, raw: bytes, said: bytes, altered: int) -> Told:
        """Tell texts, given them joined, that in UTF-8, and what the checksum sees of it."""
        plain = said.split(_CUT)
        lines = self._lines(texts, joined, plain if said is raw else None)
        for character, written in _ESCAPES:
            if character in joined:
                raw = raw.replace(character.encode(), written.encode())
        opened = _TEXT if list(map(str.strip, texts)) == texts else _SPACED
        inner = _wrapped(raw, opened, _TEXT_END)
        return Told(inner, plain, lines, altered)

    def _lines(self, texts: list[str], joined: str, plain: list[bytes] | None) -> list[int] | None:
        """Count the lines of each text, as `lines_of` does; cheaply where none breaks its lines."""
        room = self._room
        if plain is None or "\n" in joined:
            return list(map(lines_of, texts, repeat(self._width)))
        if max(map(len, texts)) * 5 <= room:  # a character of four bytes counts for five
            return None
        return [
            -(-(len(text) + len(told)) // room) for text, told in zip(texts, plain, strict=True)
        ]


class _Moments:
    """A column of dates with times, told together."""

    def __init__(self) -> None:
        self._rest = _Values(Kind.DATETIME)

    def __call__(self, values: Sequence[Value]) -> Told:
        given = [value for value in values if isinstance(value, datetime)]
        if not set(map(type, values)) <= _USUAL[Kind.DATETIME] or any(map(_zone, given)):
            return self._rest(values)
        if given and min(given) < FIRST_DATE:
            return self._rest(values)
        times = TIMES
        told = [
            f"{since.days}{times[since.seconds]}" if since is not None else ""
            for since in [it - DAY_ZERO if isinstance(it, datetime) else None for it in values]
        ]
        raw = _BREAK.join(told).encode()
        return Told(_wrapped(raw, _NUMBER, _NUMBER_END), raw.split(_CUT), None, 0)


class _Values(dict[Any, tuple[bytes, bytes, bool]]):
    """A column of days or numbers, of which the last thousands are remembered."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, value: Any) -> tuple[bytes, bytes, bool]:
        told = self[value] = _told(self._kind, value)
        return told

    def __call__(self, values: Sequence[Value]) -> Told:
        if len(self) > _REMEMBERED:
            self.clear()
        # 1, 1.0 and True are one key, and only some of them right: unusual types are asked anew.
        usual = set(map(type, values)) <= _USUAL[self._kind]
        told = [self[value] if usual else _told(self._kind, value) for value in values]
        inner, plain, altered = zip(*told, strict=True)
        return Told(inner, list(plain), None, sum(altered))


_USUAL: dict[Kind, set[type]] = {
    Kind.DATE: {date, datetime, type(None)},
    Kind.DATETIME: {datetime, type(None)},
    Kind.INTEGER: {int, type(None)},
    Kind.NUMBER: {int, float, type(None)},
}


def _teller(column: Column) -> Callable[[Sequence[Value]], Told]:
    """Return what tells the cells of a column."""
    match column.kind:
        case Kind.TEXT:
            return _Texts(column.width)
        case Kind.DATETIME:
            return _Moments()
        case kind:
            return _Values(kind)


def _told(kind: Kind, value: Value) -> tuple[bytes, bytes, bool]:
    """Tell one date or number: its XML, its part of the checksum, whether it was altered."""
    held, altered = entry(kind, value)
    said = canonical(held).encode()
    match held:
        case None:
            return _EMPTY, said, altered
        case str():
            return _TEXT + held.encode() + _TEXT_END, said, altered
        case datetime():
            return _NUMBER + said + _NUMBER_END, said, altered
        case _:
            return _NUMBER + repr(held).encode() + _NUMBER_END, said, altered


def _wrapped(raw: bytes, opened: bytes, closed: bytes) -> list[bytes]:
    """Wrap what the cells of a column hold into their XML."""
    wrapped = opened + raw.replace(_CUT, closed + _CUT + opened) + closed
    return wrapped.replace(opened + closed, _EMPTY).split(_CUT)


def _heights(told: Sequence[Told], rows: int) -> Sequence[bytes]:
    """Return the height of each row, in points, as its tallest cell needs it."""
    tall = [one.lines for one in told if one.lines is not None]
    if not tall:
        return [_HEIGHTS[1]] * rows
    most = len(_HEIGHTS) - 1
    return [_HEIGHTS[min(max(lines), most)] for lines in zip(*tall, strict=True)]


def _template(styles: Sequence[int]) -> bytes:
    """Make a row to be filled: its height, then what follows the start of each cell."""
    number = _ROW_NUMBER.decode()
    cells = "".join(
        f'<c r="{get_column_letter(place)}{number}" s="{style}"%b'
        for place, style in enumerate(styles, 1)
    )
    return f'<row r="{number}" ht="%b">{cells}</row>'.encode()


def _blamed(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> RowError | None:
    """Find the row that does not fit, and say why."""
    for number, values in enumerate(rows, 1):
        try:
            for column, value in zip(columns, values, strict=True):
                entry(column.kind, value)
        except ValueError as error:
            return RowError(number, str(error))
    return None
