"""Say whether the house can work: database there, schema current, scheduler seen lately."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.core import scope
from app.core.db import db
from app.core.jobs import JobRun
from app.notices.queries import dead_count

LATELY = timedelta(minutes=5)


def schema_is_current() -> bool:
    """Compare the database's revision with the newest migration."""
    settings = Config()
    settings.set_main_option("script_location", str(current_app.extensions["migrate"].directory))
    newest = ScriptDirectory.from_config(settings).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def state(now: datetime) -> dict[str, Any]:
    """Return what is ready and what is not; beside it, how many notices were given up.

    `dead_notices` counts to a hundred at most, is None where nothing can be asked, and makes
    nothing unready: a person has to look at each.
    """
    checks: dict[str, Any] = {"database": False, "schema": False, "scheduler": False}
    dead = None
    try:
        checks["schema"] = schema_is_current()
        checks["database"] = True
        if checks["schema"]:
            seen = db.session.scalar(select(func.max(JobRun.started_at)))
            checks["scheduler"] = seen is not None and now - seen <= LATELY
            with scope.everything():
                dead = dead_count()
    except SQLAlchemyError:
        current_app.logger.exception("not ready")
    status = "ok" if all(checks.values()) else "unavailable"
    return {"status": status, **checks, "dead_notices": dead}
