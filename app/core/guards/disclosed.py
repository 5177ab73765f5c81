"""Who asked for personal data in clear, and why, stays as it was written; a time is set once.

Not in the migration that makes the table: a table that is rebuilt later would lose the triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLE = "unmasked_ledger"
FIXED = ("id", "at", "actor_id", "actor", "hall_id", "kind", "about", "reason", "task_id")
ONCE = ("rows", "checksum", "made_at", "shown_at", "fetched_at")
SAID = f"{TABLE} is kept as it was written"


def install(connection: Connection) -> None:
    """Put the triggers in their place, once the table is there."""
    if not inspect(connection).has_table(TABLE):
        return
    if connection.dialect.name == "postgresql":
        changed = _changed("IS DISTINCT FROM")
        connection.exec_driver_sql(f"""
            CREATE FUNCTION disclosed_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP = 'UPDATE' THEN
                IF NOT ({changed}) THEN RETURN NEW; END IF;
              END IF;
              RAISE EXCEPTION '{SAID}';
            END $$
            """)
        connection.exec_driver_sql(f"""
            CREATE TRIGGER disclosed_is_kept BEFORE UPDATE OR DELETE ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION disclosed_is_kept()
            """)
        return
    for what, when in (("UPDATE", f"WHEN {_changed('IS NOT')}"), ("DELETE", "")):
        connection.exec_driver_sql(f"""
            CREATE TRIGGER disclosed_on_{what.lower()} BEFORE {what} ON {TABLE} {when}
            BEGIN SELECT RAISE(ABORT, '{SAID}'); END
            """)


def remove(connection: Connection) -> None:
    """Take the triggers away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS disclosed_is_kept() CASCADE")
        return
    for what in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS disclosed_on_{what}")


def _changed(differs: str) -> str:
    """Return the condition under which a change is refused."""
    fixed = [f"OLD.{name} {differs} NEW.{name}" for name in FIXED]
    once = [f"(OLD.{name} IS NOT NULL AND OLD.{name} {differs} NEW.{name})" for name in ONCE]
    return " OR ".join([*fixed, *once])
