"""Every client here is a browser of its own."""

from __future__ import annotations

import pytest

from app.cases.rules import Status
from app.core.transaction import transaction
from tests.cases.window import brought_to
from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        house = request.getfixturevalue("house")
        monkeypatch.setattr(house, "test_client_class", Browser)


@pytest.fixture
def cases(demo):
    """One case in each state."""
    with transaction():
        return {status: brought_to(status) for status in Status}


@pytest.fixture
def at_now(monkeypatch):
    """Let it be ten in the morning of the demo's Thursday."""
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.fixture
def clerk(demo, login):
    return login(demo, "clerk.linqing")


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


@pytest.fixture
def handler(demo, login):
    return login(demo, "handler.linqing.scjg")
