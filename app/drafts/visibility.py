"""A draft is its writer's alone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from app.core.scope import Person, rows_of
from app.drafts.models import FormDraft


@rows_of(FormDraft)
def drafts(person: Person) -> ColumnElement[bool]:
    """One's own."""
    return FormDraft.staff_id == person.id if person.id is not None else false()
