"""Turn a rule and a start into instants: due, warning, escalation, time left, days late.

Pure; the law is the Civil Code of the PRC, arts. 200-204: the day on which the period starts is
not counted, a last day that is not a working day moves to the next one, and the last day ends when
business stops. Dates are those of the hall's time zone; instants go in aware and come out in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.deadlines.hours import (
    Hours,
    advance,
    day_of,
    require_zone,
    since_midnight,
    working_seconds,
)
from app.deadlines.workdays import MAX_DAYS, CalendarError, WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Iterable

START_DAY = "起算日不计入"
PAUSED_DAY = "中止计时"

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a rule grants: days to finish in, when to warn, when to escalate.

    The warning falls at `warn_time` on the working day `warn_days` before the last one;
    escalation at the end of the `escalate_days`-th working day after it.
    """

    working_days: int
    """None (0): it ends with the day on which it starts, or with the next that is worked on."""
    warn_days: int = 0
    warn_time: time = time(9)
    escalate_days: int = 1

    def __post_init__(self) -> None:
        """Refuse numbers that no rule can mean."""
        for days, least in ((self.working_days, 0), (self.warn_days, 0), (self.escalate_days, 0)):
            if not least <= days <= MAX_DAYS:
                raise CalendarError(
                    "规则的天数应为 %(least)d 到 %(most)d 之间的整数，现为 %(days)s",
                    least=least,
                    most=MAX_DAYS,
                    days=days,
                )


@dataclass(frozen=True, slots=True)
class DayLine:
    """Hold one day of the account: the how-manieth it is, or why it is not counted."""

    date: date
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """Hold an extension: granted when, by how many working days the due time moves."""

    at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold a pause: from when to when the clock stood still."""

    began: datetime
    ended: datetime

    @property
    def at(self) -> datetime:
        """The instant that places it among the adjustments of a clock."""
        return self.began


@dataclass(frozen=True)
class Term:
    """Hold a computed period: instants in UTC, `first` and `last` local dates.

    Provisional when a day after `first`, up to `last`, belongs to a year without its notice.
    """

    start: datetime
    due_at: datetime
    warn_at: datetime
    escalate_at: datetime
    provisional: bool
    first: date
    last: date
    calendar: WorkCalendar = field(repr=False, compare=False)
    idle: frozenset[date] = frozenset()
    """The working days on which the clock stood still from opening to closing."""

    @property
    def working_days(self) -> int:
        """Count the working days after the first; none where it ends with it."""
        return 0 if self.first == self.last else sum(line.counted for line in self.days)

    @cached_property
    def days(self) -> tuple[DayLine, ...]:
        """Account for every day from the start's date to the last; made when first asked for."""
        calendar, ordinal = self.calendar, 0
        if self.first == self.last:
            name, final = calendar.day(self.first).name, calendar.is_final(self.first)
            return (
                DayLine(self.first, counted=True, ordinal=1, reason=name, provisional=not final),
            )
        lines = [DayLine(self.first, False, None, START_DAY, not calendar.is_final(self.first))]  # noqa: FBT003
        for after in range(1, (self.last - self.first).days + 1):
            day = calendar.day(self.first + timedelta(days=after))
            counted = day.working and day.date not in self.idle
            ordinal += counted
            lines.append(
                DayLine(
                    date=day.date,
                    counted=counted,
                    ordinal=ordinal if counted else None,
                    reason=PAUSED_DAY if day.working and not counted else day.name,
                    provisional=not calendar.is_final(day.date),
                )
            )
        return tuple(lines)


def compute(
    calendar: WorkCalendar,
    start: datetime,
    terms: Terms,
    hours: Hours,
    adjustments: Iterable[Extension | Pause] = (),
) -> Term:
    """Work out a period from an aware start; the cost does not grow with its length.

    Adjustments apply in the order in which they came: an extension moves the due time by working
    days, a pause lets what was left when it began run from where it ended.
    """
    first = hours.local(start).date()
    begun = start.astimezone(UTC)
    last = calendar.add(first, terms.working_days) if terms.working_days else first
    if not terms.working_days and not (calendar.is_workday(first) and begun < hours.end_of(first)):
        last = calendar.add(first, 1)
    due_at, least, idle = hours.end_of(last), begun, frozenset[date]()
    for change in sorted(adjustments, key=lambda change: change.at):
        if isinstance(change, Extension):
            due_at = extended(calendar, hours, due_at, change.days)
        else:
            left = working_seconds(calendar, hours, change.began, due_at)
            due_at = advance(calendar, hours, change.ended, left)
            least = max(least, change.ended.astimezone(UTC))
            idle |= _stood_still(calendar, hours, change)
    return until(calendar, begun, due_at, terms, hours, least=least, idle=idle)


def until(
    calendar: WorkCalendar,
    start: datetime,
    due_at: datetime,
    terms: Terms,
    hours: Hours,
    *,
    least: datetime | None = None,
    idle: frozenset[date] = frozenset(),
) -> Term:
    """Make the period from a start to a due time that is known; no warning before `least`."""
    first, last = hours.local(start).date(), day_of(hours, due_at)
    late = calendar.add(last, terms.escalate_days) if terms.escalate_days else last
    begun = start.astimezone(UTC)
    return Term(
        start=begun,
        due_at=due_at,
        warn_at=min(max(_warn_at(calendar, last, terms, hours, begun), least or begun), due_at),
        escalate_at=hours.end_of(late),
        provisional=calendar.touches_provisional(min(first + _DAY, last), last),
        first=first,
        last=last,
        calendar=calendar,
        idle=idle,
    )


def extended(calendar: WorkCalendar, hours: Hours, due_at: datetime, days: int) -> datetime:
    """Move a due time by working days; it keeps its time of day."""
    d = day_of(hours, due_at)
    time_of_day = hours.local(due_at).replace(tzinfo=None) - datetime.combine(d, time())
    return hours.instant(calendar.add(d, days), time_of_day)


def _stood_still(calendar: WorkCalendar, hours: Hours, pause: Pause) -> frozenset[date]:
    """Return the working days on which a pause left no working time."""
    a, b = hours.local(pause.began).date(), hours.local(pause.ended).date()
    days = (a + timedelta(days=after) for after in range((b - a).days + 1))
    opening = since_midnight(hours.opening)
    return frozenset(
        day
        for day in days
        if calendar.is_workday(day)
        and pause.began <= hours.instant(day, opening)
        and hours.end_of(day) <= pause.ended
    )


class Stage(StrEnum):
    """Say how a period stands."""

    ON_TRACK = "on_track"
    WARNING = "warning"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


def stage(now: datetime, warn_at: datetime, due_at: datetime, escalate_at: datetime) -> Stage:
    """Derive the stage at an instant: warned from warn_at on, late only once due_at is past."""
    for instant in (now, warn_at, due_at, escalate_at):
        require_zone(instant)
    if now > max(due_at, escalate_at):
        return Stage.ESCALATED
    if now > due_at:
        return Stage.OVERDUE
    return Stage.WARNING if now >= warn_at else Stage.ON_TRACK


def explain(calendar: WorkCalendar, start: datetime, days: int, hours: Hours) -> dict[str, Any]:
    """Answer when so many working days from an aware start end, and why, ready for JSON."""
    if days < 1:
        raise CalendarError("工作日数应为 1 或更多，现为 %(days)s", days=days)
    term = compute(calendar, start, Terms(days, escalate_days=0), hours)
    return {
        "due_at": term.due_at.astimezone(hours.tz).isoformat(),
        "provisional": term.provisional,
        "revision": calendar.revision,
        "days": [
            {"date": line.date.isoformat(), "counted": line.counted, "reason": line.reason}
            for line in term.days
        ],
    }


def _warn_at(
    calendar: WorkCalendar, last: date, terms: Terms, hours: Hours, start: datetime
) -> datetime:
    """Find the warning before it is kept between start and due."""
    if terms.warn_days > terms.working_days:
        return start
    d = calendar.back(last, terms.warn_days) if terms.warn_days else last
    return hours.instant(d, since_midnight(terms.warn_time))
