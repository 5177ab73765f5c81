"""The commands of the clock: what they print for a machine, and how they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import config
import run
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar, revision
from tests.cases.window import brought_to
from tests.conftest import NOW

FILE = "日期,是否上班,名称\n2027-01-01,0,元旦\n2027-01-02,1,调休上班\n"


@pytest.fixture
def call(demo, monkeypatch):
    """Return a function that runs a command over the demo, with its clock at NOW."""
    monkeypatch.setattr(run, "_create_app", lambda: demo)
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)

    def command(*words):
        db.session.remove()
        return CliRunner().invoke(run.cli, [str(word) for word in words])

    return command


def printed(result):
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def refused(result, code=1):
    """Check that the command said no in the way that was promised; return what it said."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    if code == 1:
        assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


# --- deadline ------------------------------------------------------------------------------------


def test_two_working_days_end_on_a_make_up_sunday(call):
    told = printed(call("deadline", "--start", "2026-09-17T10:00", "--days", 2))
    assert set(told) == {"due_at", "provisional", "revision", "days"}
    assert (told["due_at"], told["provisional"]) == ("2026-09-20T17:30:00+08:00", False)
    assert [(day["date"], day["counted"]) for day in told["days"]] == [
        ("2026-09-17", False),
        ("2026-09-18", True),
        ("2026-09-19", False),
        ("2026-09-20", True),
    ]
    assert all(set(day) == {"date", "counted", "reason"} and day["reason"] for day in told["days"])


def test_a_year_without_a_notice_is_provisional(call):
    told = printed(call("deadline", "--start", "2026-12-30T10:00", "--days", 3))
    assert (told["due_at"], told["provisional"]) == ("2027-01-05T17:30:00+08:00", True)
    assert {"date": "2027-01-01", "counted": False} in [
        {key: day[key] for key in ("date", "counted")} for day in told["days"]
    ]


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (("--start", "2026-05-09T23:00", "--days", 3), "2026-05-13T17:30:00+08:00"),
        (("--start", "2026-09-30T09:00", "--days", 3), "2026-10-10T17:30:00+08:00"),
        (("--start", "2026-09-17T10:00+08:00", "--days", 1), "2026-09-18T17:30:00+08:00"),
        (("--start", "2026-09-17T16:00Z", "--days", 1), "2026-09-20T17:30:00+08:00"),
        (
            ("--start", "2026-09-17T10:00", "--days", 1, "--closing", "12:00"),
            "2026-09-18T12:00:00+08:00",
        ),
        (
            ("--start", "2026-09-17T10:00", "--days", 1, "--tz", "Asia/Urumqi"),
            "2026-09-18T17:30:00+06:00",
        ),
        (("--start", "2026-09-17", "--days", 1), "2026-09-18T17:30:00+08:00"),
    ],
)
def test_the_day_of_the_start_is_not_counted(call, words, due):
    assert printed(call("deadline", *words))["due_at"] == due


def test_a_file_alone_is_the_calendar(call, tmp_path):
    file = tmp_path / "日历.csv"
    file.write_text("2026-09-18,0,停电\n")
    told = printed(call("deadline", "--start", "2026-09-17T10:00", "--days", 2, "--calendar", file))
    assert told["due_at"] == "2026-09-22T17:30:00+08:00"
    assert {"date": "2026-09-18", "counted": False, "reason": "停电"} in told["days"]


def test_the_databases_own_calendar_is_asked(call):
    with scope.everything(), transaction():
        db.session.add(
            CalendarDay(date=date(2026, 9, 18), working=False, name="停电", source="local")
        )
        number = revision()
    told = printed(call("deadline", "--start", "2026-09-17T10:00", "--days", 2))
    assert told["due_at"] == "2026-09-21T17:30:00+08:00"
    assert told["revision"] >= number


@pytest.mark.parametrize(
    "words",
    [
        ("--days", 0),
        ("--days", -1),
        ("--days", 99999999),
        ("--days", 10**30),
        ("--start", "9999-12-31T00:00"),
        ("--start", "0001-01-01T00:00"),
        ("--start", "1999-01-01T00:00-23:59"),
        ("--closing", "00:00"),
    ],
)
def test_what_can_not_be_counted_is_one_line(call, words):
    given = {"--start": "2026-09-17T10:00", "--days": 2, words[0]: words[1]}
    refused(call("deadline", *(word for pair in given.items() for word in pair)))


@pytest.mark.parametrize(
    "words",
    [
        ("--start", "garbage"),
        ("--start", ""),
        ("--start", "2026-13-01"),
        ("--days", "two"),
        ("--days", "1.5"),
        ("--tz", "Nowhere"),
        ("--tz", ""),
        ("--tz", "../../etc/passwd"),
        ("--tz", "/etc/passwd"),
        ("--tz", "Asia"),
        ("--closing", "25:00"),
        ("--closing", "noon"),
        ("--calendar", "/no/such/file.csv"),
        ("--calendar", "/"),
    ],
)
def test_what_is_misspelt_is_a_matter_of_usage(call, words):
    given = {"--start": "2026-09-17T10:00", "--days": 2, words[0]: words[1]}
    refused(call("deadline", *(word for pair in given.items() for word in pair)), 2)


def test_what_is_missing_is_a_matter_of_usage(call):
    refused(call("deadline"), 2)
    refused(call("deadline", "--days", 2), 2)
    refused(call("deadline", "--start", "2026-09-17T10:00", "--days", 2, "extra"), 2)


@pytest.mark.parametrize(
    "body",
    [b"", b"rubbish", b"\xff\xfe\x00", b"2026-02-30,0,x\n", b"2026-01-01,7,x\n", b"PK\x03\x04"],
)
def test_a_bad_file_is_one_line(call, tmp_path, body):
    file = tmp_path / "bad.csv"
    file.write_bytes(body)
    refused(call("deadline", "--start", "2026-09-17T10:00", "--days", 2, "--calendar", file))
    refused(call("calendar", "import", file))
    refused(call("calendar", "import", file, "--apply"))


@pytest.mark.parametrize(
    "words",
    [
        ("deadline", "--start", "2026-09-17T10:00", "--days", "2"),
        ("deadline", "--start", "2026-09-17T10:00", "--days", "0"),
        ("deadline", "--start", "garbage", "--days", "2"),
    ],
)
def test_the_exit_code_is_the_programs(tmp_path, words):
    """As a shell sees it, without a database: the published calendar answers."""
    environment = {
        **os.environ,
        "BANCHENG_INSTANCE": str(tmp_path / "none"),
        "BANCHENG_LOCALE": "zh",
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "run.py", *words],
        cwd=config.ROOT,
        text=True,
        env=environment,
        capture_output=True,
        check=False,
    )
    expected = {"2": 0, "0": 1}[words[-1]] if "garbage" not in words else 2
    assert done.returncode == expected, done.stderr
    assert "Traceback" not in done.stderr
    if expected == 0:
        assert json.loads(done.stdout)["due_at"] == "2026-09-20T17:30:00+08:00"
        assert done.stderr == ""
    assert not (tmp_path / "none" / "bancheng.db").exists()


# --- calendar ------------------------------------------------------------------------------------


def test_show_lists_the_unusual_days_of_a_year(call):
    told = printed(call("calendar", "show", 2026, "--json"))
    assert (told["year"], told["final"]) == (2026, True)
    days = {day["date"]: day for day in told["days"]}
    assert days["2026-09-20"]["working"] is True
    assert days["2026-10-01"]["working"] is False
    assert days["2026-10-01"]["name"]
    assert "2026-09-18" not in days
    with scope.everything():
        first = date(2026, 1, 1)
        assert told["working_days"] == sum(
            calendar().is_workday(first + timedelta(n)) for n in range(365)
        )
    text = call("calendar", "show", 2026)
    assert text.exit_code == 0
    assert "2026-09-20  上班" in text.stdout
    assert printed(call("calendar", "show", 2031, "--json"))["final"] is False


@pytest.mark.parametrize("year", ["1999", "2101", "0", "-1", "abc", "2026.5", "9" * 30])
def test_a_year_beyond_the_calendar_is_a_matter_of_usage(call, year):
    refused(call("calendar", "show", year), 2)


def test_import_previews_and_imports_when_told_to(call, tmp_path):
    file = tmp_path / "2027.csv"
    file.write_text(FILE)
    with scope.everything():
        before = revision()
    preview = printed(call("calendar", "import", file, "--json"))
    assert (preview["years"], preview["applied"]) == ([2027], False)
    assert [change["date"] for change in preview["changes"]] == ["2027-01-01", "2027-01-02"]
    assert "--apply" in call("calendar", "import", file).stdout
    with scope.everything():
        assert revision() == before
    done = printed(call("calendar", "import", file, "--apply", "--json"))
    assert (done["applied"], done["revision"]) == (True, before + 1)
    with scope.everything():
        assert calendar().is_workday(date(2027, 1, 2))
        assert calendar().is_final(date(2027, 1, 2))
    assert printed(call("calendar", "import", file, "--json"))["changes"] == []


@pytest.mark.usefixtures("main_clock_alone")
def test_recompute_previews_and_corrects_when_told_to(call):
    with scope.everything():
        case = brought_to(Status.DISPATCHED)
        number, name = case.id, case.number
        with transaction():
            db.session.add(
                CalendarDay(date=date(2026, 9, 18), working=False, name="停电", source="local")
            )
    told = printed(call("calendar", "recompute", "--json"))
    assert told["applied"] == 0
    [change] = [item for item in told["changes"] if item["number"] == name]
    assert change == {
        "kind": "clock",
        "number": name,
        "what": "解决时限",
        "old_due": change["old_due"],
        "new_due": change["new_due"],
        "needs_confirmation": False,
    }
    assert change["old_due"].startswith("2026-09-21T09:30")
    assert change["new_due"].startswith("2026-09-22T09:30")
    assert name in call("calendar", "recompute").stdout
    done = printed(call("calendar", "recompute", "--apply", "--json"))
    assert done["applied"] == len(told["changes"])
    with scope.everything():
        clock = db.session.scalars(select(Deadline).where(Deadline.case_id == number)).one()
        assert (clock.due_version, clock.due_at.isoformat()) == (2, change["new_due"])
    assert printed(call("calendar", "recompute", "--json")) == {"applied": 0, "changes": []}


@pytest.mark.usefixtures("main_clock_alone")
def test_recompute_leaves_to_a_supervisor_what_would_turn_overdue(call, monkeypatch):
    with scope.everything():
        case = brought_to(Status.DISPATCHED)
        number, name = case.id, case.number
        with transaction():
            db.session.add(
                CalendarDay(date=date(2026, 9, 19), working=True, name="上班", source="local")
            )
    monkeypatch.setattr("app.core.clock.now", lambda: NOW + timedelta(days=4))
    told = printed(call("calendar", "recompute", "--apply", "--json"))
    [change] = [item for item in told["changes"] if item["number"] == name]
    assert change["needs_confirmation"] is True
    with scope.everything():
        clock = db.session.scalars(select(Deadline).where(Deadline.case_id == number)).one()
        assert clock.due_version == 1
    assert "督查" in call("calendar", "recompute").stdout
