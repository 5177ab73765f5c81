"""The shared ground of the tests: a migrated database of each kind, and people to work for."""

from __future__ import annotations

import os
import shutil
import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from werkzeug.security import generate_password_hash

from app.core import scope
from app.core.db import db
from app.demo.loader import load
from app.factory import create_app
from app.setup import prepare

SERVER = os.environ.get("BANCHENG_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
"""Thursday 2026-09-17, 10:00 in Linqing."""

PASSWORD = "admin-2026-password"
"""Of everybody in the tests: loading the demonstration gives the administrator its password too."""

QUICK = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")
"""The same password, checked in no time: the tests log in thousands of times."""


def missing(what: str):
    """Skip with a reason; where nothing may be missing (CI), fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed here and can't be had")
    pytest.skip(f"needs {what}")


class Sqlite:
    """An embedded database; a copy of a prepared file for each test."""

    name = "sqlite"

    def __init__(self, folder):
        self.file = folder / "bancheng.db"
        self.url = f"sqlite:///{self.file}"

    def keep(self, name):
        db.engine.dispose()
        shutil.copyfile(self.file, self.file.with_name(name))

    def restore(self, name):
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.file.with_name(name), self.file)

    def drop(self):
        pass


class Postgres:
    """A database on a real server; made from a prepared template for each test."""

    name = "postgresql"

    def __init__(self, _folder):
        self.stem = f"bancheng_{uuid.uuid4().hex[:12]}"
        self.made = []
        self.url = make_url(SERVER).set(drivername="postgresql+psycopg", database=self.stem)
        self.url = self.url.render_as_string(hide_password=False)
        self._run(f"CREATE DATABASE {self.stem}")

    def _run(self, statement):
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(statement)

    def keep(self, name):
        db.engine.dispose()
        self._run(f"CREATE DATABASE {self.stem}_{name} TEMPLATE {self.stem}")
        self.made.append(name)

    def restore(self, name):
        db.engine.dispose()
        self._run(f"DROP DATABASE IF EXISTS {self.stem} WITH (FORCE)")
        self._run(f"CREATE DATABASE {self.stem} TEMPLATE {self.stem}_{name}")

    def drop(self):
        for name in ("", *(f"_{made}" for made in self.made)):
            self._run(f"DROP DATABASE IF EXISTS {self.stem}{name} WITH (FORCE)")


def postgres_answers() -> bool:
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request, tmp_path_factory):
    """The application on a database of each kind, with an empty and a demo state kept ready."""
    if request.param == "postgresql" and not postgres_answers():
        missing("a PostgreSQL server")
    folder = tmp_path_factory.mktemp(request.param)
    backend = (Sqlite if request.param == "sqlite" else Postgres)(folder)
    application = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": backend.url,
            "EMBEDDED": request.param == "sqlite",
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
        prepare(PASSWORD)
        db.session.remove()
        backend.keep("empty")
        load(cases=60, seed=1, password=PASSWORD, now=NOW)
        db.session.execute(text("UPDATE ab_user SET password = :quick"), {"quick": QUICK})
        db.session.commit()
        db.session.remove()
        backend.keep("demo")
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    backend.drop()


@pytest.fixture
def app(house):
    """The application over an empty, prepared database; an application context is open."""
    yield from _state(house, "empty")


@pytest.fixture
def demo(house):
    """The application over the invented data; an application context is open."""
    yield from _state(house, "demo")


def _state(house, name):
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
