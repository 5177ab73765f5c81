"""Read everything that is kept about a case, by plain SQL on the connection at hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import text

from app.core.db import db

Rows = tuple[dict, ...]

ASKED = {
    "case": 'SELECT * FROM "case" WHERE id = :case',
    "assignments": "SELECT * FROM assignment WHERE case_id = :case ORDER BY id",
    "clocks": "SELECT * FROM deadline WHERE case_id = :case ORDER BY id",
    "extensions": "SELECT * FROM extension WHERE case_id = :case ORDER BY id",
    "pauses": "SELECT * FROM pause WHERE case_id = :case ORDER BY id",
    "visits": "SELECT * FROM visit WHERE case_id = :case ORDER BY id",
    "callbacks": "SELECT * FROM callback WHERE case_id = :case ORDER BY id",
    "causes": "SELECT * FROM case_cause WHERE case_id = :case ORDER BY id",
    "appeals": "SELECT * FROM appeal WHERE case_id = :case ORDER BY id",
    "events": "SELECT * FROM event WHERE case_id = :case ORDER BY id",
    "flags": (
        "SELECT flag.* FROM flag JOIN deadline ON deadline.id = flag.deadline_id "
        "WHERE deadline.case_id = :case ORDER BY flag.id"
    ),
}


class Seen(NamedTuple):
    """A case and all that hangs on it, row by row, as the database keeps it."""

    case: Rows
    assignments: Rows
    clocks: Rows
    extensions: Rows
    pauses: Rows
    visits: Rows
    callbacks: Rows
    causes: Rows
    appeals: Rows
    events: Rows
    flags: Rows

    @property
    def status(self):
        return self.case[0]["status"]

    def running(self, role=None):
        """Return the assignments that are neither returned nor finished."""
        return [
            row
            for row in self.assignments
            if row["returned_at"] is None
            and row["finished_at"] is None
            and role in (None, row["role"])
        ]

    def open_clocks(self, *kinds):
        """Return the clocks that run, of some kinds or of all."""
        return [
            row
            for row in self.clocks
            if row["met_at"] is None and (not kinds or row["kind"] in kinds)
        ]

    @property
    def main(self):
        """The open main clock, or None."""
        found = self.open_clocks("resolve", "reply")
        return found[0] if found else None

    @property
    def returns(self):
        """How often a lead gave the case back since it was last opened."""
        since = self.case[0]["reopened_at"]
        return sum(
            row["role"] == "lead"
            and row["returned_at"] is not None
            and (since is None or row["dispatched_at"] >= since)
            for row in self.assignments
        )


_text = cache(text)


def look(case_id, connection=None):
    """Return what is kept about a case now."""
    connection = connection or db.session.connection()
    given = {"case": case_id}
    return Seen(
        *(
            tuple(dict(row) for row in connection.execute(_text(asked), given).mappings())
            for asked in ASKED.values()
        )
    )


def moment(value):
    """Return an instant as it is kept: PostgreSQL gives one, SQLite its text in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is not None and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def facts(value):
    """Return JSON as it is kept."""
    return json.loads(value) if isinstance(value, str) else value
