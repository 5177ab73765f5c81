"""Write a ledger straight to a file, as a command does; an unmasked one is entered all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from app.core.db import db
from app.core.transaction import transaction
from app.ledgers.production import produce, told_in_words
from app.ledgers.tasks.operations import hall_of
from app.ledgers.tasks.queries import number_of_rows
from app.ledgers.unmasked import operations
from app.ledgers.unmasking import MOST_UNMASKED, require_few, unmasking

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.core.scope import Person
    from app.core.workbook import Produced
    from app.ledgers.orders import Order


def written(
    order: Order, path: Path, reason: str | None, *, person: Person, now: datetime
) -> tuple[Produced, str]:
    """Write a ledger, masked without a reason; return what was made, and its password.

    The entry is committed before the file takes its name: a crash between them leaves an entry
    without a file, never a file without its entry. See `unmasking.require` for refusals.
    """
    if reason is None:
        return produce(order, path, person=person, now=now), ""
    permitted, order = unmasking(reason, person=person, now=now), replace(order, unmasked=True)
    require_few(number_of_rows(order, person=person, now=now, most=MOST_UNMASKED + 1))
    about = told_in_words(order, person=person, now=now)
    draft = path.with_name(f".{uuid4().hex}.part")
    try:
        done = produce(order, draft, person=person, now=now, unmasked=permitted)
        db.session.rollback()
        with transaction():
            hall = hall_of(order, person)
            row = operations.ask(order.kind, about, reason, hall_id=hall, actor=person, now=now)
            operations.made(row, permitted, done, actor=person, now=now)
            row.password, row.shown_at, row.fetched_at = None, now, now
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return done, permitted.lock.password
