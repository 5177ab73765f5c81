"""The pure part: spans around a completion, and when a stage has begun."""

from datetime import timedelta

import pytest

from app.improvements.rules import FlagStage, reached, spans
from tests.conftest import NOW

DAY = timedelta(days=1)


def test_six_spans_of_thirty_days_lie_before_and_those_begun_after():
    found = spans(NOW, NOW + 45 * DAY)
    assert [it.number for it in found] == [-6, -5, -4, -3, -2, -1, 1, 2]
    assert [it.whole for it in found] == [True] * 7 + [False]
    assert (found[0].begin, found[5].end, found[6].begin) == (NOW - 180 * DAY, NOW, NOW)
    assert all(it.end - it.begin == 30 * DAY for it in found)


def test_at_the_completion_nothing_lies_after_and_a_year_later_six_spans_do():
    assert [it.number for it in spans(NOW, NOW)] == [-6, -5, -4, -3, -2, -1]
    assert [it.number for it in spans(NOW, NOW + 400 * DAY)][6:] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("stage", "at_once"),
    [(FlagStage.WARNING, True), (FlagStage.OVERDUE, False), (FlagStage.ESCALATED, False)],
)
def test_a_warning_begins_with_its_instant_and_late_is_only_what_is_past(stage, at_once):
    assert reached(stage, NOW, NOW) is at_once
    assert reached(stage, NOW, NOW + timedelta(microseconds=1))
    assert not reached(stage, NOW, NOW - timedelta(microseconds=1))
