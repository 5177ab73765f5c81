"""Which ledgers a person sees: those of the halls that the person oversees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.scope import Person, rows_of
from app.ledgers.models import LedgerRun

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(LedgerRun)
def ledgers(person: Person) -> ColumnElement[bool]:
    """Show the ledgers of one's own halls and those below; they hold every case of theirs."""
    return person.in_halls(LedgerRun.hall_id, "supervisor", "inspector")
