"""The ledger of supervision: reminders, yellow and red cards, reports to leadership."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, type_coerce

from app.cases.models import Case
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.departments.models import Department, Hall
from app.ledgers.columns.column import LedgerColumn, label, late, local
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject
from app.supervision.models import SupervisionCard as Card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

HALL, DEPARTMENT = Hall.__table__, Department.__table__


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(Card)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(HALL, HALL.c.id == Card.hall_id)
    return joined.join(DEPARTMENT, DEPARTMENT.c.id == Card.department_id)


def _supervised(ids: Sequence[int]) -> ColumnElement[bool]:
    supervised: ColumnElement[bool] = Card.department_id.in_(ids)
    return supervised


owed = case(
    (Card.withdrawn_at.is_(None), Card.reply_due), (Card.replied_at.is_not(None), Card.reply_due)
)
"""When the reply is due; a card that was withdrawn unanswered asks for none (`Card.late`)."""

SUBJECT = Subject(
    Card.hall_id,
    Card.issued_at,
    (
        Card.hall_id,
        owed.label("warn_at"),
        owed.label("due_at"),
        owed.label("escalate_at"),
        Card.replied_at.label("met_at"),
        type_coerce(
            case(
                (Card.replied_at > Card.reply_due, literal(Verdict.BREACHED.value)),
                else_=literal(Verdict.MET.value),
            ),
            Deadline.verdict.type,
        ).label("verdict"),
        literal(None).label("days_late"),
        Card.provisional,
    ),
    _base,
    _source,
    (Card.hall_id, Card.issued_at, Card.id),
    _supervised,
    N_("被督办科室：%(name)s"),
    N_("下发日期"),
)

SUPERVISION = Ledger(
    SUBJECT,
    (
        LedgerColumn("number", N_("督办单号"), Card.number, 18),
        LedgerColumn("case_number", N_("事项编号"), Card.case_number, 15),
        LedgerColumn("hall", N_("大厅"), HALL.c.name, 16),
        LedgerColumn("kind", N_("督办种类"), Card.kind, 10, label),
        LedgerColumn("department", N_("被督办科室"), DEPARTMENT.c.name, 14),
        LedgerColumn("days_over", N_("超期工作日"), Card.days_over, 8, kind=Kind.INTEGER),
        LedgerColumn("demand", N_("督办要求"), Card.demand, 34),
        LedgerColumn("issued_at", N_("下发时间"), Card.issued_at, 16.5, local, Kind.DATETIME),
        LedgerColumn("issued_by", N_("下发人"), Card.issued_by, 10),
        LedgerColumn("reply_due", N_("回复期限"), Card.reply_due, 16.5, local, Kind.DATETIME),
        LedgerColumn("replied_at", N_("回复时间"), Card.replied_at, 16.5, local, Kind.DATETIME),
        LedgerColumn("replied_by", N_("回复人"), Card.replied_by, 10),
        LedgerColumn("reply", N_("回复内容"), Card.reply, 34),
        LedgerColumn("late", N_("是否逾期回复"), Card.replied_at, 8, late),
        LedgerColumn("withdrawn_at", N_("撤销时间"), Card.withdrawn_at, 16.5, local, Kind.DATETIME),
        LedgerColumn("withdrawn_reason", N_("撤销理由"), Card.withdrawn_reason, 24),
    ),
    (
        (N_("下发日期"), N_("按督办单下发的日期筛选，以各大厅当地时间为准")),
        (N_("时间"), N_("均为各大厅当地时间")),
        (N_("超期工作日"), N_("下发时事项已超期的工作日数，没有超期的为空")),
        (N_("是否逾期回复"), N_("未回复的按截至时间判断，撤销的为空")),
        (N_("颜色"), N_("红色为逾期未回复或逾期回复")),
    ),
    about=N_("列催办单、黄牌、红牌和呈报领导的督办单"),
    counted=("kind",),
    past=(Case, Card),
)
