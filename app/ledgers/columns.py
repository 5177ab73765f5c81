"""The ledgers as data: what each column is called, where it comes from, how its value is told.

A new column is a new line here, a new ledger a new entry of `LEDGERS`; the select, the workbook
and its cover follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from app.cases.models import Case
from app.cases.records import Assignment, AssignmentRole
from app.causes.models import Cause
from app.core.language import N_
from app.core.privacy import masked
from app.core.workbook import Kind, Value
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.departments.models import Department, Hall
from app.improvements.models import Improvement
from app.ledgers.models import LedgerKind
from app.ledgers.subjects import CASES, IMPROVEMENTS, Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Line:
    """What is known about a row while its values are told.

    `late` is None for a case without a clock; `days_late` counts working days, None when not late.
    """

    zone: ZoneInfo
    late: bool | None
    days_late: int | None
    say: Callable[[str], str]
    """Translate a word of ours."""


def plain(value: Any, _line: Line) -> Value:
    """Tell a value as it is."""
    told: Value = value
    return told


def label(value: Any, line: Line) -> Value:
    """Tell a code by its label."""
    return line.say(value.label) if value is not None else None


def local(value: Any, line: Line) -> Value:
    """Tell an instant as the wall clock of the hall showed it; Excel knows no time zones."""
    return value.astimezone(line.zone).replace(tzinfo=None) if value is not None else None


def name(value: Any, _line: Line) -> Value:
    """Tell a name masked: a ledger is carried away."""
    return masked("name", value)


def phone(value: Any, _line: Line) -> Value:
    """Tell a telephone number masked."""
    return masked("phone", value)


def late(_value: Any, line: Line) -> Value:
    """Tell whether the case is late; nothing where no clock ever ran."""
    return None if line.late is None else line.say(N_("是") if line.late else N_("否"))


def days_late(_value: Any, line: Line) -> Value:
    """Tell by how many working days the case is late."""
    return line.days_late


@dataclass(frozen=True)
class LedgerColumn:
    """A column; width in characters of the standard font, two to a Chinese character."""

    code: str
    """Its name for good, once in a ledger: what is kept about a column names it by this."""
    title: str
    source: Any
    width: float
    tell: Callable[[Any, Line], Value] = plain
    kind: Kind = Kind.TEXT


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


@dataclass(frozen=True)
class Ledger:
    """A ledger: its columns, and which cases it lists at an instant (None: all)."""

    columns: tuple[LedgerColumn, ...]
    criterion: Callable[[datetime], ColumnElement[bool]] | None = None
    about: str = ""
    """What the ledger lists, in words, when it is not everything."""
    subject: Subject = CASES
    notes: tuple[tuple[str, str], ...] = NOTES
    """What the cover explains."""
    daily: bool = True
    """Whether the scheduler produces it for every hall each working day."""


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


LEDGERS = {
    LedgerKind.CASES: Ledger(CASE_COLUMNS),
    LedgerKind.OVERDUE: Ledger(
        CASE_COLUMNS, overdue, N_("只列截至时间仍在超期的事项，和办结时已超期的事项")
    ),
    LedgerKind.IMPROVEMENTS: Ledger(
        IMPROVEMENT_COLUMNS,
        subject=IMPROVEMENTS,
        notes=(
            (N_("登记日期"), N_("按整改事项下达的日期筛选，以各大厅当地时间为准")),
            (N_("时间"), N_("均为各大厅当地时间")),
            (N_("是否超期"), N_("整改中的按截至时间判断，报告完成的按完成时的结论；已撤销的为空")),
            (N_("颜色"), N_("红色为超期，黄色为临期")),
        ),
        daily=False,
    ),
}
"""Every ledger there is."""
