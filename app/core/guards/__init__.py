"""What the database itself guards, whoever writes to it: triggers, in the words of both databases.

Events are chained as they come in and never change; what is changed, added or taken away of a
case past the application becomes an event. `install` is repeatable and runs after every migration:
SQLite forgets the triggers of a table that is rebuilt, and what is watched follows the columns that
there are. While a migration runs, other guards tell of all that it does to rows (`migrating`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from app.core.guards import (
    closing,
    concluded,
    counted,
    deciders,
    disclosed,
    postgresql,
    reviewed,
    sqlite,
    versions,
)
from app.core.guards.watched import FLAGGED, UNTOLD, WATCHED

if TYPE_CHECKING:
    from sqlalchemy import Connection


def install(connection: Connection, migration: str = "") -> None:
    """Put every guard in its place, over the tables as they are now.

    With the number of a migration, all that it does to rows is told, with it as the actor.
    """
    remove(connection)
    made = postgresql.guards if connection.dialect.name == "postgresql" else sqlite.guards
    untold = UNTOLD if migration else (*UNTOLD, *FLAGGED)
    for statement in made(_columns(connection, untold), migration):
        connection.exec_driver_sql(statement)
    if inspect(connection).has_table("recount"):
        for statement in counted.marks(connection.dialect.name):
            connection.exec_driver_sql(statement)
    concluded.install(connection)
    deciders.install(connection)
    versions.install(connection)
    disclosed.install(connection)
    if not migration:
        reviewed.install(connection)
        closing.install(connection)


def remove(connection: Connection) -> None:
    """Take every guard away, those of the first schema included."""
    concluded.remove(connection)
    deciders.remove(connection)
    versions.remove(connection)
    disclosed.remove(connection)
    reviewed.remove(connection)
    closing.remove(connection)
    if connection.dialect.name == "postgresql":
        for name in (*postgresql.FUNCTIONS, *counted.FUNCTIONS):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name} CASCADE")
        return
    known = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in known.scalars().all():
        if name.startswith(sqlite.OURS) or name.endswith("_outside") or counted.SUFFIX in name:
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')


def chained(connection: Connection) -> bool:
    """Say whether the schema has the chain of events: the first two had none."""
    return inspect(connection).has_table("timeline_head")


def _columns(connection: Connection, untold: tuple[str, ...]) -> dict[str, list[str]]:
    """Return what is watched of each table: every column but those that tell nothing."""
    seen = inspect(connection)
    return {
        table: [
            column["name"] for column in seen.get_columns(table) if column["name"] not in untold
        ]
        for table in WATCHED
        if seen.has_table(table)  # an early migration has not made them all
    }
