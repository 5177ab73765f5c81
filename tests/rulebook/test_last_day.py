"""The last day of a remedy, by the Civil Code, and the placeholders of the texts: pure facts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from app.deadlines import statutory
from app.deadlines.queries import calendar_of
from app.rulebook.rules import (
    BLANK,
    PLACEHOLDERS,
    PeriodUnit,
    Remedy,
    RemedyKind,
    as_data,
    fill,
    from_data,
    has_stray_brace,
    last_day,
    nominal_last_day,
    unknown_placeholders,
)

DAYS, MONTHS = PeriodUnit.DAYS, PeriodUnit.MONTHS
CALENDAR = calendar_of(*statutory.published(), 1)


def always(_day):
    return True


@pytest.mark.parametrize(
    ("told", "number", "unit", "last"),
    [
        ("2026-09-17", 60, DAYS, "2026-11-16"),
        ("2026-09-17", 1, DAYS, "2026-09-18"),  # the day of the telling is not counted
        ("2027-12-31", 60, DAYS, "2028-02-29"),  # through a leap February
        ("2026-12-31", 60, DAYS, "2027-03-01"),
        ("2026-09-17", 6, MONTHS, "2027-03-17"),
        ("2026-08-31", 6, MONTHS, "2027-02-28"),  # no 31 February: the month's end
        ("2027-08-31", 6, MONTHS, "2028-02-29"),
        ("2027-08-29", 6, MONTHS, "2028-02-29"),
        ("2026-08-29", 6, MONTHS, "2027-02-28"),
        ("2028-02-29", 6, MONTHS, "2028-08-29"),
        ("2028-02-29", 12, MONTHS, "2029-02-28"),
        ("2026-10-31", 1, MONTHS, "2026-11-30"),
        ("2026-12-31", 2, MONTHS, "2027-02-28"),
        ("2026-06-30", 6, MONTHS, "2026-12-30"),  # the same number, not the month's end
        ("2026-07-15", 5, MONTHS, "2026-12-15"),
        ("2026-07-15", 6, MONTHS, "2027-01-15"),
    ],
)
def test_a_period_is_counted_by_the_civil_code(told, number, unit, last):
    found = last_day(date.fromisoformat(told), number, unit, always)
    assert found == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("told", "number", "unit", "last"),
    [
        ("2026-08-04", 60, DAYS, "2026-10-08"),  # 3 October, in the National Day holiday
        ("2026-08-01", 60, DAYS, "2026-09-30"),  # a day before it
        ("2026-04-02", 6, MONTHS, "2026-10-08"),
        ("2026-08-11", 60, DAYS, "2026-10-10"),  # a Saturday on which work is made up
        ("2026-08-12", 60, DAYS, "2026-10-12"),  # the Sunday after it
        ("2026-09-15", 60, DAYS, "2026-11-16"),  # a Saturday without
        ("2026-09-17", 60, DAYS, "2026-11-16"),  # a Monday stays
        ("2025-08-17", 6, MONTHS, "2026-02-24"),  # the Spring Festival
    ],
)
def test_a_last_day_without_work_gives_way_to_the_next_with(told, number, unit, last):
    found = last_day(date.fromisoformat(told), number, unit, CALENDAR.is_workday)
    assert found == date.fromisoformat(last)


@given(st.dates(date(2024, 1, 1), date(2060, 1, 1)), st.integers(1, 24))
def test_months_end_on_the_same_number_or_with_the_month(told, number):
    last = nominal_last_day(told, number, MONTHS)
    assert (last.year * 12 + last.month) - (told.year * 12 + told.month) == number
    if last.day != told.day:
        assert last.day < told.day
        assert (last + timedelta(days=1)).day == 1


@given(st.dates(date(2024, 1, 1), date(2060, 1, 1)), st.integers(1, 200))
def test_the_last_day_is_the_first_working_one_from_the_nominal_on(told, number):
    nominal = told + timedelta(days=number)
    last = last_day(told, number, DAYS, CALENDAR.is_workday)
    assert CALENDAR.is_workday(last)
    between = [nominal + timedelta(days=it) for it in range((last - nominal).days)]
    assert not any(map(CALENDAR.is_workday, between))


def test_no_unit_has_no_last_day():
    with pytest.raises(ValueError, match="none"):
        last_day(date(2026, 9, 17), 1, PeriodUnit.NONE, always)


def test_a_remedy_is_kept_as_json_and_read_back_the_same():
    told = date(2026, 9, 17)
    remedies = [
        Remedy(
            RemedyKind.RECONSIDERATION, "行政复议", "本级人民政府", 60, DAYS, told,
            date(2026, 11, 16), "第二十条", provisional=True,
        ),
        Remedy(
            RemedyKind.COMPLAINT, "申诉", "督查部门", None, PeriodUnit.NONE, told, None, "规则"
        ),
    ]  # fmt: skip
    kept = as_data(remedies)
    assert kept[0]["until"] == "2026-11-16"
    assert type(kept[0]["code"]) is str
    assert from_data(kept) == remedies


# --- placeholders ----------------------------------------------------------------------------


def test_placeholders_are_filled_in_braces_of_either_width():
    facts = {"编号": "LQ-2026-000318", "今天": "2026年9月17日"}
    told = fill("编号{编号}，｛ 今天 ｝，{今天}", facts)
    assert told == "编号LQ-2026-000318，2026年9月17日，2026年9月17日"


def test_a_fact_that_is_not_known_leaves_a_blank_and_braces_in_a_fact_are_text():
    assert (
        fill("{科室}：{事项}", {"科室": None, "事项": "{编号}", "编号": "1"})
        == f"{BLANK}：{{编号}}"
    )


def test_an_unknown_placeholder_is_named_and_not_filled_in():
    assert unknown_placeholders("{编号}{姓名}{电话}{姓名}") == ["姓名", "电话"]
    with pytest.raises(ValueError, match="姓名"):
        fill("{姓名}", {"姓名": "张"})


@pytest.mark.parametrize(
    ("body", "stray"),
    [("{编号}", False), ("没有", False), ("{编号", True), ("编号}", True), ("{{编号}}", True)],
)
def test_a_brace_without_its_like_is_found(body, stray):
    assert has_stray_brace(body) is stray


def test_every_placeholder_can_be_filled_in():
    body = "".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert fill(body, {name: name for name in PLACEHOLDERS}) == "".join(PLACEHOLDERS)
