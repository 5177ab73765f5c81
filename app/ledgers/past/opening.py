"""Open the past for the time of one ledger, and close it again whatever happens."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from app.core import scope
from app.core.crud.present import local
from app.core.db import db, writing
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.timeline import SINCE, Event
from app.ledgers.past.reference import put_back as put_reference_back
from app.ledgers.past.shadows import look_anew
from app.ledgers.past.standing import put_back

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.ledgers.past.standing import Position

SETTLING = timedelta(minutes=1)
"""What was begun may take so long until it is written."""

WRITERS = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
               AND backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start <= :at)
"""
"""Whether a transaction that began before an instant is still to write."""


def refuse(at: datetime, kind: str, models: Sequence[type[Any]], now: datetime) -> None:
    """Raise InvalidInputError where no ledger can tell how things stood at an instant."""
    problem = "" if models else gettext(
        "%(ledger)s不能按过去的时间生成：办理过程没有记下它所列内容的每次变化", ledger=kind
    )  # fmt: skip
    if not problem and at > now:
        problem = gettext("截至时间不能晚于现在")
    if not problem and at > now - SETTLING:
        problem = gettext("截至时间须在一分钟以前，刚才的办理可能还没有写完")
    if not problem:
        first = _first()
        if first is None or at < first:
            problem = gettext("系统中还没有办理过程，不能按过去的时间生成") if first is None else (
                gettext("最早只能截至 %(first)s，在此以前的情况没有完整记录",
                        first=f"{local(first):%Y-%m-%d %H:%M:%S}")
            )  # fmt: skip
    if problem:
        raise InvalidInputError({"as_of": problem})


def _first() -> datetime | None:
    """Return the first instant of which the timeline tells everything; None: there is none yet."""
    since: datetime | None = db.session.scalar(select(SINCE.c.at))
    table = Event.__table__.c
    return since or db.session.scalar(select(func.min(table.recorded_at)))


@contextmanager
def opened(
    at: datetime | None, kind: str, models: Sequence[type[Any]], person: Person, now: datetime
) -> Iterator[Position | None]:
    """Read some tables as they stood at an instant, as far as a person may see them today.

    None is the present, of which nothing is put back. InvalidInputError where it can't be told.
    The session's transaction ends before and after: what is read inside is never written, and what
    stands before the tables goes with it.
    """
    if at is None:
        yield None
        return
    refuse(at, kind, models, now)
    _let_finish(at)
    try:
        position = put_back(at, models, person)
        put_reference_back(at)
        look_anew()
        db.session.expire_all()
        with scope.settled(models):
            yield position
    finally:
        db.session.rollback()


def _let_finish(at: datetime) -> None:
    """Wait for whoever writes to SQLite; on PostgreSQL, refuse while such a one is not done."""
    db.session.rollback()
    wrote = writing.set(True)
    try:
        busy = db.session.connection().dialect.name == "postgresql" and db.session.scalar(
            text(WRITERS), {"at": at}
        )
    finally:
        writing.reset(wrote)
        db.session.rollback()
    if busy:
        raise DomainError(gettext("在截至时间以前开始的办理还没有写完，请稍后再试"))
