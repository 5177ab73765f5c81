"""A backup holds what was there, tells when it was made, and the checklist says so."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from datetime import timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.notices.models import Notice
from app.notices.rules import State, Way
from app.panel import backup
from app.panel.workbench.checklist import LATELY, checklist
from tests.cases.window import person
from tests.conftest import NOW
from tests.core.screens import text_of

SENDING, BACKUP = "让消息发得出去", "每周备份"


@pytest.fixture
def made(demo, unlimited, tmp_path):
    """Return what a backup of the invented house says, and where it is."""
    files, folder = demo.config["FILES"], demo.config["INSTANCE"]
    (files / "ab").mkdir(parents=True, exist_ok=True)
    (files / "ab" / "content").write_text("a paper")
    (files / "draft-1").write_text("half a paper")
    for name in backup.KEYS:
        (folder / name).write_text("a key")
    yield backup.back_up(tmp_path / "house.zip", NOW), tmp_path / "house.zip"
    shutil.rmtree(files)
    for name in backup.KEYS:
        (folder / name).unlink()


def test_a_backup_holds_database_files_and_keys_and_is_written_down(made, demo, tmp_path):
    (size, keys), path = made
    assert size == path.stat().st_size
    assert path.stat().st_mode & 0o077 == 0, "whoever reads it reads everything"
    with ZipFile(path) as packed:
        names = set(packed.namelist())
        packed.extractall(tmp_path / "there")
    assert "files/ab/content" in names
    assert "files/draft-1" not in names
    cases = db.session.scalar(select(func.count()).select_from(Case))
    if demo.config["EMBEDDED"]:
        assert keys
        assert set(backup.KEYS) <= names
        copy = sqlite3.connect(tmp_path / "there" / "bancheng.db")
        assert copy.execute('SELECT count(*) FROM "case"').fetchone() == (cases,)
        copy.close()
    else:
        assert not keys
        dump = tmp_path / "there" / "bancheng.dump"
        command = ["pg_restore", "--data-only", "--table=case", "--file=-", dump]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert "LQ-2026-000001\t" in told
    assert backup.last_backup() == NOW
    assert [it.name for it in tmp_path.iterdir() if it.name.startswith(".")] == []


def test_nothing_is_written_over_and_what_fails_leaves_nothing(
    demo, unlimited, tmp_path, monkeypatch
):
    there = tmp_path / "old.zip"
    there.write_text("kept")
    with pytest.raises(DomainError, match="没有覆盖"):
        backup.back_up(there, NOW)
    assert there.read_text() == "kept"
    with pytest.raises(DomainError, match="没有这个目录"):
        backup.back_up(tmp_path / "nowhere" / "new.zip", NOW)
    monkeypatch.setattr(backup, "_copied", lambda _room: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.back_up(tmp_path / "new.zip", NOW)
    assert [it.name for it in tmp_path.iterdir()] == ["old.zip"]
    assert backup.last_backup() is None


def steps(now=NOW):
    with scope.working_for(person("admin")) as admin:
        return {step.label: step for step in checklist(admin, now)}


def tell(state, error=None):
    with scope.everything(), transaction():
        last = db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
        last.way, last.state, last.last_error, last.sent_at = Way.MAIL, state, error, NOW


def test_the_checklist_says_how_sending_and_backup_stand_now(demo, monkeypatch):
    monkeypatch.setitem(demo.config, "NOTICES", [])
    assert (steps()[SENDING].done, steps()[SENDING].note) == (False, "还没有通知渠道")
    monkeypatch.setitem(demo.config, "NOTICES", ["mailtos://user:word@example.org"])
    assert steps()[SENDING].note == "渠道已有，还没有发过消息"
    tell(State.DEAD, "连接不上")
    assert (steps()[SENDING].done, steps()[SENDING].note) == (False, "最近一次没有发成：连接不上")
    tell(State.SENT)
    assert (steps()[SENDING].done, steps()[SENDING].note) == (True, "最近一次 09-17 10:00 已发送")
    assert (steps()[BACKUP].done, steps()[BACKUP].note) == (False, "上次备份：从未")
    with scope.everything():
        backup.note("by other means", NOW)
    assert steps() == {}, "all is done"
    late = steps(NOW + LATELY + timedelta(hours=1))
    assert (late[BACKUP].done, late[BACKUP].note) == (False, "上次备份：2026-09-17 10:00")


def test_only_whoever_looks_after_the_whole_house_is_asked_for_a_backup(demo, login):
    assert "上次备份：从未" in text_of(login(demo, "admin").get("/"))
    page = text_of(login(demo, "clerk.linqing").get("/"))
    assert "备份" not in page
