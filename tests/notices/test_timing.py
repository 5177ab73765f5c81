"""Messages leave while the hall works: not at night, not on days off, digests twice a day."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.deadlines.hours import Hours
from app.deadlines.workdays import Day, Source, WorkCalendar
from app.notices.rules import Pace
from app.notices.timing import is_open, leaves_at

HERE = ZoneInfo("Asia/Shanghai")
DAYS = WorkCalendar(
    [
        Day(date(2026, 9, 20), working=True, name="调休", source=Source.MAKE_UP),
        *(
            Day(date(2026, 10, day), working=False, name="国庆节", source=Source.HOLIDAY)
            for day in range(1, 8)
        ),
    ],
    [2026],
)
HOURS = Hours(time(9), time(17, 30), HERE)


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("09-17 10:00", "09-17 10:00"),  # at work: at once
        ("09-17 08:59", "09-17 09:00"),
        ("09-17 17:29", "09-17 17:29"),
        ("09-17 17:30", "09-18 09:00"),  # closed
        ("09-17 23:50", "09-18 09:00"),
        ("09-18 02:00", "09-18 09:00"),
        ("09-18 18:00", "09-20 09:00"),  # Saturday is off, Sunday made up
        ("09-19 11:00", "09-20 09:00"),
        ("09-20 11:00", "09-20 11:00"),
        ("09-30 18:00", "10-08 09:00"),  # the National Day week
    ],
)
def test_what_is_urgent_waits_for_the_hall_to_open(written, leaves):
    assert leaves_at(at(written), Pace.AT_ONCE, DAYS, HOURS) == at(leaves)
    assert is_open(at(leaves), DAYS, HOURS)


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("09-17 08:00", "09-17 09:00"),
        ("09-17 09:00", "09-17 09:00"),
        ("09-17 09:01", "09-17 14:00"),
        ("09-17 14:01", "09-18 09:00"),
        ("09-18 14:01", "09-20 09:00"),
        ("09-30 15:00", "10-08 09:00"),
    ],
)
def test_a_digest_leaves_at_opening_and_in_the_afternoon(written, leaves):
    assert leaves_at(at(written), Pace.DIGEST, DAYS, HOURS) == at(leaves)


def test_a_hall_of_the_morning_has_one_digest_a_day():
    morning = Hours(time(8), time(12), HERE)
    assert leaves_at(at("09-17 08:30"), Pace.DIGEST, DAYS, morning) == at("09-18 08:00")


def test_the_hall_s_own_clock_counts():
    urumqi = Hours(time(10), time(19), ZoneInfo("Asia/Urumqi"))
    assert not is_open(at("09-17 10:00"), DAYS, urumqi)
    assert is_open(at("09-17 20:00"), DAYS, urumqi)
