"""After the result: callback, explanation, closing, a new round, the archive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.moves import MOVES
from app.cases.records import Callback
from app.cases.rules import ATTEMPTS, Outcome, Satisfaction, Status
from app.core.db import db
from app.core.errors import DomainError
from app.deadlines.rules import ClockKind, Verdict
from tests.cases.ways import DONE, JOINT, SIGNED, UNLAWFUL
from tests.cases.window import (
    LATER,
    act,
    acting,
    agent,
    at,
    attempt,
    brought_to,
    clock_of,
    department,
    filled,
    kinds,
    led,
    payload,
    ready_for,
)
from tests.conftest import NOW

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
RESULTS = ("result", "reasons", "legal_basis", "outcome", "satisfaction", "explanation")

pytestmark = [pytest.mark.usefixtures("unlimited"), pytest.mark.usefixtures("demo")]


def calls_of(case):
    return db.session.scalars(
        select(Callback).where(Callback.case_id == case.id).order_by(Callback.id)
    ).all()


# --- callback ----------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_the_applicant_is_called_within_the_clock_of_the_callback(demo, late):
    case = led(DONE)
    clock, main = clock_of(case, ClockKind.CALLBACK), case.clock
    assert (clock.start, clock.due_at) == (case.finished_at, at(2026, 9, 21, 17, 30))
    then = clock.due_at + SECOND if late else clock.due_at
    act(case, "callback", then, satisfaction="4", note="愿意配合")
    assert clock.verdict is (Verdict.BREACHED if late else Verdict.MET)
    assert main.verdict is Verdict.MET
    assert (case.status, case.satisfaction) == (Status.CALLED_BACK, Satisfaction.SATISFIED)
    [call] = calls_of(case)
    assert (call.reached, call.at, call.by) == (True, then, acting("clerk").name)
    assert (call.satisfaction, call.note) == (Satisfaction.SATISFIED, "愿意配合")


@pytest.mark.parametrize("grade", Satisfaction, ids=lambda grade: grade.value)
def test_whoever_is_not_satisfied_is_owed_a_decision(demo, grade):
    case = led(DONE)
    act(case, "callback", LATER, satisfaction=grade.value)
    if grade in (Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED):
        with pytest.raises(DomainError, match="不满意"):
            act(case, "close", LATER)
        act(case, "explain", LATER, note="已当面说明依据")
        assert case.explanation == "已当面说明依据"
        with pytest.raises(DomainError, match="已经解释"):
            act(case, "explain", LATER)
    else:
        with pytest.raises(DomainError, match="没有表示不满意"):
            act(case, "explain", LATER)
    act(case, "close", LATER + SECOND)
    assert (case.status, case.closed_at) == (Status.CLOSED, LATER + SECOND)


def test_after_three_calls_that_nobody_answered_a_case_is_closed_without_one(demo):
    case = led(DONE)
    for nth in range(ATTEMPTS):
        with pytest.raises(DomainError, match=f"现为 {nth} 次"):
            act(case, "close_unreached", LATER)
        act(case, "no_answer", LATER + nth * DAY, note="无人接听")
        assert case.status is Status.RESOLVED
    act(case, "close_unreached", LATER + 3 * DAY, note="三次未接通")
    assert (case.status, case.satisfaction) == (Status.CLOSED, None)
    assert [call.reached for call in calls_of(case)] == [False] * ATTEMPTS
    assert clock_of(case, ClockKind.CALLBACK).met_at == LATER + 3 * DAY


def test_the_calls_of_an_earlier_round_do_not_count(demo):
    case = led((*DONE, "no_answer", "no_answer", "reopen", "sign", "resolve"))
    with pytest.raises(DomainError, match="现为 0 次"):
        act(case, "close_unreached", LATER)


def test_a_call_that_is_answered_after_two_that_were_not_is_a_callback(demo):
    case = led((*DONE, "no_answer", "no_answer", "callback", "close"))
    assert [call.reached for call in calls_of(case)] == [False, False, True]
    assert case.status is Status.CLOSED


# --- a new round -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "days"),
    [
        (DONE, 3),
        ((*UNLAWFUL, "reply"), 2),
        ((*DONE, ("callback", {"satisfaction": "1"}), "explain", "close"), 3),
    ],
    ids=["resolved", "replied", "closed"],
)
def test_a_case_is_opened_again_and_its_old_verdict_stays(demo, way, days):
    case = led(way)
    old = case.clock
    frozen = (old.met_at, old.verdict, old.due_at, old.evidence)
    act(case, "reopen", LATER, lead_department=department("syk"), note="问题没有解决")
    assert (case.status, case.reopened_at) == (Status.DISPATCHED, LATER)
    assert [getattr(case, name) for name in RESULTS] == [None] * len(RESULTS)
    assert (case.finished_at, case.closed_at, case.signed_at) == (None, None, None)
    assert (old.met_at, old.verdict, old.due_at, old.evidence) == frozen
    assert old.verdict is Verdict.MET
    clock = case.clock
    assert (clock.previous_id, clock.start, clock.met_at) == (old.id, LATER, None)
    assert clock.due_at == at(2026, 9, {2: 20, 3: 21}[days], 17, 30)
    assert {it.kind for it in case.clocks if it.met_at is None} == {
        old.kind,
        ClockKind.SIGN,
        ClockKind.CONTACT,
    }
    assert payload(case, "reopened")["reason"] == "问题没有解决"
    act(case, "sign", LATER, actor=acting("assist"))
    act(case, "resolve", clock.due_at + SECOND, actor=acting("assist"))
    assert (clock.verdict, old.verdict) == (Verdict.BREACHED, Verdict.MET)


def test_a_case_opened_late_again_was_late_all_the_same(demo):
    case = led(SIGNED)
    act(case, "resolve", case.clock.due_at + SECOND)
    first = case.clock
    for nth in (1, 2):
        before, then = case.clock, case.finished_at + nth * timedelta(minutes=1)
        act(case, "reopen", then)
        assert case.clock.previous_id == before.id
        act(case, "sign", then)
        act(case, "resolve", then)
        assert case.clock.verdict is Verdict.MET
    assert (first.verdict, first.days_late) == (Verdict.BREACHED, 0)
    assert [it.department.code for it in case.assignments] == ["scjg"] * 3


def test_the_callback_that_a_new_round_makes_needless_is_replaced(demo):
    case = led(DONE)
    act(case, "reopen", LATER)
    assert clock_of(case, ClockKind.CALLBACK).verdict is Verdict.REPLACED
    act(case, "sign", LATER)
    act(case, "resolve", LATER)
    calls = [clock for clock in case.clocks if clock.kind is ClockKind.CALLBACK]
    assert [clock.verdict for clock in calls] == [Verdict.REPLACED, None]


def test_what_was_closed_on_the_spot_gets_its_first_clock_when_it_is_opened(demo):
    case = ready_for("close_on_the_spot")
    act(case, "close_on_the_spot", LATER)
    act(case, "reopen", LATER + SECOND)
    assert (case.status, case.outcome) == (Status.DISPATCHED, None)
    assert (case.clock.previous_id, case.clock.start) == (None, LATER + SECOND)


def test_a_new_round_may_be_returned_anew(demo):
    case = led(("accept", "dispatch", "return", "dispatch", "sign", "resolve", "reopen"))
    act(case, "return", LATER)
    assert case.status is Status.RETURNED


def test_who_assisted_before_may_assist_again(demo):
    case = led((*JOINT, "sign", "sign_assist", "finish_assist", "resolve", "reopen", "return"))
    act(case, "dispatch", LATER, assist_departments=("syk",))
    act(case, "sign_assist", LATER)
    assert [it.running for it in case.assignments] == [False, False, False, True, True]


# --- the archive -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.CLOSED, Status.REFUSED, Status.MERGED], ids=str)
def test_a_finished_case_goes_to_the_archive_and_stays_there(demo, status):
    case = brought_to(status)
    kept = (case.outcome, case.result, case.satisfaction, case.closed_at)
    act(case, "archive", LATER)
    assert (case.status, case.archived_at) == (Status.ARCHIVED, LATER)
    assert (case.outcome, case.result, case.satisfaction, case.closed_at) == kept
    before = kinds(case)
    for step in MOVES:
        refused = attempt(case, step.verb, agent(step.verb), filled(step.verb), LATER + SECOND)
        assert isinstance(refused, DomainError), step.verb
    assert kinds(case) == before


def test_what_is_closed_as_impossible_keeps_its_reasons(demo):
    case = led((*UNLAWFUL, "reply", "callback", "close", "archive"))
    assert (case.outcome, case.reasons) == (Outcome.REPLIED, filled("reply")["reasons"])
    assert case.legal_basis
    assert case.archived_at == NOW + timedelta(minutes=7)
