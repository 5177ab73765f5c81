"""The periods of appeals: by rule and date, seen late at reading, flagged once at their instant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.appeals import pages
from app.appeals.rules import AppealOutcome
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.rulebook.models import RemedyPeriod
from app.rulebook.rules import PeriodUnit, RemedyStep
from tests.appeals.appeals import (
    COMPLAINT,
    LITIGATION,
    RECONSIDERATION,
    TODAY,
    accepted,
    appeal,
    concluded,
    decided,
    handled,
    sought,
    told,
    watch,
)
from tests.cases.window import at, hall

DUE = at(2026, 10, 14, 17, 30)
"""When a complaint of 2026-09-17 ends: its 15th working day."""
WARNS = at(2026, 10, 11, 9)


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


@pytest.mark.parametrize(
    ("kind", "simplified", "last"),
    [
        (RECONSIDERATION, False, date(2026, 11, 16)),
        (RECONSIDERATION, True, date(2026, 10, 19)),  # 10-17 is a Saturday
        (LITIGATION, False, date(2027, 3, 17)),
        (LITIGATION, True, date(2026, 11, 2)),
    ],
)
def test_from_the_acceptance_the_time_for_the_decision_runs(demo, kind, simplified, last):
    row = appeal(accepted(handled(decided(), kind), simplified=simplified))
    review, decision = row.periods
    assert (review.met_on, review.late) == (TODAY, False)
    assert (decision.step, decision.last_day) == (
        RemedyStep.SIMPLIFIED if simplified else RemedyStep.DECIDE, last,
    )  # fmt: skip
    assert decision.provisional is (last.year == 2027)
    assert "中华人民共和国" in decision.rule.legal_basis


def test_a_hall_s_own_rule_stands_before_the_general_one(demo):
    with transaction():
        db.session.add(
            RemedyPeriod(
                code=COMPLAINT, step=RemedyStep.DECIDE, hall=hall(), number=5, warn_days=0,
                unit=PeriodUnit.WORKING_DAYS, legal_basis="本厅规定", valid_from=date(2026, 1, 1),
            )
        )  # fmt: skip
    assert appeal(sought(decided())).periods[0].last_day == date(2026, 9, 23)


def test_a_rule_that_is_missing_is_said_and_nothing_is_written(demo):
    with transaction():
        db.session.query(RemedyPeriod).filter_by(step=RemedyStep.SIMPLIFIED).delete()
    number = handled(decided(), RECONSIDERATION)
    with pytest.raises(InvalidInputError) as refused:
        accepted(number, simplified=True)
    assert list(refused.value.problems) == ["simplified"]
    assert appeal(number).accepted_on is None


def test_a_stage_is_flagged_once_at_the_instant_at_which_it_began(demo):
    number = decided()
    row = handled(number)
    assert watch(WARNS - timedelta(minutes=1), number) == 0
    assert watch(WARNS + timedelta(hours=5), number) == 1
    assert watch(WARNS + timedelta(hours=6), number) == 0
    assert watch(DUE, number) == 0
    assert watch(DUE + timedelta(days=3), number) == 1
    assert watch(DUE + timedelta(days=4), number) == 0
    assert [it[0] for it in told(number, "appeal_warning")] == [WARNS]
    [(when, payload)] = told(number, "appeal_overdue")
    assert (when, payload["last_day"], payload["person_id"]) == (
        DUE, "2026-10-14", appeal(row).handler_id,
    )  # fmt: skip


def test_a_run_that_was_missed_flags_both_stages(demo):
    number = decided()
    sought(number)
    assert watch(DUE + timedelta(days=1), number) == 2


def test_the_lamp_says_late_though_no_job_ever_ran(demo):
    row = appeal(handled(decided()))
    assert pages.standing(row, WARNS - timedelta(days=2)) == ("ok", "作出决定 · 还剩 5 日")
    assert pages.standing(row, WARNS) == ("warn", "作出决定 · 还剩 3 日")
    assert pages.standing(row, DUE) == ("warn", "作出决定 · 今天到期")
    assert pages.standing(row, DUE + timedelta(minutes=1)) == (
        "late", "作出决定 · 超期不足 1 日",
    )  # fmt: skip
    assert pages.standing(row, DUE + timedelta(days=2)) == ("late", "作出决定 · 超期 2 日")


def test_what_was_decided_in_time_is_in_time_however_late_it_is_recorded(demo):
    number = decided()
    row = handled(number)
    concluded(row, AppealOutcome.REJECTED, DUE + timedelta(days=9), decided_on=date(2026, 10, 14))
    [period] = appeal(row).periods
    assert (period.late, period.overdue_flagged_at) == (False, None)
    assert watch(DUE + timedelta(days=10), number) == 0


def test_what_was_decided_late_is_flagged_though_no_job_ever_ran(demo):
    number = decided()
    row = handled(number)
    concluded(row, AppealOutcome.REJECTED, DUE + timedelta(days=9), decided_on=date(2026, 10, 15))
    assert appeal(row).periods[0].late
    assert [it[0] for it in told(number, "appeal_overdue")] == [DUE]
    assert pages.lamp(appeal(row), appeal(row).periods[0], DUE) == ("late", "逾期完成")
