"""The checksum of a table: taken while it is written, and again from the file.

It is the SHA-256, in hex, of the table's text in UTF-8: the title, the column titles, then every
row. After a row stands U+001E, between its cells U+001F; XML allows neither, so that no text can
imitate them. Colours, widths and the cover are left out.
"""

from __future__ import annotations

import hashlib
import zlib
from contextlib import closing
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from app.core.language import gettext
from app.core.workbook_cells import DIGITS
from app.core.workbook_errors import WorkbookError, told_plainly
from app.core.workbook_pages import HEAD_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CELL_END, ROW_END = "\x1f", "\x1e"
HALF_SECOND = timedelta(microseconds=500_000)

# What a damaged file, or one that is no workbook, makes openpyxl raise; SyntaxError is XML's.
_UNREADABLE = (
    BadZipFile,
    EOFError,
    InvalidFileException,
    KeyError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


def checksum(path: Path) -> str:
    """Compute the checksum of a written file from what its cells hold now.

    All sheets but the last, the cover, are the table; the heads of further sheets don't count.
    WorkbookError when the file can't be read as a workbook.
    """
    digest = hashlib.sha256()
    with told_plainly():
        try:
            with closing(load_workbook(path, read_only=True)) as book:
                for page in book.worksheets[:-1]:
                    first = 1 if page is book.worksheets[0] else HEAD_ROWS + 1
                    _digest_page(digest, page, first)
        except _UNREADABLE as error:
            raise WorkbookError(gettext("这个文件不是可以读取的 Excel 工作簿。")) from error
    return digest.hexdigest()


def line(cells: Iterable[object]) -> bytes:
    """Make a row's part of the text under the checksum."""
    return (CELL_END.join(map(canonical, cells)) + ROW_END).encode(errors="replace")


def canonical(value: object) -> str:
    """Give a cell's part of it, the same for what was written and for what is read back.

    Blank is empty; a date is `yyyy-mm-dd hh:mm:ss` to the nearest second; a number has at most 15
    significant digits, as C prints with %.15g; a text is itself.
    """
    match value:
        case None:
            return ""
        case str():
            return unescape(value)
        case datetime():
            return (value + HALF_SECOND).replace(microsecond=0).isoformat(" ")
        case date():
            return datetime.combine(value, time()).isoformat(" ")
        case int() | float():
            return f"{value:.{DIGITS}g}"
        case _:
            return str(value)


def _digest_page(digest: hashlib._Hash, page: Any, first: int) -> None:
    """Add the rows of a sheet from the given one on, as wide as its header."""
    page.reset_dimensions()
    header = next(page.iter_rows(min_row=HEAD_ROWS, max_row=HEAD_ROWS, values_only=True), (None,))
    for number, cells in enumerate(
        page.iter_rows(min_row=first, max_col=len(header), values_only=True), first
    ):
        digest.update(line(cells[:1] if number == 1 else cells))
