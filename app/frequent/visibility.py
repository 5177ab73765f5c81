"""Who sees which frequent problems and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, event, false, inspect, or_
from sqlalchemy.orm import Session

from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import rows_of
from app.deadlines.visibility import governs_all_halls
from app.frequent.models import FrequencyRule, FrequentProblem

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

    from app.core.scope import Person

READERS = ("clerk", "supervisor", "inspector")


@rows_of(FrequentProblem)
def problems(person: Person) -> ColumnElement[bool]:
    """See the problems of the halls that one works in or oversees."""
    return person.in_halls(FrequentProblem.hall_id, *READERS)


@rows_of(FrequencyRule)
def rules(person: Person) -> ColumnElement[bool]:
    """See the rules of one's halls, and the general one."""
    general = FrequencyRule.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(FrequencyRule.hall_id))


@event.listens_for(Session, "before_flush")
def _keep_what_is_general(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, FrequencyRule) and not governs_all_halls(scope.current()):
            was_general: bool = inspect(row).persistent and row.hall_id is None
            if row.hall is None or was_general:
                raise OutOfScopeError(type(row).__name__)
