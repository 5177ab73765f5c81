"""The schema: the migrations give what the models say, on both databases; setup is repeatable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

import config
from app.core.db import db
from app.core.panel import entities
from app.core.timeline import Event
from app.panel.readiness import schema_is_current
from app.setup import prepare
from tests.cases.window import register
from tests.databases import SERVER, missing, postgres_answers

KEY = "A" * 43 + "="
TOGETHER = 3
"""How many processes prepare the same database at once."""


# --- models and migrations -----------------------------------------------------------------------


def test_the_migrations_give_what_the_models_say(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
    assert schema_is_current()


def checks_of(table):
    return {
        item["name"]: " ".join(item["sqltext"].split())
        for item in inspect(db.engine).get_check_constraints(table)
    }


def test_every_check_of_the_models_is_in_the_database(app):
    for model in entities():
        table = model.__table__
        named = {
            str(item.name) for item in table.constraints if type(item).__name__ == "CheckConstraint"
        }
        assert set(checks_of(table.name)) == named, table.name


def test_the_checks_of_the_models_are_those_of_the_database(app):
    if app.backend.name != "sqlite":
        return  # PostgreSQL keeps a condition in words of its own
    for model in entities():
        kept = checks_of(model.__table__.name)
        for item in model.__table__.constraints:
            if type(item).__name__ == "CheckConstraint" and hasattr(item.sqltext, "text"):
                assert kept[str(item.name)] == " ".join(item.sqltext.text.split()), item.name


def test_down_and_up_again(app):
    before = set(inspect(db.engine).get_table_names())
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    assert not schema_is_current()
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == before
    assert schema_is_current()


def test_preparing_again_changes_nothing(demo, unlimited):
    def everything():
        with db.engine.connect() as connection:
            return {
                table.name: connection.execute(select(table)).fetchall()
                for table in db.metadata.sorted_tables
            }

    before = everything()
    assert prepare("another-password") is None
    assert everything() == before


# --- the timeline is append only -----------------------------------------------------------------


REWRITING = {
    "sqlite": (
        "INSERT OR REPLACE INTO event SELECT * FROM event",
        "UPDATE OR REPLACE event SET id = id + 1",
    ),
    "postgresql": (
        "TRUNCATE event",
        "TRUNCATE event CASCADE",
        "INSERT INTO event SELECT * FROM event ON CONFLICT (id) DO UPDATE SET actor='x'",
    ),
}


def test_the_database_keeps_what_happened_as_it_was_written(demo, unlimited):
    def events():
        with db.engine.connect() as connection:
            return connection.execute(select(Event.__table__).order_by(Event.id)).fetchall()

    register()
    before = events()
    assert len(before) > 1
    for statement in (
        "UPDATE event SET actor = 'nobody'",
        "UPDATE event SET id = id",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 1",
        *REWRITING[demo.backend.name],
    ):
        with pytest.raises(DBAPIError, match="append only"), db.engine.begin() as connection:
            connection.execute(text(statement))
        assert events() == before, statement


def test_an_event_is_neither_edited_nor_deleted_through_the_models(demo, unlimited):
    event = db.session.scalars(select(Event).limit(1)).one()
    event.actor = "somebody else"
    with pytest.raises(DBAPIError, match="append only"):
        db.session.flush()
    db.session.rollback()
    db.session.delete(event)
    with pytest.raises(DBAPIError, match="append only"):
        db.session.flush()
    db.session.rollback()


# --- setup ---------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """The environment of a database that has nothing in it yet."""
    known = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BANCHENG", "DATABASE"))
    }
    given = {**known, "BANCHENG_INSTANCE": str(tmp_path / "instance"), "BANCHENG_LOCALE": "zh"}
    if request.param == "sqlite":
        yield given
        return
    if not postgres_answers():
        missing("a PostgreSQL server")
    name = f"bancheng_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    yield {**given, "DATABASE_URL": url, "BANCHENG_SECRET_KEY": "s" * 40, "BANCHENG_DATA_KEY": KEY}
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def command(environment, *words):
    return subprocess.Popen(
        [sys.executable, "run.py", *words],
        cwd=config.ROOT,
        text=True,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process):
    out, errors = process.communicate(timeout=300)
    return process.returncode, out, errors


def test_any_number_of_processes_prepare_an_empty_database_at_once(empty):
    crowd = [command(empty, "setup") for _ in range(TOGETHER)]
    done = [ended(process) for process in crowd]
    assert [code for code, _, _ in done] == [0] * TOGETHER, done
    assert [errors for _, _, errors in done] == [""] * TOGETHER
    told = [out for _, out, _ in done if "admin" in out]
    assert len(told) == 1
    password = re.search(r"：(\S+)$", told[0].splitlines()[0])[1]
    assert len(password) >= 12
    code, out, errors = ended(command(empty, "setup", "--admin-password", "another-password"))
    assert (code, errors) == (0, "")
    assert "admin" not in out
    code, out, errors = ended(command(empty, "calendar", "show", "2026", "--json"))
    assert (code, errors) == (0, "")
    assert '"final": true' in out
    script = (
        "from app.factory import create_app; from app.core import scope;"
        "from app.core.db import db; from app.departments.models import Membership, Staff;"
        "from werkzeug.security import check_password_hash; import sys\n"
        "with create_app().app_context(), scope.everything():\n"
        "    [held] = db.session.query(Membership)\n"
        "    [person] = db.session.query(Staff)\n"
        "    assert held.role == 'admin' and held.user is person\n"
        "    assert check_password_hash(person.password, sys.argv[1])\n"
    )
    checked = subprocess.run(
        [sys.executable, "-c", script, password],
        cwd=config.ROOT,
        text=True,
        env=empty,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_a_password_that_is_given_is_not_shown(empty):
    code, out, errors = ended(command(empty, "setup", "--admin-password", "given-password-1"))
    assert (code, errors) == (0, "")
    assert "given-password-1" not in out


def test_a_database_that_can_not_be_reached_is_one_line(empty):
    url = (
        "postgresql://postgres@127.0.0.1:1/nothing"
        if "DATABASE_URL" in empty
        else "sqlite:////no/such/folder/bancheng.db"
    )
    away = {**empty, "DATABASE_URL": url}
    code, out, errors = ended(command(away, "setup"))
    assert (code, out) == (1, "")
    assert len(errors.strip().splitlines()) == 1
    assert "Traceback" not in errors
