"""The ledger of causes: how many cases each accounts for, and which cases those are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.models import Case
from app.cases.records import CaseCause
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.language import N_
from app.core.workbook import Kind
from app.deadlines.models import Deadline
from app.departments.models import Department, Hall
from app.ledgers.columns import cases
from app.ledgers.columns.column import LedgerColumn, days_late, label, late, local
from app.ledgers.columns.counting import counted_of
from app.ledgers.columns.figures import (
    AVERAGE,
    IN_TIME,
    NOTES,
    REMARK,
    SATISFACTION,
    Scored,
    measure,
    word,
)
from app.ledgers.columns.ledger import Ledger
from app.ledgers.subjects import Subject
from app.overview.rules import Facet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Select

    from app.ledgers.choosing import Chosen

HALL, DEPARTMENT, CAUSE = Hall.__table__, Department.__table__, Cause.__table__


def counts(chosen: Chosen, now: datetime) -> Iterator[Scored]:
    """Yield the causes that cases were put down to, the most frequent first."""
    figures = counted_of(chosen, now).values[Facet.CAUSE]
    with scope.everything():  # the names of a tree that is the same for every hall
        found = db.session.scalars(select(Cause).where(Cause.id.in_(map(int, figures)))).all()
        lines = [
            Scored({"code": cause.code, "cause": str(cause)}, figures[str(cause.id)])
            for cause in found
        ]
    yield from sorted(lines, key=lambda it: (-it.figures.registered, it.named["code"]))


def _base(query: Select[Any]) -> Select[Any]:
    return query.select_from(CaseCause).join(CaseCause.case)


def _source(query: Select[Any]) -> Select[Any]:
    joined = _base(query).join(CAUSE, CAUSE.c.id == CaseCause.cause_id)
    joined = joined.join(HALL, HALL.c.id == Case.hall_id).where(CaseCause.current)
    joined = joined.outerjoin(Case.clock)
    return joined.outerjoin(DEPARTMENT, DEPARTMENT.c.id == Case.lead_department_id)


NAMED = Subject(
    Case.hall_id,
    Case.registered_at,
    cases.SUBJECT.standing,
    _base,
    _source,
    (CAUSE.c.code, Case.hall_id, Case.registered_at, Case.id),
    cases.SUBJECT.handled_by,
)

CAUSES = Ledger(
    cases.SUBJECT,
    (
        word("code", N_("代码"), 9),
        word("cause", N_("办不成的原因"), 40),
        *map(measure, ("registered", "in_time", "late", "open_late")),
        IN_TIME,
        AVERAGE,
        *map(measure, ("rated", "satisfied")),
        SATISFACTION,
        REMARK,
    ),
    (
        *NOTES,
        (N_("办不成的原因"), N_("一件事项可有几个原因，各计一件；尚未指明原因的事项不计")),
        (N_("颜色"), N_("红色为超期，黄色为临期")),
    ),
    figures=counts,
    behind=(
        N_("事项"),
        (
            LedgerColumn("code", N_("代码"), CAUSE.c.code, 9),
            LedgerColumn("cause", N_("办不成的原因"), CAUSE.c.name, 26),
            LedgerColumn("number", N_("编号"), Case.number, 15),
            LedgerColumn("hall", N_("大厅"), HALL.c.name, 18),
            LedgerColumn(
                "registered_at", N_("登记时间"), Case.registered_at, 16.5, local, Kind.DATETIME
            ),
            LedgerColumn("matter", N_("事项名称"), Case.matter, 24),
            LedgerColumn("classification", N_("分类"), Case.classification, 16, label),
            LedgerColumn("lead_department", N_("主办科室"), DEPARTMENT.c.name, 14),
            LedgerColumn("status", N_("状态"), Case.status, 9, label),
            LedgerColumn("late", N_("是否超期"), Deadline.verdict, 6, late),
            LedgerColumn(
                "days_late", N_("超期工作日"), Deadline.days_late, 7, days_late, Kind.INTEGER
            ),
            LedgerColumn("satisfaction", N_("满意度"), Case.satisfaction, 10, label),
        ),
        NAMED,
    ),
)
