"""Which notices, rules and channels a person sees, and who may change what holds in every hall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, event, false, inspect, or_
from sqlalchemy.orm import Session

from app.core import scope
from app.core.errors import OutOfScopeError
from app.core.scope import Person, rows_of
from app.deadlines.visibility import governs_all_halls
from app.notices.models import Notice, NoticeRule, NoticeTarget

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction


@rows_of(Notice)
def notices(person: Person) -> ColumnElement[bool]:
    """See one's own; for those who look after delivery, also what was sent in their halls."""
    own = Notice.user_id == person.id if person.id is not None else false()
    return or_(own, person.in_halls(Notice.hall_id, "inspector", "admin"))


@rows_of(NoticeRule)
def rules(person: Person) -> ColumnElement[bool]:
    """See the rules of one's halls, and the general ones."""
    general = NoticeRule.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(NoticeRule.hall_id))


@rows_of(NoticeTarget)
def targets(person: Person) -> ColumnElement[bool]:
    """See the channels of one's halls, and the general ones."""
    general = NoticeTarget.hall_id.is_(None) if person.grants else false()
    return or_(general, person.in_halls(NoticeTarget.hall_id))


@event.listens_for(Session, "before_flush")
def _keep_what_is_general(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, (NoticeRule, NoticeTarget)) and not governs_all_halls(scope.current()):
            named_none: bool = inspect(row).persistent and row.hall_id is None  # until flushed
            if row.hall is None or named_none:
                raise OutOfScopeError(type(row).__name__)
