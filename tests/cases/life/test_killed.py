"""Killed between any two statements or about its commit, a move is made or it is not."""

from __future__ import annotations

import signal

import pytest
from sqlalchemy import select

from app.cases.moves import EVERY
from app.core import chain
from app.core.db import db
from app.core.timeline import Event
from tests.cases.life.killing import (
    AFTER_COMMIT,
    BEFORE_COMMIT,
    COUNTING,
    IN_COMMIT,
    Attempt,
    buried,
    by_number,
    picture,
)
from tests.cases.life.ways import APPEALED, WAYS, ways
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")

PARTS = 4


def test_there_is_a_way_to_every_move():
    assert {*WAYS, *APPEALED} == {move.verb for move in EVERY}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_move_is_wholly_made_or_not_at_all(demo, part, monkeypatch):
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)
    killed = 0
    for way in ways()[part::PARTS]:
        killed += _killed_everywhere(way)
    assert killed > 150
    assert chain.first_break().broken is None
    told = db.session.scalars(select(Event.kind).distinct()).all()
    assert "changed_outside" not in told, "the application tells of all that it adds"


def _killed_everywhere(way):
    """Kill a move at each of its statements, then about its commit; return how often.

    One look after all of them is enough: what one death left would still be there.
    """
    attempt = Attempt(way, way.walked().id, by_number(way.filled()))
    before = picture()
    _, (statements, made) = attempt.forked(COUNTING)
    expected = made.since(before)
    assert statements > 5, way.name
    assert "event" in expected, way.name
    for point in (*range(1, statements + 1), BEFORE_COMMIT):
        assert attempt.forked(point)[0] == signal.SIGKILL, (way.name, point)
    assert picture().since(before) == {}, way.name
    attempt.forked(IN_COMMIT)
    buried()
    after = picture().since(before)
    assert after in ({}, expected), way.name
    if not after:
        assert attempt.forked(AFTER_COMMIT)[0] == signal.SIGKILL
        assert picture().since(before) == expected, way.name
    return statements + 2
