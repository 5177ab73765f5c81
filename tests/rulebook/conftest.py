"""A database that is put back to an earlier state has no calendar of a later one."""

from __future__ import annotations

import pytest

from app.deadlines.queries import _calendar_of
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Forget the calendars that were built, and let every client be a browser of its own."""
    _calendar_of.cache_clear()
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
    yield
    _calendar_of.cache_clear()
