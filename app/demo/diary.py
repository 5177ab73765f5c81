"""The working days of a hall up to a given instant, on which invented steps are placed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from app.demo.material import Hall

ZONE = ZoneInfo("Asia/Shanghai")

PERIOD = timedelta(days=90)
_LONGEST_BREAK = 30
_WARM_UP = timedelta(minutes=30)
_SITTING = 150
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Diary:
    """Working days, newest first, counted by age.

    Age 0 is the day whose closing comes next, which may lie ahead; `first` is the least age on
    which a step can already have been taken.
    """

    hall: Hall
    now: datetime
    days: tuple[date, ...]
    first: int

    @property
    def horizon(self) -> int:
        """The age of the oldest day."""
        return len(self.days) - 1

    def age_of(self, ago: timedelta) -> int:
        """Return the age of the latest day that is wholly so long ago or longer."""
        then = (self.now - ago).date()
        return next(age for age, day in enumerate(self.days) if day < then)

    def at(self, age: int, local: time) -> datetime:
        """Place a time of day on the day of this age."""
        return datetime.combine(self.days[age], local, ZONE)

    def times(self, rng: Random, age: int, offsets: Sequence[int]) -> list[datetime]:
        """Draw strictly increasing instants in working hours, none after now.

        `offsets` counts working days from the day of this age and never falls.
        """
        found: list[datetime] = []
        for offset, same_day in groupby(offsets):
            found += self._sitting(rng, age - offset, len(list(same_day)))
        return found

    def evening_before(self, rng: Random, age: int) -> datetime:
        """Draw an instant after hours on the calendar day before the day of this age."""
        evening = datetime.combine(self.days[age] - _DAY, time(18), ZONE)
        return evening + timedelta(minutes=rng.randrange(300))

    def _sitting(self, rng: Random, age: int, count: int) -> list[datetime]:
        """Draw instants of one day, close together, as one visit to the hall goes."""
        opening = self.at(age, self.hall.opening)
        span = (min(self.at(age, self.hall.closing), self.now) - opening) // timedelta(minutes=1)
        width = min(span, _SITTING)
        start = rng.randrange(span - width + 1)
        minutes = sorted(rng.sample(range(start, start + width), count))
        return [
            opening + timedelta(minutes=minute, seconds=rng.randrange(60)) for minute in minutes
        ]


def diary(
    hall: Hall, now: datetime, workdays: Callable[[date], bool], period: timedelta = PERIOD
) -> Diary:
    """Open the diary of a hall for the days before an aware instant.

    Raises ValueError when `workdays` knows no working day within a month after now.
    """
    here = now.astimezone(ZONE)
    today = here.date()
    over = here.time() >= hall.closing
    ahead = (today + _DAY * (number + over) for number in range(_LONGEST_BREAK))
    current = next((day for day in ahead if workdays(day)), None)
    if current is None:
        raise ValueError("no working day within a month after now")
    past = (current - _DAY * number for number in range(1, (current - today + period).days))
    days = (current, *(day for day in past if workdays(day)))
    opened = datetime.combine(current, hall.opening, ZONE) + _WARM_UP
    return Diary(hall, here, days, first=0 if here >= opened else 1)
