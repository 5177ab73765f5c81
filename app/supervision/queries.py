"""Ask about cards: those of a case, those to answer, the clocks that a rule is due for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.cases.models import Case
from app.cases.records import Assignment
from app.cases.rules import OPEN
from app.core.db import db
from app.deadlines.models import Deadline
from app.deadlines.queries import hours_of
from app.deadlines.rules import ClockKind
from app.departments.models import Department, Hall
from app.supervision.models import SupervisionCard, SupervisionRule
from app.supervision.rules import CardKind, Span, window, without

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

MAIN = tuple(kind for kind in ClockKind if kind.main)
"""The clocks that rules are about: those that lamp and ledgers follow."""


def cards_of(case: Case) -> Sequence[SupervisionCard]:
    """Return the cards of a case that the person sees, the latest first."""
    query = select(SupervisionCard).where(SupervisionCard.case_id == case.id)
    query = query.options(joinedload(SupervisionCard.department))
    return db.session.scalars(query.order_by(SupervisionCard.id.desc())).all()


def departments_of(case: Case) -> Sequence[Department]:
    """Return the departments that a case went to, whoever has it now first."""
    return db.session.scalars(
        select(Department)
        .join(Assignment, Assignment.department_id == Department.id)
        .where(Assignment.case_id == case.id)
        .group_by(Department.id)
        .order_by((Department.id == case.lead_department_id).desc(), func.max(Assignment.id).desc())
    ).all()


def waiting() -> Any:
    """Return the criterion of the cards that still wait for a reply."""
    return SupervisionCard.replied_at.is_(None) & SupervisionCard.withdrawn_at.is_(None)


def overdue(now: datetime) -> Any:
    """Return the criterion of the cards whose reply is overdue."""
    return waiting() & (SupervisionCard.reply_due < now)


def count_of(criterion: Any) -> int:
    """Count the cards that are so, among those in sight."""
    few = select(func.count()).select_from(SupervisionCard).where(criterion)
    return db.session.scalar(few) or 0


def unanswered(now: datetime, limit: int) -> Sequence[int]:
    """Return the cards whose time for a reply has passed, which nobody was told of yet."""
    late = select(SupervisionCard.id).where(overdue(now), SupervisionCard.late_flagged_at.is_(None))
    return db.session.scalars(late.order_by(SupervisionCard.reply_due).limit(limit)).all()


# --- what rules are due for ----------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A clock that a rule asks a card for."""

    case_id: int
    deadline_id: int
    rule_id: int


@dataclass(frozen=True)
class _Place:
    """Halls that open at the same time, with a rule of theirs and when it holds there."""

    rule: SupervisionRule
    valid: Span
    hours: Hours


def due(now: datetime, days: WorkCalendar, limit: int, only: Due | None = None) -> list[Due]:
    """Return the clocks that a rule asks a card for by now and has none of; or `only` this one.

    In each hall its own rules of a kind stand before the general ones, on the days on which they
    hold. A statement for each rule and for each set of halls that open at the same time, however
    many halls there are.
    """
    found: list[Due] = []
    for place, halls in _places().items():
        late = window(place.rule.days, place.valid, days, place.hours, now)
        wanted = only is None or only.rule_id == place.rule.id
        if late is None or not wanted or len(found) >= limit:
            continue
        query = _without_card(place.rule.id).where(
            Deadline.hall_id.in_(halls), Deadline.due_at > late.after, Deadline.due_at <= late.until
        )
        if only is not None:
            query = query.where(Deadline.id == only.deadline_id)
        rows = db.session.execute(query.order_by(Deadline.due_at).limit(limit - len(found)))
        found += [Due(row.case_id, row.id, place.rule.id) for row in rows]
    return found


def _without_card(rule_id: int) -> Any:
    """Select the open clocks, of cases with a department, that have no card of a rule."""
    card = SupervisionCard
    return (
        select(Deadline.case_id, Deadline.id)
        .join(Case, Case.id == Deadline.case_id)
        .where(
            Deadline.met_at.is_(None),
            Deadline.kind.in_(MAIN),
            Case.status.in_(OPEN),
            Case.lead_department_id.is_not(None),
            ~exists().where(card.deadline_id == Deadline.id, card.rule_id == rule_id),
        )
    )


def _places() -> dict[_Place, list[int]]:
    """Return when each rule holds, with the numbers of the halls in which it does."""
    halls = db.session.scalars(select(Hall).order_by(Hall.id)).all()
    rules = db.session.scalars(
        select(SupervisionRule).order_by(SupervisionRule.days, SupervisionRule.id)
    ).all()
    own: dict[tuple[int, CardKind], list[Span]] = defaultdict(list)
    for rule in rules:
        if rule.hall_id is not None:
            own[rule.hall_id, rule.kind].append(_span(rule))
    found: dict[_Place, list[int]] = defaultdict(list)
    for rule, hall in product(rules, halls):
        if rule.hall_id not in (None, hall.id):
            continue
        others = own[hall.id, rule.kind] if rule.hall_id is None else ()
        for valid in without(_span(rule), others):
            found[_Place(rule, valid, hours_of(hall))].append(hall.id)
    return found


def _span(rule: SupervisionRule) -> Span:
    return Span(rule.valid_from, rule.valid_to)


def usual_rule(hall_id: int, kind: CardKind, day: date) -> SupervisionRule | None:
    """Return the rule from which a card by hand takes what it demands, if there is one."""
    rule = SupervisionRule
    return db.session.scalar(
        select(rule)
        .where(
            rule.kind == kind,
            or_(rule.hall_id == hall_id, rule.hall_id.is_(None)),
            rule.valid_from <= day,
            or_(rule.valid_to.is_(None), rule.valid_to >= day),
        )
        .order_by(rule.hall_id.is_(None), rule.valid_from.desc(), rule.id.desc())
        .limit(1)
    )
