"""Which unmasked ledgers a person sees: those one asked for; inspectors, those of their halls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_

from app.core.scope import Person, rows_of
from app.ledgers.unmasked.models import UnmaskedLedger

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(UnmaskedLedger)
def unmasked(person: Person) -> ColumnElement[bool]:
    """Show one's own; to inspectors also what was asked for in their halls."""
    row = UnmaskedLedger
    return or_(row.actor_id == person.id, person.in_halls(row.hall_id, "inspector"))
