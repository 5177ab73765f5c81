"""A case closes with at least one cause, whoever writes it; asked when the transaction is over.

The flush writes the case before its causes, and the order is its own: what counts is what stands at
the commit. PostgreSQL puts a trigger off; on SQLite the connection is told, and looks before it
commits (app/core/additions.py). Cases that were closed before stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

from app.core.additions import CAUSELESS, UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

ASKED = (
    ("case_closed_at_first", '"case"', "INSERT", "NEW.status = 'closed'", "NEW.id"),
    (
        *("case_closed_later", '"case"', "UPDATE OF status"),
        *("NEW.status = 'closed' AND OLD.status <> 'closed'", "NEW.id"),
    ),
    ("case_cause_given_up", "case_cause", "UPDATE OF current, case_id", "OLD.current",
     "OLD.case_id"),
    ("case_cause_removed", "case_cause", "DELETE", "OLD.current", "OLD.case_id"),
)  # fmt: skip
"""Name, table, what happens, when it matters, which case it is about."""


def install(connection: Connection) -> None:
    """Put the triggers in their place, once there are causes of cases."""
    if not inspect(connection).has_table("case_cause"):
        return
    made = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in made():
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take the triggers away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS case_closes_with_a_cause() CASCADE")
        return
    for name, *_ in ASKED:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def _sqlite() -> Iterator[str]:
    for name, table, when, matters, case in ASKED:
        yield f"""
            CREATE TRIGGER {name} AFTER {when} ON {table} WHEN {matters}
            BEGIN SELECT case_needs_a_cause({case}); END
            """


def _postgresql() -> Iterator[str]:
    yield f"""
        CREATE FUNCTION case_closes_with_a_cause() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE of_case integer;
        BEGIN
          IF TG_TABLE_NAME = 'case' THEN of_case := NEW.id; ELSE of_case := OLD.case_id; END IF;
          IF EXISTS ({UNNAMED.format("of_case")}) THEN
            RAISE EXCEPTION '{CAUSELESS}' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NULL;
        END $$
        """
    for name, table, when, matters, _ in ASKED:
        yield f"""
            CREATE CONSTRAINT TRIGGER {name} AFTER {when} ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({matters})
            EXECUTE FUNCTION case_closes_with_a_cause()
            """
