"""Change subscriptions: set one up, begin a run of it, settle what was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from sqlalchemy import inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core.crud.present import local
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.deadlines.queries import calendar
from app.departments.models import Staff
from app.departments.queries import person_of
from app.ledgers.production import told_in_words
from app.ledgers.subscriptions import queries
from app.ledgers.subscriptions.models import (
    LedgerSending,
    LedgerSubscription,
    LedgerSubscriptionRun,
)
from app.ledgers.subscriptions.recipients import order_of, refusal
from app.ledgers.subscriptions.rules import SendingState
from app.ledgers.subscriptions.telling import tell_owner, tell_recipient
from app.ledgers.tasks.models import LedgerTask
from app.ledgers.tasks.operations import queue
from app.ledgers.tasks.rules import TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.ledgers.orders import Order

PLANNED_BY = ("active", "cadence", "weekday", "nth", "at", "hall")
"""What a plan follows from: after a change of it, nothing that was planned before is made up."""


# --- by the person -------------------------------------------------------------------------------


def subscribe(
    row: LedgerSubscription, people: Sequence[Staff], *, actor: Person, now: datetime
) -> None:
    """Set up a subscription; InvalidInputError for what can't be."""
    row.owner_id, row.since = actor.id or 0, now
    _check(row, people, actor)
    row.people = list(people)
    db.session.add(row)
    db.session.flush()


def change(
    row: LedgerSubscription, people: Sequence[Staff], *, actor: Person, now: datetime
) -> None:
    """Keep a subscription as it was changed; InvalidInputError for what can't be."""
    known: Any = inspect(row).attrs
    if any(known[name].history.has_changes() for name in PLANNED_BY):
        row.since = now
    _check(row, people, actor)
    if set(row.people) != set(people):
        row.people = list(people)


def switch(row: LedgerSubscription, *, active: bool, now: datetime) -> None:
    """Put a subscription out of use, or back into it: what was planned meanwhile is not sent."""
    row.active, row.since = active, now


def _check(row: LedgerSubscription, people: Sequence[Staff], actor: Person) -> None:
    """Refuse a subscription of nobody, of people elsewhere, of those who can't get its ledger."""
    if not people and row.role is None:
        raise InvalidInputError({"people": gettext("请选择收件人或收件角色")})
    with db.session.no_autoflush:
        numbers = [person.id for person in people]
        asked = select(Staff.id).where(Staff.id.in_(numbers), queries.candidates(actor))
        if set(numbers) - set(db.session.scalars(asked)) - {it.id for it in row.people}:
            raise InvalidInputError({"people": gettext("没有这个选项，请重新选择")})
        refused = [(person, refusal(row, person)) for person in people]
    said = [
        gettext("%(whom)s：%(reason)s", whom=person, reason=why) for person, why in refused if why
    ]
    if said:
        raise InvalidInputError({"people": gettext("；").join(said)})


# --- on time -------------------------------------------------------------------------------------


def begin(subscription: int, planned: datetime, *, now: datetime) -> list[int]:
    """Begin a run: queue a ledger for each recipient, and note who can get none.

    Returns the numbers of the queued ledgers; none when somebody else has begun it, or when it was
    put out of use meanwhile. To be called in one transaction, with everything in scope.
    """
    row = db.session.get(LedgerSubscription, subscription)
    if row is None or not row.active:
        return []
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    run = db.session.scalar(
        dialect.insert(LedgerSubscriptionRun)
        .values(subscription_id=row.id, planned_for=planned)
        .on_conflict_do_nothing()
        .returning(LedgerSubscriptionRun.id)
    )
    if run is None:
        return []
    order = order_of(row, local(planned, row.hall.timezone).date(), calendar())
    queued = []
    people = queries.recipients(row)
    for staff in people:
        sending = _sending(row, run, planned, now, staff)
        reason = refusal(row, staff)
        if not reason and row.template is not None and not row.template.active:
            reason = gettext("台账模板已停用")
        if not reason:
            try:
                sending.task_id = _queued(row, order, staff, now)
                queued.append(sending.task_id)
            except DomainError as error:
                reason = str(error)
        _keep(sending, reason, now)
    if not people:
        _keep(_sending(row, run, planned, now), gettext("没有收件人：无人担任收件角色"), now)
    return queued


def settle(sending: int, *, now: datetime) -> bool:
    """Tell the recipient of a ledger that is made, or note why none is; say whether it was told.

    In one transaction with the notices: whoever comes second finds nothing to settle.
    """
    row = db.session.scalar(
        select(LedgerSending)
        .where(LedgerSending.id == sending, LedgerSending.state == SendingState.MAKING)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return False
    task = db.session.get_one(LedgerTask, row.task_id)
    staff = db.session.get_one(Staff, row.user_id)
    if task.state is not TaskState.DONE:
        _end(row, task.reason or gettext("收件人取消了生成"), now)
        return False
    if not staff.active:
        _end(row, gettext("账号已停用"), now)
        return False
    if task.file_key is None:
        _end(row, gettext("文件已过保留期或已被清理，请重新生成一份"), now)
        return False
    with force_locale(row.language.value):
        missing = tell_recipient(row, task, now=now)
    _end(row, missing, now)
    return not missing or row.inbox


def _sending(
    row: LedgerSubscription, run: int, planned: datetime, now: datetime, staff: Staff | None = None
) -> LedgerSending:
    return LedgerSending(
        run_id=run,
        planned_for=planned,
        title=row.title,
        hall_id=row.hall_id,
        owner_id=row.owner_id,
        user_id=staff.id if staff is not None else None,
        recipient=staff.name if staff is not None else gettext("（无）"),
        language=row.language,
        inbox=row.inbox,
        mail=row.mail,
        begun_at=now,
        state=SendingState.MAKING,
    )


def _queued(row: LedgerSubscription, order: Order, staff: Staff, now: datetime) -> int:
    """Queue the ledger of one recipient, as they see it."""
    person = person_of(staff)
    with force_locale(row.language.value):
        about = told_in_words(order, person=person, now=now)
        task = queue(order, about, language=row.language.value, actor=person, now=now, quiet=True)
    return task.id


def _keep(row: LedgerSending, reason: str, now: datetime) -> None:
    """Write a sending that begins, or one that can't."""
    db.session.add(row)
    if reason:
        row.state, row.reason, row.ended_at = SendingState.FAILED, reason, now
    db.session.flush()
    if reason:
        _complain(row, reason, now)


def _end(row: LedgerSending, missing: str, now: datetime) -> None:
    """End a sending; what is missing is why it failed."""
    row.state = SendingState.FAILED if missing else SendingState.SENT
    row.reason, row.ended_at = missing or None, now
    db.session.flush()
    if missing:
        _complain(row, missing, now)


def _complain(row: LedgerSending, reason: str, now: datetime) -> None:
    """Tell the owner, once for a run; the list has the others."""
    run = LedgerSubscriptionRun
    first = db.session.execute(
        update(run)
        .where(run.id == row.run_id, run.complained_at.is_(None))
        .values(complained_at=now)
        .execution_options(synchronize_session=False)
    )
    if first.rowcount:  # type: ignore[attr-defined]
        tell_owner(row, reason, now=now)
