"""The clock of an item: started, moved; counted in working days by the pure clock of deadlines."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines.clock import Terms, compute, until
from app.deadlines.queries import calendar, hours_of
from app.improvements.rules import AHEAD, ESCALATE_DAYS, WARN_DAYS

if TYPE_CHECKING:
    from datetime import datetime

    from app.deadlines.clock import Term
    from app.improvements.models import Improvement


def start(row: Improvement, days: int, now: datetime) -> None:
    """Let the clock run so many working days from now."""
    row.days = days
    terms = Terms(days, warn_days=WARN_DAYS, escalate_days=ESCALATE_DAYS)
    _set(row, compute(calendar(), now, terms, hours_of(row.hall)))


def move(row: Improvement, due_on: Any, now: datetime) -> None:
    """Move the due time to the end of another working day that has not ended."""
    days, hours = calendar(), hours_of(row.hall)
    today = hours.local(now).date()
    if type(due_on) is not date:
        raise InvalidInputError({"due_on": gettext("必填")})
    if not today <= due_on <= today + AHEAD:
        raise InvalidInputError({"due_on": gettext("须是今天起一年以内的日期")})
    if not days.is_workday(due_on):
        raise InvalidInputError({"due_on": gettext("这一天不是工作日，请选择工作日")})
    due_at = hours.end_of(due_on)
    if due_at <= now.astimezone(UTC):
        raise InvalidInputError({"due_on": gettext("今天已经下班，请选择以后的工作日")})
    if due_at == row.due_at:
        raise InvalidInputError({"due_on": gettext("与原来的期限相同")})
    ahead = days.count(today, due_on)
    terms = Terms(ahead, warn_days=WARN_DAYS, escalate_days=ESCALATE_DAYS)
    _set(row, until(days, now, due_at, terms, hours))


def _set(row: Improvement, term: Term) -> None:
    row.warn_at, row.due_at, row.escalate_at = term.warn_at, term.due_at, term.escalate_at
    row.provisional = term.provisional
    row.due_version = (row.due_version or 0) + 1
