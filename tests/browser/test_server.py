"""The server as a process: first start, second start, end, and what keeps it from starting."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys

import pytest

from tests.browser.conftest import ROOT, Site, free_port

PASSWORD_LINE = re.compile(r"管理员 admin，密码（只显示这一次）：(\S+)")
ADDRESS_LINE = re.compile(r"办成已启动：(http://\S+)")
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.browser
def test_the_first_start_tells_the_password_once_and_the_second_keeps_everything(site, at):
    site.start()
    (password,) = PASSWORD_LINE.findall(site.output())
    assert ADDRESS_LINE.search(site.output())[1] == f"{site.url}/"
    person = at(site, "admin", password)
    person.open("/halls/add")
    for name, value in {"code": "linqing", "name": "临清市政务服务大厅", "prefix": "LQ"}.items():
        person.page.locator(f"[name={name}]").fill(value)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="保存").click()
    assert person.page.locator("h1").inner_text() == "临清市政务服务大厅"
    assert site.stop() == 0

    site.log.write_text("")
    site.start()
    assert not PASSWORD_LINE.search(site.output())
    person = at(site, "admin", password)
    person.open("/halls/list/")
    assert person.page.locator(".listing tbody tr").count() == 1
    assert site.stop() == 0


def test_without_a_word_it_serves_on_the_port_that_the_readme_names(site):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8080)) == 0:
            pytest.skip("somebody else listens on port 8080")
    site.port = 8080
    site.launch_plain()
    site.wait_until(lambda: site.get("/healthz")[0] == 200)
    assert len(PASSWORD_LINE.findall(site.output())) == 1
    assert ADDRESS_LINE.search(site.output())[1] == "http://127.0.0.1:8080/"
    assert site.stop() == 0


def test_control_c_ends_it_as_cleanly_as_a_service_manager(site):
    site.start()
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(timeout=60) == 0
    assert "Traceback" not in site.output()


def test_a_port_in_use_is_told_in_one_line(site):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = site.run("serve", "--port", str(port), code=1)
    assert f"127.0.0.1:{port}" in done.stderr
    assert HAN.search(done.stderr)
    assert len(done.stderr.splitlines()) == 1


def test_two_that_start_at_once_on_a_fresh_instance_both_come_up(tmp_path):
    pair = [Site(tmp_path), Site(tmp_path)]
    for number, each in enumerate(pair):
        each.log = tmp_path / f"{number}.log"
        each.launch()
    try:
        for each in pair:
            each.wait_until(lambda each=each: each.get("/login/")[0] == 200)
        passwords = [PASSWORD_LINE.findall(each.output()) for each in pair]
        assert sorted(map(len, passwords)) == [0, 1], "one of them made the administrator"
    finally:
        codes = [each.stop() for each in pair]
    assert codes == [0, 0]


def test_on_postgresql_it_serves_after_setup_and_touches_nothing_before(tmp_path, empty_database):
    site = Site(tmp_path, **empty_database.environment)
    done = site.run("serve", "--port", str(free_port()), code=1)
    assert "run.py setup" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert empty_database.tables() == []

    first = site.run("setup")
    assert len(PASSWORD_LINE.findall(first.stdout)) == 1
    again = site.run("setup")
    assert not PASSWORD_LINE.search(again.stdout)
    site.start()
    try:
        assert site.get("/login/")[0] == 200
    finally:
        assert site.stop() == 0


def test_a_server_database_without_keys_is_told_in_one_line(tmp_path, empty_database):
    site = Site(tmp_path, DATABASE_URL=empty_database.url)
    done = site.run("serve", code=1)
    assert "BANCHENG_SECRET_KEY" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ready_means_database_schema_and_a_scheduler_that_ticks(site):
    site.start("--no-scheduler")
    status, body = site.get("/readyz")
    assert (status, json.loads(body)) == (
        503,
        {
            "status": "unavailable", "database": True, "schema": True, "scheduler": False,
            "dead_notices": 0,
        },
    )  # fmt: skip
    assert site.get("/healthz")[0] == 200
    assert site.stop() == 0

    site.start()
    site.wait_until(lambda: site.get("/readyz")[0] == 200)
    assert json.loads(site.get("/readyz")[1])["status"] == "ok"
    with sqlite3.connect(site.folder / "instance" / "bancheng.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of-tomorrow'")
    connection.close()
    status, body = site.get("/readyz")
    assert (status, json.loads(body)["schema"]) == (503, False)
    assert site.stop() == 0


HELPS = """
import json, click, run

def helps(command, name, parent=None):
    context = click.Context(command, info_name=name, parent=parent)
    yield context.command_path, command.get_help(context)
    for word, child in getattr(command, "commands", {}).items():
        yield from helps(child, word, context)

print(json.dumps(dict(helps(run.cli, "run.py"))))
"""


def helps(locale):
    """Return the help of every command in a language."""
    environment = os.environ | {"BANCHENG_LOCALE": locale}
    done = subprocess.run(
        [sys.executable, "-c", HELPS],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_command_explains_itself_in_chinese_and_in_english():
    chinese, english = helps("zh"), helps("en")
    assert set(chinese) == set(english)
    assert {
        "run.py serve",
        "run.py db upgrade",
        "run.py demo load",
        "run.py calendar recompute",
    } <= set(chinese)
    for name, text in chinese.items():
        purpose = text.split("\n\n")[1]
        assert HAN.search(purpose), f"{name}: {purpose}"
        assert "Options:" not in text, name
    assert not [name for name, text in english.items() if HAN.search(text)]


@pytest.mark.parametrize(
    "words",
    [("nonsense",), ("serve", "--port", "none"), ("serve", "--nonsense"), ("demo", "nonsense")],
)
def test_a_wrong_word_is_a_matter_of_usage(site, words):
    assert HAN.search(site.run(*words, code=2).stderr)


def test_help_needs_no_database(site):
    assert "serve" in site.run("--help").stdout
    assert not (site.folder / "instance" / "bancheng.db").exists()
