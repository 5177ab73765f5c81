"""The timed jobs: count what changed, and check at night that what is kept is right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app.core.db import db
from app.overview.operations import check, fold

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


def count_cases(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Count again what changed since the last time; return how many cases that was."""
    db.session.rollback()  # looking only read; under WAL a reader can't become the writer
    return {"counted": fold(now)}


def check_counts(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Count everything anew, mend what differs, and say how much that was."""
    db.session.rollback()
    found = check(now, mend=True)
    if not found.right:
        log.error("overview: %s cases, %s sums differed", found.wrong_cases, found.wrong_sums)
    return {"checked": found.cases, "differing": found.wrong_cases + found.wrong_sums}
