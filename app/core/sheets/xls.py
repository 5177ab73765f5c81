"""Read an old .xls file (BIFF), as WPS and Excel 97 to 2003 write it."""

from __future__ import annotations

import io
from datetime import time
from typing import TYPE_CHECKING, Any

import xlrd
from xlrd.xldate import xldate_as_datetime

from app.core.sheets.grid import Area, Book, Cell, Counting, Page, RefusedError
from app.core.sheets.xlsx import plain

if TYPE_CHECKING:
    from pathlib import Path

LOCKED = "EncryptedPackage".encode("utf-16-le")
MACROS = "_VBA_PROJECT".encode("utf-16-le")
SHEETS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


def read(path: Path) -> Book:
    """Read every sheet of an .xls file; RefusedError for one that is locked or brings macros."""
    data = path.read_bytes()
    if LOCKED in data:
        raise RefusedError("locked")
    if MACROS in data:
        raise RefusedError("macro")
    if not any(name in data for name in SHEETS):
        raise RefusedError("no_workbook")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        raise RefusedError("locked" if "encrypted" in str(error) else "unreadable") from error
    counting, found = Counting(), Book("xls")
    for sheet in book.sheets():
        found.pages.append(_page(book, sheet, counting))
    return found


def _page(book: Any, sheet: Any, counting: Counting) -> Page:
    page = Page(sheet.name, sheet.visibility != 0, since_1904=bool(book.datemode))
    for row in range(sheet.nrows):
        cells = {
            column + 1: _cell(cell, book.datemode)
            for column, cell in enumerate(sheet.row(row))
            if cell.ctype not in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
        }
        counting.put(page, row + 1, cells)
    page.hidden_rows = sorted(
        row + 1 for row, told in sheet.rowinfo_map.items() if told.hidden and row + 1 in page.rows
    )
    page.merged = [
        Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells
    ]
    return page


def _cell(cell: Any, datemode: int) -> Cell:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Cell("error", xlrd.error_text_from_code.get(cell.value, "#"))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return Cell("boolean", bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(cell.value, datemode)
    return plain(cell.value)


def _moment(serial: float, datemode: int) -> Cell:
    """Return a serial number that is shown as a date; below one day it is a time."""
    if 0 <= serial < 1:
        seconds = round(serial * 86_400) % 86_400
        return plain(time(seconds // 3600, seconds // 60 % 60, seconds % 60))
    try:
        return plain(xldate_as_datetime(serial, datemode))
    except (ValueError, OverflowError):
        return Cell("error", str(serial))
