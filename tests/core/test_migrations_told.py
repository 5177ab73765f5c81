"""What a migration does to the rows of cases is told on their timelines; what it builds is not."""

# ruff: noqa: S608 - SQL over its own rows

from __future__ import annotations

import shutil
from textwrap import dedent, indent

import pytest
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

import config
import run
from app.cases.models import Case
from app.cases.rules import Status
from app.core import chain
from app.core.db import db
from app.core.guards.watched import UNTOLD, WATCHED
from app.core.timeline import Event
from tests.cases.window import act, brought_to

SCRIPTS = ScriptDirectory(str(config.ROOT / "migrations"))


@pytest.fixture
def case(demo, unlimited):
    """The number of a case with a visit that is planned."""
    made = brought_to(Status.SIGNED)
    act(made, "plan_visit")
    number = made.id
    db.session.remove()
    return number


ONE_MORE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"
branch_labels = depends_on = None

def upgrade():
{up}

def downgrade():
{down}
"""


@pytest.fixture
def migrate(demo, tmp_path, monkeypatch):
    """Return a function that brings the database up over one more migration, or back again."""
    monkeypatch.setattr(run, "_create_app", lambda: demo)
    folder = tmp_path / "migrations"
    shutil.copytree(config.ROOT / "migrations", folder)

    def carry_out(up="pass", down="pass", command="upgrade"):
        body = {name: indent(dedent(text), "    ") for name, text in (("up", up), ("down", down))}
        written = ONE_MORE.format(head=SCRIPTS.get_current_head(), **body)
        (folder / "versions" / "9999_one_more.py").write_text(written)
        db.session.remove()
        result = CliRunner().invoke(run.cli, ["db", command, "-d", str(folder)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        db.session.remove()
        assert chain.first_break().broken is None
        db.session.remove()

    return carry_out


def told():
    """Return what migrations told, in order: case, table and the rest of what each event says."""
    events = db.session.scalars(select(Event).where(Event.kind == "migrated").order_by(Event.id))
    found = events.all()
    assert {event.actor for event in found} <= {"migration:9999"}
    return [(event.case_id, event.payload["table"], event.payload) for event in found]


def test_what_a_migration_changes_is_told_with_old_and_new(case, migrate):
    migrate(
        f"""
        op.execute(
            '''UPDATE "case" SET matter = '改了', phone = 'x', phone_index = 'y',
            version = version + 1 WHERE id = {case}'''
        )
        """
    )
    [(of_case, table, payload)] = told()
    assert (of_case, table) == (case, "case")
    assert payload["changes"] == {"matter": ["企业开办登记", "改了"], "phone": ["***", "***"]}


def test_the_expression_language_and_many_rows_at_once_are_told_too(case, migrate):
    migrate(
        """
        visit = sa.table("visit", sa.column("id"), sa.column("officer"))
        bind = op.get_bind()
        bind.execute(sa.update(visit).values(officer="甲"))
        rows = [{"n": n} for n in bind.scalars(sa.select(visit.c.id))]
        bind.execute(sa.text("UPDATE visit SET officer = '乙' WHERE id = :n"), rows)
        """
    )
    visits = db.session.scalar(text("SELECT count(*) FROM visit"))
    news = [payload["changes"]["officer"][1] for _, table, payload in told() if table == "visit"]
    assert news == ["甲"] * visits + ["乙"] * visits


def test_what_a_migration_adds_and_removes_is_told_with_what_it_held(case, migrate):
    columns = "case_id, visit_at, place, officer, version"
    migrate(
        f"""
        of_case = "FROM visit WHERE case_id = {case}"
        op.execute(f"INSERT INTO visit ({columns}) SELECT {columns} {{of_case}}")
        op.execute(f"DELETE {{of_case}}")
        """
    )
    assert [table for _, table, _ in told()] == ["visit"] * 3
    added, *removed = (payload for *_, payload in told())
    assert added["added"] is True
    assert added["changes"]["officer"][0] == ""
    assert [payload["removed"] for payload in removed] == [True, True]
    assert all(payload["changes"]["officer"][1] == "" for payload in removed)
    assert all(payload["changes"]["place"] == ["***", "***"] for payload in (added, *removed))


def test_flags_that_a_migration_moves_are_told(case, migrate):
    flagged = "UPDATE deadline SET warning_flagged_at = '2026-01-01 00:00:00.000000'"
    migrate(f'op.execute("{flagged} WHERE case_id = {case}")')
    assert {table for _, table, _ in told()} == {"deadline"}
    assert {name for *_, payload in told() for name in payload["changes"]} == {"warning_flagged_at"}


REBUILT = """
        with op.batch_alter_table("{table}") as batch:
            batch.add_column(sa.Column("one_more", sa.String(20), server_default="x"))
            batch.alter_column("one_more", type_=sa.String(30), existing_type=sa.String(20))
"""


@pytest.mark.parametrize("table", WATCHED)
def test_a_table_that_is_built_anew_is_no_event(case, migrate, table):
    with db.engine.connect() as connection:
        before = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY id')).fetchall()
    migrate(REBUILT.format(table=table))
    assert told() == []
    with db.engine.connect() as connection:
        after = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY id')).fetchall()
    assert [tuple(row)[:-1] for row in after] == [tuple(row) for row in before]
    assert {row.one_more for row in after} <= {"x"}


def test_rows_and_tables_may_be_changed_by_turns(case, migrate):
    migrate(
        f"""
        of_case = "WHERE case_id = {case}"
        op.execute(f"UPDATE visit SET officer = '甲' {{of_case}}")
        {REBUILT.format(table="visit").strip()}
        op.execute(f"UPDATE visit SET officer = '乙', one_more = 'y' {{of_case}}")
        op.drop_index("ix_visit_case_id", "visit")
        op.execute(f"-- as it was\\nUPDATE visit SET one_more = 'z' {{of_case}}")
        op.create_index("ix_visit_case_id", "visit", ["case_id"])
        """
    )
    news = [{name: pair[1] for name, pair in payload["changes"].items()} for *_, payload in told()]
    assert news == [{"officer": "甲"}, {"officer": "乙", "one_more": "y"}, {"one_more": "z"}]


def test_a_change_within_a_savepoint_that_was_undone_leaves_the_guards(case, migrate):
    migrate(
        f"""
        change = "UPDATE visit SET officer = '%s' WHERE case_id = {case}"
        op.create_index("one_more", "visit", ["officer"])
        inner = op.get_bind().begin_nested()
        op.execute(change % "甲")
        inner.rollback()
        op.execute(change % "乙")
        """
    )
    assert [payload["changes"]["officer"][1] for *_, payload in told()] == ["乙"]


def test_the_way_back_is_told_as_well(case, migrate):
    back = f"op.execute(\"UPDATE visit SET officer = '甲' WHERE case_id = {case}\")"
    migrate(down=back)
    assert told() == []
    migrate(down=back, command="downgrade")
    assert [payload["changes"]["officer"][1] for *_, payload in told()] == ["甲"]


def test_afterwards_the_guards_of_every_day_stand(case, migrate):
    migrate(f"op.execute(\"UPDATE visit SET officer = '甲' WHERE case_id = {case}\")")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE visit SET officer = '乙'"))
    kinds = db.session.scalars(select(Event.kind).order_by(Event.id.desc()).limit(1))
    assert list(kinds) == ["changed_outside"]
    before = db.session.scalar(text("SELECT count(*) FROM event"))
    act(db.session.get_one(Case, case), "progress")
    assert db.session.scalar(text("SELECT count(*) FROM event")) == before + 1


@pytest.mark.parametrize("table", ["case", "event"])
def test_a_migration_deletes_neither_cases_nor_events(case, migrate, table):
    before = db.session.scalar(text('SELECT count(*) FROM "case"'))
    with pytest.raises(DBAPIError):
        migrate(f"op.execute('DELETE FROM \"{table}\"')")
    db.session.remove()
    assert db.session.scalar(text('SELECT count(*) FROM "case"')) == before
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1


def test_the_page_says_which_upgrade_it_was(case, migrate, demo, login):
    migrate(
        f"""
        op.execute("UPDATE visit SET officer = '甲' WHERE case_id = {case}")
        op.execute("DELETE FROM visit WHERE case_id = {case}")
        """
    )
    page = login(demo, "clerk.linqing").get(f"/cases/show/{case}?show=edits").text
    for words in ("系统升级 9999", "升级时修改", "升级程序删除了上门帮办", "上门人员：甲 → —"):
        assert words in page


# --- the migrations that there are ---------------------------------------------------------------


def rows():
    """Return every row that is watched: table → number → what it holds."""
    with db.engine.connect() as connection:
        seen = inspect(connection)
        return {
            table: {
                row["id"]: row
                for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            }
            for table in WATCHED
            if seen.has_table(table)
        }


def untold(before, after):
    """Return the rows that are not as they were, by the columns that both schemas have."""
    found = set()
    for table in before.keys() & after.keys():
        old, new = before[table], after[table]
        found |= {(table, number) for number in old.keys() ^ new.keys()}
        found |= {
            (table, number)
            for number in old.keys() & new.keys()
            for name in (old[number].keys() & new[number].keys()) - {*UNTOLD}
            if old[number][name] != new[number][name]
        }
    return {
        (table, (before[table] | after[table])[number][WATCHED[table]]) for table, number in found
    }


def told_by(revision):
    with db.engine.connect() as connection:
        events = connection.execute(
            select(Event.case_id, Event.payload).where(Event.actor == f"migration:{revision}")
        )
        return {(event.payload["table"], event.case_id) for event in events}


def test_no_migration_changes_rows_without_a_word(demo):
    """Each one since the chain began, down to it and up again, over the cases of the demo."""
    db.session.remove()
    steps = [script.revision for script in SCRIPTS.walk_revisions("0004", "heads")]
    for steps_of, carry_out in ((steps, downgrade), (steps[::-1], upgrade)):
        for revision in steps_of:
            before, known = rows(), told_by(revision)
            carry_out(revision="-1" if carry_out is downgrade else "+1")
            assert untold(before, rows()) <= told_by(revision) - known, revision
    assert len(rows()["case"]) >= 60
    assert chain.first_break().broken is None
