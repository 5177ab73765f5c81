"""The notices as they were published, and what is assumed where there is none yet."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from holidays.countries.china import China

from app.deadlines.statutory import FINAL_YEARS, TABULATED, default_calendar, estimated, published
from app.deadlines.workdays import FIRST, LAST, Source

CALENDAR = default_calendar()


def working_days(year):
    return CALENDAR.count(date(year - 1, 12, 31), date(year, 12, 31))


def test_the_notices_from_2019_to_2026_are_final():
    days, years = published()
    assert years == FINAL_YEARS == tuple(range(2019, 2027))
    assert {day.date.year for day in days} == set(years)
    assert CALENDAR.is_final(date(2019, 1, 1))
    assert CALENDAR.is_final(date(2026, 12, 31))
    assert not CALENDAR.is_final(date(2018, 12, 31))
    assert not CALENDAR.is_final(date(2027, 1, 1))


def test_the_make_up_days_of_2026_are_those_of_the_notice():
    days, _ = published()
    made_up = {day.date for day in days if day.working and day.date.year == 2026}
    assert made_up == {
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    }
    assert all(day.source is Source.MAKE_UP for day in days if day.working)
    assert all(day.date.weekday() >= 5 for day in days if day.working)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 1, 1), date(2026, 1, 3), "元旦"),
        (date(2026, 2, 15), date(2026, 2, 23), "春节"),
        (date(2026, 4, 4), date(2026, 4, 6), "清明节"),
        (date(2026, 5, 1), date(2026, 5, 5), "劳动节"),
        (date(2026, 6, 19), date(2026, 6, 21), "端午节"),
        (date(2026, 9, 25), date(2026, 9, 27), "中秋节"),
        (date(2026, 10, 1), date(2026, 10, 7), "国庆节"),
        (date(2020, 1, 24), date(2020, 2, 2), "春节"),  # lengthened by a notice of its own
        (date(2025, 10, 1), date(2025, 10, 8), "国庆节、中秋节"),
        (date(2022, 12, 31), date(2023, 1, 2), "元旦"),
    ],
)
def test_a_holiday_bears_its_name_from_the_first_to_the_last_day(first, last, name):
    run = [CALENDAR.day(first + timedelta(days=i)) for i in range((last - first).days + 1)]
    assert {(day.working, day.name, day.source) for day in run} == {(False, name, Source.HOLIDAY)}
    assert CALENDAR.day(last + timedelta(days=1)).name != name


def test_the_years_have_as_many_working_days_as_they_had():
    assert [working_days(year) for year in range(2019, 2027)] == [
        250, 249, 250, 249, 249, 251, 248, 248,
    ]  # fmt: skip


def test_an_estimate_has_the_thirteen_days_of_the_law_and_no_make_up_day():
    days = estimated([2027])
    assert Counter(day.name for day in days) == {
        "元旦": 1,
        "春节": 4,
        "清明节": 1,
        "劳动节": 2,
        "端午节": 1,
        "中秋节": 1,
        "国庆节": 3,
    }
    assert not any(day.working for day in days)
    assert {day.source for day in days} == {Source.PROVISIONAL}


def test_the_spring_festival_of_2027_begins_on_its_eve():
    names = {day.date: day.name for day in estimated([2027])}
    assert [d for d, name in names.items() if name == "春节"] == [
        date(2027, 2, day) for day in (5, 6, 7, 8)
    ]


def test_an_estimate_of_a_published_year_does_not_borrow_from_its_notice():
    days = {day.date for day in estimated([2026])}
    assert date(2026, 10, 6) not in days
    assert date(2026, 5, 4) not in days
    assert date(2026, 2, 16) in days


def test_two_festivals_on_one_day_are_both_named():
    names = {day.date: day.name for day in estimated([2020])}
    assert names[date(2020, 10, 1)] == "中秋节、国庆节"


@pytest.mark.parametrize("year", [1, 1949, 2101, 9999])
def test_beyond_the_lunar_tables_the_solar_holidays_remain(year):
    assert [(day.date.month, day.date.day) for day in estimated([year])] == [
        (1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3),
    ]  # fmt: skip


def test_a_year_that_no_date_can_have_is_left_out():
    assert estimated([0, -1, 10_000]) == []


def test_the_tables_reach_as_far_as_we_say():
    assert range(China.start_year, China.end_year + 1) == TABULATED


def test_every_year_of_the_span_has_holidays():
    for year in range(FIRST.year, LAST.year + 1):
        assert not CALENDAR.is_workday(date(year, 1, 1))
        assert not CALENDAR.is_workday(date(year, 10, 1))


def test_a_calendar_is_built_once_and_carries_its_revision():
    assert default_calendar() is CALENDAR
    assert CALENDAR.revision == 0
    assert default_calendar(7).revision == 7
