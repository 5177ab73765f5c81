"""The table of moves, on both databases: who may do what when, with what, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select, update

from app.cases.asked import ASKED
from app.cases.effects import EFFECTS
from app.cases.guards import GUARDS, why_not
from app.cases.moves import EVERY, MOVE, MOVES
from app.cases.records import AssignmentRole
from app.cases.rules import Outcome, Satisfaction, Status
from app.cases.standing import Standing
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.timeline import KINDS, Event
from app.core.transaction import transaction
from app.deadlines.models import Deadline
from app.deadlines.rules import ClockKind, Verdict
from tests.cases.ways import PATHS, WAYS
from tests.cases.window import (
    ACTORS,
    LATER,
    SHANGHAI,
    TEXTS,
    act,
    acting,
    agent,
    at,
    attempt,
    brought_to,
    filled,
    kinds,
    ready_for,
    register,
)
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")


def test_every_verb_has_a_way_to_it():
    assert set(WAYS) == set(MOVE)
    assert set(PATHS) == set(Status)
    assert set(EFFECTS) == {step.verb for step in EVERY}
    assert {step.guard for step in EVERY} - {""} == set(GUARDS)


def allowed(step, case, actor):
    """Say from the table, and from who has the case, whether an actor may make a move of it."""
    if actor not in ("handler", "assist"):
        return actor in step.roles
    party = {"handler": AssignmentRole.LEAD, "assist": AssignmentRole.ASSIST}[actor]
    there = any(item.running and item.role is party for item in case.assignments)
    return "handler" in step.roles and there and step.party in ("", party)


def refused(done):
    """Say whether a move was refused in a sentence."""
    return isinstance(done, DomainError) and bool(str(done))


def test_where_a_move_can_be_made_exactly_those_whom_the_table_names_make_it(demo):
    people = {actor: acting(actor) for actor in ACTORS}
    for step in MOVES:
        case, values = ready_for(step.verb), filled(step.verb)
        for actor, person_ in people.items():
            may, source = allowed(step, case, actor), case.status
            done = attempt(case, step.verb, person_, values)
            if may:
                assert done is (step.target or source), (step.verb, actor, done)
            else:
                assert refused(done), (step.verb, actor)


def test_in_no_other_state_anybody_makes_a_move(cases):
    people = {actor: acting(actor) for actor in ACTORS}
    for status, actor in product(Status, ACTORS):
        met = Standing(cases[status], people[actor], LATER)
        for step in MOVES:
            may = status in step.sources and allowed(step, cases[status], actor)
            assert bool(why_not(step, met)) or may, (status, step.verb, actor)
            assert not why_not(step, met) or not may or step.guard, (status, step.verb, actor)
    given = {step.verb: filled(step.verb) for step in MOVES}
    for status, step in product(Status, MOVES):
        may = not why_not(step, Standing(cases[status], agent(step.verb), LATER))
        done = attempt(cases[status], step.verb, agent(step.verb), given[step.verb])
        assert done is (step.target or status) if may else refused(done), (status, step.verb)


def test_a_move_names_each_field_that_is_missing(demo):
    for step in MOVES:
        if not step.required:
            continue
        case, actor, values = ready_for(step.verb), agent(step.verb), filled(step.verb)
        before = case.status
        for name in step.required:
            typed = ASKED[name].kind in ("long", "text", "choice")
            for empty in (None, "", "  \n ") if typed else (None,):
                found = attempt(case, step.verb, actor, {**values, name: empty})
                assert isinstance(found, InvalidInputError), (step.verb, name)
                assert set(found.problems) == {name}
                assert case.status is before
        assert set(attempt(case, step.verb, actor, {}).problems) == set(step.required)


def test_a_move_tells_what_happened_who_did_it_and_when(demo):
    for step in MOVES:
        case = ready_for(step.verb)
        before = kinds(case)
        act(case, step.verb, LATER)
        assert kinds(case)[: len(before)] == before
        last = db.session.scalars(
            select(Event).where(Event.case_id == case.id).order_by(Event.id.desc()).limit(1)
        ).one()
        assert (last.kind, last.at, last.recorded_at) == (step.event, LATER, LATER), step.verb
        assert (last.actor, last.case_number) == (agent(step.verb).name, case.number), step.verb
        assert step.event in KINDS


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
    assert minutes == [0, 1, 2, 3, 4, 6]
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
    case = ready_for(verb)
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
        if event.payload.get("deadline_id") == case.clock.id
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
