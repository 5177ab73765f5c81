"""Let messages leave: each claimed, sent outside any transaction, and marked.

A message is claimed by committing that it is under way. Whoever dies before it is marked leaves it
under way; after a while it counts as perhaps delivered and is sent again by hand alone, because
nobody can know. That is what "never twice" means (docs/decisions/0007-never-twice.md).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, or_, select, update

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.storage import StorageError, exports
from app.core.transaction import transaction
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Hall, Staff
from app.notices import sending, setting
from app.notices.models import Notice, NoticeTarget, page_of
from app.notices.queries import address_of, mail_server
from app.notices.rules import BACK_OFF, MOST_IN_DIGEST, PATIENCE, Pace, State, Way
from app.notices.sending import DeliveryError, HopelessError, UnsureError
from app.notices.timing import is_open
from app.notices.wording import digest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SECONDS = 40
"""How long one run goes on sending: the other jobs of the minute want their turn."""

_notice: Any = Notice.__table__


def _is(state: State) -> Any:
    """Return the criterion of a state, as a literal: a partial index is found by it."""
    return _notice.c.state == literal(state, _notice.c.state.type, literal_execute=True)


Road = tuple[Way, int | None, int | None]
"""By which way, target and address of the setting a message leaves."""


@dataclass(frozen=True)
class Message:
    """What leaves together: one notice, or the digest of several."""

    notices: Sequence[Any]
    road: Road

    @property
    def ids(self) -> list[int]:
        """The numbers of its notices."""
        return [row.id for row in self.notices]


@dataclass
class Delivered:
    """How many messages a run sent, and how many failed."""

    sent: int = 0
    failed: int = 0
    tired: set[Road] = field(default_factory=set)
    """Roads that failed in this run: the rest of their messages waits for the next one."""


def deliver(now: datetime, *, seconds: float = SECONDS) -> Delivered:
    """Send what may leave by now. To be called outside a transaction: it commits each message."""
    with transaction():
        _give_up(now)
        halls = [hall.id for hall in _open_halls(now)]
    done, until = Delivered(), time.monotonic() + seconds
    while halls and time.monotonic() < until:
        message = _claim(now, halls, done.tired)
        if message is None:
            break
        try:
            _send(message)
        except DeliveryError as error:
            done.failed += 1
            done.tired.add(message.road)
            _fail(message, error, now)
        else:
            done.sent += 1
            _mark(message, state=State.SENT, sent_at=now, last_error=None)
    return done


def _give_up(now: datetime) -> None:
    """Say of messages whose sender died that they were perhaps delivered."""
    db.session.execute(
        update(_notice)
        .where(_is(State.SENDING), _notice.c.claimed_at < now - PATIENCE)
        .values(state=State.UNKNOWN, last_error=gettext("发送途中程序中断，可能已送达"))
    )


def _open_halls(now: datetime) -> list[Hall]:
    days = calendar()
    return [hall for hall in db.session.scalars(select(Hall)) if is_open(now, days, hours_of(hall))]


def _claim(now: datetime, halls: Sequence[int], tired: set[Road]) -> Message | None:
    """Take the next message that may leave, and commit that it is under way."""
    # The sum keeps SQLite from looking through all notices of the halls for what is pending.
    ready = (
        select(_notice)
        .where(_is(State.PENDING), _notice.c.send_after <= now, (_notice.c.hall_id + 0).in_(halls))
        .order_by(_notice.c.send_after, _notice.c.id)
        .with_for_update(skip_locked=True)
    )
    for road in tired:
        ready = ready.where(or_(*_by_another(road)))
    with transaction():
        first = db.session.execute(ready.limit(1)).first()
        if first is None:
            return None
        rows: Sequence[Any] = [first]
        if first.pace == Pace.DIGEST:
            together = ready.where(*_with(first)).limit(MOST_IN_DIGEST[first.way])
            rows = db.session.execute(together).all()
        db.session.execute(
            update(_notice)
            .where(_notice.c.id.in_([row.id for row in rows]))
            .values(state=State.SENDING, claimed_at=now, attempts=_notice.c.attempts + 1)
        )
    return Message(rows, (first.way, first.target_id, first.place))


def _by_another(road: Road) -> list[Any]:
    way, target, place = road
    return [
        _notice.c.way != way,
        _notice.c.target_id.is_distinct_from(target),
        _notice.c.place.is_distinct_from(place),
    ]


def _with(first: Any) -> list[Any]:
    """Return the criteria of what goes into one digest with a notice."""
    same = ("way", "user_id", "target_id", "place")
    return [
        _notice.c.pace == Pace.DIGEST,
        *(_notice.c[name].is_not_distinct_from(getattr(first, name)) for name in same),
    ]


def _send(message: Message) -> None:
    """Send a message; raise DeliveryError when it was not delivered."""
    try:
        url = _address(message.notices[0])
    except DeliveryError:
        raise
    except DomainError as error:  # the address can't be decrypted
        raise HopelessError(str(error)) from error
    finally:
        db.session.rollback()  # a server may take its time: nothing is held meanwhile
    sending.send(url, *_text(message), _file(message.notices[0]))


def _file(notice: Any) -> tuple[str, bytes] | None:
    """Return the name and the content of what a letter carries, if it carries anything."""
    if notice.file_key is None:
        return None
    try:
        file = exports().open(notice.file_key)
    except StorageError as error:
        raise DeliveryError(str(error)) from error
    if file is None:
        raise HopelessError(gettext("附件已过保留期或已被清理"))
    with file:
        return notice.file_name, file.read()


def _address(notice: Any) -> str:
    """Return where a notice goes to, as it is now."""
    if notice.way == Way.MAIL:
        person = db.session.get(Staff, notice.user_id)
        address = address_of(person) if person is not None and person.active else None
        server = mail_server(notice.hall_id)
        if address is None:
            raise HopelessError(gettext("收件人没有电子邮箱，或账号已停用"))
        if server is None:
            raise HopelessError(gettext("没有邮件服务器，请在“通知渠道”中添加"))
        return sending.mail_to(server, address)
    if notice.place is not None:
        known = setting.addresses()
        if notice.place >= len(known):
            raise HopelessError(gettext("BANCHENG_NOTICES 里已没有这个地址"))
        return str(known[notice.place])
    target = db.session.get(NoticeTarget, notice.target_id)
    if target is None or not target.active:
        raise HopelessError(gettext("这个渠道已停用"))
    return target.address


def _text(message: Message) -> tuple[str, str]:
    """Return the title and the text, with where it is to be found."""
    first, panel = message.notices[0], setting.panel_url()
    if len(message.notices) > 1:
        title, body = digest([row.title for row in message.notices], first.way)
        page = f"{panel}/notices/"
    else:
        title, body, page = first.title, first.body, f"{panel}{page_of(first.about, first.row_id)}"
    return title, f"{body}\n{page}" if panel else body


def _fail(message: Message, error: DeliveryError, now: datetime) -> None:
    """Plan the next attempt; without one, leave the message to a person."""
    tried = max(row.attempts for row in message.notices) + 1
    told: dict[str, Any] = {"last_error": str(error)[:255]}
    if isinstance(error, UnsureError):
        told["state"] = State.UNKNOWN
    elif isinstance(error, HopelessError) or tried > len(BACK_OFF):
        told["state"] = State.DEAD
    else:
        told |= {"state": State.PENDING, "send_after": now + BACK_OFF[tried - 1]}
    _mark(message, **told)


def _mark(message: Message, **values: Any) -> None:
    with transaction():
        db.session.execute(
            update(_notice)
            .where(_notice.c.id.in_(message.ids), _notice.c.state == State.SENDING)
            .values(**values)
        )
