"""The timed job of the store: what a crash left behind goes after a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.cases.documents.operations import sweep

KEEP_ORPHANS = timedelta(days=1)


def sweep_files(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Remove the orphans of the store; return how many."""
    return {"swept": sweep(now - KEEP_ORPHANS)}
