"""Which imports a person sees: the own ones, and for those who oversee, those into their halls."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_

from app.cases.visibility import of_seen_case
from app.core.scope import Person, rows_of
from app.imports.models import ImportLine, ImportRun


@rows_of(ImportRun)
def runs(person: Person) -> ColumnElement[bool]:
    """See the own imports, and as who oversees, those into one's halls."""
    own = ImportRun.actor_id == person.id if person.id is not None else false()
    return or_(own, person.in_halls(ImportRun.hall_id, "supervisor", "inspector"))


@rows_of(ImportLine)
def lines(person: Person) -> ColumnElement[bool]:
    """See the rows that the cases in sight came from."""
    return of_seen_case(person, ImportLine.case_id)
