"""Who sees appeals; and that they are written row by row, where it is checked who writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, event
from sqlalchemy.orm import Session

from app.appeals.models import Appeal, AppealPeriod
from app.cases.visibility import of_seen_case
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of

if TYPE_CHECKING:
    from sqlalchemy.orm import ORMExecuteState


@rows_of(Appeal)
def appeals(person: Person) -> ColumnElement[bool]:
    """See the appeals about the cases in sight."""
    return of_seen_case(person, Appeal.case_id)


@rows_of(AppealPeriod)
def periods(person: Person) -> ColumnElement[bool]:
    """See the periods of those appeals."""
    return of_seen_case(person, AppealPeriod.case_id)


@event.listens_for(Session, "do_orm_execute")
def _never_by_statement(state: ORMExecuteState) -> None:
    """Refuse to write appeals by a statement: what it sets nobody checks row by row."""
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and mapper.class_ is Appeal:
        raise OutOfScopeError(Appeal.__tablename__)
