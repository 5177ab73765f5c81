"""The instant is what a test says, and clients share nothing."""

from __future__ import annotations

import pytest

from app.deadlines.queries import _calendar_of
from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    _calendar_of.cache_clear()
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
        monkeypatch.setattr("app.core.clock.now", lambda: NOW)
    yield
    _calendar_of.cache_clear()
