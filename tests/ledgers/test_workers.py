"""Who makes ledgers, as real processes: Celery's workers over a real Redis; one is killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest
import redis
from kombu import pools
from sqlalchemy.engine import make_url

from app.core import clock
from app.core.db import db
from app.core.workbook import checksum
from app.ledgers.tasks.jobs import mind_tasks
from app.ledgers.tasks.workers import QUEUE, hand_over
from tests.browser.conftest import ROOT, free_port
from tests.databases import missing
from tests.ledgers.test_tasks import asked, files, row_of, time_passes

PATIENCE = 90


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A Redis of our own; gives its URL."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as asking:
        until(lambda: _answers(asking))
    yield url
    server.terminate()
    server.wait(PATIENCE)


def _answers(asking):
    try:
        return asking.ping()
    except redis.ConnectionError:
        return False


def until(seen, what="waited in vain"):
    limit = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert time.monotonic() < limit, what
        time.sleep(0.1)
    return found


@pytest.fixture
def brokered(demo, broker, tmp_path, monkeypatch):
    """The demonstration, with a broker and an empty folder; no message is left at the end."""
    monkeypatch.setitem(demo.config, "EXPORTS", tmp_path / "exports")
    monkeypatch.setitem(demo.config, "BROKER_URL", broker)
    yield demo
    if (celery := demo.extensions.pop("celery", None)) is not None:
        celery.close()
        pools.reset()
    with redis.Redis.from_url(broker) as asking:
        asking.flushdb()


@contextmanager
def worker(demo, folder):
    """Start `run.py worker` on the database of an application."""
    log = (folder / f"worker-{time.monotonic_ns()}.log").open("w+")
    environment = os.environ | {
        "DATABASE_URL": demo.backend.url,
        "BANCHENG_INSTANCE": str(demo.config["INSTANCE"]),
        "BANCHENG_SECRET_KEY": demo.config["SECRET_KEY"],
        "BANCHENG_DATA_KEY": demo.config["DATA_KEY"],
        "BANCHENG_EXPORTS": str(demo.config["EXPORTS"]),
        "BANCHENG_BROKER_URL": demo.config["BROKER_URL"],
        "PYTHONUNBUFFERED": "1",
    }
    db.session.remove()
    process = subprocess.Popen(
        [sys.executable, "run.py", "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)
        log.close()


def state_of(number):
    return row_of(number)["state"]


def test_celery_makes_what_is_handed_over_once_even_when_told_twice(brokered, tmp_path):
    number = asked()
    hand_over(number)
    hand_over(number)
    with worker(brokered, tmp_path) as process:
        until(lambda: state_of(number) == "done")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    row = row_of(number)
    assert row["attempts"] == 1
    [file] = files(brokered.config["EXPORTS"])
    assert checksum(file) == row["checksum"]


def test_what_the_broker_forgot_is_told_again_by_the_timed_job(brokered, broker, tmp_path):
    number = asked()
    hand_over(number)
    with redis.Redis.from_url(broker) as asking:
        assert asking.llen(QUEUE) == 1
        asking.flushdb()
        mind_tasks(clock.now(), clock.now())
        assert asking.llen(QUEUE) == 1
    with worker(brokered, tmp_path):
        until(lambda: state_of(number) == "done")


def test_a_broker_that_is_away_loses_nothing(brokered, monkeypatch):
    monkeypatch.setitem(brokered.config, "BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    number = asked()
    hand_over(number)
    assert state_of(number) == "queued"


@pytest.mark.postgresql
def test_a_celery_worker_that_is_killed_leaves_the_work_to_the_next(brokered, tmp_path):
    if brokered.backend.name != "postgresql":
        pytest.skip("only there a table can be locked against reading, so that a worker stays")
    number = asked()
    hand_over(number)
    plain = make_url(brokered.backend.url).set(drivername="postgresql")
    with worker(brokered, tmp_path) as first:
        with psycopg.connect(plain.render_as_string(hide_password=False)) as holding:
            holding.execute('LOCK TABLE "case" IN ACCESS EXCLUSIVE MODE')
            until(lambda: state_of(number) == "running")
            first.send_signal(signal.SIGKILL)
            assert first.wait(PATIENCE) == -signal.SIGKILL
        assert state_of(number) == "running"
    time_passes(number)
    with worker(brokered, tmp_path):
        mind_tasks(clock.now(), clock.now())
        until(lambda: state_of(number) == "done")
    assert row_of(number)["attempts"] == 2
    assert len(files(brokered.config["EXPORTS"])) == 1
