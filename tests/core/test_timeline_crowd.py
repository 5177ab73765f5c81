"""Editors and flagging at the same cases at once: nobody dies in a deadlock, the chains hold."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.cases import operations
from app.cases.models import Case
from app.core import chain, scope, timeline
from app.core.db import db
from app.core.scope import SYSTEM
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.flagging import flag
from app.deadlines.models import Flag
from tests.deadlines.flagging_support import DUE, stored

CASES = 120
EDITORS = 3
MOVES = 40
MINUTE = timedelta(minutes=1)


@pytest.fixture
def failures(app, unlimited):
    return []


def together(app, failures, *works):
    """Let everybody work at once, each with a session of their own."""

    def run(work):
        try:
            with app.app_context(), scope.everything():
                work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says it
            failures.append(error)

    crowd = [threading.Thread(target=run, args=(work,)) for work in works]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert failures == []


def editor(cases, seed):
    """Move cases about as people do: lock one, change it, write the event; look at another."""

    def work():
        dice = random.Random(seed)  # noqa: S311 - a crowd that can be called again
        for turn in range(MOVES):
            with transaction():
                case = db.session.get_one(Case, dice.choice(cases))
                operations.lock(case)
                case.visits = turn
                timeline.record(case, "progress", actor=SYSTEM, now=DUE, note=str(turn))
                db.session.flush()
            with transaction():
                seen = db.session.get_one(Case, dice.choice(cases))
                timeline.record(seen, "revealed", actor=SYSTEM, now=DUE, reason="核对")
            db.session.remove()

    return work


@pytest.mark.postgresql
def test_editors_and_schedulers_do_not_stop_each_other(app, failures):
    if app.backend.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    cases = stored(CASES)
    over = threading.Event()

    def scheduler():
        now = DUE - timedelta(hours=9)
        while not over.is_set():
            now += timedelta(minutes=7)
            flag(now, batch=7)
            db.session.remove()

    def editors():
        together(app, failures, *(editor(cases, seed) for seed in range(EDITORS)))
        over.set()

    together(app, failures, scheduler, scheduler, editors)
    flag(DUE + timedelta(days=9))
    db.session.remove()
    walk = chain.first_break()
    assert walk.broken is None
    told = select(func.count(Event.id)).where(Event.kind.in_(("warning", "overdue", "escalated")))
    assert db.session.scalar(told) == db.session.scalar(select(func.count(Flag.id))) == 3 * CASES
    written = select(func.count(Event.id)).where(Event.kind.in_(("progress", "revealed")))
    assert db.session.scalar(written) == 2 * EDITORS * MOVES


def test_two_who_write_to_one_case_at_once_are_chained_one_after_the_other(app, failures):
    [case] = stored(1)

    def work():
        for _ in range(20):
            with transaction():
                timeline.record(
                    db.session.get_one(Case, case), "progress", actor=SYSTEM, now=DUE, note="x"
                )
            db.session.remove()

    together(app, failures, *[work] * 4)
    db.session.remove()
    walk = chain.first_break()
    assert walk.broken is None
    assert walk.events >= 80


@pytest.mark.postgresql
def test_flagging_waits_for_nobody_who_is_at_a_case(app, unlimited):
    if app.backend.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    first, second = stored(2)
    case = db.session.get_one(Case, first)
    operations.lock(case)
    timeline.record(case, "progress", actor=SYSTEM, now=DUE)
    db.session.flush()
    with app.app_context():
        db.session.connection().exec_driver_sql("SET lock_timeout = '2s'")
        try:
            assert flag(DUE + MINUTE).overdue == 1
        except OperationalError as error:
            pytest.fail(f"flagging waited: {error}")
    db.session.rollback()
    assert flag(DUE + MINUTE).overdue == 1
    assert second > first
