"""When a rule asks for a card: pure arithmetic over the published calendar of 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from app.deadlines.hours import Hours, days_late
from app.deadlines.statutory import default_calendar
from app.supervision.rules import Span, window, without

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = default_calendar()
HOURS = Hours(time(9), time(17, 30), ZONE)
LATE_HOURS = Hours(time(9), time(17, 30), ZONE, until_midnight=True)
ALWAYS = Span(date(2019, 1, 1), None)


def at(*parts):
    return datetime(*parts, tzinfo=ZONE)


def asks(days, due, now, valid=ALWAYS, hours=HOURS):
    found = window(days, valid, CALENDAR, hours, now)
    return found is not None and found.after < due <= found.until


@pytest.mark.parametrize(
    ("days", "from_"),
    [
        (1, at(2026, 9, 22, 9)),
        (2, at(2026, 9, 23, 9)),
        (4, at(2026, 9, 28, 9)),  # Mid-Autumn on the 25th, then a week-end
        (5, at(2026, 9, 29, 9)),
        (7, at(2026, 10, 8, 9)),  # the National Day holiday
    ],
)
def test_a_rule_asks_from_the_opening_of_its_working_day_on(days, from_):
    due = at(2026, 9, 21, 17, 30)
    assert not asks(days, due, from_ - timedelta(seconds=1))
    assert asks(days, due, from_)
    assert asks(days, due, from_ + timedelta(days=300))


def test_the_evening_of_the_due_day_is_not_the_next_working_day():
    due = at(2026, 9, 21, 17, 30)
    for now in (at(2026, 9, 21, 17, 31), at(2026, 9, 21, 23, 59), at(2026, 9, 22, 8, 59)):
        assert not asks(1, due, now)


def test_a_make_up_sunday_is_a_working_day():
    assert asks(1, at(2026, 9, 18, 17, 30), at(2026, 9, 20, 9))
    assert not asks(1, at(2026, 9, 18, 17, 30), at(2026, 9, 19, 12))


def test_midnight_belongs_to_the_day_that_it_ends():
    due = at(2026, 9, 22, 0)
    assert asks(1, due, at(2026, 9, 22, 9), hours=LATE_HOURS)
    assert not asks(1, due + timedelta(seconds=1), at(2026, 9, 22, 9), hours=LATE_HOURS)


def test_what_was_late_enough_before_a_rule_came_into_force_asks_for_nothing():
    due, now = at(2026, 9, 21, 17, 30), at(2026, 10, 20, 12)
    assert asks(2, due, now, Span(date(2026, 9, 23), None))
    assert not asks(2, due, now, Span(date(2026, 9, 24), None))
    assert asks(2, due, now, Span(date(2020, 1, 1), date(2026, 9, 23)))
    assert not asks(2, due, now, Span(date(2020, 1, 1), date(2026, 9, 22)))
    assert window(2, Span(date(2026, 11, 1), None), CALENDAR, HOURS, now) is None


def test_a_rule_of_before_the_calendar_asks_all_the_same():
    assert asks(1, at(2026, 9, 21, 17, 30), at(2026, 9, 22, 9), Span(date(1990, 1, 1), None))


@given(
    due=strategies.builds(
        datetime.combine,
        strategies.dates(date(2026, 1, 1), date(2026, 12, 31)),
        strategies.times(),
        strategies.just(ZONE),
    ),
    hours=strategies.integers(0, 24 * 40),
    days=strategies.integers(1, 20),
)
def test_a_rule_asks_when_the_ledger_says_that_it_is_so_many_days_over(due, hours, days):
    now = due + timedelta(hours=hours)
    working = CALENDAR.is_workday(now.date())
    counted = now if not working or now.time() >= time(9) else now - timedelta(days=1)
    assert asks(days, due, now) == (days_late(CALENDAR, HOURS, due, counted) >= days)


def test_the_days_of_a_halls_own_rule_are_taken_out_of_the_general_one():
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    own = Span(date(2026, 3, 1), date(2026, 6, 30))
    rest = [Span(first, date(2026, 2, 28)), Span(date(2026, 7, 1), last)]
    assert without(Span(first, last), [own]) == rest
    assert without(Span(first, None), [own])[-1] == Span(date(2026, 7, 1), None)
    assert without(Span(first, last), [Span(date(2025, 1, 1), None)]) == []
    assert without(Span(first, last), [Span(date(2027, 1, 1), None)]) == [Span(first, last)]
    assert without(own, [Span(first, date(2026, 3, 1))]) == [
        Span(date(2026, 3, 2), date(2026, 6, 30))
    ]
