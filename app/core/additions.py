"""What one connection to SQLite adds to cases, told at the commit where no event tells of it.

PostgreSQL puts a trigger off to the commit; SQLite can't, and when a row comes in nobody knows yet
whether its event will follow. So the triggers (app/core/guards/sqlite.py) call the functions of the
connection here, and the commit looks at what they heard. A program that has no such functions can
add nothing to a case at all.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

OF_ITS_OWN = "SELECT DISTINCT case_id FROM event WHERE id >= ? AND kind <> 'changed_outside'"
"""The cases that have an event of this transaction. SQLite has one writer, and ids only grow."""

TELL = """
INSERT INTO event (case_id, case_number, at, recorded_at, actor, kind, payload)
SELECT id, number, strftime('%Y-%m-%d %H:%M:%f000', 'now'),
       strftime('%Y-%m-%d %H:%M:%f000', 'now'), 'database', 'changed_outside', ?
FROM "case" WHERE id = ? AND EXISTS (SELECT 1 FROM "{table}" WHERE id = ?)
"""
"""A row that a savepoint took back is not told."""


CAUSELESS = "a case closes with at least one cause"
UNNAMED = """
SELECT 1 FROM "case" WHERE id = {0} AND status = 'closed'
AND NOT EXISTS (SELECT 1 FROM case_cause WHERE case_id = {0} AND current)
"""
"""Whether a case is closed without a cause; both databases ask so (app/core/guards/closing.py)."""


@dataclass(frozen=True)
class Row:
    """A row that was added: its table, number and case, and what an event would say of it."""

    table: str
    number: int
    case: int
    payload: str


class Additions:
    """What was added in the transaction of a connection, and since which event."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows: list[Row] = []
        self._closed: set[int] = set()
        self._since: int | None = None

    def begin(self) -> None:
        """Forget what a transaction before this one did."""
        self._rows, self._closed, self._since = [], set(), None

    def add(self, table: str, number: int, case: int, payload: str) -> None:
        """Hear of a row; called by its trigger."""
        self._rows.append(Row(table, number, case, payload))

    def hear(self, event: int) -> None:
        """Hear of an event; called by its trigger."""
        self._since = event if self._since is None else min(self._since, event)

    def close(self, case: int) -> None:
        """Hear of a case that closed, or lost a cause; called by its trigger."""
        self._closed.add(case)

    def check(self, connection: sqlite3.Connection) -> None:
        """Raise IntegrityError where a case would be left closed without a cause."""
        unnamed = UNNAMED.format("?1")
        if any(connection.execute(unnamed, (case,)).fetchone() for case in self._closed):
            raise IntegrityError(None, None, sqlite3.IntegrityError(CAUSELESS))

    def tell(self, connection: sqlite3.Connection) -> None:
        """Write an event for each row of a case that no other event of the transaction tells of."""
        rows, self._rows = self._rows, []
        if not rows:
            return
        told = {case for (case,) in connection.execute(OF_ITS_OWN, (self._since,))}
        for row in rows:
            if row.case not in told:
                given = (row.payload, row.case, row.number)
                connection.execute(TELL.format(table=row.table), given)
