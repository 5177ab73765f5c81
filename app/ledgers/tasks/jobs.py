"""What is done each minute for ledgers in the making, and each day for those that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import scope
from app.core.db import db
from app.core.storage import exports
from app.core.transaction import transaction
from app.ledgers.tasks.making import FOLDER
from app.ledgers.tasks.operations import bury
from app.ledgers.tasks.queries import named, outlived, over, waiting
from app.ledgers.tasks.rules import FORGOTTEN
from app.ledgers.tasks.workers import hand_over
from app.ledgers.unmasked.operations import forget_passwords

if TYPE_CHECKING:
    from datetime import datetime


def mind_tasks(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Let fail what died too often; say again what waits, also what somebody died over."""
    with scope.everything():
        with transaction():
            buried = bury(now=now)
        left = waiting(now)
        db.session.rollback()
        for task in left:
            hand_over(task)
    return {"unmade": buried} if buried else {}


def clear_tasks(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Remove the files that were kept long enough, and those that no task names."""
    store, gone = exports(), 0
    with scope.everything():
        keys = [row.file_key for row in outlived(now)]
        db.session.rollback()
        for key in keys:
            store.drop(str(key))
        with transaction():
            for row in outlived(now):
                row.file_key = None
            forget_passwords(over(now))
        gone += len(keys)
        old = list(store.old(FOLDER, now - FORGOTTEN))
        for key in set(old) - named(old):
            store.drop(key)
            gone += 1
    return {"swept": gone}
