"""The ledger of callbacks: who was reached after the result, and how satisfied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.models import Case
from app.cases.records import Callback
from app.core.language import N_
from app.core.workbook import Kind
from app.departments.models import Department, Hall
from app.ledgers.columns.column import LedgerColumn, label, local, name, whether
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject, led_or_assisted, unclocked

if TYPE_CHECKING:
    from sqlalchemy import Select

HALL, DEPARTMENT = Hall.__table__, Department.__table__
"""Below the scope: whoever sees a case may know where it is and who works on it."""


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(Callback).join(Callback.case)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(HALL, HALL.c.id == Case.hall_id)
    return joined.outerjoin(DEPARTMENT, DEPARTMENT.c.id == Case.lead_department_id)


SUBJECT = Subject(
    Case.hall_id,
    Callback.at,
    unclocked(Case.hall_id),
    _base,
    _source,
    (Case.hall_id, Callback.at, Callback.id),
    led_or_assisted,
    begun=N_("回访日期"),
)

CALLBACKS = Ledger(
    SUBJECT,
    (
        LedgerColumn("number", N_("编号"), Case.number, 15),
        LedgerColumn("hall", N_("大厅"), HALL.c.name, 16),
        LedgerColumn("matter", N_("事项名称"), Case.matter, 20),
        LedgerColumn("applicant", N_("反映人"), Case.applicant_name, 10, name),
        LedgerColumn("lead_department", N_("主办科室"), DEPARTMENT.c.name, 14),
        LedgerColumn("outcome", N_("办理方式"), Case.outcome, 11, label),
        LedgerColumn("finished_at", N_("办结时间"), Case.finished_at, 16.5, local, Kind.DATETIME),
        LedgerColumn("at", N_("回访时间"), Callback.at, 16.5, local, Kind.DATETIME),
        LedgerColumn("by", N_("回访人"), Callback.by, 10),
        LedgerColumn("reached", N_("是否接通"), Callback.reached, 8, whether),
        LedgerColumn("satisfaction", N_("满意度"), Callback.satisfaction, 10, label),
        LedgerColumn("note", N_("回访记录"), Callback.note, 34),
        LedgerColumn("explanation", N_("对不满意的解释"), Case.explanation, 26),
        LedgerColumn("status", N_("状态"), Case.status, 9, label),
    ),
    (
        (N_("回访日期"), N_("按回访的日期筛选，以各大厅当地时间为准")),
        (N_("时间"), N_("均为各大厅当地时间")),
        (N_("反映人"), N_("一律脱敏；需要完整信息时请在系统中查看，并说明原因")),
        (
            N_("满意度"),
            N_("每次回访一行，未接通的没有满意度；办件统计按事项计，取最近一次接通的评价"),
        ),
        (N_("办结时间、状态"), N_("为事项在截至时间的情况；重新办理的，原办结时间不再显示")),
    ),
    counted=("reached", "satisfaction"),
    past=(Case, Callback),
)
