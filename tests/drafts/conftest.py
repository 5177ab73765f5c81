"""Each request of these tests has its own application context: two people, two browsers."""

import pytest
from flask import Flask

from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(monkeypatch):
    monkeypatch.setattr(Flask, "test_client_class", Browser)
