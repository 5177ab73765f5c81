"""Databases that are put back to a state they were in: two for each process of tests.

The states are made once in a run, kept under a name, and found by every process of the run.
"""

from __future__ import annotations

import os
import pickle
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import make_url

from app.core.db import db

SERVER = os.environ.get("BANCHENG_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
OWNER = "BANCHENG_TEST_KEPT" not in os.environ
"""Whether this process began the run; those that it starts inherit where things are kept."""

KEPT = Path(os.environ.setdefault("BANCHENG_TEST_KEPT", mkdtemp(prefix="bancheng-")))
STEM = KEPT.name.lower().replace("-", "_")
"""How the names of the databases of this run begin."""


def missing(what: str):
    """Skip with a reason; where nothing may be missing (CI), fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed here and can't be had")
    pytest.skip(f"needs {what}")


def postgres_answers() -> bool:
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def on_server(statement, *names):
    """Run a statement on the server, outside of any transaction; names are quoted into it."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        return connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def create(name, template="template1"):
    """Create a database whose commits don't wait for the disk: no test cuts the power."""
    on_server("CREATE DATABASE {} TEMPLATE {}", name, template)
    on_server("ALTER DATABASE {} SET synchronous_commit TO off", name)


def drop(name):
    on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_all():
    """Leave nothing of this run of the tests."""
    shutil.rmtree(KEPT, ignore_errors=True)
    with suppress(psycopg.OperationalError), psycopg.connect(SERVER, connect_timeout=3) as asked:
        found = asked.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [STEM]
        ).fetchall()
        for (name,) in found:
            drop(name)


class Sqlite:
    """An embedded database; a copy of a kept file for each test."""

    name = "sqlite"

    def __init__(self, folder):
        self.file = folder / "bancheng.db"
        self.url = f"sqlite:///{self.file}"

    def begin(self):
        """Be there, with nothing in it."""

    def keep(self, name):
        """Keep what there is now under a name."""
        db.engine.dispose()
        shutil.copyfile(self.file, KEPT / name)

    def share(self):
        """Let other processes have what was kept."""

    def open(self):
        """Find what was kept; from now on commits don't wait for the disk."""
        event.listen(db.engine, "connect", lambda it, _: it.execute("PRAGMA synchronous=OFF"))

    def restore(self, name):
        """Go back to what was kept under a name."""
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(KEPT / name, self.file)

    def drop(self):
        """Nothing is left but files, which pytest removes."""


@dataclass(frozen=True)
class State:
    """What a database on a server holds: number and bytes of the rows of each table, sequences."""

    tables: dict[str, tuple[int, bytes]]
    sequences: dict[str, int | None]


class Postgres:
    """A database on a real server, in which only what was changed is put back.

    Each row carries the number of the transaction that wrote it. Where a table only has younger
    rows than at the last restoring, they are deleted; where others are gone, it is written anew.
    Where the catalogue changed, and now and then to be rid of dead rows, the whole database is.
    """

    name = "postgresql"
    OFTEN = 100

    def __init__(self, _folder):
        self.stem, self.template = f"{STEM}_{os.getpid()}", f"{STEM}_kept"
        self.url = make_url(SERVER).set(drivername="postgresql+psycopg", database=self.stem)
        self.url = self.url.render_as_string(hide_password=False)
        self.states: dict[str, State] = {}
        self.times = 0

    def begin(self):
        """Be there, with nothing in it."""
        create(self.stem)

    def keep(self, name):
        """Keep what there is now under a name."""
        with _raw() as connection:
            self.states[name] = State(
                dict(_tables(connection)), dict(connection.execute(SEQUENCES).fetchall())
            )

    def share(self):
        """Let other processes have what was kept, with the last as a template."""
        STATES.write_bytes(pickle.dumps(self.states))
        with _raw() as connection:
            for table in _names(connection):  # no place of a dead row is used: the order stays
                connection.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = false)')
        db.engine.dispose()
        on_server("ALTER DATABASE {} RENAME TO {}", self.stem, self.template)

    def open(self):
        """Find what was kept."""
        self.states = pickle.loads(STATES.read_bytes())  # noqa: S301 - we wrote it
        self.first = list(self.states.values())[-1]
        self.question = _question(self.first.tables)
        self._copy()

    def restore(self, name):
        """Go back to what was kept under a name."""
        self.times += 1
        if self.times % self.OFTEN == 0 or not self._put_back(self.states[name]):
            self._copy()
            assert self._put_back(self.states[name])

    def drop(self):
        """Leave nothing on the server."""
        drop(self.stem)

    def _copy(self):
        """Make the database anew."""
        db.engine.dispose()
        drop(self.stem)
        create(self.stem, self.template)
        self.held = self.first
        with _raw() as connection:
            self.since = connection.execute(NEXT).fetchone()[0]
            _, *self.catalogue = connection.execute(self.question, [self.since]).fetchone()

    def _put_back(self, state):
        """Make the rows those of a state; return False where there are other tables for them."""
        with _raw() as connection:
            if connection.execute(OTHERS).fetchall():
                db.engine.dispose()
            found = connection.execute(self.question, [self.since], prepare=True).fetchall()
            (_, *catalogue), *tables = found
            if catalogue != self.catalogue:
                return False
            connection.execute("SET LOCAL session_replication_role TO replica")
            for table, rows, young in tables:
                kept = self.held.tables[table]
                if kept[0] != rows - young or kept != state.tables[table]:
                    _write(connection, table, state.tables[table][1])
                elif young:
                    connection.execute(f'DELETE FROM "{table}" WHERE {YOUNG}', [self.since])
            _set_back(connection, state.sequences)
        with _raw() as connection:
            self.held, self.since = state, connection.execute(NEXT).fetchone()[0]
        return True


STATES = KEPT / "states"
NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
YOUNG = "age(xmin) <= age(%s::xid)"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
CATALOGUE = ("pg_attribute", "pg_class", "pg_constraint", "pg_proc", "pg_trigger")
OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE state <> 'idle' "
    "AND datname = current_database() AND pid <> pg_backend_pid()"
)
"""End whoever is still at something: a thread or a process that a test left behind."""


@contextmanager
def _raw():
    """Give a connection of the application's own, as the driver knows it; committed at the end."""
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        yield raw
        raw.commit()


def _names(connection):
    asked = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return [name for (name,) in connection.execute(asked)]


def _tables(connection):
    for table in _names(connection):
        with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
            rows = b"".join(bytes(part) for part in copy)
        number = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        yield table, (number, rows)


def _question(tables):
    """Ask how many rows there are and how many are young: in the catalogue, then in each table."""
    counts = "count(*), count(*) FILTER (WHERE age(xmin) <= born.age)"
    catalogue = " UNION ALL ".join(f"SELECT xmin FROM {name}" for name in CATALOGUE)
    parts = [f"SELECT '', {counts} FROM born, ({catalogue}) AS catalogue"]
    parts += [f"SELECT '{table}', {counts} FROM born, \"{table}\"" for table in tables]
    return f"WITH born AS (SELECT age(%s::xid) AS age) {' UNION ALL '.join(parts)}"


def _write(connection, table, rows):
    connection.execute(f'DELETE FROM "{table}"')
    with connection.cursor().copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
        copy.write(rows)


def _set_back(connection, sequences):
    for name, number in connection.execute(SEQUENCES).fetchall():
        kept = sequences[name]
        if number != kept:
            asked = "SELECT setval(%s::regclass, %s, %s)"
            connection.execute(asked, [f'"{name}"', kept or 1, kept is not None])
