"""Run migrations inside the application's context, over its one metadata."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.core.guards.migrating import guarded

database = current_app.extensions["migrate"].db


def include_object(_obj, name, kind, reflected, _compare_to):
    """Leave alone what a database keeps for itself."""
    return not (kind == "table" and reflected and name.startswith("sqlite_"))


def render_item(kind, item, _autogen):
    """Write our column types down as what the database keeps, so that a migration needs no app."""
    if kind == "type" and type(item).__module__.startswith("app."):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Upgrade over one connection, in one transaction; what is done to rows of cases is told."""
    with database.engine.connect() as connection:
        # A table that is made anew leaves its name for a moment (sqlite.org/lang_altertable).
        referring(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            render_item=render_item,
            compare_type=True,
            transactional_ddl=True,  # on SQLite too: a setup that dies halfway leaves nothing
            transaction_per_migration=False,
        )
        try:
            with context.begin_transaction():
                migration = context.get_context()
                migration._migrations_fn = guarded(connection, migration._migrations_fn)  # noqa: SLF001
                context.run_migrations()
        finally:
            referring(connection, "ON")


def referring(connection, state):
    """Turn foreign keys off or on for SQLite, outside of a transaction."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


run()
