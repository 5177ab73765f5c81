"""Note on every row who changed it last, and when, whatever the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core import clock, scope
from app.core.db import Entity

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for row in (*session.new, *session.dirty):
        if isinstance(row, Entity) and session.is_modified(row):
            row.changed_at, row.changed_by = clock.now(), scope.current().name
