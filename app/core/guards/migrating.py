"""The guards while migrations run: up around what is done to rows, fitted anew after each DDL.

No migration has to think of them. Before a statement that may change rows they stand, and tell the
migration as the actor. SQLite's name columns and can't stand while a table is rebuilt: there they
are taken down before DDL. PostgreSQL's read whole rows, and miss only what tables are new. A
rebuild, which copies rows into another table, is no event.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from app.core import guards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Connection

FIRST_WORD = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(\w+)", re.DOTALL)
BUILDING = {"CREATE", "ALTER", "DROP"}
READING = {"SELECT", "PRAGMA"}
"""What changes no row on SQLite; on PostgreSQL a function that is selected may."""


def guarded(connection: Connection, steps: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
    """Return what yields the steps of a migration, with the guards told of each before it runs."""
    standing = _Guards(connection)
    event.listen(connection, "before_cursor_execute", standing.before)

    def one_by_one(heads: object, migration: object) -> Iterator[Any]:
        step = None
        for step in steps(heads, migration):
            standing.begin(step.info.up_revision_id or "")
            yield step
        if step is not None:
            standing.end()

    return one_by_one


class _Guards:
    """The guards of the connection that migrations run on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lite = connection.dialect.name == "sqlite"
        self._migration = ""
        self._fitting = False
        """Whether they stand, over the tables as they are."""
        self._busy = False

    def begin(self, revision: str) -> None:
        """Tell of a migration from here on, if it finds the chain of events."""
        self._migration = ""
        if guards.chained(self._connection):
            self._migration = revision
            self._stand()

    def end(self) -> None:
        """Leave the guards of every day."""
        self._migration = ""
        if guards.chained(self._connection):
            guards.install(self._connection)

    def before(self, *told: Any) -> None:
        """Make ready for the next statement (the third of what SQLAlchemy tells)."""
        if self._busy or not self._migration:
            return
        found = FIRST_WORD.match(told[2])
        word = found[1].upper() if found else ""
        if word in BUILDING:
            self._fall()
        elif not self._fitting and not (self._lite and word in READING):
            self._stand()

    def _stand(self) -> None:
        self._busy = True
        try:
            if guards.chained(self._connection):  # the way back takes it away
                guards.install(self._connection, self._migration)
        finally:
            self._fitting, self._busy = True, False

    def _fall(self) -> None:
        if self._lite and self._fitting:
            self._busy = True
            try:
                guards.remove(self._connection)
            finally:
                self._busy = False
        self._fitting = False
