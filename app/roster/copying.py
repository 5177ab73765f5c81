"""Which patterns a month can be planned after: the month before, or a week that was planned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.errors import DomainError
from app.core.language import gettext
from app.roster import operations
from app.roster.queries import planned_days
from app.roster.rules import dates, day_of, monday_of, month_before, next_month

if TYPE_CHECKING:
    from datetime import date

    from app.core.scope import Person
    from app.departments.models import Hall
    from app.roster.operations import Copied

MONTH = "month"
WEEK = timedelta(days=6)


def sources(hall: Hall, first: date) -> list[tuple[str, str]]:
    """Return what a month can be planned after, where there is something: code and words."""
    before = month_before(first)
    planned = planned_days(hall, before, next_month(first) - timedelta(days=1))
    found = []
    if any(day < first for day in planned):
        words = gettext("上个月（%(month)d 月），工作日逐日对应", month=before.month)
        found.append((MONTH, words))
    for monday in sorted({monday_of(day) for day in planned}, reverse=True):
        days = [day for day in planned if monday_of(day) == monday]
        found.append((monday.isoformat(), _week_in_words(min(days), max(days))))
    return found


def _week_in_words(first: date, last: date) -> str:
    return gettext(
        "%(first)s 至 %(last)s 这一周，按星期几对应",
        first=gettext("%(month)d 月 %(day)d 日", month=first.month, day=first.day),
        last=gettext("%(month)d 月 %(day)d 日", month=last.month, day=last.day),
    )


def copy(
    hall: Hall, first: date, source: str, *, overwrite: bool, today: date, actor: Person
) -> Copied:
    """Plan what is still ahead of a month after a source; DomainError for one that is none."""
    last = next_month(first) - timedelta(days=1)
    if source == MONTH:
        pattern = dates(month_before(first), first - timedelta(days=1))
        since = max(today, first)
    else:
        monday = _monday(source)
        pattern = dates(monday, monday + WEEK)
        since = max(today, first, monday + WEEK + timedelta(days=1))
    return operations.copy(
        hall,
        pattern,
        dates(first, last),
        weekly=source != MONTH,
        since=since,
        overwrite=overwrite,
        actor=actor,
    )


def _monday(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise DomainError(gettext("请选择照哪一段时间排"))
    return monday_of(day)
