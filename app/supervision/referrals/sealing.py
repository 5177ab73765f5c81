"""Put a case into a sealed file: facts, timeline, what features tell, evidence, attachments.

Personal data is masked.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from sqlalchemy import inspect, select

from app.cases.docket import PARTS
from app.cases.documents.models import Attachment
from app.cases.models import Case
from app.cases.records import Assignment, Callback, Visit
from app.core import chain
from app.core.changes import HIDDEN, plain
from app.core.db import db
from app.core.errors import DomainError
from app.core.files import CHUNK, store
from app.core.guards.watched import PERSONAL
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.core.privacy import Secret, mask_name
from app.core.sealed import TIMELINE, TOLD, Head, Part, told_part, write
from app.core.words import Choice
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline, DeadlineRule
from app.departments.models import Department, Hall, Staff
from app.supervision.models import SupervisionCard, SupervisionRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.files import Draft

EVIDENCE = (Assignment, Deadline, Extension, Pause, Visit, Callback, SupervisionCard, Attachment)
"""What is kept beside a case, each table a file of its own."""

NAMED = (Department, DeadlineRule, Hall, Staff, SupervisionRule)
"""What is told by its name beside its number."""

READ_ME = N_(
    "本文件是事项的密封卷宗：case.json 为登记内容，timeline.jsonl 为办理过程记录链；told 为文字"
    "说明，其中 causes 为办不成的原因，links 为关联和并入的事项编号，appeals 为申诉、复议和诉讼，"
    "referrals 为此前的移交，owners 为谁在何时承办，responsibilities 为当日权责清单；evidence 为"
    "时限与承办依据，attachments 为材料原件；反映人的联系方式和证件号码已遮盖。核对方法：在任意一台"
    "装有“办成”的计算机上运行 run.py timeline verify 本文件 --seal 封签，不需要数据库。"
)


def seal(case: Case, number: str, *, now: datetime) -> tuple[Draft, str]:
    """Seal a case as it is now; return the received file and its seal.

    In Chinese, whoever hands it over: it goes to an organ of the place. Written to a file without a
    name beside the store, then received like any other: memory stays flat, and a crash leaves
    nothing. Raises DomainError for an attachment that is not whole.
    """
    folder = store().folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with force_locale("zh"), TemporaryFile(dir=folder) as out:
        made = write(out, number, _head(case), _parts(case, now), now=now)
        out.seek(0)
        return store().receive(out, sys.maxsize), made


def _head(case: Case) -> Head:
    head = chain.HEAD.c
    row = db.session.execute(select(head.sequence, head.hash).where(head.case_id == case.id)).one()
    return Head(case.number, row.sequence, row.hash)


def _parts(case: Case, now: datetime) -> Iterator[Part]:
    yield Part("readme.txt", [gettext(READ_ME).encode()])
    yield Part("case.json", [_json(_facts(case))])
    yield Part(TIMELINE, _links(case))
    for name in TOLD:
        yield Part(told_part(name), [_json(PARTS[name](case, now))])
    for model in EVIDENCE:
        yield Part(f"evidence/{model.__tablename__}.json", _rows(model, case))
    files = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    for row in db.session.scalars(files):
        yield Part(f"attachments/{row.id}-{row.name}", _bytes(row), packed=False)


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _facts(case: Case) -> dict[str, Any]:
    """Return what was taken down of the case, under the labels that people know."""
    found = {}
    for name, known in attributes(Case).items():
        value = getattr(case, name) if not known.many else None
        if isinstance(value, Choice):
            value = value.label.rpartition("\x04")[2]
        elif not known.many:
            value = plain(known, value)
        if value not in (None, ""):
            found[known.label.rpartition("\x04")[2]] = value
    return found


def _links(case: Case) -> Iterator[bytes]:
    """Give each event of the chain as a line: what it says, in the order of its seal."""
    for row in chain.rows_of(case.number):
        told = {"said": chain.said_of(row), "hash": row.hash}
        yield json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _rows(model: type[Any], case: Case) -> Iterator[bytes]:
    """Give the rows of a table that hang on the case, as a list in JSON, row by row.

    Beside the number of what a row is joined to stands its name.
    """
    columns, joined = inspect(model).column_attrs, _joined(model)
    rows = db.session.scalars(select(model).where(model.case_id == case.id).order_by(model.id))
    yield b"["
    for place, row in enumerate(rows):
        told = {column.key: _value(column, row) for column in columns}
        told |= {name: _name(to) for name in joined if (to := getattr(row, name)) is not None}
        yield (b",\n" if place else b"\n") + json.dumps(told, ensure_ascii=False).encode()
    yield b"\n]\n"


def _joined(model: type[Any]) -> list[str]:
    """Return the names of the relations of a table to what is no part of the case."""
    relations = inspect(model).relationships
    return [it.key for it in relations if not it.uselist and it.mapper.class_ in NAMED]


def _name(row: Any) -> str:
    return row.name if isinstance(row, Staff) else str(row)


def _value(column: Any, row: Any) -> Any:
    """Return a column's value as JSON keeps it; of personal data only that there is some."""
    value = getattr(row, column.key)
    if value is None:
        return None
    if isinstance(column.columns[0].type, Secret):
        return HIDDEN
    if column.key in PERSONAL:
        return mask_name(str(value))
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _bytes(row: Attachment) -> Iterator[bytes]:
    """Give the bytes of a file as it was taken in; refuse one that is gone or was altered."""
    path, digest = store().path(row.sha256), hashlib.sha256()
    if not path.is_file():
        raise DomainError(gettext("材料“%(name)s”的文件已不在服务器上，不能封卷", name=row.name))
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != row.sha256:
        raise DomainError(gettext("材料“%(name)s”的文件已被改动，不能封卷", name=row.name))
