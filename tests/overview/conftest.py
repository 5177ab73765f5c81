"""The instant is what a test says, and calendars are read anew."""

from __future__ import annotations

import pytest

from app.deadlines.queries import _calendar_of
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
def moment(monkeypatch):
    """Return a function that lets it be another instant."""

    def at(instant):
        monkeypatch.setattr("app.core.clock.now", lambda: instant)
        return instant

    return at
