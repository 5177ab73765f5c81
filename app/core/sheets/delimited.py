"""Read a text file of cells: commas or tabs, in UTF-8, UTF-16 or GBK, as Excel and WPS save it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING

from app.core.sheets.grid import Book, Cell, Counting, Page, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSES = ("utf-8", "gb18030")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
MARKUP = re.compile(r"\s*<\s*(?:[!?]|html|table|head|body|workbook)", re.IGNORECASE)
SEPARATORS = (",", "\t", ";")
LOOKED_AT = 30


def read(path: Path) -> Book:
    """Read the cells of a text file, each as text; RefusedError when it is none."""
    text = decoded(path.read_bytes())
    if MARKUP.match(text):
        raise RefusedError("markup")
    if CONTROL.search(text):
        raise RefusedError("unknown")
    first, _, rest = text.partition("\n")
    separator = _separator(text)
    if re.fullmatch(r"sep=.\r?", first.strip("\ufeff")):  # Excel's own way to name it
        separator, text = first.strip("\ufeff")[4], "\n" + rest
    page, counting = Page("CSV"), Counting()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            kept = {column: Cell("text", cell) for column, cell in enumerate(cells, start=1)}
            counting.put(page, number, kept)
    except csv.Error as error:
        raise RefusedError("quotes", line=reader.line_num) from error
    return Book("csv", [page])


def decoded(data: bytes) -> str:
    """Turn bytes into text: by their mark, by where zeros stand in them, or by what fits."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _as(data, encoding)
    pairs = len(data) // 2
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
        if pairs and zeros.count(0) * 5 > pairs:
            return _as(data, encoding)
    for encoding in GUESSES:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError("encoding")


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedError("encoding") from error


def _separator(text: str) -> str:
    """Return what separates most cells in the first lines; a comma where nothing does."""
    lines = text.splitlines()[:LOOKED_AT]

    def cells(separator: str) -> int:
        return max((len(row) for row in csv.reader(lines, delimiter=separator)), default=0)

    return max(SEPARATORS, key=cells)
