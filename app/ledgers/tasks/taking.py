"""Take a ledger: one of few rows comes at once, a long one is made in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect
from flask_babel import get_locale

from app.core.crud.export import send_workbook
from app.core.db import db, writing
from app.core.transaction import transaction
from app.ledgers.naming import usual_name
from app.ledgers.production import produce, told_in_words
from app.ledgers.tasks import operations
from app.ledgers.tasks.queries import number_of_rows
from app.ledgers.tasks.rules import SMALL
from app.ledgers.tasks.workers import hand_over
from app.ledgers.unmasking import MOST_UNMASKED, require, require_few

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.core.scope import Person
    from app.ledgers.orders import Order


def send_or_queue(order: Order, *, person: Person, now: datetime, reason: str = "") -> Any:
    """Answer with the file of a ledger, or with the way to the page of its making.

    One with personal data in clear is always made there: its password is to be shown once, and
    its file to be fetched once. InvalidInputError for what can't be asked for, DomainError when
    too many are under way.
    """
    only_read()
    if order.unmasked:
        require(reason, person)
        require_few(number_of_rows(order, person=person, now=now, most=MOST_UNMASKED + 1))
        return queue(order, person=person, now=now, reason=reason)
    if is_long(order, person=person, now=now):
        return queue(order, person=person, now=now)

    def write(path: Path) -> None:
        produce(order, path, person=person, now=now)

    return send_workbook(write, usual_name(order, person=person, now=now))


def only_read() -> None:
    """Give up the place of a writer, as which a POST begins: a ledger only reads, and for long."""
    db.session.rollback()
    writing.set(False)


def is_long(order: Order, *, person: Person, now: datetime) -> bool:
    """Say whether a ledger is made in the background."""
    return number_of_rows(order, person=person, now=now, most=SMALL) >= SMALL


def queue(order: Order, *, person: Person, now: datetime, reason: str = "") -> Any:
    """Queue a ledger and show how far it is."""
    about = told_in_words(order, person=person, now=now)
    db.session.rollback()
    with transaction():
        language = str(get_locale())
        asked: dict[str, Any] = {"language": language, "actor": person, "now": now}
        number = operations.request(order, about, reason=reason, **asked).id
    hand_over(number)
    return redirect(f"/ledger-tasks/show/{number}")
