"""The ledger of improvement items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, type_coerce

from app.causes.models import Cause
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.departments.models import Department, Hall
from app.improvements.models import Improvement
from app.improvements.rules import DONE, ImprovementStatus
from app.ledgers.columns.column import LedgerColumn, days_late, label, late, local
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select


def _improvements(query: Select[Any]) -> Select[Any]:
    joined = query.select_from(Improvement).join(Improvement.hall)
    return joined.join(Improvement.department).outerjoin(Improvement.cause)


def _owed(ids: Sequence[int]) -> ColumnElement[bool]:
    owed: ColumnElement[bool] = Improvement.department_id.in_(ids)
    return owed


SUBJECT = Subject(
    Improvement.hall_id,
    Improvement.opened_at,
    (
        Improvement.hall_id,
        Improvement.warn_at,
        case((Improvement.status != ImprovementStatus.WITHDRAWN, Improvement.due_at)).label(
            "due_at"
        ),
        Improvement.escalate_at,
        case((Improvement.status.in_(DONE), Improvement.completed_at)).label("met_at"),
        type_coerce(
            case(
                (Improvement.days_late.is_not(None), literal(Verdict.BREACHED.value)),
                else_=literal(Verdict.MET.value),
            ),
            Deadline.verdict.type,
        ).label("verdict"),
        Improvement.days_late,
        Improvement.provisional,
    ),
    lambda query: query.select_from(Improvement),
    _improvements,
    (Improvement.hall_id, Improvement.opened_at, Improvement.id),
    _owed,
    N_("责任科室：%(name)s"),
    N_("下达日期"),
)

IMPROVEMENT_COLUMNS = (
    LedgerColumn("number", N_("整改编号"), Improvement.number, 16),
    LedgerColumn("hall", N_("大厅"), Hall.name, 14),
    LedgerColumn("matter", N_("事项名称"), Improvement.matter, 18),
    LedgerColumn("cause", N_("办不成的原因"), Cause.name, 14),
    LedgerColumn("problem", N_("存在的问题"), Improvement.problem, 34),
    LedgerColumn("measure", N_("整改措施"), Improvement.measure, 34),
    LedgerColumn("department", N_("责任科室"), Department.name, 12),
    LedgerColumn("opened_at", N_("下达时间"), Improvement.opened_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("due_at", N_("整改期限"), Improvement.due_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("status", N_("状态"), Improvement.status, 8.5, label),
    LedgerColumn(
        "completed_at", N_("完成时间"), Improvement.completed_at, 16.5, local, Kind.DATETIME
    ),
    LedgerColumn("evidence", N_("完成情况"), Improvement.evidence, 30),
    LedgerColumn("late", N_("是否超期"), Improvement.status, 6, late),
    LedgerColumn("days_late", N_("超期工作日"), Improvement.days_late, 7, days_late, Kind.INTEGER),
    LedgerColumn("review", N_("验收意见"), Improvement.review, 24),
    LedgerColumn(
        "verified_at", N_("销号时间"), Improvement.verified_at, 16.5, local, Kind.DATETIME
    ),
    LedgerColumn("reopenings", N_("重新整改次数"), Improvement.reopenings, 8, kind=Kind.INTEGER),
)

IMPROVEMENTS = Ledger(
    SUBJECT,
    IMPROVEMENT_COLUMNS,
    (
        (N_("下达日期"), N_("按整改事项下达的日期筛选，以各大厅当地时间为准")),
        (N_("时间"), N_("均为各大厅当地时间")),
        (N_("是否超期"), N_("整改中的按截至时间判断，报告完成的按完成时的结论；已撤销的为空")),
        (N_("颜色"), N_("红色为超期，黄色为临期")),
    ),
)
