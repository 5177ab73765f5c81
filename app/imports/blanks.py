"""The template of a kind: a sheet to fill in, with lists and notes, and its guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from app.core.language import gettext
from app.imports.aliases import EXAMPLES
from app.imports.words import LISTS, NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.imports.columns import Column
    from app.imports.kinds import Kind

ROWS = 2_000
"""How many rows have lists to choose from."""

MUST, MAY = PatternFill("solid", fgColor="1F5AA6"), PatternFill("solid", fgColor="6B7A8D")
LINE = Side(style="thin", color="D0D5DD")
HEAD_FONT = Font(bold=True, color="FFFFFF")
TEXTS = {"phone", "identity", "code", "date"}
"""What is kept as the text that was typed, so that Excel doesn't turn it into a number."""
GUIDE_WIDTHS = (18, 8, 46, 34)


def template(kind: Kind, choices: Mapping[str, Sequence[str]]) -> Workbook:
    """Return the template; `choices` lists what a column is chosen from, beside its own list."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = gettext(kind.title)
    columns = kind.columns
    lists = book.create_sheet(gettext(LISTS))
    for number, column in enumerate(columns, start=1):
        _head(sheet, number, column)
        offered = _offered(column, choices)
        if offered:
            _offer(sheet, lists, number, offered, _note(column))
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 24
    lists.sheet_state = "hidden"
    _guide(book, kind, choices)
    return book


def _head(sheet: Any, number: int, column: Column) -> None:
    cell = sheet.cell(1, number, gettext(column.label))
    cell.font, cell.fill = HEAD_FONT, MUST if column.required else MAY
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(right=LINE)
    cell.comment = Comment(_note(column), gettext("办成"), width=300, height=110)
    letter = get_column_letter(number)
    sheet.column_dimensions[letter].width = column.width
    if column.kind in TEXTS:
        sheet.column_dimensions[letter].number_format = "@"


def _note(column: Column) -> str:
    must = gettext("必填") if column.required else gettext("选填")
    lines = [must, gettext(column.hint) if column.hint else "", _form(column)]
    return "\n".join(line for line in lines if line)


def _form(column: Column) -> str:
    """Say how a value is written."""
    said = {
        "date": gettext("日期，例如 2026-05-07、2026.5.7 或 2026年5月7日"),
        "time": gettext("时刻，例如 09:00"),
        "integer": gettext("整数"),
        "boolean": gettext("是或否"),
        "phone": gettext("单元格为文本，直接填写号码"),
        "identity": gettext("单元格为文本，直接填写号码"),
    }.get(column.kind, "")
    if column.most and not said and column.kind != "place":
        said = gettext("最多 %(most)d 个字", most=column.most)
    return said


def _offered(column: Column, choices: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if column.choices is not None:
        return [gettext(it.label) for it in column.choices]
    if column.kind == "boolean":
        return [gettext("是"), gettext("否")]
    return choices.get(column.name, ())


def _offer(sheet: Any, lists: Any, number: int, offered: Sequence[str], note: str) -> None:
    """Let a column be chosen from a list, which stands on a sheet of its own, however long."""
    letter = get_column_letter(number)
    for row, text in enumerate(offered, start=1):
        lists.cell(row, number, text).data_type = "s"
    named = quote_sheetname(lists.title)
    rule = DataValidation("list", f"{named}!${letter}$1:${letter}${len(offered)}", allow_blank=True)
    rule.errorTitle, rule.error = gettext("请从列表中选择"), note[:200]
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{ROWS}")


def _guide(book: Workbook, kind: Kind, choices: Mapping[str, Sequence[str]]) -> None:
    """Write how each column is filled in."""
    examples = EXAMPLES.get(kind.code, {})
    sheet = book.create_sheet(gettext(NOTES))
    sheet.append([gettext(kind.about)])
    sheet.append([gettext("深蓝的列必填；列可以调换顺序、可以删去选填的列，表头文字请不要改。")])
    sheet.append([])
    heads = (gettext("列"), gettext("必填"), gettext("怎么填"), gettext("例子或可选项"))
    sheet.append(heads)
    for column in kind.columns:
        offered = _offered(column, choices)
        sheet.append(
            [
                gettext(column.label),
                gettext("是") if column.required else "",
                "\n".join(_note(column).splitlines()[1:]),
                gettext("、").join(offered[:20]) or examples.get(column.name, ""),
            ]
        )
    for row in sheet.iter_rows(min_row=4):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.row == 4:  # noqa: PLR2004 - the row of the heads
                cell.font, cell.fill = HEAD_FONT, MAY
    for number, width in enumerate(GUIDE_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet["A1"].font = Font(bold=True, size=13)
