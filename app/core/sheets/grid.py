"""A workbook as it was read: pages of cells, as values that JSON carries between processes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_ROWS = 5_000
"""Rows with anything in them, on all pages together, the header and titles included."""
MOST_COLUMNS = 200
MOST_CELLS = 150_000
MOST_MERGED = 10_000
MOST_CHARACTERS = 20_000_000
LAST_ROW = 1_048_576
INVISIBLE = re.compile(r"[\s\u200b\ufeff]+")


class Cell(NamedTuple):
    """One cell: `kind` is text, number, moment, time, boolean, error or formula.

    A moment is ISO text without a zone, a time ISO text; a formula is one that was never computed.
    """

    kind: str
    value: Any

    @property
    def text(self) -> str:
        """What stands in it, as text: whole numbers without a fraction, nothing rounded."""
        if self.kind == "number" and isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)


class Area(NamedTuple):
    """A merged area, first and last row and column, both included."""

    top: int
    left: int
    bottom: int
    right: int


class RefusedError(Exception):
    """Raise when a file is not read; `code` is one of reading.SENTENCES."""

    def __init__(self, code: str, **where: Any) -> None:
        """Keep what the sentence needs."""
        self.code, self.where = code, where
        super().__init__(code)


@dataclass
class Page:
    """One sheet; rows and columns count from 1, and empty cells are not there."""

    title: str
    hidden: bool = False
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    since_1904: bool = False
    """Whether serial dates count from 1904, as old Macs did."""


@dataclass
class Book:
    """What was in a file, and of which format it was: xlsx, xls or csv."""

    format: str
    pages: list[Page] = field(default_factory=list)


class Counting:
    """Put cells into pages, and refuse when they get too many."""

    def __init__(self) -> None:
        self.rows = self.cells = self.characters = 0

    def put(self, page: Page, row: int, cells: dict[int, Cell]) -> None:
        """Keep what is not empty of a row."""
        kept = {column: cell for column, cell in cells.items() if not is_blank(cell)}
        if not kept:
            return
        self.rows += 1
        self.cells += len(kept)
        self.characters += sum(len(cell.value) for cell in kept.values() if cell.kind == "text")
        if self.rows > MOST_ROWS:
            raise RefusedError("rows", most=MOST_ROWS)
        if max(kept) > MOST_COLUMNS:
            raise RefusedError("columns", most=MOST_COLUMNS)
        if self.cells > MOST_CELLS or self.characters > MOST_CHARACTERS:
            raise RefusedError("too_much")
        page.rows[row] = kept


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing that one could see."""
    return cell.kind == "text" and not INVISIBLE.sub("", cell.value)


def as_json(book: Book) -> dict[str, Any]:
    """Return a book as JSON keeps it."""
    return {
        "format": book.format,
        "pages": [
            {
                **vars(page),
                "rows": [
                    [row, [[column, *cell] for column, cell in cells.items()]]
                    for row, cells in page.rows.items()
                ],
            }
            for page in book.pages
        ],
    }


def from_json(told: dict[str, Any]) -> Book:
    """Return the book that `as_json` told."""
    pages = [
        Page(
            **{
                **page,
                "rows": {
                    row: {column: Cell(kind, value) for column, kind, value in cells}
                    for row, cells in page["rows"]
                },
                "merged": [Area(*area) for area in page["merged"]],
            }
        )
        for page in told["pages"]
    ]
    return Book(told["format"], pages)
