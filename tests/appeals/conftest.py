"""Every client is a browser of its own; the instant is what a test says."""

from __future__ import annotations

import pytest

from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
        monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.fixture
def moment(monkeypatch):
    """Return a function that lets it be another instant."""

    def at(instant):
        monkeypatch.setattr("app.core.clock.now", lambda: instant)
        return instant

    return at
