"""Cases of every kind, and ledgers of them."""

import os
import shutil
import subprocess

import pytest

from app.core import scope
from app.departments.queries import person_named
from app.ledgers.orders import Order
from app.ledgers.production import produce
from tests.conftest import NOW
from tests.core.workbook_examples import HOSTILE
from tests.ledgers.reading import ask, kept, run

LONG = "长" * 3999 + "完"
HARM = [*HOSTILE, "一\r\n二", LONG]


@pytest.fixture
def ledger(tmp_path):
    """Return a function that produces a ledger for a person and gives its file."""

    def take(kind="cases", who=None, **asked):
        person = scope.SYSTEM if who is None else person_named(who)
        path = tmp_path / f"{kind}-{len(list(tmp_path.iterdir()))}.xlsx"
        now = asked.pop("now", NOW)
        produce(Order(kind, **asked), path, person=person, now=now)
        return path

    return take


@pytest.fixture
def every_kind(demo):
    """The demo's cases, with texts that mean harm, two assistants, and clocks at every stage."""
    ids = [row["id"] for row in ask('SELECT id FROM "case" ORDER BY id')]
    for number, harm in zip(ids, HARM, strict=False):
        run(
            'UPDATE "case" SET description = :harm, matter = :matter WHERE id = :id',
            harm=harm,
            matter=harm[:100],
            id=number,
        )
    case = ask(
        'SELECT id, hall_id, lead_department_id AS lead FROM "case" '
        "WHERE lead_department_id IS NOT NULL ORDER BY id"
    )[0]
    helpers = ask(
        "SELECT id FROM department WHERE hall_id = :hall AND id <> :lead ORDER BY id DESC",
        hall=case["hall_id"],
        lead=case["lead"],
    )
    for helper in helpers[:2]:
        run(
            "INSERT INTO assignment (case_id, department_id, role, dispatched_at, version) "
            "VALUES (:case, :helper, 'assist', :at, 1)",
            case=case["id"],
            helper=helper["id"],
            at=kept("2026-09-01 01:00:00"),
        )
    running = ask("SELECT id FROM deadline WHERE met_at IS NULL AND current ORDER BY id")
    assert len(running) >= 3
    for clock, warn, due, escalate in zip(
        running,
        ("2026-09-02 01:00:00", "2026-09-16 01:00:00", "2026-09-17 01:00:00"),
        ("2026-09-02 09:30:00", "2026-09-16 09:30:00", "2026-09-17 09:30:00"),
        ("2026-09-04 09:30:00", "2026-09-20 09:30:00", "2026-09-21 09:30:00"),
        strict=False,
    ):
        run(
            "UPDATE deadline SET start = :start, warn_at = :warn, due_at = :due, "
            "escalate_at = :escalate WHERE id = :id",
            id=clock["id"],
            start=kept("2026-08-28 01:00:00"),
            warn=kept(warn),
            due=kept(due),
            escalate=kept(escalate),
        )
    return demo


@pytest.fixture
def soffice(tmp_path):
    """Return a function that lets LibreOffice convert a file."""
    program = shutil.which("soffice")
    if not program and os.environ.get("CI"):
        pytest.fail("LibreOffice is missing: CI has to have it")
    if not program:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path / "converted"

    def convert(file, target):
        profile = (tmp_path / "profile").as_uri()
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(folder),
            str(file),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return next(folder.iterdir())

    return convert
