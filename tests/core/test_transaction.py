"""One commit: a request or a job is wholly done, or not at all."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from app.core import scope
from app.core.db import db
from app.core.jobs import JobRun, RunState
from app.core.transaction import transaction
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")


def note(name, at=NOW):
    db.session.add(
        JobRun(name=name, title="x", planned_for=at, node="x", started_at=at, state=RunState.DONE)
    )


def names():
    db.session.rollback()
    return set(db.session.scalars(select(JobRun.name)))


def test_what_a_block_did_is_kept(app):
    with transaction():
        note("kept")
    assert names() == {"kept"}


def test_nothing_is_kept_of_a_block_that_failed(app):
    def fail():
        with transaction():
            note("half")
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert names() == set()


def test_a_block_inside_another_joins_it(app):
    def fail():
        with transaction():
            with transaction():
                note("inner")
            note("outer")
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert names() == set()
    with transaction(), transaction():
        note("both")
    assert names() == {"both"}


def test_a_block_that_failed_does_not_hold_back_the_next(app):
    with pytest.raises(LookupError), transaction():
        raise LookupError
    with transaction():
        note("next")
    assert names() == {"next"}


def test_what_was_not_in_a_block_is_not_kept(app):
    note("outside")
    db.session.flush()
    assert names() == set()


def test_writers_wait_for_each_other(app):
    """Two writers at once both get through: the second waits for the first."""
    inside, done = threading.Event(), []

    def second():
        with app.app_context(), scope.everything():
            inside.wait(30)
            with transaction():
                note("second")
            done.append(1)
            db.session.remove()

    other = threading.Thread(target=second)
    other.start()
    with transaction():
        note("first")
        db.session.flush()
        inside.set()
        assert not done
    other.join(30)
    assert names() == {"first", "second"}


def test_a_reader_is_not_held_up_by_a_writer_and_sees_nothing_unfinished(app):
    seen = []

    def read():
        with app.app_context(), scope.everything():
            seen.append(set(db.session.scalars(select(JobRun.name))))
            db.session.remove()

    with transaction():
        note("unfinished")
        db.session.flush()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(30)
    assert seen == [set()]
    assert names() == {"unfinished"}


def test_a_time_without_a_zone_is_refused_and_one_with_a_zone_comes_back_in_utc(app):
    with transaction():
        note("aware", NOW.astimezone(None))
    [kept] = db.session.scalars(select(JobRun))
    assert kept.planned_for == NOW
    assert kept.planned_for.utcoffset() == timedelta(0)
    note("naive", NOW.replace(tzinfo=None))
    with pytest.raises(StatementError, match="time zone"):
        db.session.flush()
    db.session.rollback()
