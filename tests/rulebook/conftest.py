"""Every client here is a browser of its own."""

from __future__ import annotations

import pytest

from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let every client be a browser of its own."""
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)
