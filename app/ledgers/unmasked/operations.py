"""Ask for personal data in clear, write down what was told, give password and file once each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from app.cases.models import Case
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.ledgers.unmasked.models import UnmaskedLedger
from app.ledgers.unmasking import require

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.core.workbook import Produced
    from app.ledgers.models import LedgerKind
    from app.ledgers.unmasking import Unmasking

AT_ONCE = 500


def ask(
    kind: LedgerKind,
    about: str,
    reason: str,
    *,
    hall_id: int,
    task_id: int | None = None,
    actor: Person,
    now: datetime,
) -> UnmaskedLedger:
    """Write down who asks for which ledger, and why; see `unmasking.require` for refusals."""
    require(reason, actor)
    row = UnmaskedLedger(
        at=now,
        actor_id=actor.id,
        actor=actor.name,
        hall_id=hall_id,
        kind=kind.value,
        about=about,
        reason=reason.strip(),
        task_id=task_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def of_task(task_id: int) -> UnmaskedLedger | None:
    """Return the entry of a ledger in the making; None for a masked one."""
    found: UnmaskedLedger | None = db.session.scalar(
        select(UnmaskedLedger).where(UnmaskedLedger.task_id == task_id)
    )
    return found


def made(
    row: UnmaskedLedger, unmasked: Unmasking, produced: Produced, *, actor: Person, now: datetime
) -> None:
    """Write down what is in the file, and on the timeline of each case that it was looked at."""
    row.rows, row.checksum, row.made_at = produced.rows, produced.checksum, now
    row.password = unmasked.lock.password
    told = gettext("%(ledger)s：%(reason)s", ledger=str(row), reason=row.reason)
    numbers = sorted(unmasked.cases)
    with scope.everything():
        for first in range(0, len(numbers), AT_ONCE):
            some = Case.id.in_(numbers[first : first + AT_ONCE])
            for case in db.session.execute(select(Case.id, Case.number).where(some)):
                timeline.record(case, "revealed", actor=actor, now=now, reason=told)
            db.session.flush()


def show_password(row: UnmaskedLedger, *, actor: Person, now: datetime) -> str:
    """Give the password to who asked, and keep it no longer; DomainError the second time."""
    _require_own(row, actor)
    if row.shown_at is not None:
        raise DomainError(gettext("口令已经显示过，只显示一次；没有记下的，请重新申请一份"))
    password = row.password
    if password is None:
        raise DomainError(gettext("文件已过保留期或已被清理，请重新生成一份"))
    _once(row, "shown_at", now, password=None)
    return password


def fetch(row: UnmaskedLedger, *, actor: Person, now: datetime) -> None:
    """Write down that who asked takes the file; DomainError the second time."""
    _require_own(row, actor)
    _once(row, "fetched_at", now)


def forget_passwords(tasks: Select[Any]) -> None:
    """Keep no password longer than its file is kept, also of one that was fetched without it."""
    held = UnmaskedLedger.password.is_not(None), UnmaskedLedger.task_id.in_(tasks)
    for row in db.session.scalars(select(UnmaskedLedger).where(*held)):
        row.password = None


def _once(row: UnmaskedLedger, name: str, now: datetime, **values: None) -> None:
    """Set a time where there is none yet; of two at once, one is told that it is there."""
    column = getattr(UnmaskedLedger, name)
    done = db.session.execute(
        update(UnmaskedLedger)
        .where(UnmaskedLedger.id == row.id, column.is_(None))
        .values({name: now, **values})
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise DomainError(gettext("已经取用过，只能取用一次"))
    db.session.expire(row)


def _require_own(row: UnmaskedLedger, actor: Person) -> None:
    if row.actor_id != actor.id:
        raise DomainError(gettext("这是别人申请的台账"))
