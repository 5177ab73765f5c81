"""Which rules a person sees, and who may change those that hold in every hall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, event, false, inspect, or_
from sqlalchemy.orm import Session

from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of
from app.deadlines.visibility import governs_all_halls
from app.rulebook.documents.models import RuleDocument
from app.rulebook.models import Criterion, RemedyPeriod, RemedyRule, TextTemplate

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

RULES = (Criterion, RemedyRule, RemedyPeriod, TextTemplate, RuleDocument)


def _own_and_general(person: Person, hall: Any) -> ColumnElement[bool]:
    """See what holds in one's halls, and what holds in all."""
    general = hall.is_(None) if person.grants else false()
    return or_(general, person.in_halls(hall))


@rows_of(Criterion)
def criteria(person: Person) -> ColumnElement[bool]:
    """See `_own_and_general`."""
    return _own_and_general(person, Criterion.hall_id)


@rows_of(RemedyRule)
def remedies(person: Person) -> ColumnElement[bool]:
    """See `_own_and_general`."""
    return _own_and_general(person, RemedyRule.hall_id)


@rows_of(RemedyPeriod)
def periods(person: Person) -> ColumnElement[bool]:
    """See `_own_and_general`."""
    return _own_and_general(person, RemedyPeriod.hall_id)


@rows_of(TextTemplate)
def templates(person: Person) -> ColumnElement[bool]:
    """See `_own_and_general`."""
    return _own_and_general(person, TextTemplate.hall_id)


@rows_of(RuleDocument)
def documents(person: Person) -> ColumnElement[bool]:
    """See `_own_and_general`; what is published, everybody reads on the public page."""
    return _own_and_general(person, RuleDocument.hall_id)


@event.listens_for(Session, "before_flush")
def _keep_what_is_general(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if _is_general(row) and not governs_all_halls(scope.current()):
            raise OutOfScopeError(type(row).__name__)


def _is_general(row: Any) -> bool:
    """Say whether a row names no hall, or named none until now."""
    if not isinstance(row, RULES):
        return False
    named_none: bool = inspect(row).persistent and row.hall_id is None
    return row.hall is None or named_none
