"""Tell of what happens beside cases: in the transaction of the change itself, so exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import scope
from app.notices.fanout import rules_in_force, write, write_to

if TYPE_CHECKING:
    from datetime import datetime

    from app.notices.wording import Happening


def tell(event: Happening, *, now: datetime) -> int:
    """Write the notices that the rules of a kind mean; return how many.

    What happens to a case goes through the outbox instead. To be called in the transaction that
    changes what the event is about, after the flush: who sees the row is asked of the database.
    """
    with scope.everything():
        rules = rules_in_force()
        return write([event], rules, now) if event.kind in rules else 0


def tell_person(event: Happening, name: str, *, now: datetime) -> None:
    """Put a notice into the inbox of the one person whom an event names; no rule is asked.

    In the transaction of the change, like `tell`.
    """
    with scope.everything():
        write_to(event, name, now)
