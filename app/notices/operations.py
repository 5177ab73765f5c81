"""Change notices: read them, send a stuck one again; begin with rules that make sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.notices.kinds import KINDS
from app.notices.models import Notice, NoticeRule, Outbox
from app.notices.rules import DEFAULTS, STUCK, Pace, State, Way

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person


def seed() -> None:
    """Give an empty table the default rules; what an administrator deleted stays deleted."""
    if db.session.scalar(select(NoticeRule.id).limit(1)) is not None:
        return
    db.session.add_all(
        NoticeRule(kind=kind, audience=audience, pace=pace, inbox=True, mail=True, active=True)
        for kind, audience, pace in DEFAULTS
        if kind in KINDS
    )
    db.session.flush()


def read(notice: Notice, *, now: datetime) -> None:
    """Note that a notice was read; the first time counts."""
    notice.read_at = notice.read_at or now


def read_all(person: Person, *, now: datetime) -> int:
    """Note that a person read everything; return how many were unread."""
    done = db.session.execute(
        update(Notice)
        .where(Notice.user_id == person.id, Notice.way == Way.INBOX, Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def resend(notice: Notice, *, actor: Person, now: datetime) -> None:
    """Let a stuck notice leave once more, alone, in working hours; raise DomainError for others."""
    if notice.state not in STUCK:
        raise DomainError(
            gettext("这条消息的状态是“%(state)s”，不用重发", state=gettext(notice.state.label))
        )
    notice.state, notice.attempts, notice.send_after = State.PENDING, 0, now
    notice.pace = Pace.AT_ONCE
    notice.resent_at, notice.resent_by = now, actor.name


def forget_taken(*, before: datetime) -> int:
    """Empty the outbox of what was taken out of it long ago; return how many."""
    gone = db.session.execute(
        delete(Outbox).where(Outbox.taken_at < before).execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
