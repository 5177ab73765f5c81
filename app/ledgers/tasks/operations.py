"""Change the making of a ledger: each move is one statement that says from where it may be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from sqlalchemy import or_, select, update

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.departments.models import Department, Hall, Staff
from app.departments.queries import hall_of_code
from app.ledgers.tasks.models import TITLES, LedgerTask
from app.ledgers.tasks.queries import under_way, waits
from app.ledgers.tasks.rules import (
    KEPT,
    KEPT_UNMASKED,
    LEASE,
    MOST_ATTEMPTS,
    MOST_UNDER_WAY,
    MOVES,
    TaskState,
)
from app.ledgers.unmasked import operations as unmasked
from app.notices.telling import tell_person
from app.notices.wording import by_system

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from app.core.scope import Person
    from app.core.workbook import Produced
    from app.ledgers.orders import Order


@dataclass(frozen=True)
class Claimed:
    """A task that is ours to make, as long as we show signs of life."""

    id: int
    attempt: int
    node: str
    asked: dict[str, Any]
    language: str
    username: str


@dataclass(frozen=True)
class Kept:
    """A file as the store keeps it: what it is called, under which key, its size in bytes."""

    name: str
    key: str
    size: int


# --- by the person -------------------------------------------------------------------------------


def request(
    order: Order, about: str, *, language: str, actor: Person, now: datetime, reason: str = ""
) -> LedgerTask:
    """Ask for a ledger, an unmasked one with a reason.

    DomainError when the person has too many under way, or no right; see `unmasked.ask`.
    """
    _leave_room(actor)
    row = queue(order, about, language=language, actor=actor, now=now)
    if order.unmasked:
        place = {"hall_id": row.hall_id, "task_id": row.id}
        unmasked.ask(order.kind, about, reason, **place, actor=actor, now=now)
    return row


def queue(
    order: Order, about: str, *, language: str, actor: Person, now: datetime, quiet: bool = False
) -> LedgerTask:
    """Queue a ledger for a person; a quiet one is told of by whoever queues it."""
    row = LedgerTask(
        requested_at=now,
        kind=order.kind.value,
        about=about,
        asked=order.as_json(),
        language=language,
        actor_id=actor.id,
        username=actor.username,
        actor=actor.name,
        hall_id=hall_of(order, actor),
        quiet=quiet,
    )
    db.session.add(row)
    db.session.flush()
    return row


def cancel(task: int, *, actor: Person, now: datetime) -> bool:
    """Stop what is queued or running; whoever makes it finds out by its next sign of life."""
    return _move(
        "cancel", task, LedgerTask.actor_id == actor.id, ended_at=now, lease_until=None, node=None
    )


def retry(task: int, *, actor: Person) -> bool:
    """Queue anew what failed or was cancelled."""
    _leave_room(actor)
    return _move(
        "retry", task, LedgerTask.actor_id == actor.id,
        attempts=0, rows_done=0, rows_expected=None, started_at=None, ended_at=None, reason=None,
        quiet=False,
    )  # fmt: skip


def _leave_room(actor: Person) -> None:
    """Refuse one more than a person may have; two requests at once wait for each other here."""
    db.session.execute(select(Staff.id).where(Staff.id == actor.id).with_for_update())
    if under_way(actor) >= MOST_UNDER_WAY:
        raise DomainError(
            gettext(
                "您已有 %(number)d 份台账正在排队或生成，请等其中一份完成，或先取消一份",
                number=MOST_UNDER_WAY,
            )
        )


def hall_of(order: Order, actor: Person) -> int:
    """Return the hall that a ledger is of: the one asked for, or the person's highest."""
    if order.hall is not None and (hall := hall_of_code(order.hall)) is not None:
        return hall.id
    of_departments = select(Department.hall_id).where(Department.id.in_(actor.departments()))
    own = select(Hall.id).where(or_(actor.in_halls(Hall.id), Hall.id.in_(of_departments)))
    return db.session.scalars(own.order_by(Hall.parent_id.is_not(None), Hall.id).limit(1)).one()


# --- by whoever makes it -------------------------------------------------------------------------


def claim(*, node: str, now: datetime, only: int | None = None) -> Claimed | None:
    """Take what waits longest, or `only` this; None when nothing is there to be had."""
    criterion = waits(now) if only is None else waits(now) & (LedgerTask.id == only)
    oldest = (
        select(LedgerTask.id)
        .where(criterion, LedgerTask.attempts < MOST_ATTEMPTS)
        .order_by(LedgerTask.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = db.session.execute(
        update(LedgerTask)
        .where(LedgerTask.id == oldest.scalar_subquery(), waits(now))
        .values(
            state=MOVES["claim"][1],
            node=node,
            lease_until=now + LEASE,
            started_at=now,
            attempts=LedgerTask.attempts + 1,
            rows_done=0,
            rows_expected=None,
        )
        .returning(
            LedgerTask.id,
            LedgerTask.attempts,
            LedgerTask.asked,
            LedgerTask.language,
            LedgerTask.username,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    return Claimed(row.id, row.attempts, node, row.asked, row.language, row.username)


def beat(task: Claimed, rows: int, expected: int | None, *, now: datetime) -> bool:
    """Give a sign of life; False when the task is not ours any more: cancelled, or taken over."""
    done = db.session.execute(
        update(LedgerTask)
        .where(*_ours(task))
        .values(rows_done=rows, rows_expected=expected, lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def finish(task: Claimed, produced: Produced, file: Kept, *, now: datetime) -> bool:
    """Write down what was made and tell who asked; False when the task is not ours any more."""
    return _settle(
        "finish", task, "ledger_ready", now,
        rows_done=produced.rows, rows_expected=produced.rows, checksum=produced.checksum,
        figures=produced.figures,
        file_name=file.name, file_key=file.key, file_size=file.size,
        expires_at=now + (KEPT_UNMASKED if "unmasked" in task.asked else KEPT),
    )  # fmt: skip


def fail(task: Claimed, reason: str, *, now: datetime) -> bool:
    """Write down why it could not be made, and tell who asked."""
    return _settle("fail", task, "ledger_failed", now, reason=reason)


def give_back(task: Claimed) -> bool:
    """Put a task back into the queue: whoever makes it is asked to stop; that is no attempt."""
    return _move(
        "give_back", task.id, *_ours(task),
        lease_until=None, node=None, started_at=None, attempts=LedgerTask.attempts - 1,
    )  # fmt: skip


def bury(*, now: datetime) -> int:
    """Let fail what was begun as often as it may be and never ended; return how many."""
    dead = db.session.scalars(
        select(LedgerTask)
        .where(
            LedgerTask.state == TaskState.RUNNING,
            LedgerTask.lease_until < now,
            LedgerTask.attempts >= MOST_ATTEMPTS,
        )
        .with_for_update(skip_locked=True)
    ).all()
    for row in dead:
        row.state, row.ended_at, row.lease_until = TaskState.FAILED, now, None
        with force_locale(row.language):
            row.reason = gettext(
                "生成了 %(number)d 次都中途中断，请缩小范围后重试，或告诉系统管理员",
                number=row.attempts,
            )
        db.session.flush()
        _tell(row, "ledger_failed", now)
    return len(dead)


def _ours(task: Claimed) -> tuple[ColumnElement[bool], ...]:
    return (
        LedgerTask.id == task.id,
        LedgerTask.state == TaskState.RUNNING,
        LedgerTask.node == task.node,
        LedgerTask.attempts == task.attempt,
    )


def _settle(move: str, task: Claimed, kind: str, now: datetime, **values: Any) -> bool:
    """End a task that is ours."""
    if not _move(move, task.id, *_ours(task), ended_at=now, lease_until=None, **values):
        return False
    row = db.session.get_one(LedgerTask, task.id, populate_existing=True)
    _tell(row, kind, now)
    return True


def _move(move: str, task: int, *criteria: ColumnElement[bool], **values: Any) -> bool:
    """Make a move if it can be made from where the task is; say whether it was."""
    sources, target = MOVES[move]
    done = db.session.execute(
        update(LedgerTask)
        .where(LedgerTask.id == task, LedgerTask.state.in_(sources), *criteria)
        .values(state=target, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _tell(row: LedgerTask, kind: str, now: datetime) -> None:
    if row.quiet:
        return
    told = by_system(
        kind,
        now,
        about=(LedgerTask.__panel__.code, row.id),
        number=row.number,
        matter=gettext(TITLES.get(row.kind, row.kind)),
        hall=db.session.get_one(Hall, row.hall_id),
        person_id=row.actor_id,
    )
    tell_person(told, row.actor, now=now)
