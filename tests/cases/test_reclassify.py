"""A case of another class: its clock is swapped, and what became of the old one stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.cases.rules import Status
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.models import DeadlineRule
from app.deadlines.rules import ClockKind, Verdict
from tests.cases.window import LATER, act, acting, at, brought_to, clock_of, payload, ready_for

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
DUE = at(2026, 9, 21, 17, 30)
"""When the clock of a case runs out that was dispatched on Thursday 2026-09-17: 18, 20, 21."""

pytestmark = [pytest.mark.usefixtures("unlimited"), pytest.mark.usefixtures("demo")]


def test_another_class_swaps_the_clock_and_keeps_the_old_one(demo):
    case = ready_for("reclassify")
    old = case.clock
    act(case, "reclassify", LATER, classification="infeasible", note="系统不支持")
    assert (old.met_at, old.verdict, old.current) == (LATER, Verdict.REPLACED, False)
    clock = case.clock
    assert (clock.kind, clock.start, clock.previous_id) == (ClockKind.REPLY, LATER, old.id)
    assert clock.due_at == at(2026, 9, 20, 17, 30)
    assert (case.classification, case.status) == ("infeasible", Status.SIGNED)
    told = payload(case, "reclassified")
    assert (told["before"], told["verdict"]) == ("should_be_done", "replaced")


def test_a_late_case_is_reclassified_by_the_supervisor_alone_and_stays_late(demo):
    case = ready_for("reclassify")
    old, late = case.clock, DUE + SECOND
    with pytest.raises(DomainError, match="督查"):
        act(case, "reclassify", late)
    act(case, "reclassify", late, actor=acting("supervisor"))
    assert (old.verdict, old.days_late) == (Verdict.BREACHED, 0)
    assert case.clock.previous_id == old.id


def test_a_class_of_the_same_rule_keeps_the_clock(demo):
    case = brought_to(Status.ACCEPTED)
    act(case, "reclassify", LATER, classification="unlawful")
    assert (case.clock, case.classification) == (None, "unlawful")
    act(case, "dispatch", LATER)
    clock = case.clock.id
    act(case, "reclassify", LATER, classification="infeasible")
    assert (case.clock.id, case.clock.met_at, case.classification) == (clock, None, "infeasible")
    with pytest.raises(InvalidInputError):
        act(case, "reclassify", LATER, classification="infeasible")


def test_another_class_ends_the_telling_with_its_clock(demo):
    case = ready_for("tell_applicant")
    act(case, "reclassify", LATER)
    assert clock_of(case, ClockKind.TELLING).verdict is Verdict.REPLACED
    act(case, "reply", LATER)
    assert case.clock.verdict is Verdict.MET


def test_a_class_without_a_rule_is_a_sentence_and_the_clock_runs_on(demo):
    case = ready_for("reclassify")
    with transaction():
        for rule in db.session.scalars(
            select(DeadlineRule).where(DeadlineRule.kind == ClockKind.REPLY)
        ):
            rule.valid_to = rule.valid_from
    with pytest.raises(DomainError, match="管理员"):
        act(case, "reclassify", LATER)
    assert (case.clock.met_at, case.clock.kind) == (None, ClockKind.RESOLVE)
    assert db.session.scalar(
        select(func.count()).select_from(Event).where(
            Event.case_id == case.id, Event.kind == "reclassified"
        )
    ) == 0  # fmt: skip
