"""Make one move for many cases: all of them in one commit, or each in its own.

The cases are locked in the order of their numbers, so that two people at once wait for each other
and neither for ever. Every case goes through `operations.move`: nothing is allowed here that is
not allowed there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.cases import operations
from app.cases.bulk.queries import chosen, done_since, proposals, unlisted
from app.cases.bulk.rules import MOST
from app.cases.filled import checked
from app.cases.models import Case
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from app.cases.bulk.queries import Leaving
    from app.cases.moves import Move
    from app.core.scope import Person
    from app.departments.models import Department


@dataclass(frozen=True)
class Order:
    """What is to be done: a move, for which cases, filled in with what."""

    step: Move
    ids: Sequence[int]
    values: Mapping[str, Any]
    """A dispatch without a lead department goes to the one that the list proposes for each."""
    together: bool = True
    """All or nothing; otherwise each case for itself."""
    since: datetime | None = None
    """When it was asked for: what the person did to a case since then is not done once more."""
    leaving: Leaving | None = None
    """Only what is still theirs is reassigned."""


@dataclass(frozen=True)
class Line:
    """What became of one case; the reason says why the move was not made."""

    id: int
    number: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What became of all of them; not kept: one was refused, and nothing was changed."""

    lines: list[Line]
    kept: bool

    @property
    def refused(self) -> list[Line]:
        """The cases for which the move could not be made."""
        return [line for line in self.lines if line.reason]

    @property
    def done(self) -> list[Line]:
        """The cases that were moved."""
        return [line for line in self.lines if self.kept and not line.reason]


class _RefusedError(Exception):
    """Undo everything; what became of each case is told."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        super().__init__()


def carry_out(order: Order, *, actor: Person, now: datetime) -> Report:
    """Make the move for each case; raise InvalidInputError for what can't be meant for any."""
    _check(order)
    if not order.together:
        return Report(_lines(order, transaction, actor, now), kept=True)
    try:
        return Report(_all_or_none(order, actor, now), kept=True)
    except _RefusedError as refused:
        return Report(refused.lines, kept=False)


def _all_or_none(order: Order, actor: Person, now: datetime) -> list[Line]:
    """Try all of them, so that the report is whole, and undo them when one was refused."""
    with transaction():
        _lock(order.ids)
        lines = _lines(order, db.session.begin_nested, actor, now)
        if any(line.reason for line in lines):
            raise _RefusedError(lines)
    return lines


def _check(order: Order) -> None:
    """Check what is the same for all of them."""
    if not order.ids:
        raise InvalidInputError({"": gettext("请先勾选事项")})
    if len(set(order.ids)) > MOST:
        raise InvalidInputError({"": too_many()})
    checked(optional_by_list(order.step), order.values)
    if order.leaving is not None and order.values["handler"].id == order.leaving.handler.id:
        raise InvalidInputError({"handler": gettext("接手人不能是移交人本人")})


def too_many() -> str:
    """Say how many cases are moved at once at most."""
    return gettext("一次最多办理 %(most)d 件，请分几次", most=MOST)


def optional_by_list(step: Move) -> Move:
    """Return the move as it is asked for here: the list may say the lead department."""
    if step.verb != "dispatch":
        return step
    required = tuple(name for name in step.required if name != "lead_department")
    return replace(step, required=required, optional=("lead_department", *step.optional))


def _lock(ids: Sequence[int]) -> None:
    """Wait for whoever is at one of the cases, in an order that all keep to."""
    db.session.scalars(
        select(Case)
        .where(Case.id.in_(set(ids)))
        .order_by(Case.id)
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _lines(
    order: Order, inside: Callable[[], AbstractContextManager[Any]], actor: Person, now: datetime
) -> list[Line]:
    """Try one after the other; a case out of scope is none."""
    with transaction():  # joins that of all, or ends before that of the first
        cases = chosen(order.ids)
        known = {case.id: case for case in cases}
        numbers = {case.id: case.number for case in cases}
        proposed = proposals(cases) if order.step.verb == "dispatch" else {}
    found = []
    for number in sorted(set(order.ids)):
        reason = no_such_case()
        if number in known:
            try:
                with inside():
                    _move(known[number], order, proposed.get(number), actor, now)
                reason = ""
            except StaleDataError:
                reason = gettext("他人刚刚修改了同一记录，请核对后再操作")
            except OutOfScopeError:
                pass
            except DomainError as error:
                reason = str(error)
        found.append(Line(number, numbers.get(number, ""), reason))
    return found


def no_such_case() -> str:
    """Say that there is no such case; a foreign one is none."""
    return gettext("没有这件事项")


def _move(
    case: Case, order: Order, proposed: Department | None, actor: Person, now: datetime
) -> None:
    """Move one case, unless that was done already."""
    step, values = order.step, dict(order.values)
    operations.lock(case)
    if order.since is not None and done_since(case, step, actor, order.since):
        label = gettext(step.label)
        raise DomainError(gettext("您刚刚已经做过“%(move)s”，没有重复办理", move=label))
    mine = order.leaving.holds(case) if order.leaving else None
    if order.leaving is not None and mine is None:
        raise DomainError(order.leaving.missing())
    if step.verb == "dispatch" and values.get("lead_department") is None:
        values["lead_department"] = proposed
    try:
        operations.move(case, step.verb, values, actor=actor, now=now)
    except InvalidInputError as error:
        if set(error.problems) == {"lead_department"} and values["lead_department"] is None:
            raise DomainError(unlisted(case)) from error
        raise
    if mine is not None and mine.handler_id != order.values["handler"].id:
        raise DomainError(gettext("接手人还承办同一事项的另一部分，请在事项页面单独改派"))
