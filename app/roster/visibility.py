"""Who sees the roster of a hall: its window, and whoever oversees or administers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.scope import Person, rows_of
from app.roster.models import Duty, Swap, Window
from app.roster.rules import READERS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(Window)
def windows(person: Person) -> ColumnElement[bool]:
    """See the windows of those halls."""
    return person.in_halls(Window.hall_id, *READERS)


@rows_of(Duty)
def duties(person: Person) -> ColumnElement[bool]:
    """See who is at them when."""
    return person.in_halls(Duty.hall_id, *READERS)


@rows_of(Swap)
def swaps(person: Person) -> ColumnElement[bool]:
    """See what was exchanged there."""
    return person.in_halls(Swap.hall_id, *READERS)
