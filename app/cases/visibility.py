"""Which cases a person sees, and with them everything that hangs on a case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.cases.documents.models import Attachment
from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.cases.records import Assignment, Callback, CaseCause, Visit
from app.core.scope import Person, rows_of, within_as
from app.core.timeline import Event
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline

HALL_ROLES = ("clerk", "supervisor", "inspector")
KNOWS_NAMES = frozenset({"clerk", "handler"})
"""The roles that deal with the applicant and so read the name in full."""


def _seen(person: Person, hall: Any, case: Any) -> ColumnElement[bool]:
    """Cases of one's halls; for a handler, those that the own departments have or have done."""
    table = Assignment.__table__
    dispatched = select(table.c.case_id).where(
        table.c.department_id.in_(sorted(person.departments("handler"))),
        table.c.returned_at.is_(None),
    )
    return or_(person.in_halls(hall, *HALL_ROLES), case.in_(dispatched))


def of_seen_case(person: Person, case: Any) -> ColumnElement[bool]:
    """Return the criterion of what hangs on a case: that the case is in sight."""
    table = Case.__table__
    seen: ColumnElement[bool] = case.in_(
        select(table.c.id).where(_seen(person, table.c.hall_id, table.c.id))
    )
    return seen


def knows_name(person: Person, case: Case) -> bool:
    """Say whether a person reads the applicant's name in full."""
    return within_as(person, KNOWS_NAMES, case)


@rows_of(Case)
def cases(person: Person) -> ColumnElement[bool]:
    """See `_seen`."""
    return _seen(person, Case.hall_id, Case.id)


@rows_of(Assignment)
def assignments(person: Person) -> ColumnElement[bool]:
    """See the assignments of those cases."""
    return of_seen_case(person, Assignment.case_id)


@rows_of(Deadline)
def deadlines(person: Person) -> ColumnElement[bool]:
    """See the clocks of those cases."""
    return _seen(person, Deadline.hall_id, Deadline.case_id)


@rows_of(Event)
def events(person: Person) -> ColumnElement[bool]:
    """See the timelines of those cases."""
    return of_seen_case(person, Event.case_id)


@rows_of(Extension)
def extensions(person: Person) -> ColumnElement[bool]:
    """See what was asked for about the clocks of those cases."""
    return of_seen_case(person, Extension.case_id)


@rows_of(Pause)
def pauses(person: Person) -> ColumnElement[bool]:
    """See the pauses of those clocks."""
    return of_seen_case(person, Pause.case_id)


@rows_of(Visit)
def visits(person: Person) -> ColumnElement[bool]:
    """See the home visits of those cases."""
    return of_seen_case(person, Visit.case_id)


@rows_of(Callback)
def callbacks(person: Person) -> ColumnElement[bool]:
    """See the callbacks about those cases."""
    return of_seen_case(person, Callback.case_id)


@rows_of(CaseCause)
def causes_named(person: Person) -> ColumnElement[bool]:
    """See the causes that were named for those cases."""
    return of_seen_case(person, CaseCause.case_id)


@rows_of(Attachment)
def attachments(person: Person) -> ColumnElement[bool]:
    """See the files of those cases."""
    return of_seen_case(person, Attachment.case_id)


@rows_of(CaseLink)
def links(person: Person) -> ColumnElement[bool]:
    """See a link only when both of its cases are seen."""
    return of_seen_case(person, CaseLink.case_id) & of_seen_case(person, CaseLink.other_id)
