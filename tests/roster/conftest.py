"""The plan of Linqing at ten in the morning of the demo's Thursday; every client is a browser."""

from __future__ import annotations

import pytest

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.roster.models import Duty, Swap
from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
        monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.fixture
def blank(demo):
    """The demo without its plan: windows and people alone."""
    with scope.everything(), transaction():
        for model in (Swap, Duty):
            db.session.query(model).delete()
    return demo
