"""A house in which nobody has been told anything, and servers for what leaves it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Staff
from app.notices.models import NoticeRule, NoticeTarget
from app.notices.rules import Audience, Pace, TargetKind
from tests.conftest import NOW
from tests.core.screens import Browser
from tests.notices.post import Mail, Web, serving
from tests.notices.telling import run


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        monkeypatch.setattr(request.getfixturevalue("house"), "test_client_class", Browser)


@pytest.fixture
def quiet(demo):
    """The demo's people and cases, with an empty outbox and no rules."""
    run("UPDATE outbox SET taken_at = :now", now=NOW)
    run("DELETE FROM notice_rule")
    run("DELETE FROM notice")
    return demo


@pytest.fixture
def rule():
    """Return a function that adds a rule."""

    def add(kind, audience, **fields):
        known = {"inbox": True, "mail": False, "pace": Pace.AT_ONCE, "active": True}
        with scope.everything(), transaction():
            made = NoticeRule(kind=kind, audience=Audience(audience), **{**known, **fields})
            db.session.add(made)
            db.session.flush()
            return made.id

    return add


@pytest.fixture
def channel():
    """Return a function that adds a channel to an address."""

    def add(address, kind=TargetKind.WEBHOOK, name="群", **fields):
        with scope.everything(), transaction():
            made = NoticeTarget(name=name, kind=kind, address=address, active=True, **fields)
            db.session.add(made)
            db.session.flush()
        return made

    return add


@pytest.fixture
def mailbox():
    """Return a function that gives a person a mail address."""

    def give(username, address):
        with scope.everything(), transaction():
            person = db.session.scalars(select(Staff).where(Staff.username == username)).one()
            person.email = address

    return give


@pytest.fixture
def web():
    with serving(Web()) as server:
        yield server
        server.go_on.set()


@pytest.fixture
def mail(quiet, monkeypatch):
    """A mail server that the setting names."""
    with serving(Mail()) as server:
        monkeypatch.setitem(quiet.config, "NOTICES", [server.url])
        yield server


@pytest.fixture
def at_now(monkeypatch):
    """Let it be ten in the morning of the demo's Thursday."""
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)
