"""When a subscription falls due, and of which days its ledger is: facts of the calendar alone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from app.deadlines.workdays import Day, Source, WorkCalendar
from app.ledgers.subscriptions.rules import Cadence, Plan, Span, Weekday, days_of

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAYS = [date(2026, 10, day) for day in range(1, 8)]
MAKE_UP = [date(2026, 9, 20), date(2026, 10, 10)]
CALENDAR = WorkCalendar(
    [
        *(Day(day, working=False, name="国庆节", source=Source.HOLIDAY) for day in HOLIDAYS),
        *(Day(day, working=True, name="调休", source=Source.MAKE_UP) for day in MAKE_UP),
    ],
    [2026],
)


def plan(cadence, *, weekday="1", nth=1, at=time(9)):
    return Plan(Cadence(cadence), Weekday(weekday), nth, at, ZONE)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("cadence", "more", "now", "last", "following"),
    [
        # a working day, before and after the time
        ("daily", {}, "2026-09-17 08:59", "2026-09-16 09:00", "2026-09-17 09:00"),
        ("daily", {}, "2026-09-17 09:00", "2026-09-17 09:00", "2026-09-18 09:00"),
        # a Sunday that is worked on counts, the Saturday before does not
        ("daily", {}, "2026-09-19 12:00", "2026-09-18 09:00", "2026-09-20 09:00"),
        # the holiday is passed over
        ("daily", {}, "2026-10-03 12:00", "2026-09-30 09:00", "2026-10-08 09:00"),
        ("weekly", {"weekday": "4"}, "2026-09-20 12:00", "2026-09-17 09:00", "2026-09-24 09:00"),
        # the Thursday of the holiday is sent on the next working day, which is a Thursday itself
        ("weekly", {"weekday": "4"}, "2026-10-06 12:00", "2026-09-24 09:00", "2026-10-08 09:00"),
        # the Monday of the holiday moves to Thursday
        ("weekly", {"weekday": "1"}, "2026-10-09 12:00", "2026-10-08 09:00", "2026-10-12 09:00"),
        # a Saturday moves to the Monday, unless it is worked on
        ("weekly", {"weekday": "6"}, "2026-09-15 12:00", "2026-09-14 09:00", "2026-09-20 09:00"),
        ("weekly", {"weekday": "6"}, "2026-10-10 12:00", "2026-10-10 09:00", "2026-10-19 09:00"),
        ("monthly", {"nth": 1}, "2026-10-05 12:00", "2026-09-01 09:00", "2026-10-08 09:00"),
        ("monthly", {"nth": 3}, "2026-10-11 12:00", "2026-10-10 09:00", "2026-11-04 09:00"),
        # a month without as many working days is sent on its last one
        ("monthly", {"nth": 23}, "2026-10-31 12:00", "2026-10-30 09:00", "2026-11-30 09:00"),
    ],
)
def test_a_plan_falls_on_working_days_at_the_halls_time(cadence, more, now, last, following):
    asked = plan(cadence, **more)
    assert asked.last(local(now), CALENDAR) == local(last)
    assert asked.next(local(now), CALENDAR) == local(following)


@given(
    st.sampled_from(Cadence),
    st.sampled_from(Weekday),
    st.integers(1, 23),
    st.integers(0, 500 * 24 * 60),
)
def test_what_is_next_becomes_what_was_last(cadence, weekday, nth, minutes):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    asked = Plan(cadence, weekday, nth, time(9), ZONE)
    last, following = asked.last(now, CALENDAR), asked.next(now, CALENDAR)
    assert last <= now < following
    assert CALENDAR.is_workday(last.date())
    assert asked.last(following, CALENDAR) == following
    assert asked.last(following - timedelta(microseconds=1), CALENDAR) == last
    assert asked.next(last, CALENDAR) == following


@pytest.mark.parametrize(
    ("span", "on", "first", "last"),
    [
        ("all", "2026-09-21", None, None),
        ("day", "2026-09-18", "2026-09-17", "2026-09-17"),
        ("day", "2026-09-21", "2026-09-20", "2026-09-20"),
        ("day", "2026-10-08", "2026-09-30", "2026-10-07"),
        ("week", "2026-09-21", "2026-09-14", "2026-09-20"),
        ("month", "2026-10-08", "2026-09-01", "2026-09-30"),
        ("quarter", "2026-10-08", "2026-07-01", "2026-09-30"),
        ("year", "2026-10-08", "2025-01-01", "2025-12-31"),
    ],
)
def test_the_days_of_a_ledger_are_those_before_its_sending(span, on, first, last):
    days = days_of(Span(span), date.fromisoformat(on), CALENDAR)
    assert [day and day.isoformat() for day in days] == [first, last]
