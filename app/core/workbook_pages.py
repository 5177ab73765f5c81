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
from app.core.workbook_cells import Kind, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell

HEAD_ROWS = 2
NAME_LIMIT = 31  # characters in the name of a sheet
COVER_WIDTHS = (22, 88)
LINE = 16.5  # points: a row of 微软雅黑 in size 10
TITLE_HEIGHT = 36
TALLEST = 409.5  # points, Excel's limit

_A4 = "9"
_THIN = Side(style="thin", color="BFBFBF")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_PLAIN_INK = "1F2329"
_HEADER_GROUND = "E4EAF2"


class Tone(StrEnum):
    """Why a row is coloured."""

    LATE = "late"
    SOON = "soon"


_GROUND = {Tone.LATE: "FDE3E1", Tone.SOON: "FFF1C9"}
_INK = {Tone.LATE: "9C0006", Tone.SOON: "5F3A00"}
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
class Sheet:
    """A table to write; rows beyond row_limit, heads included, go to 台账2, 台账3 and so on."""

    title: str
    columns: Sequence[Column]
    name: str = "台账"
    cover_name: str = "说明"
    row_limit: int = 1_048_576

    def __post_init__(self) -> None:
        """Refuse a table without columns, and sheets without room for a row."""
        if not self.columns or self.row_limit <= HEAD_ROWS:
            raise ValueError("a table has at least one column and room for a row below its heads")


def open_table(book: Workbook, sheet: Sheet, number: int) -> Any:
    """Begin the table's first, second … sheet, down to its header."""
    page = book.create_sheet(_sheet_name(sheet.name, "" if number == 1 else str(number)))
    widths = [column.width for column in sheet.columns]
    _set_up(page, "landscape", widths)
    page.freeze_panes = f"B{HEAD_ROWS + 1}"
    page.print_title_rows = f"1:{HEAD_ROWS}"
    if len(sheet.columns) > 1:
        page.merged_cells.add(f"A1:{get_column_letter(len(sheet.columns))}1")
    add_row(page, 1, [_title_cell(page, sheet.title)], TITLE_HEIGHT)
    header = [_header_cell(page, column.title) for column in sheet.columns]
    add_row(page, HEAD_ROWS, header, height(header, widths) + LINE / 2)
    return page


def close_table(page: Any, sheet: Sheet, last_row: int) -> None:
    """End a sheet of the table: the filter takes in the header and all rows."""
    page.auto_filter.ref = f"A{HEAD_ROWS}:{get_column_letter(len(sheet.columns))}{last_row}"


def add_cover(book: Workbook, sheet: Sheet, facts: Sequence[tuple[str, str]]) -> None:
    """Add the sheet that says what the table is, a label and a value to each row."""
    page = book.create_sheet(_sheet_name(sheet.cover_name, ""))
    _set_up(page, "portrait", COVER_WIDTHS)
    for number, (label, value) in enumerate(facts, 1):
        cells = [_header_cell(page, label), _text_cell(page, value)]
        add_row(page, number, cells, height(cells, COVER_WIDTHS))


def row_cells(page: Any, columns: Sequence[Column]) -> dict[Tone | None, list[Cell]]:
    """Make one row of styled cells for each tone, to be filled again for every row."""
    return {
        tone: [_body_cell(page, column.kind, tone) for column in columns] for tone in (None, *Tone)
    }


def add_row(page: Any, number: int, cells: Sequence[Cell], tall: float) -> None:
    """Append a row of a given height, in points.

    A bare `ht` is the height that Excel would have measured itself: it changes when somebody
    widens the column. openpyxl's own `RowDimension` would fix it for good.
    """
    page.row_dimensions[number] = {"ht": f"{tall:g}"}
    page.append(cells)
    del page.row_dimensions[number]


def height(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """Estimate, rather too high, what a row needs to show its wrapped text whole, in points.

    LibreOffice measures no rows when it opens a file, and would cut the text to one line.
    """
    lines = max(_lines(cell.value, width) for cell, width in zip(cells, widths, strict=True))
    return min(lines * LINE, TALLEST)


def put(cell: Cell, value: Any) -> None:
    """Set a cell's value; a text stays text, whatever it begins with or spells."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error


def _set_up(page: Any, orientation: str, widths: Sequence[float]) -> None:
    """Set a sheet's columns, its paper and its footer: A4, one page wide, any number long."""
    for number, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.page_setup.paperSize = _A4
    page.page_setup.orientation = orientation
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.horizontalCentered = True
    margins = page.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom = 0.5, 0.6
    margins.header = margins.footer = 0.3
    page.oddFooter.center.text = gettext("第 &P 页 共 &N 页")


def _lines(value: object, width: float) -> int:
    """Count the lines of a wrapped text; a Chinese character (3 bytes in UTF-8) is two wide."""
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 1)
    return sum(
        max(1, ceil((len(part.encode()) + len(part)) / 2 / room)) for part in value.split("\n")
    )


def _sheet_name(name: str, number: str) -> str:
    """Make a name that Excel takes: nothing that a formula would read, at most 31 characters."""
    plain = re.sub(r"[\\*?:/\[\]\x00-\x1f]", " ", name).strip(" '") or "1"
    return plain[: NAME_LIMIT - len(number)] + number


def _font(*, size: int = 10, bold: bool = False, ink: str = _PLAIN_INK) -> Font:
    """Choose a font of every Chinese Windows; its family and charset find the next best."""
    return Font(name="微软雅黑", family=2, charset=134, size=size, bold=bold, color=ink)


def _fill(colour: str) -> PatternFill:
    """Make an even ground."""
    return PatternFill("solid", fgColor=colour)


def _title_cell(page: Any, text: str) -> Cell:
    """Make the title over the whole table."""
    cell = WriteOnlyCell(page)
    cell.font = _font(size=16, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
    cell.quotePrefix = True
    put(cell, tidy(text).value)
    return cell


def _header_cell(page: Any, text: str) -> Cell:
    """Make the head of a column, or a label of the cover."""
    cell = WriteOnlyCell(page)
    cell.font = _font(bold=True)
    cell.fill = _fill(_HEADER_GROUND)
    cell.border = _GRID
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.quotePrefix = True
    put(cell, tidy(text).value)
    return cell


def _text_cell(page: Any, text: str) -> Cell:
    """Make a value of the cover."""
    cell = _body_cell(page, Kind.TEXT, None)
    put(cell, tidy(text).value)
    return cell


def _body_cell(page: Any, kind: Kind, tone: Tone | None) -> Cell:
    """Make an empty cell of a column, in the colours of its row."""
    cell = WriteOnlyCell(page)
    cell.font = _font(ink=_INK[tone]) if tone else _font()
    if tone:
        cell.fill = _fill(_GROUND[tone])
    cell.border = _GRID
    cell.alignment = Alignment(horizontal=_ACROSS[kind], vertical="top", wrap_text=True)
    cell.number_format = _FORMAT[kind]
    # With the text format, this keeps a text one when somebody edits it in Excel.
    cell.quotePrefix = kind is Kind.TEXT
    return cell
