"""Which cases a person sees, and with them everything that hangs on a case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.cases.models import Assignment, Case
from app.core.scope import Person, rows_of
from app.core.timeline import Event
from app.deadlines.models import Deadline

HALL_ROLES = ("clerk", "supervisor", "inspector")


def _seen(person: Person, hall: Any, case: Any) -> ColumnElement[bool]:
    """Cases of one's halls; for a handler, those dispatched to the own departments."""
    table = Assignment.__table__
    dispatched = select(table.c.case_id).where(
        table.c.department_id.in_(sorted(person.departments("handler")))
    )
    return or_(person.in_halls(hall, *HALL_ROLES), case.in_(dispatched))


def _of_seen_case(person: Person, case: Any) -> ColumnElement[bool]:
    table = Case.__table__
    seen: ColumnElement[bool] = case.in_(
        select(table.c.id).where(_seen(person, table.c.hall_id, table.c.id))
    )
    return seen


@rows_of(Case)
def cases(person: Person) -> ColumnElement[bool]:
    """See `_seen`."""
    return _seen(person, Case.hall_id, Case.id)


@rows_of(Assignment)
def assignments(person: Person) -> ColumnElement[bool]:
    """See the assignments of those cases."""
    return _of_seen_case(person, Assignment.case_id)


@rows_of(Deadline)
def deadlines(person: Person) -> ColumnElement[bool]:
    """See the clocks of those cases."""
    return _seen(person, Deadline.hall_id, Deadline.case_id)


@rows_of(Event)
def events(person: Person) -> ColumnElement[bool]:
    """See the timelines of those cases."""
    return _of_seen_case(person, Event.case_id)
