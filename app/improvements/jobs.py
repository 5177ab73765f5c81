"""Every minute: flag the improvement items that became due soon, overdue or very late."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction
from app.improvements.models import Improvement
from app.improvements.operations import flag_one
from app.improvements.queries import unflagged

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)

AT_MOST = 1000
"""Items in a run; the next minute goes on."""


def flag_improvements(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Flag and tell every stage that began by now, each item in a commit of its own.

    Returns how many flags are new; DomainError in the end where an item failed.
    """
    numbers, new, failed = unflagged(now, AT_MOST), 0, 0
    db.session.rollback()  # looking only read; under WAL a reader can't become the writer
    for number in numbers:
        try:
            with transaction():
                new += flag_one(db.session.get_one(Improvement, number), now=now)
        except Exception:
            log.exception("improvement item %d could not be flagged", number)
            failed += 1
    if failed:
        raise DomainError(gettext("有 %(failed)d 个整改事项未能标记，详见日志", failed=failed))
    return {"improvements": new}
