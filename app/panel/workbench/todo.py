"""The cases that wait for a person, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, or_, select

from app.cases import visibility
from app.cases.lamps import lamp
from app.cases.models import Case
from app.cases.queries import asked, at_stage, with_clock
from app.cases.rules import Status
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import EMPTY
from app.core.db import db
from app.core.language import gettext
from app.deadlines.clock import Stage
from app.deadlines.models import Deadline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.deadlines.workdays import WorkCalendar

MOST = 10

WAITING = {
    "clerk": (
        Status.REGISTERED, Status.ACCEPTED, Status.RETURNED, Status.RESOLVED, Status.REPLIED,
        Status.CALLED_BACK,
    ),
    "handler": (Status.DISPATCHED, Status.SIGNED),
}  # fmt: skip
"""Role → the states in which a case waits for it; a supervisor decides, and sees what is late."""


@dataclass(frozen=True)
class Todo(Listing):
    """A list with the way to all of it."""

    more_url: str = ""


def todo(roles: Sequence[str], person: Person, days: WorkCalendar, now: datetime) -> Todo:
    """Return the cases that wait for a person, in each role those that it gives them to see."""
    if not roles:
        return Todo([], [], empty=gettext("没有待办事项"))
    mine = or_(*(_waiting(role, now) & visibility.cases(person.only([role])) for role in roles))
    rows = db.session.scalars(
        with_clock()
        .where(mine)
        .order_by(Deadline.due_at.is_(None), Deadline.due_at, Case.id)
        .limit(MOST)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(Case).where(mine)) or 0
    heads = (
        gettext("编号"),
        gettext("事项名称"),
        gettext("主办科室"),
        gettext("时限"),
        gettext("状态"),
    )
    kinds = ("text", "wide", "text", "lamp", "text")
    return Todo(
        [Col(head, head, kind) for head, kind in zip(heads, kinds, strict=True)],
        [_row(case, lamp(case, days, now)) for case in rows],
        total=total,
        empty=gettext("没有待办事项"),
        more_url="/cases/list/?tab=open" if total > MOST else "",
    )


def _waiting(role: str, now: datetime) -> ColumnElement[bool]:
    """Return the criterion of what waits for a role."""
    if role in WAITING:
        return Case.status.in_(WAITING[role])
    found: ColumnElement[bool] = at_stage(Stage.OVERDUE, now) | at_stage(Stage.WARNING, now)
    if role == "supervisor":
        found |= (Case.status == Status.DISPUTED) | asked()
    return found


def _row(case: Case, shown: tuple[str, str]) -> Row:
    url = f"/cases/show/{case.id}"
    department = case.lead_department.name if case.lead_department else EMPTY
    return Row(
        case.id,
        [
            Cell(case.number, url=url),
            Cell(case.matter, "wide"),
            Cell(department),
            Cell(shown[1], "lamp", tone=shown[0]),
            Cell(gettext(case.status.label)),
        ],
        url,
        shown[0],
    )
