"""Which subscriptions and sendings a person sees: one's own, and those of the halls one runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_

from app.core.scope import Person, rows_of
from app.ledgers.subscriptions.models import LedgerSending, LedgerSubscription

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@rows_of(LedgerSubscription)
def subscriptions(person: Person) -> ColumnElement[bool]:
    """Show one's own; to administrators and inspectors those of their halls."""
    row = LedgerSubscription
    return or_(row.owner_id == person.id, person.in_halls(row.hall_id, "inspector", "admin"))


@rows_of(LedgerSending)
def sendings(person: Person) -> ColumnElement[bool]:
    """Show what one set up and what one gets; to administrators and inspectors their halls'."""
    row = LedgerSending
    own = or_(row.owner_id == person.id, row.user_id == person.id)
    return or_(own, person.in_halls(row.hall_id, "inspector", "admin"))
