"""Mark what is wrong in a workbook: red cells with a comment, and a sheet that lists it all.

The person's own file where it is an .xlsx, so that they mend it where they made it; for .xls and
text a new one with the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from app.core.sheets.grid import Book, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

RED = PatternFill("solid", fgColor="FFC7CE")
HEAD = PatternFill("solid", fgColor="F2F2F2")
WIDTHS = (16, 8, 16, 70)
COMMENT = (320, 90)
"""Width and height of a comment, in points."""


@dataclass(frozen=True)
class Mark:
    """What is wrong with a cell; a row as a whole is marked in its first."""

    page: str
    row: int
    column: int
    heading: str
    text: str


@dataclass(frozen=True)
class Marks:
    """Everything that is wrong, and the words of the sheet that lists it."""

    title: str
    heads: Sequence[str]
    marks: Sequence[Mark]
    author: str


def mark(path: Path, book: Book | None, marks: Marks, out: Path) -> None:
    """Write the marked workbook: of the file itself, or anew of a book that was read."""
    made = _opened(path) if book is None else _made_anew(book)
    by_cell: dict[tuple[str, int, int], list[str]] = {}
    for it in marks.marks:
        by_cell.setdefault((it.page, it.row, it.column), []).append(it.text)
    for (page, row, column), texts in by_cell.items():
        if page in made.sheetnames:
            _mark_cell(made[page], row, column, "\n".join(texts), marks.author)
    _list_all(made, marks)
    made.save(out)


def _opened(path: Path) -> Workbook:
    with path.open("rb") as file:  # given a name, openpyxl goes by its ending
        return load_workbook(file)


def _mark_cell(sheet: Any, row: int, column: int, text: str, author: str) -> None:
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        area = next(it for it in sheet.merged_cells.ranges if cell.coordinate in it)
        cell = sheet.cell(area.min_row, area.min_col)
    cell.fill = RED
    before = f"{cell.comment.text}\n" if cell.comment is not None else ""
    cell.comment = Comment(before + text, author, width=COMMENT[0], height=COMMENT[1])


def _list_all(book: Any, marks: Marks) -> None:
    title = marks.title
    while title in book.sheetnames:
        title = f"{title[:28]}-2" if title == marks.title else f"{title[:-1]}{int(title[-1]) + 1}"
    sheet = book.create_sheet(title)
    rows: Iterable[Sequence[Any]] = (
        (it.page, it.row, f"{get_column_letter(it.column)}{it.row} {it.heading}".strip(), it.text)
        for it in marks.marks
    )
    for number, values in enumerate((marks.heads, *rows), start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            _put(cell, Cell("text", value) if isinstance(value, str) else Cell("number", value))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font, cell.fill = Font(bold=True), HEAD
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def _made_anew(book: Book) -> Workbook:
    made = Workbook()
    made.remove(made.worksheets[0])
    for page in book.pages:
        sheet = made.create_sheet(page.title)
        for row, cells in page.rows.items():
            for column, cell in cells.items():
                _put(sheet.cell(row, column), cell)
        for area in page.merged:
            sheet.merge_cells(None, *area[:1], area.left, area.bottom, area.right)
        sheet.sheet_state = "hidden" if page.hidden else "visible"
        for row in page.hidden_rows:
            sheet.row_dimensions[row].hidden = True
    return made


def _put(target: Any, cell: Cell) -> None:
    """Write a value as what it is: a text never turns into a formula."""
    value = cell.value
    if cell.kind == "moment":
        value = datetime.fromisoformat(value)
    elif cell.kind == "time":
        value = time.fromisoformat(value)
    target.value = value
    if cell.kind in {"text", "error", "formula"}:
        target.data_type = "s"
