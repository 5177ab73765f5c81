"""Write tables of any length into one workbook, as their rows come."""

from __future__ import annotations

import hashlib
import unicodedata
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

from app.core.workbook import locked
from app.core.workbook.body import AT_ONCE, Body, Row, RowError
from app.core.workbook.cells import tidy
from app.core.workbook.checksum import canonical, line
from app.core.workbook.frames import Book, drafted, frame, save
from app.core.workbook.pages import (
    HEAD_ROWS,
    Sheet,
    close_table,
    fill_cover,
    open_cover,
    open_hidden,
    open_table,
    style_ids,
)
from app.core.workbook.seal import SHEET as SEAL, Notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from app.core.workbook.body import Batch
    from app.core.workbook.locked import Lock

NAME_BYTES = 255  # of a file's name, on every file system in use
SEAL_ROW = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%b</t></is></c></row>'
MOST_XML = 2_000_000_000
"""Bytes of a sheet's XML: beyond 2 GiB the archive would need ZIP64, which Excel calls damage."""


@dataclass(frozen=True)
class Produced:
    """What was written.

    `checksum` is the SHA-256 of title, column titles and rows; `app.core.workbook.checksum` says
    over which text exactly, and computes it anew from a file. `replaced` counts the cells that
    could not be kept letter for letter; `sheets` are those of the tables, without the cover.
    Rows of a summary are not counted. `figures` are what the maker of the cover says of the rows,
    label and text.
    """

    rows: int
    checksum: str
    replaced: int
    sheets: int
    figures: tuple[tuple[str, str], ...] = ()


def write(
    path: Path,
    sheet: Sheet,
    rows: Iterable[Row],
    cover: Callable[[Produced], Iterable[tuple[str, str]]],
    *,
    produced_at: datetime,
    creator: str = "办成",
    progress: Callable[[int], None] | None = None,
    keys: Mapping[str, bytes] | None = None,
) -> Produced:
    """Write rows to an Excel file and, last, the cover that `cover` makes of the outcome.

    The first of `keys` seals it (`app.core.workbook.seal`). `progress` is told the number of rows
    now and then, and at the end; what it raises (somebody cancelled) or `rows` raises passes
    through. ValueError when a row doesn't fit the columns, WorkbookError when the disk or the
    folder refuses. After any of them no file is left behind and an earlier one under that name is
    untouched.
    """
    return write_tables(
        path,
        [(sheet, rows)],
        cover,
        produced_at=produced_at,
        creator=creator,
        progress=progress,
        keys=keys,
    )


def write_tables(  # noqa: PLR0913 - each says something else of one file
    path: Path,
    tables: Sequence[tuple[Sheet, Iterable[Row]]],
    cover: Callable[[Produced], Iterable[tuple[str, str]]],
    *,
    produced_at: datetime,
    creator: str = "办成",
    progress: Callable[[int], None] | None = None,
    keys: Mapping[str, bytes] | None = None,
    summary: tuple[Sheet, Iterable[Row]] | None = None,
    lock: Lock | None = None,
) -> Produced:
    """Write several tables, each on sheets of its own, as `write` does one.

    The workbook is titled after the first, which also names the cover. Rows are asked for in the
    order of the tables, those of the summary last of all, though its sheet stands first. With a
    `lock` the file is encrypted, and every printed page bears the lock's watermark.
    """
    book = Book(lock.watermark if lock is not None else "")
    title = (summary or tables[0])[0].title
    _set_properties(book, title, creator, produced_at)
    with closing(Notes()) if keys else nullcontext() as notes:
        work = _Work(book, progress, notes)
        for sheet, rows in tables:
            work.add(_Table(sheet, iter(rows)))
        if summary is not None:
            work.summarise(_Table(summary[0], iter(summary[1])))
        page = open_cover(book, tables[0][0].cover_name)
        book.fillers[page] = lambda page, member: work.write_cover(page, member, cover)
        if keys:
            sealing = open_hidden(book, SEAL)
            book.fillers[sealing] = lambda page, member: work.write_seal(page, member, keys)
        with drafted(path) as file:
            if lock is None:
                save(book, file, produced_at)
            else:
                save(book, clear := BytesIO(), produced_at)
                locked.lock(clear, lock.password, file)
        return work.produced()


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


@dataclass
class _Table:
    """A table on its way: what it is, the rows that are still to come, the sheets so far."""

    sheet: Sheet
    rows: Iterator[Row]
    pages: list[tuple[Any, int]] = field(default_factory=list)
    """Its sheets, each with the number of its rows once it is written."""

    @property
    def written(self) -> int:
        """Return how many rows are written."""
        return sum(rows for _, rows in self.pages)


class _Work:
    """The tables while they are written: it counts, takes the checksum, and notes for the seal."""

    def __init__(
        self, book: Book, progress: Callable[[int], None] | None, notes: Notes | None
    ) -> None:
        self._book, self._progress, self._notes = book, progress, notes
        self._rows = self._replaced = self._sheets = 0
        self._digest = hashlib.sha256()
        self._tables: list[_Table] = []
        self._cover: tuple[Any, list[tuple[str, str]]] = (None, [])
        self._summary: Any = None

    def produced(self) -> Produced:
        """Say what was written so far."""
        return Produced(self._rows, self._digest.hexdigest(), self._replaced, self._sheets)

    def add(self, table: _Table, at: int | None = None) -> None:
        """Make the next sheet of a table; its rows will come when it is that sheet's turn."""
        if not table.pages:
            self._tables.append(table)
        self._sheets += 1
        page = open_table(self._book, table.sheet, len(table.pages) + 1, at)
        table.pages.append((page, 0))
        self._book.fillers[page] = lambda page, member: self._write(table, page, member)

    def summarise(self, table: _Table) -> None:
        """Make the sheet that stands first; its rows will come after those of the tables."""
        self.add(table)
        self._summary = table.pages[0][0]

    def _write(self, table: _Table, page: Any, member: IO[bytes]) -> None:
        """Write a sheet, and prepare the next one if rows are left."""
        sheet = table.sheet
        if len(table.pages) == 1:
            self._digest.update(line([tidy(sheet.title).value]))
            self._digest.update(line(tidy(column.title).value for column in sheet.columns))
        member.write(frame(page)[0])
        last, size = HEAD_ROWS, 0
        for batch in self._batches(table, Body(sheet.columns, style_ids(page, sheet.columns))):
            member.write(batch.xml)
            last, size = last + len(batch.rows), size + len(batch.xml)
            if size > MOST_XML:
                break
        close_table(page, sheet, last)
        member.write(frame(page)[1])
        table.pages[-1] = (page, last - HEAD_ROWS)
        ahead = list(islice(table.rows, 1))
        if ahead:
            table.rows = chain(ahead, table.rows)
            self.add(table, self._book.index(page) + 1)

    def _batches(self, table: _Table, body: Body) -> Iterator[Batch]:
        """Tell as many rows as a sheet has room for, and report on the way."""
        first, before = HEAD_ROWS + 1, table.written
        while rows := list(islice(table.rows, min(AT_ONCE, table.sheet.row_limit - first + 1))):
            try:
                batch = body.batch(first, rows)
            except RowError as error:
                number = before + first - HEAD_ROWS - 1 + error.number
                raise ValueError(f"row {number} of {table.sheet.name}: {error}") from error
            first += len(rows)
            if table.pages[0][0] is not self._summary:
                self._rows += len(rows)
            self._replaced += batch.altered
            self._digest.update(b"".join(batch.rows))
            if self._notes is not None:
                self._notes.add(batch)
            yield batch
            if self._progress:
                self._progress(self._rows)

    def write_cover(
        self, page: Any, member: IO[bytes], cover: Callable[[Produced], Iterable[tuple[str, str]]]
    ) -> None:
        """Write what the cover says of the tables, which are written by now."""
        if self._summary is not None:  # it is written by now, and what lists the sheets is not
            self._book.put_first(self._summary)
        facts = list(cover(self.produced()))
        self._cover = page, facts
        fill_cover(page, facts)
        member.write(b"".join(frame(page)))

    def write_seal(self, page: Any, member: IO[bytes], keys: Mapping[str, bytes]) -> None:
        """Write the hidden sheet, last of all."""
        if self._notes is None:
            return
        head, tail = frame(page)
        member.write(head)
        for number, text in enumerate(self._notes.sealed(self._facts(), keys), 1):
            member.write(SEAL_ROW % (number, number, text.encode()))
        member.write(tail)

    def _facts(self) -> dict[str, Any]:
        """Return what the seal keeps of the workbook beside its rows."""
        page, cover = self._cover
        return {
            "checksum": self._digest.hexdigest(),
            "rows": self._rows,
            "title": canonical(self._book.properties.title),
            "made": self._book.properties.created.isoformat(),
            "tables": [
                {
                    "title": canonical(tidy(table.sheet.title).value),
                    "columns": [canonical(tidy(it.title).value) for it in table.sheet.columns],
                    "kinds": [it.kind for it in table.sheet.columns],
                    "sheets": [self._sheet(page) | {"rows": rows} for page, rows in table.pages],
                }
                for table in self._tables
            ],
            "cover": self._sheet(page)
            | {"facts": [[canonical(tidy(it).value) for it in pair] for pair in cover]},
        }

    def _sheet(self, page: Any) -> dict[str, Any]:
        info = self._book.members[page]
        return {"name": page.title, "crc": info.CRC, "size": info.file_size}


def _set_properties(book: Book, title: str, creator: str, produced_at: datetime) -> None:
    """Say who made the workbook and when; Excel takes these times for UTC."""
    made = produced_at.astimezone(UTC).replace(tzinfo=None) if produced_at.tzinfo else produced_at
    book.properties.title = str(tidy(title).value or "")
    book.properties.creator = book.properties.lastModifiedBy = creator
    book.properties.created = book.properties.modified = made


def _plain_part(part: str) -> str:
    """Keep of a part of a file name what every file system takes and every reader sees."""
    return "".join(
        "-" if character in '<>:"/\\|?*' or unicodedata.category(character)[0] == "C" else character
        for character in unicodedata.normalize("NFC", part)
    ).strip(" .")
