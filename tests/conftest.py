"""The shared ground of the tests: a migrated database of each kind, and people to work for."""

from __future__ import annotations

import fcntl
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache

import pytest
from sqlalchemy import text
from werkzeug.security import generate_password_hash

from app.core import scope
from app.core.db import db
from app.deadlines.queries import _calendar_of
from app.demo.loader import load
from app.factory import create_app
from app.setup import prepare
from tests.databases import KEPT, OWNER, Postgres, Sqlite, drop_all, missing, postgres_answers

NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
"""Thursday 2026-09-17, 10:00 in Linqing."""

PASSWORD = "admin-2026-password"
"""Of everybody in the tests: loading the demonstration gives the administrator its password too."""

QUICK = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
"""The same password, checked in no time: the tests log in thousands of times."""


@pytest.fixture(scope="session")
def houses(tmp_path_factory):
    """Return a function that gives the application on a database of a kind, made when asked for."""
    with ExitStack() as standing:

        @cache
        def built(kind):
            return standing.enter_context(_built(kind, tmp_path_factory))

        yield built


@contextmanager
def _built(kind, factory):
    folder = factory.mktemp(kind)
    backend = (Sqlite if kind == "sqlite" else Postgres)(folder)
    application = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": backend.url,
            "EMBEDDED": kind == "sqlite",
            "INSTANCE": folder,
            "EXPORTS": folder / "exports",
            "FILES": folder / "files",
            "TESTING": True,
            "RATELIMIT_ENABLED": False,
            "WTF_CSRF_ENABLED": False,
        }
    )
    application.backend = backend
    with application.app_context():
        with (KEPT / f"{kind}.lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.seek(0)
            if not lock.read():
                _keep_states(backend)
                lock.write("kept")
        backend.open()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    backend.drop()


def _keep_states(backend):
    """Make what tests begin with: a prepared database, and the invented data in it."""
    backend.begin()
    prepare(PASSWORD)
    db.session.remove()
    backend.keep("empty")
    load(cases=60, seed=1, password=PASSWORD, now=NOW)
    db.session.execute(text("UPDATE ab_user SET password = :quick"), {"quick": QUICK})
    db.session.commit()
    db.session.remove()
    backend.keep("demo")
    backend.share()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request, houses):
    """The application on a database of each kind, with an empty and a demo state kept ready."""
    if request.param == "postgresql" and not postgres_answers():
        missing("a PostgreSQL server")
    return houses(request.param)


def pytest_unconfigure(config):
    """Leave nothing behind, whatever became of the workers."""
    if OWNER:
        drop_all()


@pytest.fixture
def app(house):
    """The application over an empty, prepared database; an application context is open."""
    yield from _state(house, "empty")


@pytest.fixture
def demo(house):
    """The application over the invented data; an application context is open."""
    yield from _state(house, "demo")


def _state(house, name):
    _calendar_of.cache_clear()  # what is put back has no calendar of a later revision
    with house.app_context():
        house.backend.restore(name)
        yield house
        db.session.remove()


@pytest.fixture
def unlimited():
    """Work with every row in sight."""
    with scope.everything() as person:
        yield person


@pytest.fixture
def login():
    """Return a function that logs a person of the demo in and gives their client."""

    def enter(application, username, password=PASSWORD):
        client = application.test_client()
        answer = client.post("/login/", data={"username": username, "password": password})
        assert answer.status_code == 302, answer.text
        return client

    return enter


@pytest.fixture
def token():
    """Return a function that gives a person's REST headers."""

    def enter(application, username, password=PASSWORD):
        answer = application.test_client().post(
            "/api/v1/security/login",
            json={"username": username, "password": password, "provider": "db"},
        )
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    return enter
