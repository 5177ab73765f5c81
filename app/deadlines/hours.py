"""The hall's wall clock: when it works, how much working time lies between two instants. Pure.

Working time is read off the hall's wall clock, from opening to the end of the day, on working
days. The day ends at closing time, or at 24:00 where the hall says so (`until_midnight`): then the
hours of the evening count too, in remaining time and in pauses alike, so that both add up to the
same deadline. A change to or from summer time neither lengthens nor shortens a working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from app.deadlines.workdays import FIRST, LAST, CalendarError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.deadlines.workdays import WorkCalendar

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
        if since_midnight(self.closing) - since_midnight(self.opening) < timedelta(minutes=1):
            raise CalendarError(
                "上班时间 %(opening)s 应早于下班时间 %(closing)s",
                opening=f"{self.opening:%H:%M}",
                closing=f"{self.closing:%H:%M}",
            )

    @property
    def end(self) -> timedelta:
        """Tell how long after midnight the day ends."""
        return _DAY if self.until_midnight else since_midnight(self.closing)

    @property
    def length(self) -> timedelta:
        """Tell how long a working day is."""
        return self.end - since_midnight(self.opening)

    def end_of(self, d: date) -> datetime:
        """Return the instant in UTC at which a date ends for the hall."""
        return self.instant(d, self.end)

    def instant(self, d: date, since_midnight: timedelta) -> datetime:
        """Return the instant in UTC of a wall clock reading; of two equal ones the first."""
        wall = datetime.combine(d, time()) + since_midnight
        return wall.replace(tzinfo=self.tz).astimezone(UTC)

    def local(self, instant: datetime) -> datetime:
        """Read an aware instant off the hall's wall clock; CalendarError when it can't be."""
        require_zone(instant)
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


def day_of(hours: Hours, due_at: datetime) -> date:
    """Return the date that a due time belongs to: midnight belongs to the day that it ends."""
    return (hours.local(due_at) - timedelta(microseconds=1)).date()


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
    return hours.instant(d, since_midnight(hours.opening) + needed - whole * hours.length)


def days_late(calendar: WorkCalendar, hours: Hours, due_at: datetime, at: datetime) -> int:
    """Count the working days after the due date up to the local date of `at`."""
    return calendar.count(day_of(hours, due_at), hours.local(at).date())


class Remaining(NamedTuple):
    """Hold working time in the units that people speak of."""

    days: int
    hours: int
    minutes: int


def split(seconds: int, hours: Hours) -> Remaining:
    """Split working seconds into the hall's working days, hours and minutes, rounding down."""
    days, rest = divmod(max(0, seconds), hours.length // _SECOND)
    return Remaining(days, rest // 3600, rest % 3600 // 60)


def _left(calendar: WorkCalendar, hours: Hours, wall: datetime) -> timedelta:
    """Measure the working time between a wall clock reading and the end of its day."""
    if not calendar.is_workday(wall.date()):
        return _NOTHING
    return min(max(hours.end - since_midnight(wall.time()), _NOTHING), hours.length)


def since_midnight(t: time) -> timedelta:
    """Turn a wall clock reading into what has passed of the day on it."""
    return timedelta(hours=t.hour, minutes=t.minute, seconds=t.second, microseconds=t.microsecond)


def require_zone(instant: datetime) -> None:
    """Refuse an instant that does not say which zone it is meant in."""
    if instant.utcoffset() is None:
        raise CalendarError("时间 %(time)s 没有注明时区", time=instant.isoformat())
