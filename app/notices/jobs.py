"""Every minute: write the notices of what happened, and let out what may leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.core.transaction import transaction
from app.notices.delivery import deliver
from app.notices.fanout import fan_out
from app.notices.operations import forget_taken

if TYPE_CHECKING:
    from datetime import datetime

KEEP = timedelta(days=30)
"""How long the outbox remembers what was taken out of it."""


def deliver_notices(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Tell whoever is to be told; return how many notices are new, sent and failed."""
    told = fan_out(now)
    done = deliver(now)
    return {"told": told, "sent": done.sent, "failed": done.failed}


def clear_outbox(now: datetime) -> int:
    """Clear the outbox of what was told long ago; return how many events."""
    with transaction():
        return forget_taken(before=now - KEEP)
