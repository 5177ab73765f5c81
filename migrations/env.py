"""Run migrations inside the application's context, over its one metadata."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import inspect

from app.core import guards

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
    """Upgrade over one connection, in one transaction; put the guards over what there is now."""
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
        with context.begin_transaction():
            before = context.get_context().get_current_heads()
            if guarded(connection) and before != (context.get_revision_argument(),):
                guards.remove(connection)  # they name columns and tables that are about to change
            context.run_migrations()
            if guarded(connection) and before != context.get_context().get_current_heads():
                guards.install(connection)
        referring(connection, "ON")


def guarded(connection):
    """Say whether there is what the guards of the timeline watch."""
    return inspect(connection).has_table("timeline_head")


def referring(connection, state):
    """Turn foreign keys off or on for SQLite, outside of a transaction."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


run()
