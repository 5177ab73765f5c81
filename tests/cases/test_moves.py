"""The table of moves, on both databases: who may do what when, with what, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from app.cases import operations
from app.cases.models import Assignment, AssignmentRole, Case
from app.cases.rules import ENDED, MOVE, MOVES, Outcome, Satisfaction, Status
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.scope import Grant, Person
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.models import Deadline
from app.deadlines.rules import ClockKind, Verdict
from tests.cases.window import (
    ACTORS,
    LATER,
    SHANGHAI,
    TEXTS,
    act,
    acting,
    at,
    attempt,
    brought_to,
    department,
    draft,
    filled,
    hall,
    kinds,
    person,
    register,
)
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")


def test_exactly_the_moves_of_the_table_can_be_made(cases):
    people = {role: acting(role) for role in ACTORS}
    for status, step, role in product(Status, MOVES, ACTORS):
        done = attempt(cases[status], step.verb, people[role])
        if status in step.sources and role == step.role:
            assert done == (step.target or status), (status, step.verb, role)
        else:
            assert isinstance(done, DomainError), (status, step.verb, role)
            assert str(done), (status, step.verb, role)


@pytest.mark.parametrize("empty", [None, "", "  \n "], ids=["none", "empty", "blank"])
def test_a_move_names_each_field_that_is_missing(cases, empty):
    for step in MOVES:
        case, actor = cases[step.sources[0]], acting(step.role)
        for name in step.required:
            missing = None if name == "lead_department" else empty
            refused = attempt(case, step.verb, actor, {**filled(step.verb), name: missing})
            assert isinstance(refused, InvalidInputError), (step.verb, name)
            assert set(refused.problems) == {name}
            assert case.status is step.sources[0]
        if step.required:
            assert set(attempt(case, step.verb, actor, {}).problems) == set(step.required)


def test_a_move_writes_one_event_and_says_who_and_when(cases):
    for step in MOVES:
        case = brought_to(step.sources[0])
        before = kinds(case)
        act(case, step.verb, LATER)
        assert kinds(case) == [*before, step.event]
        last = db.session.scalars(
            select(Event).where(Event.case_id == case.id).order_by(Event.id.desc()).limit(1)
        ).one()
        assert (last.at, last.actor) == (LATER, acting(step.role).name)
        assert last.case_number == case.number


def test_a_refused_move_leaves_no_trace(demo):
    case = brought_to(Status.REGISTERED)
    before = kinds(case)
    with pytest.raises(DomainError, match="只有"):
        act(case, "resolve", LATER)
    assert kinds(case) == before
    assert (case.status, case.result, case.finished_at) == (Status.REGISTERED, None, None)


def test_each_move_notes_its_time(demo):
    case = brought_to(Status.CLOSED)
    minutes = [
        (moment - NOW) // timedelta(minutes=1)
        for moment in (
            case.registered_at,
            case.accepted_at,
            case.dispatched_at,
            case.signed_at,
            case.finished_at,
            case.closed_at,
        )
    ]
    assert minutes == [0, 1, 2, 3, 4, 5]
    lead = case.assignments[0]
    assert (lead.role, lead.department.code) == (AssignmentRole.LEAD, "scjg")
    assert (lead.dispatched_at, lead.signed_at, lead.finished_at) == (
        case.dispatched_at,
        case.signed_at,
        case.finished_at,
    )
    assert lead.signed_by == acting("handler").name
    assert (case.outcome, case.satisfaction) == (Outcome.RESOLVED, Satisfaction.VERY_SATISFIED)


def test_a_refusal_keeps_reason_and_remedy_and_starts_no_clock(demo):
    case = brought_to(Status.REFUSED)
    assert (case.refusal_reason, case.remedy) == (TEXTS["refusal_reason"], TEXTS["remedy"])
    assert (case.clock, case.outcome, case.finished_at) == (None, None, None)


@pytest.mark.parametrize("status", [Status.REGISTERED, Status.ACCEPTED], ids=str)
def test_on_the_spot_closes_at_once_without_a_clock(demo, status):
    case = brought_to(status)
    accepted_at = case.accepted_at or LATER
    act(case, "close_on_the_spot", LATER, satisfaction="4")
    assert (case.status, case.outcome) == (Status.CLOSED, Outcome.ON_THE_SPOT)
    assert case.accepted_at == accepted_at
    assert case.finished_at == case.closed_at == LATER
    assert case.satisfaction is Satisfaction.SATISFIED
    assert case.clock is None


# --- the clock -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classification", "dispatched", "kind", "due"),
    [
        ("infeasible", at(2026, 9, 17, 10), ClockKind.REPLY, at(2026, 9, 20, 17, 30)),
        ("unlawful", at(2026, 9, 17, 10), ClockKind.REPLY, at(2026, 9, 20, 17, 30)),
        ("should_be_done", at(2026, 9, 17, 10), ClockKind.RESOLVE, at(2026, 9, 21, 17, 30)),
        ("should_be_done", at(2026, 5, 9, 23), ClockKind.RESOLVE, at(2026, 5, 13, 17, 30)),
        ("should_be_done", at(2026, 9, 30, 9), ClockKind.RESOLVE, at(2026, 10, 10, 17, 30)),
    ],
    ids=[
        "reply-over-make-up-sunday",
        "unlawful",
        "resolve",
        "from-make-up-saturday-night",
        "over-national-day",
    ],
)
def test_dispatch_starts_the_clock_of_the_classification(
    demo, classification, dispatched, kind, due
):
    case = register(now=dispatched - timedelta(minutes=2))
    act(case, "accept", dispatched - timedelta(minutes=1), classification=classification)
    assert case.clock is None
    act(case, "dispatch", dispatched)
    clock = case.clock
    assert (clock.kind, clock.start, clock.due_at) == (kind, dispatched, due)
    assert (clock.met_at, clock.verdict, clock.due_version) == (None, None, 1)
    assert clock.warn_at.astimezone(SHANGHAI) == due.replace(hour=9, minute=0)
    assert not clock.provisional


@pytest.mark.parametrize("verb", ["resolve", "reply"])
@pytest.mark.parametrize(
    ("after", "verdict", "late"),
    [
        (timedelta(0), Verdict.MET, None),
        (timedelta(seconds=1), Verdict.BREACHED, 0),
        (timedelta(days=2), Verdict.BREACHED, 2),
    ],
    ids=["at-the-last-second", "a-second-late", "two-days-late"],
)
def test_resolving_and_replying_meet_the_clock_with_a_verdict(demo, verb, after, verdict, late):
    case = brought_to(Status.SIGNED)
    due = case.clock.due_at
    act(case, verb, due + after)
    clock = case.clock
    assert (clock.met_at, clock.verdict, clock.days_late) == (due + after, verdict, late)
    assert case.finished_at == due + after
    assert kinds(case)[-1] == MOVE[verb].event


def test_an_overdue_stage_that_no_scheduler_saw_is_told_when_the_case_is_resolved(demo):
    case = brought_to(Status.SIGNED)
    due, warned = case.clock.due_at, case.clock.warn_at
    act(case, "resolve", due + timedelta(hours=1))
    told = {
        event.kind: event.at
        for event in db.session.scalars(select(Event).where(Event.case_id == case.id))
    }
    assert (told["warning"], told["overdue"]) == (warned, due)
    assert "escalated" not in told


def test_no_rule_for_the_classification_is_a_sentence_and_nothing_is_dispatched(demo):
    case = brought_to(Status.ACCEPTED)
    with scope.everything(), transaction():
        db.session.execute(
            update(Deadline.rule.property.mapper.class_).values(
                valid_from=NOW.date() + timedelta(days=1)
            )
        )
    with pytest.raises(DomainError, match=r"应办未办.*管理员"):
        act(case, "dispatch", LATER)
    db.session.refresh(case)
    assert (case.status, case.lead_department, case.assignments) == (Status.ACCEPTED, None, [])


# --- who may -----------------------------------------------------------------------------------


def test_only_the_lead_departments_handler_signs(demo):
    case = brought_to(Status.DISPATCHED)
    stranger = person("handler.linqing.syk")
    with pytest.raises(DomainError):
        act(case, "sign", LATER, actor=stranger)
    with scope.everything(), transaction():
        db.session.add(
            Assignment(
                case_id=case.id,
                department=department("syk"),
                role=AssignmentRole.ASSIST,
                dispatched_at=LATER,
            )
        )
    with pytest.raises(DomainError, match="主办科室"):
        act(case, "sign", LATER, actor=stranger)
    act(case, "sign", LATER)
    assert case.status is Status.SIGNED


@pytest.mark.parametrize("code", ["yanggu", "liaocheng"])
def test_a_clerk_of_another_hall_can_neither_register_nor_move(demo, code):
    stranger = person(f"clerk.{code}")
    case = brought_to(Status.REGISTERED)
    with pytest.raises(DomainError):
        act(case, "accept", LATER, actor=stranger)
    with pytest.raises(OutOfScopeError), scope.working_for(stranger), transaction():
        operations.register(draft("linqing"), actor=stranger, now=NOW)
    assert case.status is Status.REGISTERED


def test_a_role_in_one_hall_gives_nothing_in_another_that_is_only_seen(demo):
    case = brought_to(Status.REGISTERED)
    both = Person(
        1,
        "two",
        "两处任职",
        (
            Grant("clerk", frozenset({hall("yanggu").id})),
            Grant("inspector", frozenset({hall("linqing").id})),
        ),
    )
    with scope.working_for(both):
        assert db.session.get(Case, case.id) is not None
        refusal = operations.why_not(case, MOVE["accept"], both)
    assert "角色" in refusal


def test_the_department_is_an_active_one_of_the_same_hall(demo):
    case = brought_to(Status.ACCEPTED)
    with pytest.raises(InvalidInputError) as refused:
        act(case, "dispatch", LATER, lead_department=department("scjg", "yanggu"))
    assert set(refused.value.problems) == {"lead_department"}
    with scope.everything(), transaction():
        department("syk").active = False
    with pytest.raises(InvalidInputError) as refused:
        act(case, "dispatch", LATER, lead_department=department("syk"))
    assert set(refused.value.problems) == {"lead_department"}


def test_a_finished_case_is_edited_no_more(cases):
    clerk, change = acting("clerk"), {"visits": (1, 2)}
    for status, case in cases.items():
        before = kinds(case)
        with scope.working_for(clerk):
            if status in ENDED:
                with pytest.raises(DomainError, match="已结束"), transaction():
                    operations.edit(case, change, actor=clerk, now=LATER)
                assert kinds(case) == before
            else:
                with transaction():
                    operations.edit(case, change, actor=clerk, now=LATER)
                assert kinds(case) == [*before, "edited"]


def test_an_edit_tells_personal_data_masked(demo):
    case, clerk = brought_to(Status.REGISTERED), acting("clerk")
    with scope.working_for(clerk), transaction():
        operations.edit(case, {"phone": ("13812342046", "13900001111")}, actor=clerk, now=LATER)
    told = db.session.scalars(
        select(Event).where(Event.case_id == case.id, Event.kind == "edited")
    ).one()
    assert told.payload == {"changes": {"phone": ["138****2046", "139****1111"]}}
