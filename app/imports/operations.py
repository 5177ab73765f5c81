"""Check a file, and take it in: once, as a whole or its good rows only, in one transaction."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core.crud.integrity import explain, problems_of
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.sheets import reading
from app.core.transaction import transaction
from app.imports.kinds import KINDS
from app.imports.kinds.base import Judged, hook, read_line
from app.imports.models import ImportLine, ImportRun
from app.imports.report import Report
from app.imports.rules import MOST_NAME, ImportState, Verdict
from app.imports.tables import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.core.scope import Person
    from app.core.sheets.grid import Book
    from app.imports.kinds import Kind
    from app.imports.kinds.base import Taking

MOST_BYTES = 10 * 2**20


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def book(self) -> Book:
        """What is in it; SheetError says why it is not read."""
        with self.on_disk() as path:
            return reading.read(path)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Put it into a private file for as long as somebody looks at it."""
        handle, name = tempfile.mkstemp(prefix="bancheng-", suffix=".upload")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self.data)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


class _RefusedError(Exception):
    """Undo everything: a row could not be taken in, and all or nothing was asked for."""


def received(name: str, data: bytes) -> Upload:
    """Return an upload; DomainError for one that is empty or too large."""
    if len(data) > MOST_BYTES:
        raise DomainError(gettext("文件超过 %(most)d MB，请分成几个文件", most=MOST_BYTES // 2**20))
    if not data:
        raise DomainError(gettext("文件是空的"))
    plain = "".join(it if it.isprintable() else "-" for it in Path(name).name)
    return Upload(plain[:MOST_NAME] or gettext("未命名"), data)


def examine(kind: Kind, book: Book, *, actor: Person, now: datetime) -> Report:
    """Say what would become of every row; nothing is written, nor left behind in the session."""
    report, _ = _judged(kind, book, actor, now)
    return report


def _judged(kind: Kind, book: Book, actor: Person, now: datetime) -> tuple[Report, Taking]:
    found = find(book, kind.code, kind.columns)
    rows = [Judged(line) for line in found.lines]
    taking = kind.taking(actor, now)
    for row in rows:
        read_line(row, kind.columns)
    if not found.problems:
        taking.judge(rows)
    return Report(kind, found, rows, taking.notes), taking


def keep(kind: Kind, upload: Upload, report: Report, *, actor: Person, now: datetime) -> ImportRun:
    """Write down that a file was checked, with the file itself, to be confirmed."""
    run = ImportRun(
        created_at=now,
        kind=kind.code,
        file_name=upload.name,
        sha256=upload.sha256,
        size=len(upload.data),
        actor_id=actor.id,
        actor=actor.name,
        hall_id=next(iter(report.halls)) if len(report.halls) == 1 else None,
        state=ImportState.CHECKED,
        content=base64.b64encode(upload.data).decode(),
    )
    _note(run, report)
    db.session.add(run)
    db.session.flush()
    return run


def content_of(run: ImportRun) -> Upload:
    """Return the file of an import; DomainError when it is not kept any more."""
    if run.content is None:
        raise DomainError(gettext("上传的文件已过保存期，请重新上传"))
    try:
        return Upload(run.file_name, base64.b64decode(run.content, validate=True))
    except binascii.Error as error:
        raise DomainError(gettext("上传的文件已过保存期，请重新上传")) from error


def take_in(
    run: ImportRun, book: Book, *, together: bool, actor: Person, now: datetime
) -> Report | None:
    """Take the rows of a checked file in; None when somebody has done that already.

    All or nothing: with one row wrong, nothing is written. Otherwise the good rows, each wholly.
    The database lets one import after the other through, so that the second sees what the first
    brought; a crash leaves nothing.
    """
    kind = KINDS[run.kind]
    db.session.rollback()  # what was read before; under WAL a reader can't become the writer
    try:
        with transaction():
            _one_at_a_time()
            db.session.refresh(run)
            if run.state is not ImportState.CHECKED:
                return None
            return _take(run, kind, book, together=together, actor=actor, now=now)
    except _RefusedError as refused:
        report: Report = refused.args[0]
        return report


def _take(
    run: ImportRun, kind: Kind, book: Book, *, together: bool, actor: Person, now: datetime
) -> Report:
    report, taking = _judged(kind, book, actor, now)
    together = together or kind.whole
    if together and not report.whole:
        raise _RefusedError(report)
    run.whole, run.applied_at, run.applied_by = together, now, actor.name
    run.state = ImportState.DONE
    new = sorted(report.of(Verdict.NEW), key=taking.turn) if report.good else ()
    for row in new:
        _take_row(row, taking, run, report, together=together)
    if report.added:
        taking.finish(run)
    _note(run, report)
    db.session.flush()
    return report


def _take_row(
    row: Judged, taking: Taking, run: ImportRun, report: Report, *, together: bool
) -> None:
    """Take one row in; what the database or a rule still has against it is told of the row."""
    try:
        with nullcontext() if together else db.session.begin_nested():
            hook(row)
            name = taking.add(row, run)
            db.session.flush()
            report.added.append(name)
    except IntegrityError as error:
        _refuse(row, explain(error, report.kind.model).problems, report, together=together)
    except (DomainError, StaleDataError) as error:
        _refuse(row, problems_of(error), report, together=together)


def _refuse(row: Judged, problems: dict[str, str], report: Report, *, together: bool) -> None:
    for name, sentence in problems.items():
        row.wrong(name, sentence)
    if together:
        report.added.clear()
        raise _RefusedError(report)


def _note(run: ImportRun, report: Report) -> None:
    counts = report.counts()
    run.total, run.known, run.wrong = counts["total"], counts["known"], counts["wrong"]
    run.added = counts["added"]
    run.report = report.as_json()


def _one_at_a_time() -> None:
    """Wait for whoever imports; SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        table = ImportLine.__tablename__
        db.session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))


def forget_files(before: datetime) -> int:
    """Forget the files that were uploaded before an instant; the records of them stay."""
    old = select(ImportRun.id).where(ImportRun.content.is_not(None), ImportRun.created_at < before)
    done = db.session.execute(
        update(ImportRun)
        .where(ImportRun.id.in_(old))
        .values(content=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
