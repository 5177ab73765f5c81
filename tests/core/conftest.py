"""Every client here is a browser of its own."""

from __future__ import annotations

import pytest

from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        house = request.getfixturevalue("house")
        monkeypatch.setattr(house, "test_client_class", Browser)


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")
