"""Produce a ledger: choose its cases, stream them into a workbook, say on the cover what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.core import scope
from app.core.crud.export import cover_facts
from app.core.crud.present import local
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.privacy import seal_keys
from app.core.workbook import Produced, Sheet, Tone, safe_file_name, write
from app.departments.queries import hall_of_code
from app.departments.rules import Role
from app.ledgers.columns import LEDGERS
from app.ledgers.queries import (
    all_halls,
    begun_between,
    departments_coded,
    first_begun,
    halls_below,
    selection,
    stream,
)
from app.ledgers.templates.shaping import Shape, shaped
from app.ledgers.templates.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import ColumnElement, Select

    from app.core.scope import Person
    from app.departments.models import Department, Hall
    from app.ledgers.columns import Ledger
    from app.ledgers.models import LedgerKind
    from app.ledgers.orders import Order


@dataclass(frozen=True)
class Chosen:
    """Which cases a ledger is about: as criteria, as a place, and in words."""

    criteria: tuple[ColumnElement[bool], ...]
    place: str
    words: str


def produce(order: Order, path: Path, *, person: Person, now: datetime) -> Produced:
    """Write a ledger of the rows that a person may see, as they stand at an instant.

    InvalidInputError for an unknown hall or department; WorkbookError when the file can't be
    written.
    """
    with scope.working_for(person):
        order, shape = shaped(order, person, now)
        chosen = choose(order)
        query = chosen_rows(order.kind, now, shape).where(*chosen.criteria)
        return save(
            order.kind, path, query,
            person=person, now=now, place=chosen.place, shape=shape,
            filters=in_words(chosen, shape),
        )  # fmt: skip


def chosen_rows(kind: LedgerKind, now: datetime, shape: Shape | None = None) -> Select[Any]:
    """Select the rows that a ledger lists at an instant, in the usual columns or those of a shape.

    A shape also narrows them and puts them in order.
    """
    ledger = LEDGERS[kind]
    query = selection(ledger.subject, shape.read if shape is not None else ledger.columns)
    if ledger.criterion is not None:
        query = query.where(ledger.criterion(now))
    return shape.sorted(query) if shape is not None else query


def in_words(chosen: Chosen, shape: Shape) -> str:
    """Say by what a ledger is narrowed."""
    if not shape.words:
        return chosen.words
    said = (chosen.words,) if chosen.criteria else ()
    return gettext("；").join((*said, *shape.words))


def save(
    kind: LedgerKind,
    path: Path,
    query: Select[Any],
    *,
    person: Person,
    now: datetime,
    place: str,
    filters: str,
    shape: Shape | None = None,
) -> Produced:
    """Write the rows of a selection to a file, with the cover behind them."""
    ledger = LEDGERS[kind]
    shape = shape or Shape(ledger.columns)
    title = gettext("%(hall)s%(ledger)s", hall=place, ledger=shape.name or gettext(kind.label))
    table = Table(shape, now)

    def cover(produced: Produced) -> list[tuple[str, str]]:
        facts = cover_facts(title, person, now, filters, produced, reader=_reader(person, place))
        return [
            *facts,
            *shape.facts,
            (gettext("数据范围"), _in_sight(person)),
            *_counted(table),
            *_explained(ledger),
        ]

    sheet = Sheet(title, table.columns, paper=shape.paper)
    rows = table.rows(stream(ledger.subject, query))
    return write(path, sheet, rows, cover, produced_at=local(now), keys=seal_keys())


def _reader(person: Person, place: str) -> str:
    """Say whom a ledger is for: what is made on time is for all who oversee the place."""
    if not person.unlimited:
        return person.name
    return gettext("有权查看%(place)s台账的人员", place=place)


def _in_sight(person: Person) -> str:
    """Say whose eyes the ledger was taken through: a handler's lists the own department's cases."""
    if person.unlimited:
        return gettext("系统中的全部事项")
    roles = gettext("、").join(gettext(role.label) for role in Role if role in person.roles)
    return gettext("制表人权限内的事项（%(roles)s）", roles=roles)


def _counted(table: Table) -> list[tuple[str, str]]:
    """Say how many rows are late, due soon and provisional, and by which calendar."""
    counted, telling = table.telling.counted, table.telling
    sums = [(gettext("其中小计与合计"), str(table.sums))] if table.sums else []
    return [
        *sums,
        (gettext("其中超期"), str(counted[Tone.LATE])),
        (gettext("其中临期"), str(counted[Tone.SOON])),
        (gettext("其中时限暂定"), str(counted["provisional"])),
        (gettext("工作日历"), gettext("第 %(revision)d 版", revision=telling.calendar.revision)),
    ]


def _explained(ledger: Ledger) -> list[tuple[str, str]]:
    about = [(gettext("收录范围"), gettext(ledger.about))] if ledger.about else []
    return [*about, *((gettext(label), gettext(note)) for label, note in ledger.notes)]


# --- what it is narrowed by --------------------------------------------------------------------


def choose(order: Order) -> Chosen:
    """Turn what was asked for into criteria, among what is in scope."""
    subject, since, until = LEDGERS[order.kind].subject, order.since, order.until
    hall = _hall(order.hall)
    halls = halls_below(hall) if hall is not None else all_halls()
    criteria, words = [], []
    if since is not None or until is not None or hall is not None:
        criteria.append(begun_between(subject, since, until, halls))
    if since is not None or until is not None:
        words.append(_period_in_words(since, until))
    if hall is not None:
        words.append(_hall_in_words(hall, alone=len(halls) == 1))
    if order.department is not None:
        departments = _departments(order.department, halls)
        criteria.append(subject.handled_by([row.id for row in departments]))
        names = gettext("、").join(map(str, departments))
        words.append(gettext(subject.whose, name=names))
    place = hall.name if hall is not None else place_of(halls)
    return Chosen(tuple(criteria), place, gettext("；").join(words) or gettext("全部"))


def _hall(code: str | None) -> Hall | None:
    hall = hall_of_code(code) if code is not None else None
    if code is not None and hall is None:
        raise InvalidInputError(
            {"hall": gettext("没有代码为“%(code)s”的大厅，或者它不在您的权限范围内", code=code)}
        )
    return hall


def _hall_in_words(hall: Hall, *, alone: bool) -> str:
    if alone:
        return gettext("大厅：%(hall)s", hall=hall.name)
    return gettext("大厅：%(hall)s及其下级大厅", hall=hall.name)


def _departments(code: str, halls: Sequence[Hall]) -> Sequence[Department]:
    found = departments_coded(code, halls)
    if not found:
        sentence = gettext("没有代码为“%(code)s”的科室，或者它不在您的权限范围内", code=code)
        raise InvalidInputError({"department": sentence})
    return found


def _period_in_words(since: date | None, until: date | None) -> str:
    if since is None:
        return gettext("登记日期：%(until)s 及以前", until=until)
    if until is None:
        return gettext("登记日期：%(since)s 及以后", since=since)
    return gettext("登记日期：%(since)s 至 %(until)s", since=since, until=until)


def place_of(halls: Sequence[Hall]) -> str:
    """Name halls together: by the one that all others are below, if there is one."""
    ids = {hall.id for hall in halls}
    top = [hall for hall in halls if hall.parent_id not in ids]
    return top[0].name if len(top) == 1 else gettext("各大厅")


# --- how its file is called --------------------------------------------------------------------


def file_name(
    kind: LedgerKind, hall_name: str, since: date, until: date, now: datetime, *, called: str = ""
) -> str:
    """Name a ledger's file: kind or its own name, hall, first and last date, when it was made."""
    return safe_file_name(
        called or gettext(kind.label),
        hall_name,
        f"{since:%Y%m%d}",
        f"{until:%Y%m%d}",
        f"{local(now):%Y%m%d%H%M%S}",
    )


def usual_name(order: Order, *, person: Person, now: datetime) -> str:
    """Name the file of a ledger.

    Where the period is open, it begins with the first registration there is and ends today.
    """
    with scope.working_for(person):
        order, shape = shaped(order, person, now)
        chosen = choose(replace(order, department=None))
        last = order.until or local(now).date()
        first = order.since or first_day(
            order.kind, lambda query: query.where(*chosen.criteria), last
        )
        return file_name(order.kind, chosen.place, first, last, now, called=shape.name)


def first_day(kind: LedgerKind, narrow: Callable[[Select[Any]], Select[Any]], last: date) -> date:
    """Return when the first of what a ledger may list began, as a date not after the last."""
    first = first_begun(LEDGERS[kind].subject, narrow)
    return min(local(first).date(), last) if first is not None else last
