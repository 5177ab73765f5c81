"""Every minute: settle the ledgers that are made, then begin the subscriptions that are due."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction
from app.ledgers.subscriptions import queries
from app.ledgers.subscriptions.operations import begin, settle
from app.ledgers.tasks.workers import hand_over

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


def send_ledgers(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Tell of what is ready and begin what is due; return how many of each.

    What fails stops no other; DomainError in the end says that something did, and it is tried
    again a minute later.
    """
    told, begun, failed = 0, 0, 0
    with scope.everything():
        ready, due = queries.ready(), queries.due(now)
        db.session.rollback()  # the reading is over: under WAL a reader can't become a writer
        for sending in ready:
            try:
                with transaction():
                    told += settle(sending, now=now)
            except Exception:
                log.exception("ledger sending %d", sending)
                failed += 1
        for subscription, planned in due:
            try:
                with transaction():
                    queued = begin(subscription, planned, now=now)
            except Exception:
                log.exception("ledger subscription %d", subscription)
                failed += 1
                continue
            begun += len(queued)
            for task in queued:
                hand_over(task)
    if failed:
        raise DomainError(gettext("%(number)d 份订阅的台账出错，详见日志", number=failed))
    done = {"subscribed": begun, "mailed": told}
    return {name: number for name, number in done.items() if number}
