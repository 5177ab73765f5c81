"""Issue a card, by hand or by rule; reply to it; withdraw it; flag a reply that is late."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.operations import lock
from app.cases.rules import OPEN
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.texts import said
from app.deadlines.clock import Terms, compute
from app.deadlines.hours import days_late
from app.deadlines.models import MAX_WORKING_DAYS, Deadline
from app.deadlines.queries import calendar, hours_of
from app.supervision.models import SupervisionCard, SupervisionRule
from app.supervision.queries import departments_of, due
from app.supervision.rules import EVENTS, CardKind

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.departments.models import Department
    from app.supervision.queries import Due

BEGINNING = Path(__file__).with_name("seed.json")


def seed() -> None:
    """Give an empty table the rules to begin with; what an administrator deleted stays deleted."""
    if db.session.scalar(select(SupervisionRule.id).limit(1)) is not None:
        return
    for told in json.loads(BEGINNING.read_text(encoding="utf-8")):
        values = {
            **told,
            "kind": CardKind(told["kind"]),
            "valid_from": date.fromisoformat(told["valid_from"]),
        }
        db.session.add(SupervisionRule(**values))
    db.session.flush()


# --- issue ---------------------------------------------------------------------------------------


def issue(
    case: Case,
    kind: CardKind,
    *,
    department: Department,
    demand: str,
    reply_days: int,
    actor: Person,
    now: datetime,
) -> SupervisionCard:
    """Issue a card by hand: to a department that has or had the case, while the case is open.

    Raises DomainError for whoever does not supervise the hall, and while the same department still
    owes an answer to a card of that kind that was issued by hand.
    """
    lock(case)
    refusal = why_not_issue(case, actor)
    if refusal:
        raise DomainError(refusal)
    if department not in departments_of(case):
        raise InvalidInputError({"department": gettext("请选择办理过这一事项的科室")})
    if type(reply_days) is not int or not 1 <= reply_days <= MAX_WORKING_DAYS:
        wrong = gettext("须在 1 至 %(most)d 之间", most=MAX_WORKING_DAYS)
        raise InvalidInputError({"reply_days": wrong})
    demand = said("demand", demand)
    if _waits_by_hand(case, department, kind):
        raise DomainError(
            gettext(
                "%(department)s还有一张“%(kind)s”没有回复，不能重复下发",
                department=department.name,
                kind=gettext(kind.label),
            )
        )
    clock = case.clock if case.clock is not None and case.clock.met_at is None else None
    card = SupervisionCard(
        kind=kind,
        department_id=department.id,
        deadline_id=clock.id if clock is not None else None,
        demand=demand,
    )
    return _issued(case, card, clock, reply_days, actor=actor, now=now)


def why_not_issue(case: Case, actor: Person) -> str:
    """Say why a person may not issue a card now; empty when they may."""
    if not scope.within_as(actor, ["supervisor"], case):
        return gettext("只有督查人员可以下发督办单")
    if case.status not in OPEN:
        return gettext("事项已办结，不再下发督办单")
    if not case.assignments:
        return gettext("事项还没有派发给科室")
    return ""


def _waits_by_hand(case: Case, department: Department, kind: CardKind) -> bool:
    card = SupervisionCard
    open_by_hand = select(card.id).where(
        card.case_id == case.id,
        card.department_id == department.id,
        card.kind == kind,
        card.rule_id.is_(None),
        card.replied_at.is_(None),
        card.withdrawn_at.is_(None),
    )
    return db.session.scalar(open_by_hand.limit(1)) is not None


def issue_by_rule(case: Case, wanted: Due, *, now: datetime) -> SupervisionCard | None:
    """Issue the card that a rule asks for; None where that is no longer so.

    What was found is asked again once the case is locked: of two schedulers the second finds the
    card of the first, and a clock that was met or moved meanwhile asks for none.
    """
    lock(case)
    if not due(now, calendar(), 1, only=wanted):
        return None
    clock: Any = db.session.get(Deadline, wanted.deadline_id)
    rule: Any = db.session.get(SupervisionRule, wanted.rule_id)
    card = SupervisionCard(
        kind=rule.kind,
        department_id=case.lead_department_id,
        deadline_id=clock.id,
        rule_id=rule.id,
        rule=rule,
        demand=rule.demand,
    )
    return _issued(case, card, clock, rule.reply_days, actor=scope.SYSTEM, now=now)


def _issued(
    case: Case,
    card: SupervisionCard,
    clock: Deadline | None,
    reply_days: int,
    *,
    actor: Person,
    now: datetime,
) -> SupervisionCard:
    """Give the card its number and the time for its reply, and tell of it."""
    days, hours = calendar(), hours_of(case.hall)
    term = compute(days, now, Terms(reply_days), hours)
    last = select(func.max(SupervisionCard.serial)).where(SupervisionCard.case_id == case.id)
    with scope.everything():
        card.serial = (db.session.scalar(last) or 0) + 1
    card.case_id, card.case_number, card.hall_id = case.id, case.number, case.hall_id
    card.number = f"{case.number}-{card.serial:02d}"
    card.issued_at, card.issued_by = now, actor.name
    card.reply_due, card.provisional = term.due_at, term.provisional
    if clock is not None and now > clock.due_at:
        card.days_over = days_late(days, hours, clock.due_at, now)
    db.session.add(card)
    db.session.flush()
    timeline.record(
        case,
        EVENTS[card.kind],
        actor=actor,
        now=now,
        card=card.number,
        **_addressed(card),
        days_over=card.days_over,
        demand=card.demand,
        reply_due=card.reply_due.isoformat(),
        by_rule=card.rule.name if card.rule is not None else None,
    )
    db.session.flush()
    return card


def _addressed(card: SupervisionCard) -> dict[str, Any]:
    """Return whom the event of a card addresses: its department, whoever has the case now."""
    return {
        "card_id": card.id,
        "department": card.department.name,
        "department_id": card.department_id,
    }


# --- reply, withdraw, flag -----------------------------------------------------------------------


def reply(card: SupervisionCard, text: str, *, actor: Person, now: datetime) -> None:
    """Answer a card for its department; once, late or not. Raises DomainError for others."""
    case = _held(card)
    refusal = why_not_reply(card, actor)
    if refusal:
        raise DomainError(refusal)
    card.reply = said("reply", text)
    card.replied_at, card.replied_by = now, actor.name
    told = {"late_reply": True} if card.late(now) else {}
    _tell(case, card, "card_replied", actor=actor, now=now, note=card.reply, **told)


def why_not_reply(card: SupervisionCard, actor: Person) -> str:
    """Say why a person may not answer a card now; empty when they may."""
    if card.department_id not in actor.departments("handler"):
        return gettext("只有被督办科室的经办人可以回复")
    return _settled(card)


def withdraw(card: SupervisionCard, reason: str, *, actor: Person, now: datetime) -> None:
    """Withdraw a card, with the reason; it stays, and its notice is printed as withdrawn."""
    case = _held(card)
    refusal = why_not_withdraw(card, actor)
    if refusal:
        raise DomainError(refusal)
    card.withdrawn_reason = said("reason", reason)
    card.withdrawn_at, card.withdrawn_by = now, actor.name
    _tell(case, card, "card_withdrawn", actor=actor, now=now, reason=card.withdrawn_reason)


def why_not_withdraw(card: SupervisionCard, actor: Person) -> str:
    """Say why a person may not withdraw a card now; empty when they may."""
    if not scope.within_as(actor, ["supervisor"], card):
        return gettext("只有督查人员可以撤销督办单")
    return gettext("督办单已经撤销") if card.withdrawn_at is not None else ""


def flag_late(card: SupervisionCard, *, now: datetime) -> bool:
    """Flag that the reply is late and tell of it; say whether it was news."""
    case = _held(card)
    if not card.late(now) or card.replied_at is not None or card.late_flagged_at is not None:
        return False
    card.late_flagged_at = now
    at = card.reply_due
    _tell(case, card, "card_reply_late", actor=scope.SYSTEM, now=now, reply_due=at.isoformat())
    return True


def _settled(card: SupervisionCard) -> str:
    if card.withdrawn_at is not None:
        return gettext("督办单已经撤销，不用回复")
    return gettext("督办单已经回复") if card.replied_at is not None else ""


def _held(card: SupervisionCard) -> Case:
    """Lock the case of a card, and read what whoever was at it left; return the case.

    Its department may no longer have the case and still answers the card.
    """
    with scope.everything():
        case = db.session.get(Case, card.case_id)
        if case is None:
            raise OutOfScopeError(str(card.case_id))
        lock(case)
        db.session.refresh(card)
    return case


def _tell(
    case: Case, card: SupervisionCard, kind: str, *, actor: Person, now: datetime, **told: Any
) -> None:
    """Write the card, checked against what the person may write; then tell of it."""
    db.session.flush()
    told = {"card": card.number, **_addressed(card), **told}
    with scope.everything():
        timeline.record(case, kind, actor=actor, now=now, **told)
        db.session.flush()
