"""Requests of these tests come from outside: none finds what another one left in Flask's `g`."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import db
from app.core.transaction import transaction
from app.demo.loader import load
from app.departments.models import Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.setup import prepare
from tests.security.programs import Program
from tests.security.serving import build, fresh
from tests.security.world import NOW, PASSWORD, hall_of, looking


class Outsider(FlaskClient):
    """A client whose every request opens an application context of its own, as a server does.

    Inside a test that holds one open, Flask would share it: whoever logged in first stays in `g`.
    """

    def open(self, *args, **options):
        return Context().run(super().open, *args, **options)


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    monkeypatch.setattr(Flask, "test_client_class", Outsider)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder of a prepared database, with a few cases in it."""
    place = tmp_path_factory.mktemp("sessions")
    application = build(place)
    with application.app_context():
        prepare(PASSWORD)
        load(cases=6, seed=1, password=PASSWORD, now=NOW)
        db.session.remove()
        db.engine.dispose()
    return place


@pytest.fixture
def opened():
    """Return a function that opens an application until the test is over."""
    contexts = []

    def enter(application):
        context = application.app_context()
        context.push()
        contexts.append(context)
        return application

    yield enter
    for context in contexts:
        db.session.remove()
        db.engine.dispose()
        context.pop()


@pytest.fixture(scope="session")
def served(folder):
    return build(folder)


@pytest.fixture
def panel(served, opened):
    """The application as it is served."""
    return opened(served)


@pytest.fixture
def someone(panel):
    """The log-in name of a new clerk of Linqing."""
    with looking(), transaction():
        name = f"new.clerk.{fresh()}"
        person = add_staff(Staff(username=name, first_name="新来的", active=True), PASSWORD)
        appoint(person, Role.CLERK, hall_of("linqing"))
    return name


@pytest.fixture
def admin(demo, token):
    return Program(demo, token(demo, "admin"))


@pytest.fixture
def clerk(demo, token):
    return Program(demo, token(demo, "clerk.linqing"))
