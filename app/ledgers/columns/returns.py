"""The ledger of what departments gave back, and of the more time that they asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import cast, literal, null, select, union_all

from app.cases.models import Case
from app.cases.records import Assignment
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.adjustment_models import Extension, Pause
from app.departments.models import Department, Hall
from app.ledgers.columns.column import LedgerColumn, label, local
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject, unclocked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

    from app.core.workbook import Value
    from app.ledgers.columns.column import Line

HALL, DEPARTMENT = Hall.__table__, Department.__table__
TASK, CASE = Assignment.__table__, Case.__table__

WORDS = {"returned": N_("退回"), "extension": N_("申请延期"), "pause": N_("申请中止计时")}
"""What happened → what it is called."""


def _requests(model: type[Extension | Pause], kind: str) -> Select[Any]:
    """Select the requests about clocks; it is the leading department that asks."""
    asked = model.__table__
    moved = model is Extension
    return select(
        literal(kind).label("kind"),
        asked.c.id.label("id"),
        asked.c.case_id.label("case_id"),
        CASE.c.lead_department_id.label("department_id"),
        asked.c.asked_at.label("at"),
        asked.c.asked_by.label("by"),
        asked.c.reason.label("reason"),
        asked.c.days.label("days"),
        asked.c.state.label("state"),
        asked.c.decided_at.label("decided_at"),
        asked.c.decided_by.label("decided_by"),
        asked.c.decision.label("decision"),
        (asked.c.old_due if moved else asked.c.began_at).label("before"),
        (asked.c.new_due if moved else asked.c.until).label("after"),
    ).join_from(asked, CASE, CASE.c.id == asked.c.case_id)


def _returned() -> Select[Any]:
    asked = Extension.__table__.c
    nothing = {
        name: cast(null(), asked[name].type).label(name)
        for name in ("days", "state", "decided_at", "decided_by", "decision", "old_due")
    }
    return select(
        literal("returned"),
        TASK.c.id,
        TASK.c.case_id,
        TASK.c.department_id,
        TASK.c.returned_at,
        TASK.c.returned_by,
        TASK.c.return_reason,
        *nothing.values(),
        cast(null(), asked.new_due.type),
    ).where(TASK.c.returned_at.is_not(None))


TURNS = union_all(
    _requests(Extension, "extension"), _requests(Pause, "pause"), _returned()
).subquery("turns")
"""All of them, below the scope: each is joined with its case, which is within."""


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(Case).join(TURNS, TURNS.c.case_id == Case.id)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(HALL, HALL.c.id == Case.hall_id)
    return joined.outerjoin(DEPARTMENT, DEPARTMENT.c.id == TURNS.c.department_id)


def _by(ids: Sequence[int]) -> ColumnElement[bool]:
    asked: ColumnElement[bool] = TURNS.c.department_id.in_(ids)
    return asked


def turn(value: Any, line: Line) -> Value:
    """Tell what happened."""
    return line.say(WORDS[value])


SUBJECT = Subject(
    Case.hall_id,
    TURNS.c.at,
    unclocked(Case.hall_id),
    _base,
    _source,
    (Case.hall_id, TURNS.c.at, TURNS.c.kind, TURNS.c.id),
    _by,
    N_("退回或申请的科室：%(name)s"),
    N_("退回或申请日期"),
)

RETURNS = Ledger(
    SUBJECT,
    (
        LedgerColumn("number", N_("编号"), Case.number, 15),
        LedgerColumn("hall", N_("大厅"), HALL.c.name, 16),
        LedgerColumn("matter", N_("事项名称"), Case.matter, 20),
        LedgerColumn("kind", N_("种类"), TURNS.c.kind, 12, turn),
        LedgerColumn("department", N_("科室"), DEPARTMENT.c.name, 14),
        LedgerColumn("at", N_("退回或申请时间"), TURNS.c.at, 16.5, local, Kind.DATETIME),
        LedgerColumn("by", N_("经办人"), TURNS.c.by, 10),
        LedgerColumn("reason", N_("理由"), TURNS.c.reason, 34),
        LedgerColumn("days", N_("工作日数"), TURNS.c.days, 8, kind=Kind.INTEGER),
        LedgerColumn("state", N_("审批结果"), TURNS.c.state, 9, label),
        LedgerColumn("decided_at", N_("审批时间"), TURNS.c.decided_at, 16.5, local, Kind.DATETIME),
        LedgerColumn("decided_by", N_("审批人"), TURNS.c.decided_by, 10),
        LedgerColumn("decision", N_("审批意见"), TURNS.c.decision, 26),
        LedgerColumn(
            "before", N_("原到期时间或中止起"), TURNS.c.before, 16.5, local, Kind.DATETIME
        ),
        LedgerColumn("after", N_("新到期时间或中止至"), TURNS.c.after, 16.5, local, Kind.DATETIME),
        LedgerColumn("status", N_("状态"), Case.status, 9, label),
    ),
    (
        (N_("退回或申请日期"), N_("按退回、申请的日期筛选，以各大厅当地时间为准")),
        (N_("时间"), N_("均为各大厅当地时间")),
        (N_("科室"), N_("退回的为退回的科室，申请延期、中止计时的为主办科室")),
        (N_("工作日数"), N_("申请的工作日数；已同意的为批准的工作日数")),
        (N_("状态"), N_("为事项在截至时间的状态")),
    ),
    about=N_("列科室退回的事项，和延期、中止计时的申请"),
    counted=("kind", "state"),
    past=(Case, Assignment, Extension, Pause),
)
