"""Ask about notices: how many are unread, which server mails, what a person's address is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, or_, select

from app.core.db import db
from app.core.panel import entities
from app.departments.rules import real_address
from app.notices import setting
from app.notices.models import Notice, NoticeTarget
from app.notices.rules import STUCK, State, TargetKind, Way
from app.notices.sending import is_mail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.departments.models import Staff

Subject = tuple[str, int]
"""What a notice is about: the code of its entity, and the row's number."""

COUNT_UP_TO = 100
"""Beyond this many, the bell and the menu say no more than that there are more."""


def inbox(person: int, *, unread: bool) -> Select[Any]:
    """Select a person's own notices, unread ones first, the latest first."""
    own = select(Notice).where(Notice.user_id == person, Notice.way == Way.INBOX)
    if unread:
        own = own.where(Notice.read_at.is_(None))
    return own.order_by(Notice.read_at.is_not(None), Notice.id.desc())


def few_unread(person: int) -> Select[Any]:
    """Select a person's unread notices, no more than are worth counting."""
    own = select(Notice.id).where(Notice.user_id == person, Notice.way == Way.INBOX)
    return own.where(Notice.read_at.is_(None)).limit(COUNT_UP_TO)


def unread_count(person: int) -> int:
    """Count a person's unread notices, no further than is worth showing."""
    few = few_unread(person).subquery()
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def dead_count() -> int:
    """Count the messages in sight that were given up, no further than is worth showing."""
    moved_by_hand = Notice.state.in_(
        bindparam("stuck", STUCK, expanding=True, literal_execute=True)  # as the index has it
    )
    few = select(Notice.id).where(moved_by_hand, Notice.state == State.DEAD).limit(COUNT_UP_TO)
    return db.session.scalar(select(func.count()).select_from(few.subquery())) or 0


def some_channel() -> bool:
    """Say whether there is any way out of the panel: a channel in sight, or one of the setting."""
    kept = select(NoticeTarget.id).where(NoticeTarget.active).limit(1)
    return bool(setting.addresses()) or db.session.scalar(kept) is not None


def last_outward() -> Notice | None:
    """Return the last message in sight that left the panel or failed to, and how it went."""
    ended = (State.SENT, *STUCK)
    tried = select(Notice).where(Notice.way != Way.INBOX, Notice.state.in_(ended))
    return db.session.scalars(tried.order_by(Notice.id.desc()).limit(1)).first()


def in_sight(subjects: Iterable[Subject]) -> set[Subject]:
    """Return which of the rows that notices are about the person sees now."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for about, number in subjects:
        wanted[about].add(number)
    known = {model.__panel__.code: model for model in entities() if model.__panel__.code in wanted}
    return {
        (about, number)
        for about, model in known.items()
        for number in db.session.scalars(
            select(model.id).where(model.id.in_(sorted(wanted[about])))
        )
    }


def address_of(person: Staff) -> str | None:
    """Return a person's mail address, if there is one."""
    return real_address(person.email)


def mail_server(hall: int) -> str | None:
    """Return which server mails for a hall: its own before the general, then the setting's."""
    kept = db.session.scalars(
        select(NoticeTarget)
        .where(
            NoticeTarget.kind == TargetKind.MAIL,
            NoticeTarget.active,
            or_(NoticeTarget.hall_id == hall, NoticeTarget.hall_id.is_(None)),
        )
        .order_by(NoticeTarget.hall_id.is_(None), NoticeTarget.id)
        .limit(1)
    ).first()
    if kept is not None:
        return kept.address
    return next((url for url in setting.addresses() if is_mail(url)), None)
