"""The clock of an item: started, moved, reckoned anew; in working days, by the pure clock."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines.clock import Terms, compute, until
from app.deadlines.queries import calendar, hours_of
from app.improvements.rules import AHEAD, ESCALATE_DAYS, MOST_DAYS, WARN_DAYS

if TYPE_CHECKING:
    from datetime import datetime

    from app.deadlines.clock import Term
    from app.deadlines.workdays import WorkCalendar
    from app.improvements.models import Improvement


def start(row: Improvement, days: int, now: datetime) -> None:
    """Let the clock run so many working days from now."""
    row.days, row.due_on = days, None
    known = calendar()
    _begin(row, compute(known, now, _terms(days), hours_of(row.hall)), known)


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
    row.due_on = due_on
    _begin(row, until(days, now, due_at, _terms(days.count(today, due_on)), hours), days)


def anew(row: Improvement, days: WorkCalendar) -> Term:
    """Reckon a clock by another calendar; a chosen day that is a day off gives way to the next.

    A chosen day warns no sooner than it did.
    """
    hours, since = hours_of(row.hall), row.reopened_at or row.opened_at
    if row.due_on is None:
        return compute(days, since, _terms(row.days), hours)
    last = row.due_on
    while not days.is_workday(last):
        last += timedelta(days=1)
    return until(days, since, hours.end_of(last), _terms(MOST_DAYS), hours, least=row.warn_at)


def correct(row: Improvement, term: Term, days: WorkCalendar) -> None:
    """Write what a clock was reckoned anew to; another due time begins a due-version."""
    if term.due_at != row.due_at:
        row.due_version += 1
    _write(row, term, days)


def _begin(row: Improvement, term: Term, days: WorkCalendar) -> None:
    row.due_version = (row.due_version or 0) + 1
    _write(row, term, days)


def _write(row: Improvement, term: Term, days: WorkCalendar) -> None:
    row.warn_at, row.due_at, row.escalate_at = term.warn_at, term.due_at, term.escalate_at
    row.provisional, row.calendar_revision = term.provisional, days.revision


def _terms(days: int) -> Terms:
    return Terms(days, warn_days=WARN_DAYS, escalate_days=ESCALATE_DAYS)
