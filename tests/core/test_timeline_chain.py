"""The chain of events: the database seals it on every path, and `verify` finds what was altered."""

# ruff: noqa: S608 - SQL over its own rows

from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import run
from app.cases.rules import Status
from app.core import chain, guards
from app.core.db import db
from tests.cases.window import brought_to


@pytest.fixture
def case(demo, unlimited):
    """A case with eight events, and what comes before and after it."""
    brought_to(Status.SIGNED)
    made = brought_to(Status.CLOSED)
    brought_to(Status.ACCEPTED)
    known = (made.id, made.number)
    db.session.remove()
    return known


def verified(app, monkeypatch, *words):
    monkeypatch.setattr(run, "_create_app", lambda: app)
    db.session.remove()
    result = CliRunner().invoke(run.cli, ["timeline", "verify", "--json", *words])
    db.session.remove()
    assert "Traceback" not in result.output
    return result


def as_superuser(*statements):
    """Do what no trigger can keep a superuser from."""
    db.session.remove()
    with db.engine.begin() as connection:
        guards.remove(connection)
        for statement in statements:
            connection.execute(text(statement))
        guards.install(connection)


def broken(app, monkeypatch, *words):
    """Return what `verify` names: sequence and problem, of the case that it names."""
    result = verified(app, monkeypatch, *words)
    assert result.exit_code == 1, result.output
    told = json.loads(result.stdout)
    assert told["ok"] is False
    [line] = result.stderr.strip().splitlines()
    assert told["case"] in line
    assert str(told["sequence"]) in line
    return told["case"], told["sequence"], told["problem"]


def test_what_the_panel_wrote_is_whole(case, demo, monkeypatch):
    result = verified(demo, monkeypatch)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    with db.engine.connect() as connection:
        events = connection.scalar(text("SELECT count(*) FROM event"))
        cases = connection.scalar(text('SELECT count(*) FROM "case"'))
    assert told == {"events": events, "cases": cases, "ok": True}
    one = verified(demo, monkeypatch, "--case", case[1])
    assert json.loads(one.stdout) == {"events": 8, "cases": 1, "ok": True}


def test_the_chain_of_a_case_counts_from_one_and_ends_at_its_head(case):
    with db.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT sequence, previous, hash FROM event WHERE case_id = :id ORDER BY id"),
            {"id": case[0]},
        ).fetchall()
        head = connection.execute(
            text("SELECT sequence, hash FROM timeline_head WHERE case_id = :id"), {"id": case[0]}
        ).one()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert [row.previous for row in rows] == ["", *(row.hash for row in rows[:-1])]
    assert tuple(head) == (len(rows), rows[-1].hash)


def test_the_seal_is_that_of_each_text_behind_its_length():
    told = ("", "7", "LQ-2026-000007", "1", "2026-09-17T02:00:00.000000", "", "", "李敏", "x", "{}")
    line = "0:,1:7,14:LQ-2026-000007,1:1,26:2026-09-17T02:00:00.000000,0:,0:,2:李敏,1:x,2:{},"
    assert chain.chained(*told) == hashlib.sha256(line.encode()).hexdigest()


ALTERED = {
    "payload": ('UPDATE event SET payload = \'{{"note": "x"}}\' WHERE {at}4', 4, "changed"),
    "at": ("UPDATE event SET at = '2026-09-01 00:00:00.000000' WHERE {at}4", 4, "changed"),
    "recorded": (
        "UPDATE event SET recorded_at = '2026-09-01 00:00:00.000000' WHERE {at}1",
        1,
        "changed",
    ),
    "actor": ("UPDATE event SET actor = '别人' WHERE {at}6", 6, "changed"),
    "actor id": ("UPDATE event SET actor_id = NULL WHERE {at}2", 2, "changed"),
    "kind": ("UPDATE event SET kind = 'signed' WHERE {at}3", 3, "changed"),
    "seal": ("UPDATE event SET hash = previous WHERE {at}3", 3, "changed"),
    "middle": ("DELETE FROM event WHERE {at}3", 3, "missing"),
    "first": ("DELETE FROM event WHERE {at}1", 1, "missing"),
    "last": ("DELETE FROM event WHERE {at}8", 8, "cut"),
    "last two": ("DELETE FROM event WHERE {at}8 OR {at}7", 7, "cut"),
    "all": ("DELETE FROM event WHERE case_id = {id}", 1, "cut"),
    "head": ("UPDATE timeline_head SET hash = '' WHERE case_id = {id}", 8, "head"),
    "head gone": ("DELETE FROM timeline_head WHERE case_id = {id}", 8, "head"),
    "forged": (
        (
            "INSERT INTO event (id, case_id, case_number, at, recorded_at, actor, kind, payload) "
            "SELECT 900000, case_id, case_number, at, recorded_at, actor, kind, payload "
            "FROM event WHERE {at}4"
        ),
        0,
        "added",
    ),
    "forged at the end": (
        (
            "INSERT INTO event (id, case_id, case_number, at, recorded_at, actor, kind, payload, "
            "sequence, previous, hash) SELECT 900000, case_id, case_number, at, recorded_at, "
            "actor, kind, payload, 9, hash, hash FROM event WHERE {at}8"
        ),
        9,
        "added",
    ),
}


@pytest.mark.parametrize("how", ALTERED)
def test_what_was_altered_is_found_and_named(case, demo, monkeypatch, how):
    statement, sequence, problem = ALTERED[how]
    where = f"case_id = {case[0]} AND sequence = "
    as_superuser(statement.format(at=where, id=case[0]))
    assert broken(demo, monkeypatch) == (case[1], sequence, problem)
    assert broken(demo, monkeypatch, "--case", case[1]) == (case[1], sequence, problem)


def test_everything_of_a_case_gone_is_found(case, demo, monkeypatch):
    as_superuser(
        f"DELETE FROM event WHERE case_id = {case[0]}",
        f"DELETE FROM timeline_head WHERE case_id = {case[0]}",
    )
    assert broken(demo, monkeypatch) == (case[1], 1, "cut")


def test_two_events_that_changed_places_are_found(case, demo, monkeypatch):
    at = f"UPDATE event SET sequence = {{}} WHERE case_id = {case[0]} AND sequence = {{}}"
    as_superuser(at.format(99, 3), at.format(3, 4), at.format(4, 99))
    assert broken(demo, monkeypatch) == (case[1], 3, "reordered")


def test_an_event_that_was_altered_and_sealed_anew_is_found(case, demo, monkeypatch):
    with db.engine.connect() as connection:
        parts = ", ".join(part.format("e.") for part in chain.LINE[demo.backend.name])
        told = connection.execute(
            text(f"SELECT {parts} FROM event e WHERE case_id = {case[0]} AND sequence = 3")
        ).one()
    seal = chain.chained(*told[:7], "别人", *told[8:])
    as_superuser(
        f"UPDATE event SET actor = '别人', hash = '{seal}' "
        f"WHERE case_id = {case[0]} AND sequence = 3"
    )
    assert broken(demo, monkeypatch) == (case[1], 3, "changed")


def test_an_event_that_is_inserted_by_hand_is_chained_too(case, demo, monkeypatch):
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload) "
                "SELECT case_id, case_number, at, recorded_at, '手工', 'progress', '{}' "
                f"FROM event WHERE case_id = {case[0]} AND sequence <= 2"
            )
        )
        places = connection.scalars(
            text(f"SELECT sequence FROM event WHERE case_id = {case[0]} ORDER BY id")
        ).all()
    assert places == list(range(1, 11))
    assert verified(demo, monkeypatch).exit_code == 0


HEADS = (
    "UPDATE timeline_head SET sequence = sequence - 1",
    "UPDATE timeline_head SET hash = ''",
    "DELETE FROM timeline_head",
)


@pytest.mark.parametrize("statement", HEADS)
def test_the_ends_of_the_chains_are_kept_by_the_timeline_alone(case, statement):
    with pytest.raises(DBAPIError, match="kept by the timeline"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_case_that_there_is_not_is_said_so(demo, monkeypatch):
    result = verified(demo, monkeypatch, "--case", "LQ-1999-000001")
    assert result.exit_code == 1
    assert "LQ-1999-000001" in result.stderr


def test_events_from_before_the_chain_are_chained_by_the_migration(case, demo, monkeypatch):
    from flask_migrate import downgrade, upgrade

    def told():
        with db.engine.connect() as connection:
            return connection.execute(
                text("SELECT id, case_id, at, actor, kind FROM event ORDER BY id")
            ).fetchall()

    before = told()
    downgrade(revision="0002")
    with pytest.raises(DBAPIError, match="append only"), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
    upgrade()
    assert told() == before
    assert json.loads(verified(demo, monkeypatch).stdout)["events"] == len(before)
    as_superuser(f"DELETE FROM event WHERE case_id = {case[0]} AND sequence = 2")
    assert broken(demo, monkeypatch) == (case[1], 2, "missing")
