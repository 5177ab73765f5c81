"""Which cards and rules a person sees, and who may change what holds in every hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, event, false, inspect, or_
from sqlalchemy.orm import Session

from app.cases.visibility import HALL_ROLES
from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of
from app.deadlines.visibility import governs_all_halls
from app.supervision.models import SupervisionCard, SupervisionRule

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction


@rows_of(SupervisionCard)
def cards(person: Person) -> ColumnElement[bool]:
    """See the cards of one's halls; a handler sees those that went to the own departments.

    A department that gave the case back still sees its card: it owes a reply.
    """
    own = SupervisionCard.department_id.in_(sorted(person.departments("handler")))
    return or_(person.in_halls(SupervisionCard.hall_id, *HALL_ROLES), own)


@rows_of(SupervisionRule)
def rules(person: Person) -> ColumnElement[bool]:
    """See the rules of one's halls, and the general ones."""
    general = SupervisionRule.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(SupervisionRule.hall_id))


@event.listens_for(Session, "before_flush")
def _keep_what_is_general(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, SupervisionRule) and not governs_all_halls(scope.current()):
            named_none: bool = inspect(row).persistent and row.hall_id is None  # until flushed
            if row.hall is None or named_none:
                raise OutOfScopeError(type(row).__name__)
