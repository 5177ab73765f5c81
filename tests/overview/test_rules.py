"""Periods, small numbers, and why a case came to the window: without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.overview.rules import FEW, NAMES, Figures, Need, Period, Preset, need_of, preset, total

THURSDAY = date(2026, 9, 17)


@pytest.mark.parametrize(
    ("which", "since", "until"),
    [
        (Preset.THIS_MONTH, date(2026, 9, 1), date(2026, 9, 30)),
        (Preset.LAST_MONTH, date(2026, 8, 1), date(2026, 8, 31)),
        (Preset.QUARTER, date(2026, 7, 1), date(2026, 9, 30)),
        (Preset.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Preset.LAST_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_periods_by_name(which, since, until):
    assert preset(which, THURSDAY) == Period(since, until)


def test_january_has_a_month_before_it():
    assert preset(Preset.LAST_MONTH, date(2026, 1, 31)) == Period(
        date(2025, 12, 1), date(2025, 12, 31)
    )


@given(st.dates(date(2001, 1, 1), date(2090, 12, 31)), st.sampled_from(Preset))
def test_a_named_period_is_made_of_whole_months(today, which):
    period = preset(which, today)
    months = list(period.months())
    assert all(period.whole(month) for month in months)
    assert len(months) in {1, 3, 12}
    named_now = which not in (Preset.LAST_MONTH, Preset.LAST_YEAR)
    assert (period.since <= today <= period.until) is named_now


def test_the_months_at_the_ends_are_whole_or_not():
    period = Period(date(2026, 1, 31), date(2026, 3, 31))
    assert [period.whole(month) for month in period.months()] == [False, True, True]


def test_a_period_ends_after_it_begins():
    with pytest.raises(ValueError, match="ends after"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(("judged", "rate"), [(FEW - 1, None), (FEW, 50.0)])
def test_fewer_than_ten_are_no_rate(judged, rate):
    figures = Figures(finished=judged - 1, in_time=judged // 2, open_late=1, rated=judged,
                      satisfied=judged // 2)  # fmt: skip
    assert figures.few is (rate is None)
    assert figures.in_time_rate == rate
    assert figures.satisfaction == rate


def test_who_is_late_and_open_counts_against_the_rate():
    assert Figures(finished=10, in_time=10, open_late=10).in_time_rate == 50


def test_averages_are_of_ten_that_are_finished():
    figures = Figures(timed=FEW, seconds=FEW * 3600, days=FEW * 500)
    assert figures.average_hours == 1
    assert figures.average_days == 0.5
    few = Figures(timed=FEW - 1, seconds=FEW * 3600, days=FEW * 500)
    assert few.average_days is few.average_hours is None


def test_the_part_of_a_month_that_is_in_a_period():
    period = Period(date(2026, 1, 31), date(2026, 3, 2))
    days = [(it.since, it.until) for it in map(period.within, period.months())]
    assert days == [
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 2)),
    ]


numbers = st.builds(Figures, **{name: st.integers(0, 9) for name in NAMES})


@given(st.lists(numbers), numbers)
def test_figures_add_up_and_can_be_taken_away(some, one):
    assert total([*some, one]) - one == total(some)
    assert bool(one - one) is False


@pytest.mark.parametrize(
    ("listed", "together", "should", "need"),
    [
        (False, True, True, Need.UNLISTED),
        (False, False, False, Need.UNLISTED),
        (True, True, True, Need.TOGETHER),
        (True, False, True, Need.COUNTER),
        (True, False, False, Need.EXPLAIN),
    ],
)
def test_why_a_case_came_to_the_window(listed, together, should, need):
    assert need_of(listed=listed, together=together, should_be_done=should) is need
    assert need.only_here is (not listed or together)
