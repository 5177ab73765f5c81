"""Run migrations inside the application's context, over its one metadata."""

from __future__ import annotations

from alembic import context
from flask import current_app

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
    """Upgrade over one connection, in one transaction."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
