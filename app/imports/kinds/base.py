"""What a kind of import is: its columns, and how a row is judged and taken in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.core.crud.integrity import check
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.panel import attributes
from app.core.privacy import keyring, masked
from app.core.security import holders, may
from app.imports.rules import Verdict, folded
from app.imports.tables import Problem
from app.imports.values import WrongError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.imports.columns import Column
    from app.imports.models import ImportRun
    from app.imports.tables import Line


@dataclass
class Judged:
    """A row with what was read of it and what becomes of it."""

    line: Line
    values: dict[str, Any] = field(default_factory=dict)
    """What the file says; a column that it leaves empty is not there."""
    problems: dict[str, str] = field(default_factory=dict)
    """Column → what is wrong; the empty name stands for the row."""
    known: str = ""
    """Why there is nothing to take in: it is there already."""
    blank: bool = False
    """Whether nothing was filled in, so that there is nothing to say of it."""
    row: Any = None
    """What it becomes, hung on nothing until it is taken in: see `hook`."""
    links: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    hall_id: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What becomes of it."""
        if self.problems:
            return Verdict.WRONG
        return Verdict.KNOWN if self.known else Verdict.NEW

    def wrong(self, name: str, text: str) -> None:
        """Note what is wrong with a column; the first thing found stands."""
        self.problems.setdefault(name, text)

    def told(self, headings: dict[str, str]) -> list[Problem]:
        """Return the problems with their places in the file."""
        line = self.line
        return [
            Problem(line.page, line.number, line.at.get(name, 0), headings.get(name, ""), text)
            for name, text in self.problems.items()
        ]


class Taking(Protocol):
    """One reading of a file by one person: judges all rows, then takes in those that are new."""

    notes: list[str]
    """What one should know before one confirms."""

    def judge(self, lines: Sequence[Judged]) -> None:
        """Say of every row what becomes of it; writes nothing."""

    def turn(self, judged: Judged) -> int:
        """Say in which order new rows are taken in."""

    def add(self, judged: Judged, run: ImportRun) -> str:
        """Take a row in, and name what it became."""

    def finish(self, run: ImportRun) -> None:
        """Do what goes with the rows as a whole."""


@dataclass(frozen=True)
class Kind:
    """A kind of import, as a row of `KINDS`."""

    code: str
    title: str
    about: str
    """What it is for, in a sentence."""
    entity: str
    """The entity that one must be allowed to add, or the only role that may."""
    columns: tuple[Column, ...]
    taking: Callable[[Person, datetime], Taking]
    model: type[Any]
    """What the rows become."""
    role: str = ""
    whole: bool = False
    """Whether there is no taking in of a part of it."""
    template: bool = True
    further: Callable[[], list[tuple[str, str]]] | None = None

    @property
    def writers(self) -> frozenset[str]:
        """The roles that may import this, each in its halls."""
        return frozenset({self.role}) if self.role else holders(self.entity, "a")

    def files(self) -> list[tuple[str, str]]:
        """Return what else can be downloaded to fill in: (label, address)."""
        return self.further() if self.further is not None else []

    def open_to(self, person: Person) -> bool:
        """Say whether a person may import this."""
        if self.role:
            return person.unlimited or self.role in person.roles
        return may(self.entity, "a")


def read_line(judged: Judged, columns: Sequence[Column]) -> None:
    """Read the cells of a row, each by its column."""
    line = judged.line
    if line.hidden:
        judged.wrong("", gettext("这一行在表格里被隐藏，请取消隐藏核对，或删除后再导入"))
    for column in columns:
        cell = line.cells.get(column.name)
        if column.name in line.torn:
            judged.wrong(column.name, line.torn[column.name])
        elif cell is None:
            if column.required and column.name in line.at:
                judged.wrong(column.name, gettext("必填"))
        else:
            try:
                judged.values[column.name] = read(cell, column, since_1904=line.since_1904)
            except WrongError as error:
                judged.wrong(column.name, str(error))


def build(model: type[Any], judged: Judged, fixed: dict[str, Any] | None = None) -> Any:
    """Make the row of a model from what was read, and check it as its form would.

    What it says is wrong with itself is noted; a row that is wrong is not kept.
    """
    known = attributes(model)
    values = {
        name: it.default for name, it in known.items() if it.default is not None and not it.many
    }
    values |= {name: value for name, value in judged.values.items() if name in known}
    with db.session.no_autoflush:
        row = model(**(values | (fixed or {})))
        try:
            check(row)
        except InvalidInputError as error:
            for name, text in error.problems.items():
                judged.wrong(name, text)
    if not judged.problems:
        judged.row = row
    _unhook(judged, row)
    return row


def _unhook(judged: Judged, row: Any) -> None:
    """Take a row off what it hangs on, so that nothing but its turn adds it to the session."""
    with db.session.no_autoflush:
        for name, known in attributes(type(row)).items():
            if known.target is not None and not known.many:
                judged.links[name] = getattr(row, name)
                setattr(row, name, None)


def hook(judged: Judged) -> None:
    """Hang a row on what it belongs to, because its turn has come."""
    for name, target in judged.links.items():
        if target is not None:
            setattr(judged.row, name, target)


def differences(model: type[Any], kept: Any, judged: Judged) -> dict[str, str]:
    """Return what a file says otherwise than a row that is there: column → both, in words."""
    known, found = attributes(model), {}
    for name, value in judged.values.items():
        attribute = known.get(name)
        if attribute is None or _same(attribute.mask, getattr(kept, name), value):
            continue
        now = getattr(kept, name)
        told = masked(attribute.mask, str(now or "")) if attribute.mask else _in_words(now)
        found[name] = gettext(
            "已有这条记录，现为“%(now)s”，与表格不同；没有改动，需要修改请在页面上改",
            now=told or gettext("空"),
        )
    return found


def _same(mask: str, now: Any, value: Any) -> bool:
    if mask:
        plain = folded(str(value))
        return plain in {folded(str(now or "")), folded(masked(mask, str(now or "")))}
    return bool(now == value or (now in (None, "") and value in (None, "")))


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    label = getattr(value, "label", None)
    return gettext(label) if label else str(value if value is not None else "")


def digest_of(told: dict[str, Any]) -> str:
    """Return the blind index of a row: equal rows, equal digests; nothing else shows."""
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return keyring().index(hashlib.sha256(plain.encode()).hexdigest())


def said_twice(judged: Judged, first: Judged) -> None:
    """Judge a row that has the key of an earlier one of the same file."""
    where = gettext("“%(page)s”第 %(row)d 行", page=first.line.page, row=first.line.number)
    if judged.values == first.values:
        judged.known = gettext("与%(where)s相同，只导入一次", where=where)
    else:
        judged.wrong("", gettext("与%(where)s是同一条记录，内容却不同", where=where))
