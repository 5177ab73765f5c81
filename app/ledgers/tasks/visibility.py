"""Which ledgers in the making a person sees: the own ones; inspectors, those of their halls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_

from app.core.scope import Person, rows_of
from app.ledgers.tasks.models import LedgerTask

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(LedgerTask)
def tasks(person: Person) -> ColumnElement[bool]:
    """Show one's own; to inspectors also what was asked for in their halls."""
    return or_(LedgerTask.actor_id == person.id, person.in_halls(LedgerTask.hall_id, "inspector"))
