"""Prepare the database: schema, roles, administrator, base data. Repeatable, and alone at it.

Only this writes DDL. Any number of processes may start at once: one does the work under a lock of
the database (PostgreSQL) or of the instance folder (SQLite), the others wait and find it done.
"""

from __future__ import annotations

import fcntl
import logging
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import select, text

from app.causes import operations as causes
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines import calendar
from app.departments.operations import first_administrator
from app.departments.rules import Role
from app.frequent import operations as frequent
from app.notices import operations as notices
from app.rulebook import operations as rulebook
from app.supervision import operations as supervision

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = 0x62616E63  # "banc": the number of our advisory lock


def prepare(password: str | None = None) -> str | None:
    """Bring the database up to date; return the new administrator's password if one was made."""
    chosen = password or secrets.token_urlsafe(12)
    with _alone(), scope.everything():
        logging.getLogger("alembic").setLevel(logging.WARNING)
        upgrade()
        with transaction():
            _roles()
            calendar.seed()
            causes.seed()
            rulebook.seed()
            notices.seed()
            frequent.seed()
            supervision.seed()
            made = first_administrator(chosen)
    return chosen if made else None


def _roles() -> None:
    """Mirror the five roles into FAB's table, so that its tools know their names."""
    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]
    known = set(db.session.scalars(select(manager.role_model.name)))
    db.session.add_all(
        manager.role_model(name=role.value) for role in Role if role.value not in known
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the database, or of the instance folder."""
    if current_app.config["EMBEDDED"]:
        folder = current_app.config["INSTANCE"]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "setup.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
