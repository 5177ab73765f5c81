"""Files to take in, and the people who do."""

from __future__ import annotations

import threading
import uuid

import pytest

from app.core import scope
from app.core.db import db
from app.core.sheets import child
from app.core.transaction import transaction
from app.departments.queries import person_named
from app.imports.kinds import KINDS
from app.imports.operations import Upload, examine, keep, take_in
from tests.conftest import NOW
from tests.core.screens import Browser


@pytest.fixture(autouse=True)
def browsers(request, monkeypatch):
    """Let clients share nothing."""
    if "house" in request.fixturenames:
        house = request.getfixturevalue("house")
        monkeypatch.setattr(house, "test_client_class", Browser)


class Desk:
    """Somebody at a desk who takes files in."""

    def __init__(self, folder):
        self.folder = folder

    def book(self, data):
        path = self.folder / uuid.uuid4().hex
        path.write_bytes(data)
        return child.read(path)

    def check(self, kind, data, who="clerk.linqing"):
        """Return what would become of a file's rows."""
        with scope.working_for(person_named(who)) as person:
            return examine(KINDS[kind], self.book(data), actor=person, now=NOW)

    def upload(self, kind, data, who="clerk.linqing"):
        """Return the number of a checked file."""
        with scope.working_for(person_named(who)) as person:
            report = examine(KINDS[kind], self.book(data), actor=person, now=NOW)
            db.session.rollback()
            with transaction():
                return keep(
                    KINDS[kind], Upload("登记簿.xlsx", data), report, actor=person, now=NOW
                ).id

    def apply(self, run, data, who="clerk.linqing", *, together=True):
        """Take a checked file in."""
        from app.imports.models import ImportRun

        with scope.working_for(person_named(who)) as person:
            found = db.session.get(ImportRun, run)
            return take_in(found, self.book(data), together=together, actor=person, now=NOW)

    def take(self, kind, data, who="clerk.linqing", *, together=True):
        """Check a file and take it in."""
        return self.apply(self.upload(kind, data, who), data, who, together=together)


@pytest.fixture
def desk(demo, tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def at_now(monkeypatch):
    """Let it be ten in the morning of the demo's Thursday."""
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)


def at_once(demo, work, times=2):
    """Do something in several threads, each with a session of its own."""
    done, ready = [], threading.Barrier(times)

    def go(number):
        with demo.app_context():
            ready.wait()
            try:
                done.append(work(number))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
