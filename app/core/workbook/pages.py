"""How a table looks on the screen and on paper: columns, styles, print set-up.

The colours of the tones are a light ground under dark ink, so that a grey print stays legible;
a ledger that colours its rows has a column that says the same in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING, Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from app.core.language import gettext
from app.core.workbook.cells import Kind, tidy
from app.core.workbook.drawing import draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl import Workbook

HEAD_ROWS = 2
NAME_LIMIT = 31  # characters in the name of a sheet
COVER_WIDTHS = (22, 88)
LINE = 16.5  # points: a row of 微软雅黑 in size 10
TITLE_HEIGHT = 36
TALLEST = 409.5  # points, Excel's limit

_SIZES = {"A4": "9", "A3": "8"}
_THIN = Side(style="thin", color="BFBFBF")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_PLAIN_INK = "1F2329"
_HEADER_GROUND = "E4EAF2"


class Tone(StrEnum):
    """Why a row is coloured; SUM is a row that sums up others, in bold."""

    LATE = "late"
    SOON = "soon"
    SUM = "sum"
    FEW = "few"
    """Too little to be judged by."""


_GROUND = {Tone.LATE: "FDE3E1", Tone.SOON: "FFF1C9", Tone.SUM: "F2F5F9", Tone.FEW: "F2F3F5"}
_INK = {Tone.LATE: "9C0006", Tone.SOON: "5F3A00", Tone.SUM: _PLAIN_INK, Tone.FEW: "5C6370"}
_FORMAT = {
    Kind.TEXT: "@",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
    Kind.INTEGER: "0",
    Kind.NUMBER: "General",
}
_ACROSS = {
    Kind.TEXT: "left",
    Kind.DATE: "center",
    Kind.DATETIME: "center",
    Kind.INTEGER: "right",
    Kind.NUMBER: "right",
}


@dataclass(frozen=True)
class Column:
    """A column; width in characters of the standard font, two to a Chinese character."""

    title: str
    width: float = 14
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Paper:
    """What a table is printed on; `fit` presses it into the width of one page."""

    size: str = "A4"
    orientation: str = "landscape"
    fit: bool = True


USUAL_PAPER = Paper()


@dataclass(frozen=True)
class Chart:
    """Stacked bars below a table, one for each of its rows; columns are counted from 1."""

    title: str
    named: int
    """The column that names the bars."""
    stacked: tuple[int, ...]
    """The columns of their parts."""


@dataclass(frozen=True)
class Sheet:
    """A table to write; rows beyond row_limit, heads included, go to 台账 (2), 台账 (3)."""

    title: str
    columns: Sequence[Column]
    name: str = "台账"
    cover_name: str = "说明"
    row_limit: int = 1_048_576
    paper: Paper = USUAL_PAPER
    chart: Chart | None = None

    def __post_init__(self) -> None:
        """Refuse a table without columns, and sheets without room for a row."""
        if not self.columns or self.row_limit <= HEAD_ROWS:
            raise ValueError("a table has at least one column and room for a row below its heads")


def open_table(book: Workbook, sheet: Sheet, number: int, at: int | None = None) -> Any:
    """Make the table's first, second … sheet with its title and its header, at a place."""
    page = book.create_sheet(sheet_name(sheet.name, "" if number == 1 else f" ({number})"), at)
    widths = [column.width for column in sheet.columns]
    _set_up(page, sheet.paper, widths)
    page.freeze_panes = f"B{HEAD_ROWS + 1}"
    page.print_title_rows = f"1:{HEAD_ROWS}"
    if len(sheet.columns) > 1:
        page.merge_cells(end_row=1, end_column=len(sheet.columns), start_row=1, start_column=1)
    _title(page.cell(1, 1), sheet.title)
    _row_height(page, 1, TITLE_HEIGHT)
    for place, column in enumerate(sheet.columns, 1):
        _head(page.cell(HEAD_ROWS, place), column.title)
    titles = [column.title for column in sheet.columns]
    _row_height(page, HEAD_ROWS, height(titles, widths) + LINE / 2)
    return page


def close_table(page: Any, sheet: Sheet, last_row: int) -> None:
    """End a sheet of the table: the filter takes in the header and all rows; a chart ends it."""
    page.auto_filter.ref = f"A{HEAD_ROWS}:{get_column_letter(len(sheet.columns))}{last_row}"
    if sheet.chart is not None and last_row > HEAD_ROWS:
        draw(page, sheet.chart, HEAD_ROWS, last_row)


def open_cover(book: Workbook, name: str) -> Any:
    """Make the sheet that will say what the table is."""
    page = book.create_sheet(sheet_name(name, ""))
    _set_up(page, Paper(orientation="portrait"), COVER_WIDTHS)
    return page


def open_hidden(book: Workbook, name: str) -> Any:
    """Make a sheet that no office program shows, and each keeps."""
    page = book.create_sheet(name)
    page.sheet_state = "veryHidden"
    return page


def fill_cover(page: Any, facts: Iterable[tuple[str, str]]) -> None:
    """Say what the table is, a label and a value to each row."""
    for number, (label, value) in enumerate(facts, 1):
        _head(page.cell(number, 1), label)
        _body(page.cell(number, 2), Kind.TEXT, None)
        put(page.cell(number, 2), tidy(value).value)
        _row_height(page, number, height((label, value), COVER_WIDTHS))


def style_ids(page: Any, columns: Sequence[Column]) -> dict[Tone | None, list[int]]:
    """Return the numbers of the styles of a row's cells, for each tone."""
    ids: dict[Tone | None, list[int]] = {}
    for tone in (None, *Tone):
        cells = [WriteOnlyCell(page) for _ in columns]
        for cell, column in zip(cells, columns, strict=True):
            _body(cell, column.kind, tone)
        ids[tone] = [cell.style_id for cell in cells]
    return ids


def height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Estimate, rather too high, what a row needs to show its wrapped texts whole, in points.

    LibreOffice measures no rows when it opens a file, and would cut the text to one line.
    """
    return min(max(map(lines_of, texts, widths)) * LINE, TALLEST)


def lines_of(text: str, width: float) -> int:
    """Count the lines of a wrapped text; a Chinese character (3 bytes in UTF-8) is two wide."""
    room = room_of(width)
    if "\n" not in text:
        return max(1, ceil((len(text.encode(errors="replace")) + len(text)) / room))
    return sum(lines_of(part, width) for part in text.split("\n"))


def room_of(width: float) -> int:
    """Return twice the characters that surely fit into a line of a column."""
    return 2 * max(int(width) - 1, 1)


def put(cell: Any, value: Any) -> None:
    """Set a cell's value; a text stays text, whatever it begins with or spells."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error


def _row_height(page: Any, number: int, points: float) -> None:
    """Set the height of a row.

    A bare `ht` is the height that Excel would have measured itself: it changes when somebody
    widens the column. openpyxl's own `RowDimension` would fix it for good.
    """
    page.row_dimensions[number] = {"ht": f"{points:g}"}


def _set_up(page: Any, paper: Paper, widths: Sequence[float]) -> None:
    """Set a sheet's columns, its paper and its footer; it may be any number of pages long."""
    for number, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.page_setup.paperSize = _SIZES[paper.size]
    page.page_setup.orientation = paper.orientation
    if paper.fit:
        page.page_setup.fitToWidth = 1
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.horizontalCentered = True
    margins = page.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.5, 0.6
    margins.header = margins.footer = 0.3
    page.oddFooter.center.text = gettext("第 &P 页 共 &N 页")
    if mark := page.parent.watermark.replace("&", "&&"):
        page.oddHeader.center.text = page.oddFooter.left.text = mark


def sheet_name(name: str, number: str = "") -> str:
    """Make a name that Excel takes: nothing that a formula would read, at most 31 characters."""
    plain = re.sub(r"[\\*?:/\[\]\x00-\x1f]", " ", name).strip(" '") or "1"
    return plain[: NAME_LIMIT - len(number)] + number


def _font(*, size: int = 10, bold: bool = False, ink: str = _PLAIN_INK) -> Font:
    """Choose a font of every Chinese Windows; its family and charset find the next best."""
    return Font(name="微软雅黑", family=2, charset=134, size=size, bold=bold, color=ink)


def _fill(colour: str) -> PatternFill:
    """Make an even ground."""
    return PatternFill("solid", fgColor=colour)


def _title(cell: Any, text: str) -> None:
    """Make a cell the title over the whole table."""
    cell.font = _font(size=16, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
    cell.quotePrefix = True
    put(cell, tidy(text).value)


def _head(cell: Any, text: str) -> None:
    """Make a cell the head of a column, or a label of the cover."""
    cell.font = _font(bold=True)
    cell.fill = _fill(_HEADER_GROUND)
    cell.border = _GRID
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.quotePrefix = True
    put(cell, tidy(text).value)


def _body(cell: Any, kind: Kind, tone: Tone | None) -> None:
    """Style a cell of a column, in the colours of its row."""
    cell.font = _font(bold=tone is Tone.SUM, ink=_INK[tone]) if tone else _font()
    if tone:
        cell.fill = _fill(_GROUND[tone])
    cell.border = _GRID
    cell.alignment = Alignment(horizontal=_ACROSS[kind], vertical="top", wrap_text=True)
    cell.number_format = _FORMAT[kind]
    # With the text format, this keeps a text one when somebody edits it in Excel.
    cell.quotePrefix = kind is Kind.TEXT
