"""Make a move in a process of its own that dies at a chosen point, and see what it left.

The process is forked off this one, so that it is ready at once; it opens connections of its own.
"""

from __future__ import annotations

import os
import pickle
import random
import signal
import time
import traceback
import warnings
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect, text

from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.privacy import keyring
from app.core.transaction import transaction
from tests.cases.life.looking import facts
from tests.cases.window import person

BEFORE_COMMIT, IN_COMMIT, AFTER_COMMIT = "before commit", "in commit", "after commit"
COUNTING = "counting"
"""Stop before the commit and tell how many statements there were, and what they changed."""

STILL = ("ab_", "calendar_", "alembic_", "sqlite_")
"""Beginnings of the names of tables that no move touches."""


def died(signal_number):
    os.kill(os.getpid(), signal_number)


@dataclass(frozen=True)
class Attempt:
    """One move of one case, by number and name, so that another process can make it."""

    way: Any
    case_id: int
    filled: dict[str, Any]

    def forked(self, point):
        """Make the move in a process that dies at a point; return how it ended, and what it told.

        A point is the number of a statement, before which it dies, or one of the names above.
        """
        db.session.remove()
        db.engine.dispose()
        ear, mouth = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            self._live_and_die(point, mouth)
        os.close(mouth)
        with os.fdopen(ear, "rb") as told:
            heard = told.read()
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise AssertionError(pickle.loads(heard))  # noqa: S301 - from our own child
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return killed, pickle.loads(heard) if heard else None  # noqa: S301 - as above

    def _live_and_die(self, point, mouth):
        """Be the process; never return."""
        try:
            told = self._make(point)
            os.write(mouth, pickle.dumps(told))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - nothing may escape into the copy of the test
            os.write(mouth, pickle.dumps(traceback.format_exc()))
            os._exit(1)

    def _make(self, point):
        actor = person(self.way.who)
        with scope.everything():
            case = db.session.get(Case, self.case_id)
            filled = {name: _row(value) for name, value in self.filled.items()}
        db.session.rollback()
        sent = _kill_at(point)
        with scope.working_for(actor), transaction():
            self.way.make(case, filled, actor)
            db.session.flush()
            if point == COUNTING:
                told = len(sent), Picture.of(db.session.connection())
                db.session.rollback()
                return told
        if point == AFTER_COMMIT:
            died(signal.SIGKILL)
        return None


def _kill_at(point):
    """Have this process killed at a point; return the list that its statements are added to."""
    sent = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_rest):
        sent.append(statement)
        if len(sent) == point:
            died(signal.SIGKILL)

    @event.listens_for(db.engine, "commit")
    def commit(_connection):
        if point == BEFORE_COMMIT:
            died(signal.SIGKILL)
        if point == IN_COMMIT:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, random.uniform(2e-5, 8e-4))  # noqa: S311

    return sent


def by_number(filled):
    """Name the rows among what was filled in by their numbers."""
    return {name: _number(value) for name, value in filled.items()}


def _number(value):
    if isinstance(value, list):
        return [_number(one) for one in value]
    return (type(value), value.id) if hasattr(type(value), "__tablename__") else value


def _row(value):
    if isinstance(value, list):
        return [_row(one) for one in value]
    return db.session.get(*value) if isinstance(value, tuple) else value


def _all_of(table):
    return text(f'SELECT * FROM "{table}"')  # noqa: S608 - a name that the database gave


class Picture(dict):
    """Everything that moves may write to, table by table, row by row."""

    @classmethod
    def of(cls, connection):
        """Take it over a connection."""
        tables = sorted(
            name for name in inspect(connection).get_table_names() if not name.startswith(STILL)
        )
        return cls(
            {
                name: [dict(row) for row in connection.execute(_all_of(name)).mappings()]
                for name in tables
            }
        )

    def since(self, before):
        """Return what differs from a picture taken before, new rows numbered in their order.

        Numbers that a rolled-back transaction used up are not given again on PostgreSQL.
        """
        found, names = {}, {}
        for table, rows in self.items():
            old = {_key(row): row for row in before[table]}
            new = {_key(row): row for row in rows}
            changed = [row for key, row in new.items() if old.get(key) != row]
            found[table] = changed, len(old.keys() - new.keys())
            fresh = sorted(key for key in new.keys() - old.keys() if isinstance(key, int))
            names |= {(table, number): f"new {i}" for i, number in enumerate(fresh, start=1)}
        return {
            table: (sorted(repr(_named(row, table, names)) for row in changed), gone)
            for table, (changed, gone) in found.items()
            if changed or gone
        }


def _key(row):
    return row["id"] if "id" in row else tuple(sorted(map(str, row.items())))


REFERS = {
    "deadline_id": "deadline", "previous_id": "deadline", "event_id": "event",
    "responsibility_id": "responsibility", "row_id": "responsibility", "case_id": "case",
    "cause_id": "cause",
}  # fmt: skip
SECRET = {("visit", "place")}
SEALS = ("hash", "previous")
"""Made of numbers that are given once; whether they are right, the chain itself says."""


def _named(value, table, names):
    """Replace the numbers of new rows by names, where they are values and where they are keys."""
    if isinstance(value, str) and value.startswith("{"):
        value = facts(value)
    if isinstance(value, list):
        return [_named(one, "", names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, one in sorted(value.items()):
        if isinstance(one, int):
            held = names.get((table if key == "id" else REFERS.get(key, ""), one), one)
        else:
            held = _named(_opened(table, key, one), key, names)
        if key not in SEALS:
            found[names.get((table, int(key)), key) if key.isdecimal() else key] = held
    return found


def _opened(table, key, value):
    """Return what was encrypted: it is never encrypted the same way twice."""
    return keyring().open(value) if value and (table, key) in SECRET else value


def picture():
    """Take a picture over a fresh connection."""
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as connection:
        return Picture.of(connection)


def buried(*, patience=10):
    """Wait until the server has noticed that a process is gone."""
    if db.engine.dialect.name != "postgresql":
        return
    asked = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + patience
    with db.engine.connect() as connection:
        while connection.scalar(asked):
            connection.rollback()
            assert time.monotonic() < until, "a killed process is still at work"
            time.sleep(0.002)
