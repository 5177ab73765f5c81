"""What an administrator does before a house is used, with what is done already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core.db import db
from app.core.language import gettext
from app.deadlines.calendar_models import CalendarYear
from app.departments.models import Department, Hall, Membership, Responsibility

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

Step = tuple[bool, str, str]
"""Whether it is done, what it is, where it is done."""


def checklist() -> list[Step]:
    """Return the steps in order; none once all of them are done."""
    steps = [
        (_any(Hall.id), gettext("添加大厅"), "/halls/add"),
        (_any(Department.id), gettext("添加科室"), "/departments/add"),
        (
            _any(Membership.id, Membership.role != "admin"),
            gettext("添加人员并安排任职"),
            "/staff/add",
        ),
        (_any(Responsibility.id), gettext("录入权责清单"), "/responsibilities/add"),
        (_any(CalendarYear.id), gettext("录入工作日历"), "/calendar-days/import"),
    ]
    return [] if all(done for done, _, _ in steps) else steps


def _any(column: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> bool:
    return db.session.scalar(select(column).where(*where).limit(1)) is not None
