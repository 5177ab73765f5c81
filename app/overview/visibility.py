"""Whose figures a person sees: those of the halls that the person oversees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.scope import Person, rows_of
from app.overview.models import CaseFact, Tally

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

OVERSEE = ("supervisor", "inspector", "admin")


@rows_of(CaseFact)
def facts(person: Person) -> ColumnElement[bool]:
    """See what the cases of one's own halls and those below count for."""
    return person.in_halls(CaseFact.hall_id, *OVERSEE)


@rows_of(Tally)
def tallies(person: Person) -> ColumnElement[bool]:
    """See the sums of those halls."""
    return person.in_halls(Tally.hall_id, *OVERSEE)
