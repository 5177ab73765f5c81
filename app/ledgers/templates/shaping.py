"""Resolve what a ledger looks like for its reader: the usual columns, or those of a template.

A template is resolved anew for whoever reads: a column that the reader may not see is left out,
and nothing is sorted, grouped or narrowed by it; the cover says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.models import Case
from app.core.crud.present import local
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.workbook import USUAL_PAPER, Paper
from app.ledgers.columns import LEDGERS
from app.ledgers.listing import list_of
from app.ledgers.rules import Period, days_meant
from app.ledgers.templates import queries, rights, sorts
from app.ledgers.templates.rules import Lamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from app.core.scope import Person
    from app.ledgers.columns import LedgerColumn
    from app.ledgers.orders import Order
    from app.ledgers.templates.definition import Definition


@dataclass(frozen=True)
class Shape:
    """How the rows of a ledger are told.

    `name` is what it is called instead of its kind; `words` say by what it is narrowed beyond the
    order; `facts` are further lines of the cover.
    """

    columns: tuple[LedgerColumn, ...]
    name: str = ""
    order: tuple[Any, ...] = ()
    criteria: tuple[ColumnElement[bool], ...] = ()
    words: tuple[str, ...] = ()
    group: LedgerColumn | None = None
    coloured: bool = True
    paper: Paper = USUAL_PAPER
    facts: tuple[tuple[str, str], ...] = ()
    cases: set[int] | None = None
    """Where the cases are noted whose personal data are told in clear; None: masked."""

    def clear(self, cases: set[int]) -> Shape:
        """Return the same with nothing masked; InvalidInputError where nothing would be."""
        if not any(column.personal for column in self.columns):
            message = gettext("这份台账没有需要脱敏的列，不必申请未脱敏")
            raise InvalidInputError({"unmasked": message})
        return replace(self, columns=tuple(it.clear() for it in self.columns), cases=cases)

    @property
    def group_at(self) -> int:
        """The place of what makes the groups: among the columns, or behind them."""
        codes = [column.code for column in self.columns]
        code = self.group.code if self.group is not None else ""
        return codes.index(code) if code in codes else len(codes)

    @property
    def read(self) -> tuple[LedgerColumn, ...]:
        """What is read of each row."""
        hidden = self.group is not None and self.group_at == len(self.columns)
        return (*self.columns, self.group) if hidden and self.group else self.columns

    def sorted(self, query: Select[Any]) -> Select[Any]:
        """Narrow a selection and put it in order; the ledger's own order decides the rest."""
        return query.where(*self.criteria).order_by(*self.order)


def shaped(order: Order, person: Person, now: datetime) -> tuple[Order, Shape]:
    """Return how an order is to look; see `_shaped`. What is to be unmasked has personal columns.

    It is masked all the same until `Shape.clear`, which takes a permission.
    """
    narrower, shape = _shaped(order, person, now)
    if order.unmasked:
        shape.clear(set())
    return narrower, shape


def _shaped(order: Order, person: Person, now: datetime) -> tuple[Order, Shape]:
    """Return how an order is to look, and the order with what its template says of rows.

    InvalidInputError when the template is not in the person's sight, or shows the person nothing.
    """
    if order.listed is not None:
        query = list_of(order.listed, now)
        criteria = query.narrowed(select(Case.id)).whereclause
        usual = LEDGERS[order.kind].columns
        words, narrow = (query.in_words(),), () if criteria is None else (criteria,)
        return order, Shape(usual, words=words, criteria=narrow)
    if order.template is None:
        return order, Shape(LEDGERS[order.kind].columns)
    template_id, number = order.template
    row, asked = queries.template(template_id), queries.definition(template_id, number)
    if row is None or asked is None or asked.kind is not order.kind:
        raise InvalidInputError({"template": gettext("没有这个台账模板，或者它没有共享给您")})
    said = gettext("%(name)s（第 %(number)d 版）", name=row.name, number=number)
    shape = shape_of(asked, person, now)
    facts = ((gettext("台账模板"), said), *shape.facts)
    return narrowed(order, asked, now), replace(shape, name=row.name, facts=facts)


def narrowed(order: Order, asked: Definition, now: datetime) -> Order:
    """Return an order with the days and places of a template where it names none itself."""
    since, until = order.since, order.until
    if since is None and until is None:
        fixed = asked.period is Period.FIXED
        days = asked.since, asked.until
        since, until = days if fixed else days_meant(asked.period, local(now).date())
    return replace(
        order,
        since=since,
        until=until,
        hall=order.hall or asked.hall or None,
        department=order.department or asked.department or None,
    )


def shape_of(asked: Definition, person: Person, now: datetime) -> Shape:
    """Return how a template looks for a person; InvalidInputError when there is nothing to see."""
    if asked.kind not in rights.kinds(person):
        raise InvalidInputError({"kind": gettext("您无权查看这种台账")})
    known, subject = rights.columns(asked.kind, person), LEDGERS[asked.kind].subject
    columns = tuple(
        replace(
            known[it.code],
            title=it.title or known[it.code].title,
            width=it.width or known[it.code].width,
        )
        for it in asked.columns
        if it.code in known
    )
    if not columns:
        raise InvalidInputError({"columns": gettext("这个模板里没有您可以查看的列")})
    group = known.get(asked.group) if asked.group else None
    order = [(sorts.by(group, subject, now), False)] if group is not None else []
    order += [(sorts.by(known[it], subject, now), down) for it, down in asked.sort if it in known]
    filters = [
        (known[code], [listed(it) for it in values if it in set(listed)])
        for code, values in asked.narrowed
        if code in known and (listed := sorts.words(known[code])) is not None
    ]
    lamp = () if asked.lamp is Lamp.ANY else (sorts.lit(asked.lamp, subject, now),)
    return Shape(
        columns,
        order=tuple((it.desc() if down else it.asc()).nulls_last() for it, down in order),
        criteria=(*lamp, *(column.source.in_(values) for column, values in filters)),
        words=tuple(_narrowed_in_words(asked, filters)),
        group=group,
        coloured=asked.coloured,
        paper=Paper(asked.size, asked.orientation, asked.fit),
        facts=tuple(_left_out(asked, known)),
    )


def _narrowed_in_words(
    asked: Definition, filters: Sequence[tuple[LedgerColumn, Sequence[str]]]
) -> list[str]:
    words = []
    if asked.lamp is not Lamp.ANY:
        words.append(gettext("时限：%(lamp)s", lamp=gettext(asked.lamp.label)))
    for column, values in filters:
        labels = {it.value: it.label for it in sorts.words(column) or ()}
        said = gettext("、").join(gettext(labels.get(value, value)) for value in values)
        words.append(gettext("%(label)s：%(text)s", label=gettext(column.title), text=said))
    return words


def _left_out(asked: Definition, known: dict[str, LedgerColumn]) -> list[tuple[str, str]]:
    """Say which columns of the template the reader may not see."""
    titles = {column.code: column.title for column in LEDGERS[asked.kind].columns}
    used = [
        *((it.code, it.title) for it in asked.columns),
        *((code, "") for code, _ in (*asked.sort, *asked.narrowed)),
        *([(asked.group, "")] if asked.group else []),
    ]
    missing = {
        code: title or gettext(titles.get(code, code)) for code, title in used if code not in known
    }
    if not missing:
        return []
    said = gettext("、").join(missing.values())
    return [(gettext("未列出的列"), gettext("%(columns)s（读者无权查看）", columns=said))]
