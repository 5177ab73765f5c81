"""What was saved as a version stays as it was saved: the database refuses to change or delete it.

Not in the migration that makes the table: a table that is rebuilt later would lose the triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLES = ("ledger_template_version",)
"""Tables whose rows are versions."""


def install(connection: Connection) -> None:
    """Put the triggers in their place, as far as the tables are there."""
    there = [table for table in TABLES if inspect(connection).has_table(table)]
    if connection.dialect.name == "postgresql":
        if there:
            connection.exec_driver_sql("""
                CREATE FUNCTION version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is kept as it was saved';
                END $$
                """)
        for table in there:
            connection.exec_driver_sql(f"""
                CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION version_is_kept()
                """)
        return
    for table in there:
        for what in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(f"""
                CREATE TRIGGER {_name(table, what)} BEFORE {what} ON {table}
                BEGIN SELECT RAISE(ABORT, '{table} is kept as it was saved'); END
                """)


def remove(connection: Connection) -> None:
    """Take the triggers away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS version_is_kept() CASCADE")
        return
    for table in TABLES:
        for what in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {_name(table, what)}")


def _name(table: str, what: str) -> str:
    return f"{table}_kept_on_{what.lower()}"
