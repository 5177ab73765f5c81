"""Read an .xlsx file: look at the archive first, then stream its sheets.

openpyxl's own parser of a sheet is used directly: its read-only sheets tell neither merged areas
nor hidden rows, and its whole ones keep a million blank rows in memory. It leans on internals, so
openpyxl is pinned and the reading of every kind of cell is tested.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from app.core.sheets.grid import (
    LAST_ROW,
    MOST_MERGED,
    Area,
    Book,
    Cell,
    Counting,
    Page,
    RefusedError,
)

if TYPE_CHECKING:
    from pathlib import Path

MOST_MEMBERS = 1_000
MOST_UNPACKED = 100 * 2**20
MOST_RATIO = 300
"""How much smaller than its content a member may be; a real one is 5 to 100 times."""
LARGE = 2**20
PIECE = 2**18
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
"""What no part of a workbook has: only an attack declares a document type."""


def read(path: Path) -> Book:
    """Read every sheet of an .xlsx file; RefusedError for what is hostile, too large or macros."""
    counting, found = Counting(), Book("xlsx")
    with path.open("rb") as file:  # given a name, openpyxl goes by its ending
        with ZipFile(file) as archive:
            look_through(archive)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            found.pages.append(_page(book, cast("Any", sheet), counting))
    return found


def look_through(archive: ZipFile) -> None:
    """Refuse an archive that unpacks to too much, declares a document type, or brings macros.

    What the members say of their sizes is not believed alone: each is unpacked once, which also
    finds one that is cut off.
    """
    members = archive.infolist()
    names = {member.filename for member in members}
    if len(members) > MOST_MEMBERS or sum(it.file_size for it in members) > MOST_UNPACKED:
        raise RefusedError("bomb")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedError("macro")
    if "[Content_Types].xml" not in names or not any(it.startswith("xl/") for it in names):
        raise RefusedError("no_workbook")
    unpacked = 0
    for member in members:
        if member.flag_bits & 1:
            raise RefusedError("locked")
        if member.file_size > max(LARGE, MOST_RATIO * member.compress_size):
            raise RefusedError("bomb")
        unpacked += _unpacked(archive, member)
        if unpacked > MOST_UNPACKED:
            raise RefusedError("bomb")


def _unpacked(archive: ZipFile, member: Any) -> int:
    """Unpack a member piece by piece and return its size."""
    size, end = 0, b""
    markup = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    with archive.open(member) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > MOST_UNPACKED:
                raise RefusedError("bomb")
            if markup:
                plain = (end + piece).replace(b"\0", b"")  # UTF-16 hides nothing either
                if any(word in plain for word in DECLARATIONS):
                    raise RefusedError("declares")
                end = piece[-32:]
    return size


class _Parser(WorkSheetParser):
    """openpyxl's parser, which also tells a formula that was never computed."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().parse_cell(element)
        if found["value"] is None and element.find(FORMULA_TAG) is not None:
            found["data_type"], found["value"] = "f", "="
        return found


def _page(book: Any, sheet: Any, counting: Counting) -> Page:
    page = Page(sheet.title, sheet.sheet_state != "visible")
    page.since_1904 = book.epoch == CALENDAR_MAC_1904
    with sheet._get_source() as source:  # noqa: SLF001 - no public name
        parser = _Parser(
            source,
            sheet._shared_strings,  # noqa: SLF001 - no public name
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001 - no public name
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001 - no public name
        )
        for row, cells in parser.parse():
            if row > LAST_ROW:
                raise RefusedError("unreadable")
            kept = {it["column"]: _cell(it) for it in cells if it["value"] is not None}
            counting.put(page, row, kept)
    page.hidden_rows = [
        int(row) for row, told in parser.row_dimensions.items()
        if told.get("hidden") in {"1", "true"} and int(row) in page.rows
    ]  # fmt: skip
    merged = parser.merged_cells.mergeCell if parser.merged_cells else []
    if len(merged) > MOST_MERGED:
        raise RefusedError("too_much")
    page.merged = [Area(it.min_row, it.min_col, it.max_row, it.max_col) for it in merged]
    return page


def _cell(found: dict[str, Any]) -> Cell:
    """Return the value of a cell as a grid keeps it."""
    kind, value = found["data_type"], found["value"]
    if kind == "f":
        return Cell("formula", "")
    if kind == "e":
        return Cell("error", str(value))
    return plain(value)


def plain(value: Any) -> Cell:
    """Return a value of Python as a cell."""
    if isinstance(value, bool):
        return Cell("boolean", value)
    if isinstance(value, int | float):
        return Cell("number", value) if math.isfinite(value) else Cell("error", str(value))
    if isinstance(value, timedelta):
        return Cell("number", value.total_seconds() / 86_400)
    if isinstance(value, datetime | time):
        kind = "moment" if isinstance(value, datetime) else "time"
        return Cell(kind, value.replace(microsecond=0).isoformat())
    if isinstance(value, date):
        return Cell("moment", datetime.combine(value, time()).isoformat())
    return Cell("text", str(value))
