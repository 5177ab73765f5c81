"""How the file of a ledger is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.core import scope
from app.core.crud.present import local
from app.core.language import gettext
from app.core.workbook import safe_file_name
from app.ledgers.choosing import choose
from app.ledgers.columns import LEDGERS
from app.ledgers.listing import days_listed
from app.ledgers.queries import first_begun
from app.ledgers.templates.shaping import shaped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.ledgers.models import LedgerKind
    from app.ledgers.orders import Order


def file_name(
    kind: LedgerKind, hall_name: str, since: date, until: date, now: datetime, *, called: str = ""
) -> str:
    """Name a ledger's file: kind or its own name, hall, first and last date, when it was made."""
    return safe_file_name(
        called or gettext(kind.label),
        hall_name,
        f"{since:%Y%m%d}",
        f"{until:%Y%m%d}",
        f"{local(now):%Y%m%d%H%M%S}",
    )


def usual_name(order: Order, *, person: Person, now: datetime) -> str:
    """Name the file of a ledger.

    Where the period is open, it begins with the first registration there is and ends today.
    """
    with scope.working_for(person):
        at = order.as_of or now
        order, shape = shaped(order, person, at)
        chosen = choose(replace(order, department=None))
        since, until = order.since, order.until
        criteria = chosen.criteria(LEDGERS[order.kind].subject)
        if order.listed is not None:
            since, until = days_listed(order.listed)
            criteria = [*criteria, *shape.criteria]
        last = until or local(at).date()
        first = since or first_day(order.kind, lambda query: query.where(*criteria), last)
        place = gettext("%(place)s分厅", place=chosen.place) if order.roll_up else chosen.place
        return file_name(order.kind, place, first, last, now, called=shape.name)


def first_day(kind: LedgerKind, narrow: Callable[[Select[Any]], Select[Any]], last: date) -> date:
    """Return when the first of what a ledger may list began, as a date not after the last."""
    first = first_begun(LEDGERS[kind].subject, narrow)
    if first is None:
        return last
    return min(local(first).date() if isinstance(first, datetime) else first, last)
