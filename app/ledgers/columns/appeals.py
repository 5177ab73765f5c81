"""The ledger of appeals: complaints, reconsiderations and lawsuits, each with its periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select, type_coerce

from app.appeals.models import Appeal, AppealPeriod
from app.cases.models import Case
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.departments.models import Hall, Staff
from app.ledgers.columns.column import LedgerColumn, full_name, label, late, local, name
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject, led_or_assisted

if TYPE_CHECKING:
    from sqlalchemy import Select

HALL, PERSON = Hall.__table__, Staff.__table__
PERIOD = AppealPeriod.__table__


def _period() -> Any:
    """Select the period of an appeal that runs, or else the last that ran (`Appeal.period`)."""
    running = func.min(case((PERIOD.c.met_on.is_(None), PERIOD.c.id)))
    return (
        select(func.coalesce(running, func.max(PERIOD.c.id)))
        .where(PERIOD.c.appeal_id == Appeal.id)
        .correlate(Appeal)
        .scalar_subquery()
    )


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(Appeal).join(Case, Case.id == Appeal.case_id)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(HALL, HALL.c.id == Appeal.hall_id)
    joined = joined.outerjoin(PERIOD, PERIOD.c.id == _period())
    return joined.outerjoin(PERSON, PERSON.c.id == Appeal.handler_id)


SUBJECT = Subject(
    Appeal.hall_id,
    Appeal.registered_at,
    (
        Appeal.hall_id,
        PERIOD.c.warn_at,
        PERIOD.c.due_at,
        PERIOD.c.due_at.label("escalate_at"),
        case((PERIOD.c.met_on.is_not(None), PERIOD.c.due_at)).label("met_at"),
        type_coerce(
            case(
                (PERIOD.c.met_on > PERIOD.c.last_day, literal(Verdict.BREACHED.value)),
                else_=literal(Verdict.MET.value),
            ),
            Deadline.verdict.type,
        ).label("verdict"),
        literal(None).label("days_late"),
        PERIOD.c.provisional,
    ),
    _base,
    _source,
    (Appeal.hall_id, Appeal.registered_at, Appeal.id),
    led_or_assisted,
)

APPEALS = Ledger(
    SUBJECT,
    (
        LedgerColumn("number", N_("申诉编号"), Appeal.number, 18),
        LedgerColumn("hall", N_("大厅"), HALL.c.name, 16),
        LedgerColumn("matter", N_("事项名称"), Case.matter, 18),
        LedgerColumn("applicant", N_("反映人"), Case.applicant_name, 10, name),
        LedgerColumn("kind", N_("种类"), Appeal.kind, 9, label),
        LedgerColumn("occasion", N_("针对"), Appeal.occasion, 12, label),
        LedgerColumn("authority", N_("向谁提出"), Appeal.authority, 18),
        LedgerColumn("filed_on", N_("提出日期"), Appeal.filed_on, 11, kind=Kind.DATE),
        LedgerColumn("grounds", N_("请求和理由"), Appeal.grounds, 32),
        LedgerColumn("handler", N_("承办人"), full_name(PERSON), 10),
        LedgerColumn("accepted_on", N_("受理日期"), Appeal.accepted_on, 11, kind=Kind.DATE),
        LedgerColumn(
            "step", N_("环节"), type_coerce(PERIOD.c.step, AppealPeriod.step.type), 12, label
        ),
        LedgerColumn("last_day", N_("最后一日"), PERIOD.c.last_day, 11, kind=Kind.DATE),
        LedgerColumn("late", N_("是否超期"), PERIOD.c.met_on, 6, late),
        LedgerColumn("outcome", N_("申诉结果"), Appeal.outcome, 10, label),
        LedgerColumn("decided_on", N_("决定日期"), Appeal.decided_on, 11, kind=Kind.DATE),
        LedgerColumn("document", N_("文书号"), Appeal.document, 16),
        LedgerColumn("findings", N_("决定内容和理由"), Appeal.findings, 30),
        LedgerColumn("wrong_at", N_("认定有误时间"), Appeal.wrong_at, 16.5, local, Kind.DATETIME),
    ),
    (
        (N_("登记日期"), N_("按申诉、复议、诉讼登记的日期筛选，以各大厅当地时间为准")),
        (N_("时间"), N_("均为各大厅当地时间")),
        (N_("反映人"), N_("一律脱敏；需要完整信息时请在系统中查看，并说明原因")),
        (
            N_("环节、最后一日、是否超期"),
            N_("为正在计的期限，没有的为最后一个；按完成的日期判断，未完成的按截至时间"),
        ),
        (N_("颜色"), N_("红色为超期，黄色为临期")),
    ),
    about=N_("列对答复、不予受理、办理结果不服而提出的申诉、行政复议和行政诉讼"),
    counted=("kind", "outcome"),
    past=(Case, Appeal, AppealPeriod),
)
