"""The ledger of cases, and that of those which are late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from app.cases.models import Case
from app.cases.records import Assignment, AssignmentRole
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.departments.models import Department, Hall
from app.ledgers.columns.column import LedgerColumn, days_late, label, late, local, name, phone
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject, led_or_assisted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

NOTES = (
    (N_("登记日期"), N_("按事项登记的日期筛选，以各大厅当地时间为准")),
    (N_("时间"), N_("均为各大厅当地时间")),
    (N_("反映人、联系电话"), N_("一律脱敏；需要完整信息时请在系统中查看，并说明原因")),
    (
        N_("是否超期"),
        N_(
            "在办的按截至时间与到期时间比较，已办结的按办结时的结论；未派发、"
            "当场办结和不予受理的没有时限，为空"
        ),
    ),
    (N_("超期工作日"), N_("到期日之后至办结日（在办的至截至日）的工作日数，当日超期的记 0")),
    (N_("办理结果"), N_("办结的结果；不能办理的，为向反映人说明的原因")),
    (N_("值班人员"), N_("事项登记时，所在大厅按值班表在岗的人员")),
    (N_("原答复认定有误"), N_("申诉、复议或诉讼成立，事项重新办理的时间")),
    (N_("颜色"), N_("红色为超期，黄色为临期")),
)
"""What the cover of a ledger of cases explains."""


def _cases(query: Select[Any]) -> Select[Any]:
    joined = query.select_from(Case).join(Case.hall)
    return joined.outerjoin(Case.clock).outerjoin(Case.lead_department)


SUBJECT = Subject(
    Case.hall_id,
    Case.registered_at,
    (
        Case.hall_id,
        Deadline.warn_at,
        Deadline.due_at,
        Deadline.escalate_at,
        Deadline.met_at,
        Deadline.verdict,
        Deadline.days_late,
        Deadline.provisional,
    ),
    lambda query: query.select_from(Case),
    _cases,
    (Case.hall_id, Case.registered_at, Case.id),
    led_or_assisted,
)


def _assisting() -> Any:
    """Select the names of the departments that assist, in the order in which they were called.

    Past the scope on purpose: whoever sees a case may know who works on it.
    """
    task, department = Assignment.__table__, Department.__table__
    names = (
        select(department.c.name)
        .join_from(task, department, task.c.department_id == department.c.id)
        .where(task.c.case_id == Case.id, task.c.role == AssignmentRole.ASSIST)
        .order_by(task.c.id)
        .correlate(Case)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, "、")).scalar_subquery()


CASE_COLUMNS = (
    LedgerColumn("number", N_("编号"), Case.number, 15),
    LedgerColumn("hall", N_("大厅"), Hall.name, 14),
    LedgerColumn("channel", N_("来源渠道"), Case.channel, 9, label),
    LedgerColumn("accepted_at", N_("受理时间"), Case.accepted_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("applicant", N_("反映人"), Case.applicant_name, 9, name),
    LedgerColumn("phone", N_("联系电话"), Case.phone, 13, phone),
    LedgerColumn("matter", N_("事项名称"), Case.matter, 18),
    LedgerColumn("situation", N_("情形"), Case.situation, 12, label),
    LedgerColumn("classification", N_("分类"), Case.classification, 12, label),
    LedgerColumn("description", N_("反映内容"), Case.description, 34),
    LedgerColumn("lead_department", N_("主办科室"), Department.name, 12),
    LedgerColumn("assisting", N_("协办科室"), _assisting(), 12),
    LedgerColumn("dispatched_at", N_("派发时间"), Case.dispatched_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("working_days", N_("时限(工作日)"), Deadline.working_days, 8, kind=Kind.INTEGER),
    LedgerColumn("due_at", N_("到期时间"), Deadline.due_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("finished_at", N_("办结时间"), Case.finished_at, 16.5, local, Kind.DATETIME),
    LedgerColumn("status", N_("状态"), Case.status, 8.5, label),
    LedgerColumn("late", N_("是否超期"), Deadline.verdict, 6, late),
    LedgerColumn("days_late", N_("超期工作日"), Deadline.days_late, 7, days_late, Kind.INTEGER),
    LedgerColumn(
        "outcome", N_("办理结果"), func.coalesce(func.nullif(Case.result, ""), Case.reasons), 30
    ),
    LedgerColumn("satisfaction", N_("满意度"), Case.satisfaction, 9, label),
    LedgerColumn("on_duty", N_("值班人员"), Case.on_duty, 10),
    LedgerColumn(
        "overturned_at", N_("原答复认定有误"), Case.overturned_at, 16.5, local, Kind.DATETIME
    ),
)


def overdue(now: datetime) -> ColumnElement[bool]:
    """Return the criterion of the cases that are late now, or were when they were settled."""
    running_late = and_(Deadline.met_at.is_(None), Deadline.due_at < now)
    return or_(running_late, Deadline.verdict == Verdict.BREACHED)


PAST = (Case, Deadline, Assignment)

CASES = Ledger(SUBJECT, CASE_COLUMNS, NOTES, past=PAST)
OVERDUE = Ledger(
    SUBJECT,
    CASE_COLUMNS,
    NOTES,
    criterion=overdue,
    about=N_("只列截至时间仍在超期的事项，和办结时已超期的事项"),
    past=PAST,
)
