"""Who sees referrals; and that nobody but an inspector ever writes an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, event, inspect
from sqlalchemy.orm import Session

from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of
from app.supervision.referrals.models import Referral
from app.supervision.referrals.rules import RECORDED

if TYPE_CHECKING:
    from sqlalchemy.orm import ORMExecuteState, UOWTransaction


@rows_of(Referral)
def referrals(person: Person) -> ColumnElement[bool]:
    """Show the referrals of one's area to those who oversee it, and to nobody else."""
    return person.in_halls(Referral.hall_id, "supervisor", "inspector")


@event.listens_for(Session, "before_flush")
def _inspectors_alone(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse an outcome from anybody else, whatever path it takes: jobs and commands too."""
    for row in (*session.new, *session.dirty):
        if not isinstance(row, Referral):
            continue
        state: Any = inspect(row)
        concluding = any(
            state.attrs[name].history.has_changes()
            and (state.persistent or getattr(row, name) is not None)
            for name in RECORDED
        )
        person = scope.current()
        allowed = not person.unlimited and state.persistent
        if concluding and not (allowed and scope.within_as(person, ["inspector"], row)):
            raise OutOfScopeError(Referral.__tablename__)


@event.listens_for(Session, "do_orm_execute")
def _never_by_statement(state: ORMExecuteState) -> None:
    """Refuse to write referrals by a statement: what it sets nobody checks row by row."""
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and mapper.class_ is Referral:
        raise OutOfScopeError(Referral.__tablename__)
