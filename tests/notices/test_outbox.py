"""Whatever writes an event, the outbox has it, in the same transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.flagging import flag
from app.notices.jobs import KEEP, clear_outbox
from tests.cases.window import act, acting, brought_to
from tests.conftest import NOW
from tests.notices.telling import ask, fan_out, run, waiting


def test_a_move_leaves_its_event_in_the_outbox(quiet):
    brought_to(Status.SIGNED)
    assert waiting() == ["registered", "accepted", "dispatched", "signed"]


def test_an_event_of_plain_sql_is_in_the_outbox(quiet):
    run(
        "INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload) "
        "SELECT id, number, registered_at, registered_at, '某', 'progress', '{}' "
        'FROM "case" WHERE id <= 3'
    )
    assert waiting() == ["progress"] * 3


def test_many_events_of_one_statement_are_in_the_outbox(quiet):
    facts = ("case_id", "case_number", "at", "recorded_at", "actor_id", "actor", "kind", "payload")
    table = Event.__table__
    with db.engine.begin() as connection:
        rows = connection.execute(select(*(table.c[name] for name in facts)).limit(50)).mappings()
        connection.execute(insert(table), [dict(row) for row in rows])
    assert len(waiting()) == 50


def test_flagging_leaves_its_events_in_the_outbox(quiet):
    with scope.everything():
        done = flag(NOW + timedelta(days=60))
    kinds = waiting()
    assert kinds.count("overdue") == done.overdue > 0
    assert kinds.count("warning") == done.warning > 0


def test_what_was_rolled_back_is_not_in_the_outbox(quiet):
    case = brought_to(Status.DISPATCHED)
    before = waiting()
    with pytest.raises(RuntimeError), transaction():  # noqa: PT012 - the block is what fails
        act(case, "sign", actor=acting("handler"))
        raise RuntimeError
    assert waiting() == before


def test_an_event_is_taken_out_once_and_forgotten_a_month_later(quiet, rule):
    rule("dispatched", "lead_handlers")
    brought_to(Status.DISPATCHED)
    assert fan_out() > 0
    assert waiting() == []
    assert fan_out() == 0
    with scope.everything():
        clear_outbox(NOW + KEEP - timedelta(days=1))
        assert ask("SELECT * FROM outbox")
        clear_outbox(NOW + KEEP + timedelta(days=1))
    assert ask("SELECT * FROM outbox") == []
