"""Ask what is due, who is meant, what was made of what was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.deadlines.queries import calendar
from app.departments.models import Membership, Staff
from app.departments.rules import Role
from app.ledgers.subscriptions.models import (
    LedgerSending,
    LedgerSubscription,
    LedgerSubscriptionRun,
)
from app.ledgers.subscriptions.rules import SendingState
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.rules import UNDER_WAY
from app.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from app.core.scope import Person

LATEST = 50
"""How many sendings the page of a subscription lists."""


def due(now: datetime) -> list[tuple[int, datetime]]:
    """Return the subscriptions whose last planned instant nobody has seen to, each with it.

    What was planned before that and missed is not: it is made up once.
    """
    run = LedgerSubscriptionRun
    latest = (
        select(run.subscription_id, func.max(run.planned_for).label("at"))
        .group_by(run.subscription_id)
        .subquery()
    )
    found = db.session.execute(
        select(LedgerSubscription, latest.c.at)
        .outerjoin(latest, latest.c.subscription_id == LedgerSubscription.id)
        .where(LedgerSubscription.active)
        .options(joinedload(LedgerSubscription.hall))
        .order_by(LedgerSubscription.id)
    ).all()
    if not found:
        return []
    days = calendar()
    planned = [(row.id, row.plan.last(now, days), row.since, at) for row, at in found]
    return [
        (number, instant)
        for number, instant, since, at in planned
        if instant is not None and instant > max(since, at or since)
    ]


def candidates(person: Person) -> ColumnElement[bool]:
    """Return the criterion of whom a person may send ledgers to: oneself, who works in one's halls.

    Below the scope: memberships are seen by administrators alone.
    """
    table = Membership.__table__
    working = select(table.c.user_id).where(
        person.in_halls(table.c.hall_id), table.c.role != Role.ADMIN
    )
    criterion: ColumnElement[bool] = or_(Staff.id == person.id, Staff.id.in_(working))
    return criterion


def recipients(row: LedgerSubscription) -> Sequence[Staff]:
    """Return everybody whom a subscription means now, each once; those who left as well.

    Of a role, whoever can log in: nobody named the others.
    """
    named = {person.id for person in row.people}
    meant: ColumnElement[bool] = Staff.id.in_(named)
    if row.role is not None:
        held = select(Membership.user_id).where(
            Membership.hall_id == row.hall_id, Membership.role == row.role
        )
        meant = or_(meant, Staff.active & Staff.id.in_(held))
    found: Sequence[Staff] = db.session.scalars(
        select(Staff).where(meant).order_by(Staff.username)
    ).all()
    return found


def ready() -> Sequence[int]:
    """Return the numbers of the sendings whose ledger is made, or will not be."""
    found: Sequence[int] = db.session.scalars(
        select(LedgerSending.id)
        .join(LedgerTask, LedgerTask.id == LedgerSending.task_id)
        .where(LedgerSending.state == SendingState.MAKING, LedgerTask.state.not_in(UNDER_WAY))
        .order_by(LedgerSending.id)
    ).all()
    return found


def latest(row: LedgerSubscription) -> Sequence[LedgerSending]:
    """Return the latest sendings of a subscription, the newest first."""
    found: Sequence[LedgerSending] = db.session.scalars(
        select(LedgerSending)
        .join(LedgerSubscriptionRun, LedgerSubscriptionRun.id == LedgerSending.run_id)
        .where(LedgerSubscriptionRun.subscription_id == row.id)
        .order_by(LedgerSending.id.desc())
        .limit(LATEST)
    ).all()
    return found


def of_template(template: int) -> Sequence[LedgerSubscription]:
    """Return the subscriptions of a template, in scope."""
    found: Sequence[LedgerSubscription] = db.session.scalars(
        select(LedgerSubscription)
        .where(LedgerSubscription.template_id == template)
        .order_by(LedgerSubscription.id)
    ).all()
    return found


def messages(row: LedgerSending) -> Sequence[Notice]:
    """Return the messages about a sending's ledger to its recipient."""
    found: Sequence[Notice] = db.session.scalars(
        select(Notice)
        .where(
            Notice.about == LedgerTask.__panel__.code,
            Notice.row_id == row.task_id,
            Notice.user_id == row.user_id,
        )
        .order_by(Notice.id)
    ).all()
    return found
