"""Who may change the causes: they are the same for every hall, and everybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.causes.models import Cause
from app.core import scope
from app.core.errors import OutOfScopeError
from app.deadlines.visibility import governs_all_halls

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction


@event.listens_for(Session, "before_flush")
def _same_for_every_hall(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to let the administrator of some halls change what holds in all."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        if isinstance(row, Cause) and not governs_all_halls(scope.current()):
            raise OutOfScopeError(type(row).__name__)
