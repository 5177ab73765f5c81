"""Half days, months and patterns, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from app.deadlines import statutory
from app.deadlines.hours import Hours
from app.deadlines.queries import calendar_of
from app.roster.rules import (
    Half,
    Shift,
    Slot,
    Spot,
    Turn,
    dates,
    midday_of,
    monday_of,
    month_before,
    month_of,
    next_month,
    repeated,
    slot_at,
    slot_from,
    spot_of,
    turn_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = Hours(time(9), time(17, 30), SHANGHAI)
CALENDAR = calendar_of(*statutory.published(), 1)
NOON = time(12)


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("instant", "slot"),
    [
        (at(2026, 9, 17, 9, 0), Slot(date(2026, 9, 17), Half.MORNING)),
        (at(2026, 9, 17, 11, 59, 59), Slot(date(2026, 9, 17), Half.MORNING)),
        (at(2026, 9, 17, 12, 0), Slot(date(2026, 9, 17), Half.AFTERNOON)),
        (at(2026, 9, 17, 17, 29), Slot(date(2026, 9, 17), Half.AFTERNOON)),
        (at(2026, 9, 17, 17, 30), None),
        (at(2026, 9, 17, 8, 59), None),
        (at(2026, 9, 19, 10, 0), None),  # a Saturday
        (at(2026, 9, 20, 10, 0), Slot(date(2026, 9, 20), Half.MORNING)),  # a make-up Sunday
        (at(2026, 10, 1, 10, 0), None),  # a holiday
        (datetime(2026, 9, 17, 2, 0, tzinfo=UTC), Slot(date(2026, 9, 17), Half.MORNING)),
    ],
)
def test_an_instant_lies_in_a_half_day_or_the_hall_is_closed(instant, slot):
    assert slot_at(instant, HOURS, NOON, CALENDAR) == slot


@pytest.mark.parametrize(
    ("instant", "slot"),
    [
        (at(2026, 9, 17, 6, 0), Slot(date(2026, 9, 17), Half.MORNING)),
        (at(2026, 9, 17, 13, 0), Slot(date(2026, 9, 17), Half.AFTERNOON)),
        (at(2026, 9, 17, 20, 0), Slot(date(2026, 9, 18), Half.MORNING)),
        (at(2026, 9, 18, 20, 0), Slot(date(2026, 9, 20), Half.MORNING)),
        (at(2026, 9, 30, 20, 0), Slot(date(2026, 10, 8), Half.MORNING)),
    ],
)
def test_while_the_hall_is_closed_the_next_half_day_counts(instant, slot):
    assert slot_from(instant, HOURS, NOON, CALENDAR) == slot


@pytest.mark.parametrize(
    ("opening", "closing", "told", "midday"),
    [
        (time(9), time(17, 30), None, time(12)),
        (time(9), time(17, 30), time(13, 30), time(13, 30)),
        (time(13), time(20), None, time(16, 30)),
        (time(9), time(17), time(18), time(13)),
    ],
)
def test_midday_is_noon_unless_the_hall_says_otherwise(opening, closing, told, midday):
    assert midday_of(Hours(opening, closing, SHANGHAI), told) == midday


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "1999-12", "2101-01", "2026-9",
                                  "２０２６-09", "2026-09-01", "x"])  # fmt: skip
def test_what_is_no_month_is_none(text):
    assert month_of(text) is None


def test_months_follow_each_other():
    assert month_of("2026-12") == date(2026, 12, 1)
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert month_before(date(2026, 1, 15)) == date(2025, 12, 1)


def test_a_week_is_repeated_by_weekday_and_a_make_up_day_takes_its_turn():
    week = [date(2026, 9, 7) + timedelta(days=number) for number in range(5)]
    after = repeated(week, [date(2026, 9, 18), date(2026, 9, 20), date(2026, 10, 10)], weekly=True)
    assert after == {
        date(2026, 9, 18): week[4],
        date(2026, 9, 20): week[0],
        date(2026, 10, 10): week[1],
    }


def test_a_month_is_repeated_working_day_by_working_day():
    pattern = [date(2026, 8, 3), date(2026, 8, 4)]
    targets = [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)]
    assert list(repeated(pattern, targets, weekly=False).values()) == [*pattern, pattern[0]]
    assert repeated([], targets, weekly=True) == {}


days = st.dates(date(2001, 1, 1), date(2099, 12, 1))


@given(st.sets(days, min_size=1, max_size=8), st.sets(days, max_size=40), st.booleans())
def test_every_target_is_planned_after_a_day_of_the_pattern(pattern, targets, weekly):
    after = repeated(sorted(pattern), sorted(targets), weekly=weekly)
    assert set(after) == targets
    assert set(after.values()) <= pattern
    known = {day.weekday() for day in pattern}
    if weekly:
        assert all(
            like.weekday() == day.weekday() for day, like in after.items() if day.weekday() in known
        )


@given(days, days)
def test_dates_and_weeks(one, other):
    first, last = sorted((one, min(other, one + timedelta(days=60))))
    assert len(dates(first, last)) == (last - first).days + 1
    assert monday_of(one).weekday() == 0
    assert timedelta(0) <= one - monday_of(one) < timedelta(days=7)


@given(st.integers(1, 10**9 - 1), days, st.sampled_from(Shift))
def test_a_turn_is_read_back_as_it_was_written(window, day, shift):
    assert turn_of(Turn(window, day, shift).key) == Turn(window, day, shift)
    spot = Spot(window, day, Half.MORNING, (0, 12))
    assert spot_of(spot.key) == spot


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2026-09-31.whole", "1.2026-09-17.night", "x.2026-09-17.whole",
     "1.1999-01-01.whole", "1.2026-09-17.whole.", "９.2026-09-17.whole",
     "9999999999.2026-09-17.whole"],
)  # fmt: skip
def test_what_is_no_turn_is_none(text):
    assert turn_of(text) is None
    assert spot_of(f"{text}.0.0") is None
