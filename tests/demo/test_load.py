"""The invented cases as they come to lie in the database."""

from __future__ import annotations

from sqlalchemy import select

from app.cases.models import Case
from app.cases.records import Assignment
from app.cases.rules import Status
from app.core import chain, clock, scope
from app.core.db import db
from app.core.timeline import Event
from app.deadlines.rules import Verdict
from app.demo.stories import PANZHUANG
from app.improvements.models import Improvement
from app.improvements.queries import effect
from app.improvements.rules import ImprovementStatus
from app.rulebook.rules import Finding


def test_the_story_of_panzhuang_is_told_whole(demo):
    with scope.everything():
        case = db.session.scalars(select(Case).order_by(Case.id)).first()
        assert (case.applicant_name, case.status) == (PANZHUANG.name, Status.CLOSED)
        assert case.clock.verdict is Verdict.MET
        assert all(clock.verdict is Verdict.MET for clock in case.clocks)
        assert case.criterion.code == "S1"
        assert [visit.officer for visit in case.visits_made] == ["周立军（食药科）"]
        kinds = db.session.scalars(
            select(Event.kind).where(Event.case_id == case.id).order_by(Event.sequence)
        ).all()
        people = db.session.scalars(
            select(Assignment.signed_by).where(Assignment.case_id == case.id)
        ).all()
    assert [kind for kind in kinds if kind != "warning"] == [
        *("registered", "accepted", "dispatched", "signed", "contacted"),
        *("escalated_to_leadership", "instructed", "visit_planned", "assist_signed"),
        *("visit_done", "assist_finished", "resolved", "called_back", "closed"),
    ]
    assert set(people) == {"赵海燕", "周立军"}


def test_what_was_refused_was_refused_by_a_criterion_that_says_so(demo):
    with scope.everything():
        refused = db.session.scalars(select(Case).where(Case.status == Status.REFUSED)).all()
        assert refused
        assert all(case.criterion.finding is Finding.REFUSE for case in refused)
        accepted = db.session.scalars(select(Case).where(Case.dispatched_at.is_not(None))).all()
        assert all(case.criterion.finding is Finding.ACCEPT for case in accepted)


def test_what_was_improved_happened_often_before_and_seldom_after(demo):
    with scope.everything():
        item = db.session.scalars(
            select(Improvement).where(Improvement.status == ImprovementStatus.VERIFIED)
        ).one()
        told = effect(item, clock.now())
    assert told.after is not None
    assert told.before > told.after


def test_the_chain_of_what_happened_is_whole(demo):
    with scope.everything():
        assert chain.first_break(None).broken is None


def test_the_database_takes_nothing_of_the_application_for_a_change_from_outside(demo):
    with scope.everything():
        kinds = set(db.session.scalars(select(Event.kind).distinct()))
    assert len(kinds) > 20
    assert "changed_outside" not in kinds
