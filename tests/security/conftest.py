"""Requests of these tests come from outside: none finds what another one left in Flask's `g`."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient


class Outsider(FlaskClient):
    """A client whose every request opens an application context of its own, as a server does.

    Inside a test that holds one open, Flask would share it: whoever logged in first stays in `g`.
    """

    def open(self, *args, **options):
        return Context().run(super().open, *args, **options)


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    monkeypatch.setattr(Flask, "test_client_class", Outsider)
