"""The clock of a case under its moves: extension, telling the applicant, pause."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases import operations
from app.cases.lamps import lamp
from app.cases.queries import counts
from app.cases.rules import Status
from app.core.db import db
from app.core.errors import DomainError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.evidence_in_words import sentence
from app.deadlines.flagging import flag
from app.deadlines.models import Flag
from app.deadlines.queries import calendar
from app.deadlines.rules import ClockKind, RequestState, Verdict
from tests.cases.ways import SIGNED, WAYS, unlawful
from tests.cases.window import (
    LATER,
    SHANGHAI,
    act,
    acting,
    at,
    brought_to,
    clock_of,
    hall,
    kinds,
    led,
    payload,
    ready_for,
    wrong_field,
)

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
DUE = at(2026, 9, 21, 17, 30)
"""When the clock of a case runs out that was dispatched on Thursday 2026-09-17: 18, 20, 21."""

pytestmark = [pytest.mark.usefixtures("unlimited"), pytest.mark.usefixtures("demo")]


def last(case, kind):
    """Return the latest request of a kind about a case."""
    asked = select(kind).where(kind.case_id == case.id).order_by(kind.id.desc()).limit(1)
    return db.session.scalars(asked).one()


def flags_of(clock):
    return set(db.session.scalars(select(Flag.stage).where(Flag.deadline_id == clock.id)))


def paused(now, days=2, **fields):
    """Return a case that was signed for a while ago and is paused at an instant."""
    case = led(SIGNED, now - timedelta(hours=1), **fields)
    act(case, "ask_pause", now - timedelta(minutes=1), days=days, note="等待反映人补材料")
    return act(case, "grant_pause", now, days=None)


# --- extension ---------------------------------------------------------------------------------


def test_an_extension_moves_the_due_time_by_working_days(demo):
    case = ready_for("ask_extension")
    act(case, "ask_extension", LATER, days=4, note="等上级批复")
    assert (case.clock.due_at, case.clock.due_version) == (DUE, 1)
    act(case, "grant_extension", LATER + SECOND, days=2, note="同意两天")
    clock, request = case.clock, last(case, Extension)
    assert (clock.due_at, clock.due_version) == (at(2026, 9, 23, 17, 30), 2)
    assert clock.warn_at == at(2026, 9, 23, 9)
    assert (request.state, request.days) == (RequestState.GRANTED, 2)
    assert (request.old_due, request.new_due) == (DUE, clock.due_at)
    assert (request.asked_by, request.decided_by) == (
        acting("handler").name,
        acting("supervisor").name,
    )
    [fact] = clock.evidence["extensions"]
    assert (fact["days"], fact["reason"]) == (2, "等上级批复")
    assert (fact["old_due"], fact["new_due"]) == (
        DUE.isoformat(),
        clock.due_at.astimezone(SHANGHAI).isoformat(),
    )
    assert payload(case, "extension_granted")["new_due"] == clock.due_at.isoformat()


def test_an_extension_without_days_grants_those_that_were_asked_for(demo):
    case = ready_for("ask_extension")
    act(case, "ask_extension", LATER, days=5)
    act(case, "grant_extension", LATER, days=None)
    assert case.clock.due_at == at(2026, 9, 29, 17, 30)


def test_an_extension_is_asked_for_in_time_and_within_the_rule(demo):
    case = ready_for("ask_extension")
    with pytest.raises(DomainError, match="到期时间"):
        act(case, "ask_extension", DUE + SECOND)
    assert wrong_field(case, "ask_extension", days=6) == "days"
    act(case, "ask_extension", DUE, days=5)
    for verb in ("ask_extension", "ask_pause"):
        with pytest.raises(DomainError, match="等待审批"):
            act(case, verb, DUE)
    assert wrong_field(case, "grant_extension", days=6) == "days"
    for then in (DUE, DUE + SECOND):
        with pytest.raises(DomainError, match="不能再延期"):
            act(case, "grant_extension", then)
    act(case, "grant_extension", DUE - SECOND, days=1)
    act(case, "tell_applicant", DUE)
    with pytest.raises(DomainError, match="最多 1 次"):
        act(case, "ask_extension", DUE)


def test_a_declined_extension_moves_nothing_and_does_not_count(demo):
    case = ready_for("grant_extension")
    act(case, "decline_extension", LATER, note="材料已经齐全")
    assert (case.clock.due_at, case.clock.due_version) == (DUE, 1)
    request = last(case, Extension)
    assert (request.state, request.decision) == (RequestState.DECLINED, "材料已经齐全")
    assert {clock.kind for clock in case.clocks} == {
        ClockKind.RESOLVE,
        ClockKind.SIGN,
        ClockKind.CONTACT,
    }
    act(case, "ask_extension", LATER)
    assert last(case, Extension).state is RequestState.ASKED


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "late"])
def test_the_applicant_is_told_before_the_old_due_time(demo, late):
    case = ready_for("grant_extension")
    others = counts(LATER)["telling"]
    act(case, "grant_extension", LATER)
    telling = clock_of(case, ClockKind.TELLING)
    assert counts(LATER)["telling"] == others + 1, "a task on the workbench"
    assert (telling.start, telling.due_at, telling.current) == (LATER, DUE, False)
    with pytest.raises(DomainError, match="告知"):
        act(case, "resolve", LATER)
    assert "应在原到期时间 2026-09-21 17:30 之前" in sentence(telling.evidence)
    assert "个工作日（" not in sentence(telling.evidence)
    assert "working_days" not in telling.evidence["rule"]
    assert telling.working_days == 3
    then = DUE + SECOND if late else DUE
    assert wrong_field(case, "tell_applicant", means=None) == "means"
    assert wrong_field(case, "tell_applicant", means="pigeon") == "means"
    assert wrong_field(case, "tell_applicant", note=" ") == "note"
    act(case, "tell_applicant", then, means="sms", note="录音 3 号")
    told = payload(case, "applicant_told")
    assert (told["means"], told["note"]) == ("sms", "录音 3 号")
    assert telling.verdict is (Verdict.BREACHED if late else Verdict.MET)
    assert counts(LATER)["telling"] == others
    assert case.clock.met_at is None
    act(case, "resolve", case.clock.due_at)
    assert case.clock.verdict is Verdict.MET


@pytest.mark.parametrize("verb", ["resolve", "reply", "reclassify"])
@pytest.mark.parametrize("kind", [Extension, Pause], ids=["extension", "pause"])
def test_what_nobody_decided_is_closed_with_the_clock(demo, verb, kind):
    way = WAYS["grant_extension" if kind is Extension else "grant_pause"]
    case = led(unlawful(way) if verb == "reply" else way)
    act(case, verb, LATER)
    assert last(case, kind).state is RequestState.WITHDRAWN


def test_the_due_time_before_is_flagged_once_for_each_due_version(demo):
    case = ready_for("grant_extension")
    flag(at(2026, 9, 21, 10))
    assert flags_of(case.clock) == {"warning"}
    act(case, "grant_extension", at(2026, 9, 21, 11))
    flag(at(2026, 9, 23, 10))
    flagged = select(Flag.due_version).where(Flag.deadline_id == case.clock.id)
    assert db.session.scalars(flagged.order_by(Flag.due_version)).all() == [1, 2]


# --- pause -------------------------------------------------------------------------------------


def test_a_pause_stops_the_clock_until_its_limit(demo):
    begun = at(2026, 9, 18, 10)
    case = paused(begun, days=2)
    clock, until = case.clock, at(2026, 9, 21, 17, 30)
    assert (clock.paused_at, clock.paused_until) == (begun, until)
    assert clock.due_at == at(2026, 9, 28, 16, 30), "33 hours were left: 22, 23, 24, and 28"
    tone, words = lamp(case, calendar(), until - SECOND)
    assert (tone, "09-21 17:30" in words) == ("idle", True)
    flag(until - SECOND)
    assert flags_of(clock) == set()
    assert "warning" not in {
        event.kind
        for event in db.session.scalars(select(Event).where(Event.case_id == case.id))
        if event.payload.get("deadline_id") == clock.id
    }
    for verb in ("resolve", "reclassify", "ask_extension", "ask_pause"):
        with pytest.raises(DomainError, match="已中止"):
            act(case, verb, until - SECOND)
    assert lamp(case, calendar(), until)[0] != "idle"


def test_a_pause_that_ends_sooner_costs_what_it_lasted(demo):
    case = paused(at(2026, 9, 18, 10), days=5)
    act(case, "resume", at(2026, 9, 18, 15), note="材料已补齐")
    clock, pause = case.clock, last(case, Pause)
    assert (clock.paused_at, clock.paused_until) == (None, None)
    assert clock.due_at == at(2026, 9, 23, 14), "five hours of the day after 22, 17:30"
    assert (pause.ended_at, pause.ended_by) == (at(2026, 9, 18, 15), acting("clerk").name)
    assert clock.evidence["pauses"][0]["seconds"] == 5 * 3600
    assert payload(case, "resumed")["seconds"] == 5 * 3600
    act(case, "ask_extension", at(2026, 9, 18, 16), days=1)
    act(case, "grant_extension", at(2026, 9, 18, 16), days=None)
    assert case.clock.due_at == at(2026, 9, 24, 14), "an extension keeps the time of day"


def test_only_working_time_is_paused(demo):
    with transaction():
        hall().opening, hall().closing = at(2026, 9, 1, 10).time(), at(2026, 9, 1, 18).time()
    case = paused(at(2026, 9, 24, 17, 50), days=9)
    act(case, "resume", at(2026, 9, 28, 12, 30))
    assert case.clock.evidence["pauses"][0]["seconds"] == 160 * 60, "Friday is the festival"


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=9)], ids=["at-once", "days-later"])
def test_a_pause_that_nobody_ends_ends_at_its_limit(demo, after):
    begun, until = at(2026, 9, 18, 10), at(2026, 9, 21, 17, 30)
    case = paused(begun, days=2)
    due = case.clock.due_at
    with transaction():
        assert not operations.let_lapse(case, now=until - SECOND)
        assert operations.let_lapse(case, now=until + after)
        assert not operations.let_lapse(case, now=until + after)
    pause, clock = last(case, Pause), case.clock
    assert (pause.ended_at, clock.paused_until, clock.due_at) == (until, None, due)
    event = db.session.scalars(
        select(Event).where(Event.case_id == case.id, Event.kind == "resumed")
    ).one()
    assert (event.at, event.recorded_at) == (until, until + after)
    assert event.payload["seconds"] == clock.evidence["pauses"][0]["seconds"]


def test_the_next_move_ends_a_pause_that_lapsed(demo):
    case = paused(at(2026, 9, 18, 10), days=2)
    until = case.clock.paused_until
    act(case, "progress", until + DAY)
    assert kinds(case)[-2:] == ["resumed", "progress"]
    assert last(case, Pause).ended_at == until


def test_a_case_is_paused_as_often_and_as_long_as_the_rule_says(demo):
    case = brought_to(Status.SIGNED)
    assert wrong_field(case, "ask_pause", days=11) == "days"
    for nth in range(2):
        then = LATER + timedelta(minutes=nth * 10)
        act(case, "ask_pause", then, days=10)
        act(case, "grant_pause", then + SECOND)
        act(case, "resume", then + timedelta(minutes=5))
    with pytest.raises(DomainError, match="最多 2 次"):
        act(case, "ask_pause", LATER + timedelta(hours=1))
    facts = case.clock.evidence["pauses"]
    assert [fact["open"] for fact in facts] == [False, False]
    assert case.clock.due_at == at(2026, 9, 22, 9, 9, 58)


def test_a_declined_pause_stops_nothing(demo):
    case = ready_for("decline_pause")
    act(case, "decline_pause", LATER, note="不属于中止情形")
    assert (case.clock.paused_at, case.clock.due_at) == (None, DUE)
    with pytest.raises(DomainError, match="没有中止"):
        act(case, "resume", LATER)


def test_a_pause_is_not_granted_once_the_clock_ran_out(demo):
    case = ready_for("grant_pause")
    with pytest.raises(DomainError, match="不能再中止"):
        act(case, "grant_pause", DUE + SECOND)
