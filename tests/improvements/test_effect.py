"""The effect: cases per 30 days before and after, by matter and cause, in the halls concerned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import scope
from app.improvements.queries import effect
from tests.cases.window import person
from tests.conftest import NOW
from tests.core.screens import statements
from tests.improvements.items import ABOVE, OWNER, closed_cases, completed, opened

pytestmark = pytest.mark.usefixtures("demo")

DAY = timedelta(days=1)
DONE = NOW - 45 * DAY


def told(row, now=NOW, by=OWNER):
    with scope.working_for(person(by)):
        return effect(row, now)


def counts(found):
    return {span.number: number for span, number in found.spans}


def test_cases_are_counted_by_spans_around_the_completion_whoever_asks():
    closed_cases(3, DONE - 10 * DAY)
    closed_cases(2, DONE - 70 * DAY)
    closed_cases(1, DONE + 5 * DAY)
    closed_cases(2, DONE - 10 * DAY, code="0202")
    closed_cases(2, DONE - 10 * DAY, matter="别的事项")
    closed_cases(2, DONE - 10 * DAY, hall_code="yanggu")
    found = told(completed(DONE))
    assert counts(found) == {-6: 0, -5: 0, -4: 0, -3: 2, -2: 0, -1: 3, 1: 1, 2: 0}
    assert found.before == pytest.approx(5 / 6)
    assert found.after == pytest.approx(30 / 45)


def test_an_item_of_the_city_counts_the_halls_below_and_one_without_a_cause_all_causes():
    closed_cases(1, DONE - 10 * DAY)
    closed_cases(2, DONE - 10 * DAY, hall_code="yanggu", code="0202")
    row = opened(DONE, by=ABOVE, hall_code="liaocheng", cause=None)
    assert counts(told(row, DONE, ABOVE))[-1] == 3


def test_before_the_completion_it_is_read_up_to_now_and_there_is_no_after():
    closed_cases(2, NOW - 3 * DAY)
    found = told(opened())
    assert (counts(found)[-1], found.after, len(found.spans)) == (2, None, 6)


def test_it_takes_the_same_statements_however_many_cases():
    row = completed(DONE)
    sent = []
    for number in (1, 6):
        closed_cases(number, DONE - DAY)
        told(row)
        with statements() as seen:
            told(row)
        sent.append(len(seen))
    assert sent[0] == sent[1] <= 4
