"""Facts of supervision: kinds of card, what they usually demand, which clocks a rule is due for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from app.core.words import N_, Choice
from app.deadlines.hours import since_midnight
from app.deadlines.workdays import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

_DAY = timedelta(days=1)


class CardKind(Choice):
    """How sharply a department is reminded."""

    REMINDER = "reminder", N_("催办单")
    YELLOW = "yellow", N_("黄牌")
    RED = "red", N_("红牌")
    REPORT = "report", N_("呈报领导")


EVENTS = {
    CardKind.REMINDER: "reminder_issued",
    CardKind.YELLOW: "yellow_card",
    CardKind.RED: "red_card",
    CardKind.REPORT: "reported",
}
"""Kind of card → the event that tells of it."""

TONES = {
    CardKind.REMINDER: "idle",
    CardKind.YELLOW: "warn",
    CardKind.RED: "late",
    CardKind.REPORT: "late",
}
"""Kind of card → the tone of its lamp."""

USUAL: dict[CardKind, tuple[str, int]] = {
    CardKind.REMINDER: (N_("请抓紧办理，并书面回复办理进展和预计办结时间。"), 1),
    CardKind.YELLOW: (N_("现予黄牌警示。请说明超期原因、整改措施和办结时间。"), 2),
    CardKind.RED: (N_("现予红牌警告。请科室主要负责人说明原因，立即办结。"), 1),
    CardKind.REPORT: (N_("现呈报领导督办。请说明情况，并按领导意见限期办结。"), 1),
}
"""Kind of card → what it usually demands, and within how many working days it is answered."""


class Span(NamedTuple):
    """Days from the first to the last, both included; without a last one, for good."""

    first: date
    last: date | None


def without(span: Span, others: Iterable[Span]) -> list[Span]:
    """Return what is left of a span of days when others are taken out of it, in order."""
    left = [span]
    for other in others:
        left = [part for it in left for part in _cut(it, other)]
    return left


def _cut(span: Span, other: Span) -> Iterator[Span]:
    """Give what of a span lies before another one and what lies after it."""
    end, other_end = span.last or date.max, other.last or date.max
    if other_end < span.first or end < other.first:
        yield span
        return
    if span.first < other.first:
        yield Span(span.first, other.first - _DAY)
    if other_end < end:
        yield Span(other_end + _DAY, span.last)


class Window(NamedTuple):
    """The due times of the clocks that a rule is due for: after the first, up to the second."""

    after: datetime
    until: datetime


def window(
    days: int, valid: Span, calendar: WorkCalendar, hours: Hours, now: datetime
) -> Window | None:
    """Return which clocks are late enough for a rule by now, judged by their due times.

    A card is due from the opening of the `days`-th working day after the day on which a clock ran
    out, if the rule is in force on that day: what was late enough before the rule is not.
    None where there is no such day yet.
    """
    wall = hours.local(now)
    begun = since_midnight(wall.time()) >= since_midnight(hours.opening)
    last = wall.date() if begun else wall.date() - _DAY
    last = min(last, valid.last or last)
    first = max(valid.first, FIRST)
    if last < first:
        return None
    before = first - _DAY
    return Window(_latest(days, calendar, hours, before), _latest(days, calendar, hours, last))


def _latest(days: int, calendar: WorkCalendar, hours: Hours, day: date) -> datetime:
    """Return the latest due time of a clock that is so many working days over on a day."""
    if calendar.count(FIRST, max(day, FIRST)) <= days:
        return hours.instant(FIRST, timedelta(0))
    return hours.instant(calendar.back(day + _DAY, days), timedelta(0))
