"""Put the house into one file: the database as it is at one moment, the files of cases, the keys.

The database goes first: a file of a case is written before the row that names it, and not deleted
while one does. Produced ledgers stay out: they can be produced again.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from flask import current_app
from sqlalchemy import select

from app.core.db import db
from app.core.errors import DomainError
from app.core.jobs import JobRun, RunState, claim, finish
from app.core.language import N_, gettext

if TYPE_CHECKING:
    from datetime import datetime

NAME, TITLE = "backup", N_("备份")
KEYS = ("bancheng_secret_key", "bancheng_data_key")
"""The keys that an embedded house makes for itself, as they are named in its folder."""

CLIENT = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "username", "PGPASSWORD": "password"}
"""How the tools of PostgreSQL are told where the server is, without its password in sight."""


def last_backup() -> datetime | None:
    """Return when the last backup was whole."""
    done = select(JobRun.ended_at).where(JobRun.name == NAME, JobRun.state == RunState.DONE)
    return db.session.scalar(done.order_by(JobRun.ended_at.desc()).limit(1))


def note(summary: str, now: datetime) -> None:
    """Write down that the house was backed up."""
    run = claim(NAME, TITLE, now, node=socket.gethostname(), now=now)
    if run is not None:
        finish(run, RunState.DONE, now=now, summary=summary)


def back_up(target: Path, now: datetime) -> tuple[int, bool]:
    """Write a backup; return its size in bytes, and whether the keys are in it.

    DomainError where a file of that name is there already, or the database can't be copied.
    """
    target = target.absolute()
    if target.exists():
        raise DomainError(gettext("已有这个文件，没有覆盖：%(path)s", path=target))
    if not target.parent.is_dir():
        raise DomainError(gettext("没有这个目录：%(path)s", path=target.parent))
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as room:
        whole = Path(room) / "whole.zip"
        whole.touch(mode=0o600)
        copied = _copied(Path(room))
        keys = [current_app.config["INSTANCE"] / name for name in KEYS]
        keys = [path for path in keys if path.exists()] if current_app.config["EMBEDDED"] else []
        with ZipFile(whole, "w") as packed:
            packed.write(copied, copied.name, ZIP_DEFLATED)
            for path in keys:
                packed.write(path, path.name)
            _pack_files(packed, current_app.config["FILES"])
        whole.rename(target)
    size = target.stat().st_size
    note(gettext("%(name)s，%(size)s MB", name=target.name, size=f"{size / 2**20:.1f}"), now)
    return size, len(keys) == len(KEYS)


def _pack_files(packed: ZipFile, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("draft-"):
            packed.write(path, f"files/{path.relative_to(folder).as_posix()}", ZIP_STORED)


def _copied(room: Path) -> Path:
    """Copy the database into a folder, as it is at one moment."""
    if current_app.config["EMBEDDED"]:
        return _copied_embedded(room / "bancheng.db")
    return _dumped(room / "bancheng.dump")


def _copied_embedded(path: Path) -> Path:
    database = str(db.engine.url.database)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        [(told,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
        copy.execute("PRAGMA journal_mode=DELETE")
    if told != "ok":
        raise DomainError(gettext("数据库的副本不完好：%(why)s", why=told))
    return path


def _dumped(path: Path) -> Path:
    tool, url = shutil.which("pg_dump"), db.engine.url
    if tool is None:
        told = gettext(
            "没有找到 pg_dump，请安装 PostgreSQL 的客户端；用别的办法备份的，加 --elsewhere"
        )
        raise DomainError(told)
    known = {name: str(getattr(url, part) or "") for name, part in CLIENT.items()}
    environment = os.environ | {name: value for name, value in known.items() if value}
    command = [tool, "--format=custom", "--no-password", f"--file={path}", str(url.database)]
    done = subprocess.run(  # noqa: S603 - our own words, and the name of our own database
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [""])[-1]
        raise DomainError(gettext("数据库没有备份成：%(why)s", why=why))
    return path
