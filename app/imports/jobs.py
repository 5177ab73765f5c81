"""Forget uploaded files in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.core import scope
from app.core.transaction import transaction
from app.imports.operations import forget_files
from app.imports.rules import KEPT_DAYS


def forget_uploads(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Forget the files of imports that are a few days old; return how many."""
    with scope.everything(), transaction():
        return {"forgotten": forget_files(now - timedelta(days=KEPT_DAYS))}
