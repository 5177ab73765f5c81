"""The file around the rows: openpyxl writes it, sheet by sheet, straight into the archive.

All that leans on the inside of openpyxl and zipfile is here; tests/core/test_workbook_inside.py
says what it expects of them, and openpyxl is pinned.
"""

from __future__ import annotations

import io
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from isal import isal_zlib
from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from app.core.workbook.errors import told_plainly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    Filler = Callable[[Any, IO[bytes]], None]

BODY_END = b"</sheetData>"
RAW_DEFLATE = -15
FASTEST = 1


class Book(Workbook):
    """A workbook that may get further sheets while it is being written."""

    def __init__(self, watermark: str = "") -> None:
        super().__init__()
        self.watermark = watermark
        """What stands at the head and at the foot of every printed page."""
        self.remove(self.worksheets[0])
        self.fillers: dict[Any, Filler] = {}
        """What writes each sheet: told the sheet and its open member of the archive."""
        self.members: dict[Any, ZipInfo] = {}
        """Where the sheets that are written lie in the archive."""

    @property
    def worksheets(self) -> list[Any]:
        """Give the list itself: openpyxl, which walks over it, meets sheets that are added."""
        sheets: list[Any] = self._sheets  # type: ignore[attr-defined]
        return sheets

    def put_first(self, page: Any) -> None:
        """Let a sheet that is written stand before all others."""
        self.worksheets.remove(page)
        self.worksheets.insert(0, page)


def frame(page: Any) -> tuple[bytes, bytes]:
    """Return the XML of a sheet as it stands, cut where the next row would go."""
    out = io.BytesIO()
    writer = _Frame(page, out)
    writer.write()
    page._rels = writer._rels  # type: ignore[attr-defined] # noqa: SLF001 - asked for later
    head, end, tail = out.getvalue().rpartition(BODY_END)
    return head, end + tail


def save(book: Book, file: IO[bytes], stamp: datetime) -> None:
    """Write a workbook into an open file; every member bears the stamp."""
    archive = _Archive(file, stamp)
    try:
        _Writer(book, archive).save()
    finally:  # after a failure: what zipfile wants to write then makes no difference
        with suppress(Exception):
            archive.close()


@contextmanager
def drafted(path: Path) -> Iterator[IO[bytes]]:
    """Open a draft that takes its name when the block ends well, and vanishes when it doesn't.

    What the disk or the folder refuses is a WorkbookError.
    """
    draft = path.with_name(f".{uuid4().hex}.part")
    with told_plainly():
        raw = _Disk(draft, "xb+")
    try:
        with io.BufferedRandom(raw) as file:
            yield file
        with told_plainly():
            draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()


class _Disk(io.FileIO):
    """A file that says in words why it can't be written."""

    def write(self, data: Any) -> int:
        """Write bytes."""
        with told_plainly():
            return super().write(data) or 0


class _Frame(WorksheetWriter):
    """A sheet without its size, which nobody knows before the last row."""

    def write_dimensions(self) -> None:
        """Leave the size out: readers measure the sheet themselves."""


class _Writer(ExcelWriter):
    """Let each sheet be written by its filler; the rest is openpyxl's."""

    def __init__(self, book: Book, archive: ZipFile) -> None:
        super().__init__(book, archive)
        self.book, self.archive = book, archive

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet into the archive, where openpyxl would copy it from a temporary file."""
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - as in the method of the same name
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images  # noqa: SLF001
        info = self.book.members[ws] = ZipInfo(ws.path[1:])
        with self.archive.open(info, "w") as member:
            self.book.fillers[ws](ws, member)
        self.manifest.append(ws)


class _Archive(ZipFile):
    """A zip file of one time, so that the same table makes the same bytes; packed by isal."""

    def __init__(self, file: IO[bytes], stamp: datetime) -> None:
        self._stamp = stamp
        super().__init__(file, "w", ZIP_DEFLATED)

    def open(self, name: str | ZipInfo, mode: Any = "r", *args: Any, **kwargs: Any) -> IO[bytes]:
        """Open a new member, with the archive's time on it."""
        if isinstance(name, ZipInfo):
            name.date_time = self._stamp.timetuple()[:6]
            name.compress_type = ZIP_DEFLATED
        member: Any = super().open(name, mode, *args, **kwargs)
        member._compressor = isal_zlib.compressobj(  # noqa: SLF001 - no public name
            FASTEST, isal_zlib.DEFLATED, RAW_DEFLATE
        )
        return member  # type: ignore[no-any-return]
