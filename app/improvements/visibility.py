"""Which improvement items a person sees, and with them their files and flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select

from app.cases.visibility import HALL_ROLES
from app.core.scope import rows_of
from app.departments.models import Department
from app.improvements.models import Improvement, ImprovementFile, ImprovementFlag

if TYPE_CHECKING:
    from app.core.scope import Person


def _seen(person: Person, hall: Any, department: Any) -> ColumnElement[bool]:
    """Items of one's halls, those that a department there owes, those of a handler's department."""
    table = Department.__table__.c
    there = select(table.id).where(person.in_halls(table.hall_id, *HALL_ROLES))
    return or_(
        person.in_halls(hall, *HALL_ROLES),
        department.in_(there),
        department.in_(sorted(person.departments("handler"))),
    )


def _of_seen(person: Person, column: Any) -> ColumnElement[bool]:
    table = Improvement.__table__.c
    seen: ColumnElement[bool] = column.in_(
        select(table.id).where(_seen(person, table.hall_id, table.department_id))
    )
    return seen


@rows_of(Improvement)
def improvements(person: Person) -> ColumnElement[bool]:
    """See `_seen`."""
    return _seen(person, Improvement.hall_id, Improvement.department_id)


@rows_of(ImprovementFile)
def files(person: Person) -> ColumnElement[bool]:
    """See the files of those items."""
    return _of_seen(person, ImprovementFile.improvement_id)


@rows_of(ImprovementFlag)
def flags(person: Person) -> ColumnElement[bool]:
    """See the flags of those items."""
    return _of_seen(person, ImprovementFlag.improvement_id)
