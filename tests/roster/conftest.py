"""The plan of Linqing at ten in the morning of the demo's Thursday; every client is a browser."""

from __future__ import annotations

import pytest

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.queries import _calendar_of
from app.roster.models import Duty, Swap
from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Forget the calendars that were built, and let clients share nothing."""
    _calendar_of.cache_clear()
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
        monkeypatch.setattr("app.core.clock.now", lambda: NOW)
    yield
    _calendar_of.cache_clear()


@pytest.fixture
def blank(demo):
    """The demo without its plan: windows and people alone."""
    with scope.everything(), transaction():
        for model in (Swap, Duty):
            db.session.query(model).delete()
    return demo
