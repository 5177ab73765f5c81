"""Write a table of any length as an Excel workbook: every ledger and every list export is one.

Rows stream through: memory stays flat, whatever their number, because openpyxl's write-only
sheets keep none and the styled cells of a row are filled again for the next. The file appears
whole or not at all, and the same rows with the same `produced_at` make the same bytes.
"""

from __future__ import annotations

import hashlib
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from app.core.workbook_cells import Kind, Value, entry, tidy
from app.core.workbook_checksum import checksum, line
from app.core.workbook_errors import WorkbookError, told_plainly
from app.core.workbook_pages import (
    HEAD_ROWS,
    Column,
    Sheet,
    Tone,
    add_cover,
    add_row,
    close_table,
    height,
    open_table,
    put,
    row_cells,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = [
    "Column",
    "Kind",
    "Produced",
    "Row",
    "Sheet",
    "Tone",
    "Value",
    "WorkbookError",
    "checksum",
    "safe_file_name",
    "write",
]

Row = tuple[Tone | None, "Sequence[Value]"]

PROGRESS_STEP = 500  # rows between two reports
NAME_BYTES = 255  # of a file's name, on every file system in use


@dataclass(frozen=True)
class Produced:
    """What was written.

    `checksum` is the SHA-256 of title, column titles and rows; `app.core.workbook_checksum` says
    over which text exactly, and computes it anew from a file. `replaced` counts the cells that
    could not be kept letter for letter; `sheets` are those of the table, without the cover.
    """

    rows: int
    checksum: str
    replaced: int
    sheets: int


def write(
    path: Path,
    sheet: Sheet,
    rows: Iterable[Row],
    cover: Callable[[Produced], Iterable[tuple[str, str]]],
    *,
    produced_at: datetime,
    creator: str = "办成",
    progress: Callable[[int], None] | None = None,
) -> Produced:
    """Write rows to an Excel file and, last, the cover that `cover` makes of the outcome.

    `progress` is told the number of rows now and then, and at the end; what it raises (somebody
    cancelled) or `rows` raises passes through. ValueError when a row doesn't fit the columns,
    WorkbookError when the disk or the folder refuses. After any of them no file is left behind
    and an earlier one under that name is untouched.
    """
    part = path.with_name(f".{uuid4().hex}.part")
    book = Workbook(write_only=True)
    _set_properties(book, sheet.title, creator, produced_at)
    try:
        with told_plainly():
            part.touch(exist_ok=False)  # a missing folder shows now, not after a million rows
        produced = _fill(book, sheet, rows, progress)
        facts = list(cover(produced))
        with told_plainly():
            add_cover(book, sheet, facts)
            _pack(book, part, produced_at)
            part.replace(path)
    finally:
        _discard(book)
        with suppress(OSError):
            part.unlink()
    return produced


def safe_file_name(*parts: str, suffix: str = ".xlsx") -> str:
    """Join parts with `_` into a file name for Windows and Linux, of at most 255 bytes.

    Forbidden, control and invisible characters become `-`; when it is too long the longest part
    is cut, so that a time at the end stays.
    """
    kept = [part for part in map(_plain_part, parts) if part] or ["-"]
    while len("_".join(kept).encode()) + len(suffix.encode()) > NAME_BYTES:
        longest = max(range(len(kept)), key=lambda at: len(kept[at].encode()))
        kept[longest] = kept[longest][:-1]
    return "_".join(kept) + suffix


class _Table:
    """The table while it grows: it counts, takes the checksum, and begins a new sheet when full."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self.rows = self.replaced = self.sheets = 0
        self._book, self._sheet = book, sheet
        self._widths = [column.width for column in sheet.columns]
        self._digest = hashlib.sha256(line([tidy(sheet.title).value]))
        self._digest.update(line([tidy(column.title).value for column in sheet.columns]))
        self._begin_sheet()

    def add(self, tone: Tone | None, values: Sequence[Value]) -> None:
        """Write one row."""
        if self._last == self._sheet.row_limit:
            self._end_sheet()
            self._begin_sheet()
        entries = [
            entry(column.kind, value)
            for column, value in zip(self._sheet.columns, values, strict=True)
        ]
        cells = self._cells[tone]
        for cell, (value, altered) in zip(cells, entries, strict=True):
            put(cell, value)
            self.replaced += altered
        self._digest.update(line(value for value, _ in entries))
        self._last += 1
        with told_plainly():
            add_row(self._page, self._last, cells, height(cells, self._widths))
        self.rows += 1

    def finish(self) -> Produced:
        """End the last sheet and say what was written."""
        self._end_sheet()
        return Produced(self.rows, self._digest.hexdigest(), self.replaced, self.sheets)

    def _begin_sheet(self) -> None:
        self.sheets += 1
        with told_plainly():
            self._page = open_table(self._book, self._sheet, self.sheets)
        self._cells = row_cells(self._page, self._sheet.columns)
        self._last = HEAD_ROWS

    def _end_sheet(self) -> None:
        close_table(self._page, self._sheet, self._last)


class _Archive(ZipFile):
    """A zip file whose members all bear one time, so that the same table makes the same bytes."""

    def __init__(self, path: Path, stamp: datetime) -> None:
        self._stamp = stamp
        super().__init__(path, "w", ZIP_DEFLATED)

    def open(self, name: str | ZipInfo, mode: Any = "r", *args: Any, **kwargs: Any) -> IO[bytes]:
        """Open a member, with the archive's time on a new one."""
        if isinstance(name, ZipInfo) and mode == "w":
            name.date_time = self._stamp.timetuple()[:6]
        return super().open(name, mode, *args, **kwargs)


def _fill(
    book: Workbook, sheet: Sheet, rows: Iterable[Row], progress: Callable[[int], None] | None
) -> Produced:
    """Write all rows and report on the way."""
    table = _Table(book, sheet)
    for tone, values in rows:
        try:
            table.add(tone, values)
        except ValueError as error:
            raise ValueError(f"row {table.rows + 1} of {sheet.name}: {error}") from error
        if progress and table.rows % PROGRESS_STEP == 0:
            progress(table.rows)
    if progress:
        progress(table.rows)
    return table.finish()


def _set_properties(book: Workbook, title: str, creator: str, produced_at: datetime) -> None:
    """Say who made the workbook and when; Excel takes these times for UTC."""
    made = produced_at.astimezone(UTC).replace(tzinfo=None) if produced_at.tzinfo else produced_at
    book.properties.title = str(tidy(title).value or "")
    book.properties.creator = book.properties.lastModifiedBy = creator
    book.properties.created = book.properties.modified = made


def _pack(book: Workbook, part: Path, produced_at: datetime) -> None:
    """Put the finished sheets into the file; `Workbook.save` would write the present time in."""
    with _Archive(part, produced_at) as archive:
        ExcelWriter(book, archive).save()


def _discard(book: Workbook) -> None:
    """Remove what openpyxl keeps in the temporary folder until a workbook is saved.

    It would do so itself only when the process ends, and a server's doesn't.
    """
    pages: list[Any] = book.worksheets
    for page in pages:
        with suppress(Exception):  # a sheet in any state, on a disk that may be full
            page.close()
        with suppress(OSError, ValueError):
            page._writer.cleanup()  # noqa: SLF001 - no public name


def _plain_part(part: str) -> str:
    """Keep of a part of a file name what every file system takes and every reader sees."""
    return "".join(
        "-" if character in '<>:"/\\|?*' or unicodedata.category(character)[0] == "C" else character
        for character in unicodedata.normalize("NFC", part)
    ).strip(" .")
