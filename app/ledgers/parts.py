"""The parts of a ledger: its rows; where it counts, its lines and what they count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.cases.models import Case
from app.core.language import gettext
from app.core.workbook import Column, Sheet
from app.ledgers.columns import LEDGERS
from app.ledgers.queries import selection, stream
from app.ledgers.telling import Telling
from app.ledgers.templates.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.core.workbook import Row
    from app.ledgers.choosing import Chosen
    from app.ledgers.columns import LedgerColumn
    from app.ledgers.models import LedgerKind
    from app.ledgers.past import Position
    from app.ledgers.templates.shaping import Shape

FIRST_SHEET = "台账"


@dataclass(frozen=True)
class Part:
    """A sheet with its rows, and what was counted while they were told."""

    sheet: Sheet
    rows: Iterable[Row]
    telling: Telling
    table: Table | None = None


def chosen_rows(kind: LedgerKind, now: datetime, shape: Shape | None = None) -> Select[Any]:
    """Select the rows that a ledger lists at an instant, in the usual columns or those of a shape.

    A shape also narrows them and puts them in order.
    """
    ledger = LEDGERS[kind]
    query = selection(ledger.subject, shape.read if shape is not None else ledger.columns)
    if ledger.criterion is not None:
        query = query.where(ledger.criterion(now))
    return shape.sorted(query) if shape is not None else query


@dataclass(frozen=True)
class Asked:
    """What was asked for, as the title and the cover say it."""

    kind: LedgerKind
    person: Person
    now: datetime
    place: str
    filters: str
    shape: Shape
    made: datetime | None = None
    """When it is made, where that is not `now`, as of which it tells."""
    position: Position | None = None
    """How far the timeline was counted, of a past instant."""

    @property
    def title(self) -> str:
        """The title over every part."""
        called = self.shape.name or gettext(self.kind.label)
        return gettext("%(hall)s%(ledger)s", hall=self.place, ledger=called)

    def at(self, hall: str) -> Asked:
        """Return the same of one hall."""
        return replace(self, place=hall)


def parts_of(asked: Asked, chosen: Chosen) -> Iterator[Part]:
    """Yield the parts of a ledger."""
    ledger = LEDGERS[asked.kind]
    yield first_part(asked, chosen)
    if ledger.behind is not None:
        name, columns, subject = ledger.behind
        telling = Telling(columns, asked.now)
        query = selection(subject, columns).where(*chosen.criteria(subject))
        sheet = Sheet(asked.title, columns_of(columns), name=gettext(name))
        yield Part(sheet, telling.rows(stream(subject, query)), telling)


def first_part(asked: Asked, chosen: Chosen, name: str = FIRST_SHEET) -> Part:
    """Return the part with a ledger's rows or lines, on a sheet of a name."""
    ledger = LEDGERS[asked.kind]
    if ledger.figures is None:
        query = chosen_rows(asked.kind, asked.now, asked.shape)
        return listed(asked, query.where(*chosen.criteria(ledger.subject)), name)
    columns, paper = asked.shape.columns, asked.shape.paper
    chart = ledger.drawn(columns)
    sheet = Sheet(asked.title, columns_of(columns), name=name, paper=paper, chart=chart)
    return Part(sheet, scored(asked.kind, asked.shape, chosen, asked.now), Telling((), asked.now))


def listed(asked: Asked, query: Select[Any], name: str = FIRST_SHEET) -> Part:
    """Return the part with the rows of a selection."""
    ledger = LEDGERS[asked.kind]
    if asked.shape.cases is not None:
        query = query.add_columns(Case.id)
    table = Table(asked.shape, asked.now, ledger.counted)
    rows = table.rows(stream(ledger.subject, query))
    sheet = Sheet(asked.title, table.columns, name=name, paper=asked.shape.paper)
    return Part(sheet, rows, table.telling, table)


def scored(kind: LedgerKind, shape: Shape, chosen: Chosen, now: datetime) -> Iterator[Row]:
    """Yield the lines of a ledger that counts, in the columns of a shape."""
    figures = LEDGERS[kind].figures
    for line in figures(chosen, now) if figures is not None else ():
        tone = line.tone if shape.coloured else None
        yield tone, [column.source(line) for column in shape.columns]


def columns_of(columns: Sequence[LedgerColumn]) -> list[Column]:
    """Return columns as the workbook takes them."""
    return [Column(gettext(item.title), item.width, item.kind) for item in columns]
