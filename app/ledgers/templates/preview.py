"""Show the first rows of a ledger as its template would tell them, by the code that produces it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from app.core import scope
from app.core.language import gettext
from app.core.workbook import Kind
from app.ledgers.choosing import choose
from app.ledgers.columns import LEDGERS
from app.ledgers.orders import Order
from app.ledgers.parts import chosen_rows, scored
from app.ledgers.production import in_words
from app.ledgers.queries import stream
from app.ledgers.templates.groups import NUMBERS
from app.ledgers.templates.shaping import narrowed, shape_of
from app.ledgers.templates.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.core.scope import Person
    from app.core.workbook import Row, Value
    from app.ledgers.choosing import Chosen
    from app.ledgers.models import LedgerKind
    from app.ledgers.templates.definition import Definition
    from app.ledgers.templates.shaping import Shape

FIRST = 20


@dataclass(frozen=True)
class Preview:
    """The first rows, as texts: (title, kind) of each column, (tone, texts) of each row."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[str]]]
    words: str
    notes: Sequence[tuple[str, str]]
    more: bool


def preview(asked: Definition, person: Person, now: datetime) -> Preview:
    """Return the first rows of what a template asks for; InvalidInputError for what can't be."""
    with scope.working_for(person):
        shape = shape_of(asked, person, now)
        order = narrowed(Order(asked.kind), asked, now)
        chosen = choose(order)
        table = Table(shape, now)
        rows = list(islice(_rows(asked.kind, shape, table, chosen, now), FIRST + 1))
    kinds = ["number" if it.kind in NUMBERS else "text" for it in table.columns]
    kinds = ["datetime" if it.kind is Kind.DATETIME else kind
             for it, kind in zip(table.columns, kinds, strict=True)]  # fmt: skip
    return Preview(
        [(it.title, kind) for it, kind in zip(table.columns, kinds, strict=True)],
        [(tone or "", [_text(value) for value in values]) for tone, values in rows[:FIRST]],
        in_words(chosen, shape),
        shape.facts,
        more=len(rows) > FIRST,
    )


def _rows(
    kind: LedgerKind, shape: Shape, table: Table, chosen: Chosen, now: datetime
) -> Iterable[Row]:
    ledger = LEDGERS[kind]
    if ledger.figures is not None:
        return scored(kind, shape, chosen, now)
    query = chosen_rows(kind, now, shape).where(*chosen.criteria(ledger.subject))
    return table.rows(stream(ledger.subject, query.limit(FIRST + 1)))


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case bool():
            return gettext("是") if value else gettext("否")
        case _:
            return str(value)
