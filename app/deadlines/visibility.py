"""Which rules a person sees: those of the own halls, and those of all halls."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_

from app.core.scope import Person, rows_of
from app.deadlines.models import DeadlineRule


@rows_of(DeadlineRule)
def rules(person: Person) -> ColumnElement[bool]:
    """See the rules of one's halls, and the general ones."""
    general = DeadlineRule.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(DeadlineRule.hall_id))
