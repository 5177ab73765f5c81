"""Which rows of the organisation a person sees."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.core.scope import Person, rows_of
from app.departments.models import Department, Hall, Membership, Responsibility


@rows_of(Hall)
def halls(person: Person) -> ColumnElement[bool]:
    """See one's own halls, and for those who oversee, the halls below."""
    return person.in_halls(Hall.id)


@rows_of(Department)
def departments(person: Person) -> ColumnElement[bool]:
    """See the departments of those halls."""
    return person.in_halls(Department.hall_id)


@rows_of(Responsibility)
def responsibilities(person: Person) -> ColumnElement[bool]:
    """See the responsibilities of those departments."""
    table = Department.__table__
    return Responsibility.department_id.in_(
        select(table.c.id).where(person.in_halls(table.c.hall_id))
    )


@rows_of(Membership)
def memberships(person: Person) -> ColumnElement[bool]:
    """See who works in those halls; administrators of everything are seen by their like."""
    return person.in_halls(Membership.hall_id, "inspector", "admin")
