"""The ledger of departments: what each led, how it kept its time, with a chart."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.records import Assignment, AssignmentRole
from app.core.db import db
from app.core.language import N_, gettext
from app.departments.models import Department, Hall
from app.ledgers.columns import cases
from app.ledgers.columns.counting import counted_of
from app.ledgers.columns.figures import (
    AVERAGE,
    IN_TIME,
    NOTES,
    REMARK,
    SATISFACTION,
    Scored,
    beside,
    measure,
    word,
)
from app.ledgers.columns.ledger import Ledger
from app.overview.rules import Facet, Figures
from app.supervision.models import SupervisionCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Select

    from app.ledgers.choosing import Chosen

RETURNED, ASSISTED = "returned", "assisted"


def scores(chosen: Chosen, now: datetime) -> Iterator[Scored]:
    """Yield the departments, those first that kept their time best, those of few cases last."""
    figures = counted_of(chosen, now).values[Facet.DEPARTMENT]
    more = _beside(select(Case.id).where(*chosen.criteria(cases.SUBJECT)))
    ids = {int(value) for value in figures if value} | set(more)
    if chosen.departments is not None:
        ids &= set(chosen.departments)
    lines = [
        Scored(named, figures.get(str(number), Figures()), more[number])
        for number, named in _names(ids)
    ]
    yield from sorted(lines, key=_rank)


def _rank(line: Scored) -> tuple[bool, float, int, str, str]:
    it = line.figures
    return it.few, -(it.in_time_rate or 0), -it.registered, line.named["hall"], line.named["name"]


def _names(ids: Iterable[int]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield what departments are called, those of one name in several halls with their hall.

    Below the scope: whoever sees a case may know who works on it.
    """
    department, hall = Department.__table__, Hall.__table__
    query = (
        select(department.c.id, department.c.name, hall.c.name.label("hall"))
        .join_from(department, hall, hall.c.id == department.c.hall_id)
        .where(department.c.id.in_(sorted(ids)))
    )
    rows = db.session.execute(query).all()
    times = Counter(row.name for row in rows)
    for row in rows:
        told = gettext("%(name)s（%(hall)s）", name=row.name, hall=row.hall)
        yield row.id, {"hall": row.hall, "name": row.name if times[row.name] == 1 else told}


def _beside(chosen: Select[Any]) -> dict[int, Counter[str]]:
    """Count what departments returned and assisted, and their cards, among some cases."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    number = func.count()
    by = Assignment.department_id
    returned = select(by, number).where(Assignment.returned_at.is_not(None))
    assisted = select(by, number).where(
        Assignment.role == AssignmentRole.ASSIST, Assignment.returned_at.is_(None)
    )
    for code, query in ((RETURNED, returned), (ASSISTED, assisted)):
        narrowed = query.where(Assignment.case_id.in_(chosen)).group_by(by)
        for department, times in db.session.execute(narrowed):
            found[department][code] += times
    cards = (
        select(SupervisionCard.department_id, SupervisionCard.kind, number)
        .where(SupervisionCard.withdrawn_at.is_(None), SupervisionCard.case_id.in_(chosen))
        .group_by(SupervisionCard.department_id, SupervisionCard.kind)
    )
    for department, kind, times in db.session.execute(cards):
        found[department][kind.value] += times
    return found


DEPARTMENTS = Ledger(
    cases.SUBJECT,
    (
        word("hall", N_("大厅"), 18),
        word("name", N_("科室"), 22),
        measure("registered", N_("主办")),
        beside(ASSISTED, N_("协办")),
        *map(measure, ("in_time", "late", "open_late")),
        IN_TIME,
        AVERAGE,
        beside(RETURNED, N_("退回")),
        beside("reminder", N_("催办单")),
        beside("yellow", N_("黄牌")),
        beside("red", N_("红牌")),
        beside("report", N_("呈报领导")),
        *map(measure, ("rated", "satisfied")),
        SATISFACTION,
        REMARK,
    ),
    (
        *NOTES,
        (N_("主办"), N_("由科室主办的事项，按截至时间的主办科室；尚未派发的不计")),
        (N_("退回、督办"), N_("所选事项中科室退回的次数，和未撤销的督办单份数")),
        (N_("次序"), N_("按期办结率高的在前，不计比率的在后")),
    ),
    figures=scores,
    chart=(N_("各科室按期与超期件数"), "name", ("in_time", "late", "open_late")),
)
