"""Turn a rule and a start into instants: due, warning, escalation, time left, days late.

Pure; the law is the Civil Code of the PRC, arts. 200-204: the day on which the period starts is
not counted, a last day that is not a working day moves to the next one, and the last day ends when
business stops. Dates are those of the hall's time zone; instants go in aware and come out in UTC.

Working time is read off the hall's wall clock, from opening to the end of the day, on working
days. The day ends at closing time, or at 24:00 where the hall says so (`until_midnight`): then the
hours of the evening count too, in remaining time and in pauses alike, so that both add up to the
same deadline. A change to or from summer time neither lengthens nor shortens a working day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from app.deadlines.workdays import FIRST, LAST, MAX_DAYS, CalendarError, WorkCalendar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

START_DAY = "起算日不计入"

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Hours:
    """Hold when a hall works, by its wall clock; opening must come before closing."""

    opening: time
    closing: time
    tz: ZoneInfo
    until_midnight: bool = False

    def __post_init__(self) -> None:
        """Refuse a day that ends before it begins."""
        if _since_midnight(self.closing) - _since_midnight(self.opening) < timedelta(minutes=1):
            raise CalendarError(
                "上班时间 %(opening)s 应早于下班时间 %(closing)s",
                opening=f"{self.opening:%H:%M}",
                closing=f"{self.closing:%H:%M}",
            )

    @property
    def end(self) -> timedelta:
        """Tell how long after midnight the day ends."""
        return _DAY if self.until_midnight else _since_midnight(self.closing)

    @property
    def length(self) -> timedelta:
        """Tell how long a working day is."""
        return self.end - _since_midnight(self.opening)

    def end_of(self, d: date) -> datetime:
        """Return the instant in UTC at which a date ends for the hall."""
        return self.instant(d, self.end)

    def instant(self, d: date, since_midnight: timedelta) -> datetime:
        """Return the instant in UTC of a wall clock reading; of two equal ones the first."""
        wall = datetime.combine(d, time()) + since_midnight
        return wall.replace(tzinfo=self.tz).astimezone(UTC)

    def local(self, instant: datetime) -> datetime:
        """Read an aware instant off the hall's wall clock; CalendarError when it can't be."""
        _require_zone(instant)
        try:
            wall = instant.astimezone(self.tz)
        except (OverflowError, ValueError):
            wall = instant
        if not FIRST <= wall.date() <= LAST:
            raise CalendarError(
                "时间 %(time)s 超出工作日历的范围（%(first)s 至 %(last)s）",
                time=instant.isoformat(),
                first=FIRST,
                last=LAST,
            )
        return wall


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what a rule grants: days to finish in, when to warn, when to escalate.

    The warning falls at `warn_time` on the working day `warn_days` before the last one;
    escalation at the end of the `escalate_days`-th working day after it.
    """

    working_days: int
    warn_days: int = 0
    warn_time: time = time(9)
    escalate_days: int = 1

    def __post_init__(self) -> None:
        """Refuse numbers that no rule can mean."""
        for days, least in ((self.working_days, 1), (self.warn_days, 0), (self.escalate_days, 0)):
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

    @cached_property
    def days(self) -> tuple[DayLine, ...]:
        """Account for every day from the start's date to the last; made when first asked for."""
        calendar, ordinal = self.calendar, 0
        lines = [DayLine(self.first, False, None, START_DAY, not calendar.is_final(self.first))]  # noqa: FBT003
        for after in range(1, (self.last - self.first).days + 1):
            day = calendar.day(self.first + timedelta(days=after))
            ordinal += day.working
            lines.append(
                DayLine(
                    date=day.date,
                    counted=day.working,
                    ordinal=ordinal if day.working else None,
                    reason=day.name,
                    provisional=not calendar.is_final(day.date),
                )
            )
        return tuple(lines)


def compute(calendar: WorkCalendar, start: datetime, terms: Terms, hours: Hours) -> Term:
    """Work out a period from an aware start; the cost does not grow with its length."""
    first = hours.local(start).date()
    begun = start.astimezone(UTC)
    last = calendar.add(first, terms.working_days)
    due_at = hours.end_of(last)
    late = calendar.add(last, terms.escalate_days) if terms.escalate_days else last
    return Term(
        start=begun,
        due_at=due_at,
        warn_at=min(max(_warn_at(calendar, last, terms, hours, begun), begun), due_at),
        escalate_at=hours.end_of(late),
        provisional=calendar.touches_provisional(first + _DAY, last),
        first=first,
        last=last,
        calendar=calendar,
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
        _require_zone(instant)
    if now > max(due_at, escalate_at):
        return Stage.ESCALATED
    if now > due_at:
        return Stage.OVERDUE
    return Stage.WARNING if now >= warn_at else Stage.ON_TRACK


def working_seconds(calendar: WorkCalendar, hours: Hours, a: datetime, b: datetime) -> int:
    """Measure the working time from `a` to `b` in whole seconds; 0 when b is not after a."""
    start, end = hours.local(a), hours.local(b)
    if b <= a:
        return 0
    whole_days = hours.length * calendar.count(start.date(), end.date())
    spent = whole_days + _left(calendar, hours, start) - _left(calendar, hours, end)
    return max(_NOTHING, spent) // _SECOND


def advance(calendar: WorkCalendar, hours: Hours, start: datetime, seconds: int) -> datetime:
    """Return the instant in UTC at which so much working time from `start` on has run out.

    The inverse of `working_seconds`: a pause keeps the remaining seconds, and the new due time
    is `advance(calendar, hours, resumed, remaining)`. Never the opening of a day: time that runs
    out with a day is due at that day's end.
    """
    wall = hours.local(start)
    if seconds <= 0:
        return start.astimezone(UTC)
    works = calendar.is_workday(wall.date())
    passed = hours.length - _left(calendar, hours, wall) if works else _NOTHING
    needed = passed + timedelta(seconds=seconds)
    whole = -(-needed // hours.length) - 1
    days = whole if works else whole + 1
    d = calendar.add(wall.date(), days) if days else wall.date()
    return hours.instant(d, _since_midnight(hours.opening) + needed - whole * hours.length)


def days_late(calendar: WorkCalendar, hours: Hours, due_at: datetime, at: datetime) -> int:
    """Count the working days after the due date up to the local date of `at`."""
    # A period until 24:00 is due on the day that this midnight ends, not on the one it begins.
    due = hours.local(due_at) - timedelta(microseconds=1)
    return calendar.count(due.date(), hours.local(at).date())


class Remaining(NamedTuple):
    """Hold working time in the units that people speak of."""

    days: int
    hours: int
    minutes: int


def split(seconds: int, hours: Hours) -> Remaining:
    """Split working seconds into the hall's working days, hours and minutes, rounding down."""
    days, rest = divmod(max(0, seconds), hours.length // _SECOND)
    return Remaining(days, rest // 3600, rest % 3600 // 60)


def explain(calendar: WorkCalendar, start: datetime, days: int, hours: Hours) -> dict[str, Any]:
    """Answer when so many working days from an aware start end, and why, ready for JSON."""
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
    return hours.instant(d, _since_midnight(terms.warn_time))


def _left(calendar: WorkCalendar, hours: Hours, wall: datetime) -> timedelta:
    """Measure the working time between a wall clock reading and the end of its day."""
    if not calendar.is_workday(wall.date()):
        return _NOTHING
    return min(max(hours.end - _since_midnight(wall.time()), _NOTHING), hours.length)


def _since_midnight(t: time) -> timedelta:
    """Turn a wall clock reading into what has passed of the day on it."""
    return timedelta(hours=t.hour, minutes=t.minute, seconds=t.second, microseconds=t.microsecond)


def _require_zone(instant: datetime) -> None:
    """Refuse an instant that does not say which zone it is meant in."""
    if instant.utcoffset() is None:
        raise CalendarError("时间 %(time)s 没有注明时区", time=instant.isoformat())
