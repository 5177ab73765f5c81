"""A real server process and a real Chromium: what the browser tests stand on."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy.engine import make_url

from tests.browser.guide import Guide, folder
from tests.conftest import PASSWORD
from tests.databases import SERVER, missing, postgres_answers

ROOT = Path(__file__).parents[2]
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
FEW = "60"
"""How many invented cases do where their number does not matter."""

PATIENCE = 60
"""Seconds that a server may take to come up on a busy machine."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--lang=zh-CN",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOTS = os.environ.get("BANCHENG_SCREENSHOTS")
"""The folder that screenshots are saved to, where they are wanted."""


class Site:
    """An instance of its own: run its commands, start and stop its server."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.log = folder / "server.log"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("BANCHENG_") and name != "DATABASE_URL"
        }
        self.environment = kept | {
            "BANCHENG_INSTANCE": str(folder / "instance"),
            "BANCHENG_LOGIN_LIMIT": "1000 per minute",
            "BANCHENG_EXPORTS": str(folder / "exports"),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process = None
        self.port = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words, code=0, **environment):
        """Run a command to its end and hold it to its exit code."""
        done = subprocess.run(
            [sys.executable, "run.py", *words],
            cwd=ROOT,
            text=True,
            timeout=300,
            env=self.environment | environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done

    def launch(self, *words):
        """Start the server without waiting for it: `serve` on a free port, with these words."""
        self.port = free_port()
        self.launch_plain("serve", "--port", str(self.port), *words)

    def launch_plain(self, *words):
        """Start what runs until it is stopped."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "run.py", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start(self, *words):
        """Start the server and wait until it answers."""
        self.launch(*words)
        self.wait_until(lambda: self.get("/healthz")[0] == 200)

    def wait_until(self, seen):
        """Wait until something holds; say what the server wrote when it never does."""
        limit = time.monotonic() + PATIENCE
        while not seen():
            assert self.process.poll() is None, f"the server ended: {self.output()}"
            assert time.monotonic() < limit, f"waited in vain: {self.output()}"
            time.sleep(0.1)

    def get(self, path):
        """Return status and body of a page, (0, "") while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def output(self):
        return self.log.read_text()

    def stop(self):
        """Ask the server to end and return its exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.process = None
        return code


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Database:
    """An empty database on the real PostgreSQL server, dropped at the end."""

    def __init__(self):
        self.name = f"bancheng_web_{uuid.uuid4().hex[:12]}"
        self.url = make_url(SERVER).set(database=self.name).render_as_string(hide_password=False)
        self._run(f"CREATE DATABASE {self.name}")

    @property
    def environment(self):
        return {"DATABASE_URL": self.url, "BANCHENG_SECRET_KEY": KEY, "BANCHENG_DATA_KEY": KEY}

    def tables(self):
        with psycopg.connect(self.url) as connection:
            found = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            )
            return [name for (name,) in found]

    def drop(self):
        self._run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _run(self, statement):
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture
def site(tmp_path):
    """A fresh instance on SQLite, with nothing in it."""
    found = Site(tmp_path)
    yield found
    found.stop()


@pytest.fixture
def empty_database():
    """A database on PostgreSQL with nothing in it."""
    if not postgres_answers():
        missing("a PostgreSQL server")
    database = Database()
    yield database
    database.drop()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory):
    """A server over the invented data, on SQLite."""
    yield from _with_demo(Site(tmp_path_factory.mktemp("embedded")), "--cases", FEW)


@pytest.fixture(scope="session")
def guide_site(tmp_path_factory):
    """A server over as many invented cases as a reader of the guide loads."""
    yield from _with_demo(Site(tmp_path_factory.mktemp("guide")))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request, tmp_path_factory):
    """A server over the invented data, on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("demo_site")
        return
    if not postgres_answers():
        missing("a PostgreSQL server")
    database = Database()
    found = Site(tmp_path_factory.mktemp("served"), **database.environment)
    yield from _with_demo(found, "--cases", FEW)
    database.drop()


def _with_demo(found, *options):
    found.run("setup", "--admin-password", "admin-2026-password")
    found.run("demo", "load", *options, "--password", PASSWORD)
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, without a window."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield found
        found.close()


class Person:
    """Somebody at a browser of their own, whose complaints and foreign requests are kept."""

    def __init__(self, browser, site, **options):
        self.site = site
        self.context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **{"viewport": {"width": 1366, "height": 768}, **options},
        )
        self.context.set_default_timeout(20_000)
        self.complaints = []
        self.context.route(re.compile(rf"^(?!{re.escape(site.url)}/)"), self._foreign)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _foreign(self, route):
        if not route.request.url.startswith(("data:", "blob:", "about:")):
            self.complaints.append(f"foreign: {route.request.url}")
        route.abort()

    def login(self, username, password=PASSWORD):
        self.page.goto(f"{self.site.url}/login/")
        self.page.get_by_label("用户名", exact=True).fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(f"{self.site.url}/")
        return self

    def open(self, path):
        return self.page.goto(self.site.url + path)


@pytest.fixture
def guide(tmp_path):
    """Take the pictures of the guide, and hold the screens on them to what they should be."""
    found = Guide(folder(tmp_path))
    yield found
    assert not found.faults, "\n".join(found.faults)


@pytest.fixture
def at(browser):
    """Return a function that seats somebody at a browser: `at(site, "clerk.linqing")`."""
    seated = []

    def sit(site, username="", password=PASSWORD, **options):
        person = Person(browser, site, **options)
        seated.append(person)
        return person.login(username, password) if username else person

    yield sit
    for person in seated:
        person.context.close()
