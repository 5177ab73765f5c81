"""The timed job of appeals: periods that warn or ran out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app.appeals.models import AppealPeriod
from app.appeals.operations import held
from app.appeals.periods import flag
from app.appeals.queries import to_flag
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)

AT_MOST = 1000
"""Periods in a run; the next minute goes on."""


def watch_appeals(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Flag every stage of a period that began by now; return how many are new.

    Each period in its own commit: a crash leaves none half done, and one that fails stops no other.
    """
    numbers = to_flag(now, AT_MOST)
    db.session.rollback()  # looking only read; under WAL a reader can't become the writer
    flagged = failed = 0
    for number in numbers:
        try:
            with transaction():
                flagged += _flag(number, now)
        except Exception:
            log.exception("flagging period %s of an appeal failed", number)
            failed += 1
    if failed:
        raise DomainError(gettext("有 %(failed)d 个申诉期限未能标记，详见日志", failed=failed))
    return {"appeals": flagged}


def _flag(number: int, now: datetime) -> int:
    period = db.session.get(AppealPeriod, number)
    if period is None:
        return 0
    appeal = period.appeal
    case = held(appeal)
    db.session.refresh(period)
    return flag(case, appeal, period, now=now)
