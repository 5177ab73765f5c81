"""Cases to print, at ten in the morning of the demo's Thursday; every client is a browser."""

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
def clerk(demo, login):
    return login(demo, "clerk.linqing")


@pytest.fixture
def handler(demo, login):
    return login(demo, "handler.linqing.scjg")


@pytest.fixture
def supervisor(demo, login):
    return login(demo, "supervisor.linqing")
