"""Facts of appeals: periods, and which remedy shuts out another."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from app.appeals.rules import (
    DECIDING,
    FOUNDED,
    ON_MERITS,
    AppealOutcome,
    Lamp,
    Made,
    opens_litigation,
    shut_out,
    span,
    stage,
)
from app.core.guards import deciders
from app.deadlines.hours import Hours
from app.rulebook.rules import Occasion, PeriodUnit, RemedyKind, last_day
from tests.cases.window import at

HOURS = Hours(time(9), time(17, 30), ZoneInfo("Asia/Shanghai"))
COMPLAINT, RECONSIDERATION, LITIGATION = RemedyKind
REPLY, AFTER = Occasion.REPLY, Occasion.RECONSIDERATION


def weekday(day):
    return day.weekday() < 5


def test_the_database_knows_the_same_kinds_of_decision_and_outcomes():
    assert deciders.DECIDING == DECIDING
    assert ", ".join(f"'{it.value}'" for it in FOUNDED) == deciders.FOUNDED
    assert sorted(deciders.ON_MERITS.split(", ")) == sorted(f"'{it.value}'" for it in ON_MERITS)


@pytest.mark.parametrize(
    ("number", "unit", "last"),
    [
        (5, PeriodUnit.WORKING_DAYS, date(2026, 9, 24)),
        (15, PeriodUnit.WORKING_DAYS, date(2026, 10, 8)),
        (60, PeriodUnit.DAYS, date(2026, 11, 16)),
        (45, PeriodUnit.DAYS, date(2026, 11, 2)),  # 11-01 is a Sunday
        (6, PeriodUnit.MONTHS, date(2027, 3, 17)),
    ],
)
def test_a_period_ends_on_its_last_day_or_on_the_next_that_is_worked_on(number, unit, last):
    assert last_day(date(2026, 9, 17), number, unit, weekday) == last


def test_a_period_warns_when_the_hall_opens_and_ends_when_it_closes():
    found = span(date(2026, 9, 17), date(2026, 11, 16), 10, HOURS)
    assert (found.warn_at, found.due_at) == (at(2026, 11, 6, 9), at(2026, 11, 16, 17, 30))
    assert stage(found.warn_at, found.due_at, at(2026, 11, 6, 8, 59)) is Lamp.ON_TRACK
    assert stage(found.warn_at, found.due_at, at(2026, 11, 6, 9)) is Lamp.WARNING
    assert stage(found.warn_at, found.due_at, at(2026, 11, 16, 17, 30)) is Lamp.WARNING
    assert stage(found.warn_at, found.due_at, at(2026, 11, 16, 17, 31)) is Lamp.OVERDUE


def test_a_period_does_not_warn_before_it_begins():
    found = span(date(2026, 9, 17), date(2026, 9, 18), 30, HOURS)
    assert found.warn_at == at(2026, 9, 17, 9)


def made(kind, outcome=None, *, accepted=True, lapsed=False):
    return Made(kind, accepted, outcome, lapsed)


@pytest.mark.parametrize(
    ("kind", "occasion", "others", "open_still"),
    [
        (COMPLAINT, REPLY, [], True),
        (COMPLAINT, REPLY, [made(COMPLAINT)], False),
        (COMPLAINT, REPLY, [made(COMPLAINT, AppealOutcome.WITHDRAWN)], False),
        (COMPLAINT, REPLY, [made(COMPLAINT, AppealOutcome.NOT_ACCEPTED)], True),
        (COMPLAINT, REPLY, [made(RECONSIDERATION), made(LITIGATION)], True),
        (RECONSIDERATION, REPLY, [made(COMPLAINT)], True),
        (RECONSIDERATION, REPLY, [made(LITIGATION)], False),
        (RECONSIDERATION, REPLY, [made(LITIGATION, AppealOutcome.WITHDRAWN)], False),
        (RECONSIDERATION, REPLY, [made(LITIGATION, accepted=False)], True),
        (LITIGATION, REPLY, [made(RECONSIDERATION)], False),
        (LITIGATION, REPLY, [made(RECONSIDERATION, accepted=False)], True),
        (LITIGATION, REPLY, [made(RECONSIDERATION, AppealOutcome.REJECTED)], False),
        (LITIGATION, REPLY, [made(RECONSIDERATION, AppealOutcome.WITHDRAWN)], True),
        (LITIGATION, REPLY, [made(RECONSIDERATION, AppealOutcome.NOT_ACCEPTED)], True),
        (LITIGATION, AFTER, [made(RECONSIDERATION, AppealOutcome.REJECTED)], True),
        (LITIGATION, AFTER, [made(LITIGATION)], False),
    ],
)
def test_a_remedy_shuts_out_another_where_the_law_says_so(kind, occasion, others, open_still):
    assert (shut_out(kind, occasion, others) == "") is open_still


@pytest.mark.parametrize(
    ("it", "opens"),
    [
        (made(RECONSIDERATION), False),
        (made(RECONSIDERATION, lapsed=True), True),
        (made(RECONSIDERATION, AppealOutcome.REJECTED), True),
        (made(RECONSIDERATION, AppealOutcome.WITHDRAWN), False),
        (made(RECONSIDERATION, AppealOutcome.NOT_ACCEPTED, accepted=False), False),
        (made(COMPLAINT, AppealOutcome.REJECTED), False),
    ],
)
def test_a_reconsideration_that_was_decided_or_is_late_opens_the_way_to_court(it, opens):
    assert opens_litigation(it) is opens
