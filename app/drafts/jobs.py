"""Forget drafts that nobody came back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.transaction import transaction
from app.drafts.operations import forget_old

if TYPE_CHECKING:
    from datetime import datetime


def forget_drafts(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Forget the old ones."""
    with transaction():
        return {"forgotten": forget_old(now)}
