"""Tell of what happens beside cases: in the transaction of the change itself, so exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import scope
from app.notices.fanout import rules_in_force, write, write_to
from app.notices.rules import Way

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.notices.wording import Attached, Happening


def tell(event: Happening, *, now: datetime) -> int:
    """Write the notices that the rules of a kind mean; return how many.

    What happens to a case goes through the outbox instead. To be called in the transaction that
    changes what the event is about, after the flush: who sees the row is asked of the database.
    """
    with scope.everything():
        rules = rules_in_force()
        return write([event], rules, now) if event.kind in rules else 0


def tell_person(
    event: Happening,
    name: str,
    *,
    now: datetime,
    ways: Sequence[Way] = (Way.INBOX,),
    file: Attached | None = None,
) -> None:
    """Tell the one person whom an event names, by these ways; no rule is asked.

    In the transaction of the change, like `tell`. A letter carries the file.
    """
    with scope.everything():
        write_to(event, name, now, ways, file)
