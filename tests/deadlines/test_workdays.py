"""Working days against a walk that looks at every day, and at what a question costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from app.deadlines.statutory import default_calendar
from app.deadlines.workdays import FIRST, LAST, MAX_DAYS, CalendarError, Day, Source, WorkCalendar

if TYPE_CHECKING:
    from array import array

CALENDAR = default_calendar()
ONE = timedelta(days=1)
DATES = st.dates(date(2019, 1, 1), date(2030, 12, 31))
YEAR_ENDS = st.builds(
    lambda year, shift: date(year, 12, 31) + timedelta(days=shift),
    st.integers(2019, 2030),
    st.integers(-8, 8),
)
ANY = DATES | YEAR_ENDS


def walk(d: date, n: int, step: timedelta) -> date:
    while n:
        d += step
        n -= CALENDAR.day(d).working
    return d


@given(ANY, st.integers(1, 60))
def test_add_finds_the_day_that_a_walk_finds(d, n):
    assert CALENDAR.add(d, n) == walk(d, n, ONE)


@given(ANY, st.integers(1, 60))
def test_back_finds_the_day_that_a_walk_finds(d, n):
    assert CALENDAR.back(d, n) == walk(d, n, -ONE)


@given(ANY, st.integers(-200, 200))
def test_count_leaves_out_the_first_day_and_takes_in_the_last(a, days):
    b = a + timedelta(days=days)
    counted = sum(CALENDAR.day(a + timedelta(days=i)).working for i in range(1, days + 1))
    assert CALENDAR.count(a, b) == counted


@given(ANY, st.integers(1, MAX_DAYS))
def test_adding_and_counting_undo_each_other(d, n):
    due = CALENDAR.add(d, n)
    assert CALENDAR.count(d, due) == n
    assert CALENDAR.is_workday(due)
    assert CALENDAR.back(due + ONE, n) == CALENDAR.add(d, 1)


@given(ANY, st.integers(0, 800))
def test_the_first_provisional_day_is_the_one_a_walk_meets(a, days):
    walked = (a + timedelta(days=i) for i in range(days + 1))
    first = next((d for d in walked if not CALENDAR.is_final(d)), None)
    b = a + timedelta(days=days)
    assert CALENDAR.first_provisional(a, b) == first
    assert CALENDAR.touches_provisional(a, b) == (first is not None)


@pytest.mark.parametrize(
    ("day", "working", "name"),
    [
        (date(2026, 9, 18), True, "工作日"),
        (date(2026, 9, 19), False, "周末"),
        (date(2026, 9, 20), True, "调休上班"),
        (date(2026, 10, 1), False, "国庆节"),
    ],
)
def test_every_day_says_why_it_counts_or_not(day, working, name):
    found = CALENDAR.day(day)
    assert (found.date, found.working, found.name) == (day, working, name)
    assert CALENDAR.is_workday(day) is working


def test_a_local_day_listed_later_overrides_the_statutory_one():
    d = date(2026, 9, 20)
    made_up = Day(d, working=True, name="调休上班", source=Source.MAKE_UP)
    closed = Day(d, working=False, name="停电检修", source=Source.LOCAL)
    calendar = WorkCalendar([made_up, closed], [2026])
    assert not calendar.is_workday(d)
    assert calendar.day(d) == closed
    assert calendar.count(date(2026, 9, 18), d) == 0


def test_a_year_without_notice_is_provisional_between_final_ones():
    calendar = WorkCalendar([], [2025, 2027])
    assert calendar.first_provisional(date(2025, 12, 1), date(2025, 12, 31)) is None
    assert calendar.first_provisional(date(2025, 12, 1), date(2026, 3, 1)) == date(2026, 1, 1)
    assert calendar.first_provisional(date(2026, 5, 4), date(2027, 3, 1)) == date(2026, 5, 4)
    assert not calendar.touches_provisional(date(2027, 1, 1), date(2027, 12, 31))


def test_no_year_is_provisional_when_all_are_final():
    calendar = WorkCalendar([], range(1990, 2200))
    assert not calendar.touches_provisional(FIRST, LAST)


def test_an_empty_range_touches_nothing():
    assert CALENDAR.first_provisional(date(2027, 1, 2), date(2027, 1, 1)) is None


@pytest.mark.parametrize("outside", [date.min, FIRST - ONE, LAST + ONE, date.max])
def test_a_date_outside_the_span_is_refused_in_words(outside):
    inside = date(2026, 1, 5)
    listed = Day(outside, working=False, name="放假", source=Source.LOCAL)
    for ask in (
        lambda: CALENDAR.is_workday(outside),
        lambda: CALENDAR.day(outside),
        lambda: CALENDAR.is_final(outside),
        lambda: CALENDAR.add(outside, 1),
        lambda: CALENDAR.back(outside, 1),
        lambda: CALENDAR.count(outside, inside),
        lambda: CALENDAR.count(inside, outside),
        lambda: CALENDAR.touches_provisional(outside, inside),
        lambda: CALENDAR.touches_provisional(inside, outside),
        lambda: WorkCalendar([listed], [2026]),
    ):
        with pytest.raises(CalendarError, match="超出工作日历的范围"):
            ask()


@pytest.mark.parametrize("n", [-1, 0, MAX_DAYS + 1, 10**30])
def test_a_number_of_days_that_no_rule_means_is_refused(n):
    with pytest.raises(CalendarError, match="1 到 3650"):
        CALENDAR.add(date(2026, 1, 5), n)
    with pytest.raises(CalendarError, match="1 到 3650"):
        CALENDAR.back(date(2026, 1, 5), n)


def test_a_result_outside_the_span_is_refused_in_words():
    with pytest.raises(CalendarError, match="推算结果超出"):
        CALENDAR.add(LAST, 1)
    with pytest.raises(CalendarError, match="推算结果超出"):
        CALENDAR.back(FIRST, 1)


def test_the_ends_of_the_span_belong_to_it():
    assert CALENDAR.add(FIRST, 1) == date(2000, 1, 3)
    assert CALENDAR.add(LAST - ONE, 1) == LAST
    assert CALENDAR.back(date(2000, 1, 4), 1) == date(2000, 1, 3)


def test_an_instant_is_taken_for_its_date():
    assert CALENDAR.add(datetime(2026, 9, 17, 10, tzinfo=UTC), 2) == date(2026, 9, 20)


def test_an_error_can_be_translated():
    with pytest.raises(CalendarError) as error:
        CALENDAR.add(date(2026, 1, 5), 0)
    assert error.value.message % error.value.values == str(error.value)


class Reads:
    """Count how often an array is read; it can't be walked through."""

    def __init__(self, numbers: array[int]) -> None:
        self.numbers = numbers
        self.count = 0

    def __getitem__(self, i: int) -> int:
        self.count += 1
        return self.numbers[i]

    def __len__(self) -> int:
        return len(self.numbers)

    __iter__ = None


def test_the_cost_does_not_grow_with_the_number_of_days(monkeypatch):
    calendar = WorkCalendar([], [2026])
    through, workdays = Reads(calendar._through), Reads(calendar._workdays)
    monkeypatch.setattr(calendar, "_through", through)
    monkeypatch.setattr(calendar, "_workdays", workdays)
    monkeypatch.setattr(calendar, "day", None)

    def reads(n: int) -> int:
        through.count = workdays.count = 0
        start = date(2020, 1, 1)
        due = calendar.add(start, n)
        assert calendar.count(start, due) == n
        assert calendar.back(due, n) <= start
        total: int = through.count + workdays.count
        return total

    assert reads(1) == reads(MAX_DAYS) <= 6
