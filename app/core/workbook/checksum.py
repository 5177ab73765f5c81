"""The checksum of a table: taken while it is written, and again from the file.

It is the SHA-256, in hex, of the table's text in UTF-8: the title, the column titles, then every
row. After a row stands U+001E, between its cells U+001F, which no text keeps here. Colours, widths
and the cover are left out. What a program changes that only opens a file and saves it again (line
ends, the spelling of escapes, the last digit of a time) makes no difference.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from contextlib import closing, contextmanager, nullcontext
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from app.core.language import gettext
from app.core.workbook.cells import DIGITS
from app.core.workbook.errors import WorkbookError, told_plainly
from app.core.workbook.pages import HEAD_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from openpyxl import Workbook

CELL_END, ROW_END = "\x1f", "\x1e"
HALF_SECOND = timedelta(microseconds=500_000)
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - of Excel, after its missing leap day

_TO_SMOOTH = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_MOMENT = re.compile(r"\d{1,7}\.\d{10}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


class _Times(dict[int, str]):
    """The part of a day, `.5000000000` at noon, at each second of it.

    With the five digits of a day, ten decimals make the 15 digits that Excel counts.
    """

    def __missing__(self, second: int) -> str:
        part = self[second] = f"{second / 86_400:.10f}"[1:]
        return part


TIMES = _Times()

# What a damaged file, or one that is no workbook, makes openpyxl raise; SyntaxError is XML's.
_UNREADABLE = (BadZipFile, EOFError, KeyError, SyntaxError, TypeError, ValueError, zlib.error)


@contextmanager
def opened(path: Path | BytesIO) -> Iterator[Workbook]:
    """Open a workbook for reading row by row; WorkbookError when the file is none, or damaged."""
    with told_plainly():
        try:
            # A file of our own closes even while a row that stopped half-way still holds its sheet.
            held = nullcontext(path) if isinstance(path, BytesIO) else path.open("rb")
            with held as file, closing(load_workbook(file, read_only=True)) as book:
                yield book
        except _UNREADABLE as error:
            raise WorkbookError(gettext("这个文件不是可以读取的 Excel 工作簿。")) from error


def checksum(path: Path) -> str:
    """Compute the checksum of a written file of one table from what its cells hold now.

    All sheets in sight but the last, the cover, are the table; the heads of further sheets don't
    count. WorkbookError when the file can't be read as a workbook.
    """
    digest = hashlib.sha256()
    with opened(path) as book:
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        for page in pages[:-1]:
            first = 1 if page is pages[0] else HEAD_ROWS + 1
            _digest_page(digest, page, first)
    return digest.hexdigest()


def line(cells: Iterable[object]) -> bytes:
    """Make a row's part of the text under the checksum."""
    return joined(map(canonical, cells))


def joined(cells: Iterable[str]) -> bytes:
    """Make it of cells that are canonical already."""
    return (CELL_END.join(cells) + ROW_END).encode()


def canonical(value: object) -> str:
    """Give a cell's part of it, the same for what was written and for what is read back.

    Blank is empty; a date is its number in Excel, to the nearest second and with ten decimals; a
    number has at most 15 significant digits, as C prints with %.15g; a text is what one reads.
    """
    match value:
        case None:
            return ""
        case str():
            return _smooth(value) if _TO_SMOOTH.search(value) else value
        case datetime():
            return of_moment(value + HALF_SECOND)
        case date():
            return canonical(datetime.combine(value, time()))
        case int() | float():
            return f"{value:.{DIGITS}g}"
        case _:
            return str(value)


def of_moment(value: datetime) -> str:
    """Give a moment's part, without what is left of its last second."""
    since = value - DAY_ZERO
    return f"{since.days}{TIMES[since.seconds]}"


def moment_of(said: str) -> datetime | None:
    """Return the moment that `of_moment` made this of, if it did."""
    if not _MOMENT.fullmatch(said):
        return None
    since = timedelta(days=float(said))
    return (DAY_ZERO + since + HALF_SECOND).replace(microsecond=0)


def _smooth(text: str) -> str:
    """Decode escapes down to the last, make line ends LF, and drop what can't be seen.

    openpyxl decodes some escapes and not others, and an office program writes its own.
    """
    while (plain := unescape(text)) != text:
        text = plain
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NO_CHARACTER.sub("\ufffd", _CONTROL.sub("", lines))


def _digest_page(digest: hashlib._Hash, page: Any, first: int) -> None:
    """Add the rows of a sheet from the given one on, as wide as its header."""
    page.reset_dimensions()
    header = next(page.iter_rows(min_row=HEAD_ROWS, max_row=HEAD_ROWS, values_only=True), (None,))
    for number, cells in enumerate(
        page.iter_rows(min_row=first, max_col=len(header), values_only=True), first
    ):
        digest.update(line(cells[:1] if number == 1 else cells))
