"""The open cases of a department as a file to fill in offline.

Only the cells to fill in are open. A hidden column holds a stamp of each case, so that the way back
knows whether the case has moved on since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.cases.models import Case
from app.cases.moves import MOVES
from app.cases.records import Assignment
from app.cases.rules import WITH_DEPARTMENT
from app.core.crud.present import local
from app.core.db import db
from app.core.language import N_, gettext
from app.core.privacy import masked
from app.core.timeline import Event
from app.core.workbook.cells import tidy
from app.imports.columns import Column
from app.imports.words import NOTES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from app.departments.models import Department

QUIET = {"reminded", "linked"}
MOVED = frozenset({move.event for move in MOVES} - QUIET | {"edited", "changed_outside"})
"""The events after which a case is not what it was when the file was made."""

AT = "@"
HEAD_ROW = 2
DATES = "yyyy-mm-dd hh:mm"
LINE_HEIGHT, LEAST_LINES, MOST_LINES = 14.5, 3, 20

COLUMNS = (
    Column("stamp", N_("核对码"), "code", required=True, most=64, width=4, fill_in=False),
    Column("number", N_("编号"), "code", required=True, most=32, width=16, fill_in=False),
    Column("matter", N_("事项名称"), "shown", width=16, fill_in=False),
    Column("applicant", N_("反映人"), "shown", width=9, fill_in=False),
    Column("description", N_("反映内容"), "shown", width=28, fill_in=False),
    Column("classification", N_("分类"), "shown", width=12, fill_in=False),
    Column("part", N_("主办或协办"), "shown", width=10, fill_in=False),
    Column("status", N_("状态"), "shown", width=9, fill_in=False),
    Column("dispatched", N_("派发时间"), "shown", width=16, fill_in=False),
    Column("due", N_("到期时间"), "shown", width=16, fill_in=False),
    Column("note", N_("办理进展"), "long", most=4000, width=22,
           hint=N_("反馈进展；可以与办理结果同时填写")),
    Column("result", N_("办理结果"), "long", most=4000, width=22,
           hint=N_("办结的，写明结果；与不能办理的原因只填一项")),
    Column("reasons", N_("不能办理的原因"), "long", most=4000, width=22,
           hint=N_("不能办理的，写明原因，并填法律依据")),
    Column("legal_basis", N_("法律依据"), "long", most=4000, width=18),
    Column("decision", N_("答复属于行政决定"), "boolean", width=10,
           hint=N_("填“是”，答复书写明行政复议和行政诉讼的期限")),
)  # fmt: skip

OPEN = PatternFill("solid", fgColor="FFF8E1")
LATE = PatternFill("solid", fgColor="FDE7E7")
HEAD = PatternFill("solid", fgColor="1F5AA6")
LINE = Side(style="thin", color="C9CED6")
BORDER = Border(LINE, LINE, LINE, LINE)


def sequences(ids: Collection[int]) -> dict[int, int]:
    """Return how far the timeline of each case had come when it last moved."""
    query = (
        select(Event.case_id, func.max(Event.sequence))
        .where(Event.case_id.in_(sorted(ids)), Event.kind.in_(MOVED))
        .group_by(Event.case_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def stamp(case: Case, sequence: int) -> str:
    """Return the stamp of a case as it stands."""
    return f"{case.number}{AT}{sequence}"


def open_cases(department: Department) -> Sequence[tuple[Case, Assignment]]:
    """Return what a department has to do, soonest first, with its part in each."""
    query = (
        select(Case, Assignment)
        .join(Assignment, Assignment.case_id == Case.id)
        .outerjoin(Case.clock)
        .options(contains_eager(Case.clock), joinedload(Case.hall))
        .where(
            Assignment.department_id == department.id,
            Assignment.returned_at.is_(None),
            Assignment.finished_at.is_(None),
            Case.status.in_(WITH_DEPARTMENT),
        )
        .order_by(Case.id)
    )
    return [(case, part) for case, part in db.session.execute(query)]


def workbook(department: Department, now: datetime) -> Workbook:
    """Return the file of a department, as of an instant."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = gettext("在办事项")
    found = open_cases(department)
    known = sequences([case.id for case, _ in found])
    when = local(now, department.hall.timezone)
    title = gettext(
        "%(department)s在办事项（截至 %(when)s）",
        department=str(department),
        when=f"{when:%Y-%m-%d %H:%M}",
    )
    sheet.cell(1, 2, title).font = Font(bold=True, size=14)
    _head(sheet)
    for row, (case, part) in enumerate(found, start=HEAD_ROW + 1):
        _write(sheet, row, _told(case, part, known.get(case.id, 0)), late=_late(case, now))
    _set_up(sheet, len(found))
    _guide(book)
    return book


def _told(case: Case, part: Assignment, sequence: int) -> dict[str, Any]:
    """Return what is shown of a case; personal data masked, because the file is carried away."""
    zone = case.hall.timezone

    def moment(instant: datetime | None) -> datetime | None:
        return local(instant, zone).replace(tzinfo=None, microsecond=0) if instant else None

    return {
        "stamp": stamp(case, sequence),
        "number": case.number,
        "matter": case.matter,
        "applicant": masked("name", case.applicant_name),
        "description": case.description,
        "classification": gettext(case.classification.label) if case.classification else None,
        "part": gettext(part.role.label),
        "status": gettext(case.status.label),
        "dispatched": moment(case.dispatched_at),
        "due": moment(case.clock.due_at) if case.clock is not None else None,
    }


def _late(case: Case, now: datetime) -> bool:
    return case.clock is not None and case.clock.met_at is None and case.clock.due_at < now


def _head(sheet: Any) -> None:
    sheet.row_dimensions[HEAD_ROW].height = 2 * LINE_HEIGHT
    for at, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(HEAD_ROW, at, gettext(column.label))
        cell.font, cell.fill, cell.border = Font(bold=True, color="FFFFFF"), HEAD, BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(at)].width = column.width


def _write(sheet: Any, row: int, told: dict[str, Any], *, late: bool) -> None:
    sheet.row_dimensions[row].height = _height(told)
    for at, column in enumerate(COLUMNS, start=1):
        cell, value = sheet.cell(row, at), told.get(column.name)
        cell.value = tidy(value).value if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
        elif value is not None:
            cell.number_format = DATES
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = BORDER
        if column.fill_in:
            cell.fill, cell.protection = OPEN, Protection(locked=False)
            cell.number_format = "@"
        elif late:
            cell.fill = LATE


def _height(told: dict[str, Any]) -> float:
    """Return how high a row is for its longest text, with room to write: nobody asks Excel."""
    lines = [
        len(value) * 2 // (column.width - 2) + 1
        for column in COLUMNS
        if isinstance(value := told.get(column.name), str) and column.name != "stamp"
    ]
    return LINE_HEIGHT * min(max(LEAST_LINES, *lines), MOST_LINES)


def _set_up(sheet: Any, many: int) -> None:
    """Close what is not to be filled in, and let it print."""
    last = HEAD_ROW + max(many, 1)
    yes = DataValidation("list", f'"{gettext("是")},{gettext("否")}"', allow_blank=True)
    sheet.add_data_validation(yes)
    at = get_column_letter(next(n for n, it in enumerate(COLUMNS, 1) if it.name == "decision"))
    yes.add(f"{at}{HEAD_ROW + 1}:{at}{last}")
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = f"C{HEAD_ROW + 1}"
    sheet.protection.sheet = True
    for name in ("formatColumns", "formatRows", "formatCells"):
        setattr(sheet.protection, name, False)  # False allows it
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _guide(book: Workbook) -> None:
    sheet = book.create_sheet(gettext(NOTES))
    lines = [
        gettext("只有浅黄色的格子可以填写；不填的行不受影响。填好后在“导入表格 › 办理反馈”上传。")
    ]
    lines += [
        gettext("%(label)s：%(text)s", label=gettext(it.label), text=gettext(it.hint))
        for it in COLUMNS
        if it.fill_in and it.hint
    ]
    lines.append(gettext("文件生成后已经变动的事项不会导入，会逐行说明；请下载新的表格核对。"))
    for row, line in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 90
