"""Every client here is a browser of its own."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.models import DeadlineRule
from app.deadlines.rules import ClockKind
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let every client be a browser of its own."""
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)


@pytest.fixture
def main_clock_alone(demo):
    """Let cases that are dispatched from now on have no clock beside the main one."""
    beside = [kind for kind in ClockKind if not kind.main]
    with scope.everything(), transaction():
        db.session.execute(
            update(DeadlineRule)
            .where(DeadlineRule.kind.in_(beside))
            .values(valid_from=date(2100, 1, 1))
        )
