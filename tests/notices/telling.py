"""What is in the outbox, who was told what, and what became of it; past the session."""

from __future__ import annotations

from sqlalchemy import text

from app.core import scope
from app.core.db import db
from app.notices import delivery, fanout
from tests.conftest import NOW

NOTICES = """
    SELECT n.*, u.username FROM notice n LEFT JOIN ab_user u ON u.id = n.user_id ORDER BY n.id
"""


def run(statement, **values):
    """Run a statement of SQL and commit it."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def ask(statement, **values):
    """Return the rows of a statement of SQL."""
    with db.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def waiting():
    """Return the kinds of the events in the outbox."""
    rows = ask(
        "SELECT e.kind FROM outbox o JOIN event e ON e.id = o.event_id "
        "WHERE o.taken_at IS NULL ORDER BY e.id"
    )
    return [row["kind"] for row in rows]


def fan_out(now=NOW):
    with scope.everything():
        return fanout.fan_out(now)


def deliver(now=NOW, **options):
    with scope.everything():
        done = delivery.deliver(now, **options)
    return done.sent, done.failed


def notices(**fields):
    """Return the notices that are so."""
    return [row for row in ask(NOTICES) if all(row[key] == it for key, it in fields.items())]


def told(kind):
    """Return who was told of a kind of event."""
    return sorted(row["username"] or row["recipient"] for row in notices(kind=kind))


def states():
    return [(row["state"], row["attempts"]) for row in ask(NOTICES) if row["way"] != "inbox"]
