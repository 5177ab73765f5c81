"""The timed job of supervision: cards by rule, and replies that are late."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from app.cases.models import Case
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction
from app.deadlines.queries import calendar
from app.supervision.models import SupervisionCard
from app.supervision.operations import flag_late, issue_by_rule
from app.supervision.queries import due, unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from app.supervision.queries import Due

log = logging.getLogger(__name__)

AT_MOST = 1000
"""Cards in a run; the next minute goes on."""


def supervise(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Issue every card that a rule asks for by now, and flag every reply that is late.

    Each in its own commit: a crash leaves none half done, and one that fails stops no other.
    Returns how many were issued and flagged; DomainError in the end where some failed.
    """
    issued, failed = _each(due(now, calendar(), AT_MOST), lambda it: _issue(it, now))
    late, failed_too = _each(unanswered(now, AT_MOST), lambda it: _flag(it, now))
    if failed or failed_too:
        raise DomainError(
            gettext("有 %(failed)d 张督办单未能处理，详见日志", failed=failed + failed_too)
        )
    return {"cards": issued, "late_replies": late}


def _each(items: Iterable[Any], work: Callable[[Any], bool]) -> tuple[int, int]:
    """Do the work for each item in a transaction of its own; return how many did, and failed."""
    db.session.rollback()  # looking only read; under WAL a reader can't become the writer
    done = failed = 0
    for item in items:
        try:
            with transaction():
                done += work(item)
        except Exception:
            log.exception("supervision of %s failed", item)
            failed += 1
    return done, failed


def _issue(wanted: Due, now: datetime) -> bool:
    case = db.session.get(Case, wanted.case_id)
    return case is not None and issue_by_rule(case, wanted, now=now) is not None


def _flag(number: int, now: datetime) -> bool:
    card = db.session.get(SupervisionCard, number)
    return card is not None and flag_late(card, now=now)
