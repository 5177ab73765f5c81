"""Dispatch and what departments do: sign for it, give it back, be ruled upon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.queries import proposed_department
from app.cases.records import AssignmentRole
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.timeline import Event
from app.deadlines.rules import ClockKind, Verdict
from app.departments.models import Responsibility
from tests.cases.ways import DISPUTED, JOINT, JOINTLY, SENT
from tests.cases.window import (
    COMPANY,
    LATER,
    act,
    acting,
    at,
    brought_to,
    clock_of,
    department,
    kinds,
    led,
    payload,
    register,
    wrong_field,
)
from tests.conftest import NOW

SECOND = timedelta(seconds=1)

pytestmark = [pytest.mark.usefixtures("unlimited"), pytest.mark.usefixtures("demo")]


# --- signing for it and giving it back ---------------------------------------------------------


def test_lead_and_assist_each_sign_for_their_own(demo):
    case = led(JOINT)
    lead, assist = case.assignments
    assert (lead.role, assist.role) == (AssignmentRole.LEAD, AssignmentRole.ASSIST)
    with pytest.raises(DomainError, match="主办科室"):
        act(case, "sign", LATER, actor=acting("assist"))
    with pytest.raises(DomainError, match="协办科室"):
        act(case, "sign_assist", LATER, actor=acting("handler"))
    act(case, "sign_assist", LATER)
    assert (assist.signed_by, assist.handler_id) == (acting("assist").name, acting("assist").id)
    assert (case.status, case.signed_at, lead.signed_at) == (Status.DISPATCHED, None, None)
    act(case, "sign", LATER + SECOND)
    assert (lead.signed_at, lead.signed_by) == (LATER + SECOND, acting("handler").name)
    assert (case.status, assist.signed_at) == (Status.SIGNED, LATER)
    with pytest.raises(DomainError, match="已经签收"):
        act(case, "sign_assist", LATER)


def test_a_department_is_on_a_case_once_and_of_its_hall(demo):
    case = brought_to(Status.ACCEPTED)
    for codes in (("scjg",), ("syk", "syk"), (department("syk", "yanggu"),)):
        name = wrong_field(case, "dispatch", assist_departments=codes)
        assert name == "assist_departments", codes
    assert (case.status, case.assignments) == (Status.ACCEPTED, [])


def test_signing_meets_the_clock_of_the_next_working_day(demo):
    case = led(SENT)
    assert clock_of(case, ClockKind.SIGN).due_at == at(2026, 9, 18, 17, 30)
    act(case, "sign", at(2026, 9, 18, 17, 31))
    assert clock_of(case, ClockKind.SIGN).verdict is Verdict.BREACHED
    assert case.clock.verdict is None


def test_a_return_in_time_goes_to_the_window_and_the_clock_runs_on(demo):
    case = led(SENT)
    main, due, signing = case.clock.id, case.clock.due_at, clock_of(case, ClockKind.SIGN)
    act(case, "return", signing.due_at, note="不是本科室职责")
    assert (case.status, case.lead_department) == (Status.RETURNED, None)
    given = case.assignments[0]
    assert (given.returned_at, given.return_reason) == (signing.due_at, "不是本科室职责")
    assert (signing.met_at, signing.verdict) == (signing.due_at, Verdict.MET)
    assert (case.clock.id, case.clock.due_at, case.clock.met_at) == (main, due, None)
    act(case, "dispatch", signing.due_at + SECOND, lead_department=department("syk"))
    assert (case.clock.id, case.clock.due_at, case.clock.due_version) == (main, due, 1)
    assert [clock.kind for clock in case.clocks if clock.kind.main] == [ClockKind.RESOLVE]
    fresh = clock_of(case, ClockKind.SIGN)
    assert (fresh.id > signing.id, fresh.start) == (True, signing.due_at + SECOND)


def test_a_return_after_the_time_to_sign_is_refused(demo):
    case = led(SENT)
    late = clock_of(case, ClockKind.SIGN).due_at + SECOND
    before = kinds(case)
    with pytest.raises(DomainError, match="签收时限"):
        act(case, "return", late)
    assert (case.status, kinds(case)) == (Status.DISPATCHED, before)


def test_the_second_return_goes_to_the_supervisor(demo):
    case = led(SENT)
    with pytest.raises(DomainError, match="第一次退回"):
        act(case, "return_again", LATER)
    act(case, "return", LATER)
    act(case, "dispatch", LATER, lead_department=department("syk"))
    with pytest.raises(DomainError, match="由督查裁定"):
        act(case, "return", LATER, actor=acting("assist"))
    act(case, "return_again", LATER, actor=acting("assist"))
    assert (case.status, case.lead_department) == (Status.DISPUTED, None)
    with pytest.raises(DomainError):
        act(case, "dispatch", LATER)


def test_who_gave_a_case_back_sees_it_no_more(demo):
    case = led(JOINT)
    for actor, verb in (("assist", "return_assist"), ("handler", "return")):
        with scope.working_for(acting(actor)):
            assert db.session.scalar(select(Case.id).where(Case.id == case.id)) == case.id
        act(case, verb, LATER)
        with scope.working_for(acting(actor)):
            assert db.session.scalar(select(Case.id).where(Case.id == case.id)) is None
            found = db.session.scalars(select(Event.id).where(Event.case_id == case.id)).all()
            assert found == []


# --- rulings -----------------------------------------------------------------------------------


def test_a_ruling_lets_the_clock_run_on(demo):
    case = led(DISPUTED)
    main, due = case.clock.id, case.clock.due_at
    act(case, "settle", LATER, lead_department=department("syk"), note="由食药科承办")
    assert (case.status, case.lead_department.code) == (Status.DISPATCHED, "syk")
    assert (case.clock.id, case.clock.due_at) == (main, due)
    act(case, "sign", LATER, actor=acting("assist"))
    assert case.status is Status.SIGNED


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_a_ruling_that_starts_the_clock_anew_keeps_the_old_one(demo, late):
    case = led(DISPUTED)
    old = case.clock
    then = old.due_at + SECOND if late else LATER + timedelta(days=1)
    act(case, "settle", then, restart_clock=True)
    assert old.verdict is (Verdict.BREACHED if late else Verdict.REPLACED)
    assert (old.met_at, old.current) == (then, False)
    assert (case.clock.previous_id, case.clock.kind) == (old.id, ClockKind.RESOLVE)
    assert (case.clock.start, case.clock.met_at) == (then, None)
    assert case.clock.due_at > old.due_at


@pytest.mark.parametrize("code", ["syk", "scjg"], ids=["new-line", "known-line"])
def test_a_ruling_that_goes_into_the_list_is_proposed_from_then_on(demo, code):
    before = register(matter=COMPANY)
    assert proposed_department(before).code == "scjg"
    case = led(DISPUTED, matter=COMPANY)
    act(case, "settle", LATER, lead_department=department(code), add_to_list=True, note="归它管")
    assert payload(case, "settled")["listed"] == COMPANY
    assert case.responsibility.department.code == code
    assert proposed_department(register(matter=COMPANY)).code == code
    lines = db.session.scalars(
        select(Responsibility)
        .join(Responsibility.department)
        .where(Responsibility.matter == COMPANY, Responsibility.active)
    ).all()
    assert [line.department.code for line in lines if line.department.hall_id == case.hall_id] == [
        code
    ]
    assert len(lines) == 3, "the lists of other halls are theirs"


def test_a_ruling_that_stays_out_of_the_list_changes_nothing_there(demo):
    case = led(DISPUTED, matter=COMPANY)
    act(case, "settle", LATER, lead_department=department("syk"))
    assert proposed_department(register(matter=COMPANY)).code == "scjg"


def test_the_departments_that_assist_are_told(demo):
    case = led(("accept", JOINTLY), NOW)
    told = payload(case, "dispatched")
    assert (told["department"], told["assist"]) == (department().name, department("syk").name)
    assert {clock["clock"] for clock in told["clocks"]} == {"resolve", "sign", "contact"}
