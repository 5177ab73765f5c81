"""Which rules a person sees, and who may change what holds in every hall.

Everybody sees the rules of the own halls and those of all halls; only an administrator of all
halls changes the latter, and the calendar, which is one for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, event, false, inspect, or_
from sqlalchemy.orm import Session

from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of
from app.deadlines.calendar_models import CalendarDay, CalendarYear
from app.deadlines.models import DeadlineRule

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction


@rows_of(DeadlineRule)
def rules(person: Person) -> ColumnElement[bool]:
    """See the rules of one's halls, and the general ones."""
    general = DeadlineRule.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(DeadlineRule.hall_id))


def governs_all_halls(person: Person) -> bool:
    """Say whether a person administers every hall there is."""
    return person.unlimited or person.halls("admin") is None


@event.listens_for(Session, "before_flush")
def _keep_what_is_general(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if _is_general(row) and not governs_all_halls(scope.current()):
            raise OutOfScopeError(type(row).__name__)


def _is_general(row: object) -> bool:
    """Say whether a row holds in every hall: the calendar, a rule that names or named none."""
    if isinstance(row, DeadlineRule):
        named_none: bool = inspect(row).persistent and row.hall_id is None  # until flushed
        return row.hall is None or named_none
    return isinstance(row, (CalendarDay, CalendarYear))
