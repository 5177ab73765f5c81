"""The timeline of a case: what happened, when, by whom, old and new. Append only and chained.

`at` is when a thing happened (for a flag: when the stage began), `recorded_at` when it was written.
The database refuses UPDATE and DELETE and chains what comes in (app/core/guards/). What a flush
changes of a case is told by the event that is recorded with it, as `changes`; where none is
recorded, one is made at the commit, so that no path can forget. `was` carries, for the program
alone, what the rows held before (app/core/before.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field as dataclass_field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    event,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import before, clock, scope
from app.core.chain import DIGITS
from app.core.changes import changes_of, told
from app.core.db import Instant, db
from app.core.language import N_, gettext
from app.core.panel import Panel, field
from app.core.timeline_words import GROUPS, KINDS, WORDS

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

    from app.core.scope import Person
    from app.core.words import Choice

__all__ = ["CHOICES", "GROUPS", "KINDS", "WORDS", "Event", "Json", "changes_of", "record"]

Json = JSON().with_variant(JSONB(), "postgresql")

CHOICES: dict[str, type[Choice]] = {}
"""The keys of a payload that hold a code, each with its closed list."""


class Event(Model):
    """One entry of a case's timeline."""

    __tablename__ = "event"
    __table_args__ = (Index("uq_event_case_id_sequence", "case_id", "sequence", unique=True),)
    __mapper_args__ = {"eager_defaults": False}  # RETURNING sees no trigger of SQLite
    __panel__ = Panel(
        N_("办理过程"),
        "events",
        columns=("at", "actor", "kind", "case_number"),
        order=("-id",),
        filters=("kind",),
        search=("case_number", "actor"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("编号"), nullable=False)
    at: Mapped[datetime] = field(Instant, label=N_("时间"), nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("事件"), words=KINDS, nullable=False)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sequence: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    previous: Mapped[str] = mapped_column(String(DIGITS), nullable=False, server_default="")
    hash: Mapped[str] = mapped_column(String(DIGITS), nullable=False, server_default="")

    def __str__(self) -> str:
        """Name the case and what happened to it."""
        return f"{self.case_number} {gettext(KINDS.get(self.kind, self.kind))}"


SINCE = Table(
    "timeline_since",
    Model.metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)
"""The last event that does not carry what rows held before, and when the last of those was
written; empty where all events do."""


def record(
    case: Any,
    kind: str,
    *,
    actor: Person,
    now: datetime,
    at: datetime | None = None,
    **payload: Any,
) -> Event:
    """Write an event onto a case's timeline; it is committed with what it tells of.

    `at` is when it happened, where that was before it is written.

    The flush that writes it adds `changes`, old and new of each field of the case that was changed
    since the last event, unless the payload tells of that field already.
    """
    written = _event(case, kind, actor, now, payload)
    written.at = at or now
    db.session.add(written)
    return written


def _event(case: Any, kind: str, actor: Person, now: datetime, payload: dict[str, Any]) -> Event:
    return Event(
        case_id=case.id,
        case_number=case.number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind=kind,
        payload=payload,
    )


# --- what changed, told by itself ----------------------------------------------------------------

CASE = "case"
"""The table whose changes the timeline tells."""


@dataclass
class _Untold:
    """What was flushed of a case, or is about to be, and no event tells yet."""

    actor: Person
    new: bool = False
    changes: dict[str, list[Any]] = dataclass_field(default_factory=dict)

    def add(self, changes: dict[str, list[Any]]) -> None:
        """Add later changes: the first old and the last new count."""
        for name, (old, new) in changes.items():
            self.changes[name] = [self.changes.get(name, [old])[0], new]


def _untold(session: Session) -> dict[Any, _Untold]:
    found: dict[Any, _Untold] = session.info.setdefault("untold", {})
    return found


@event.listens_for(Session, "before_flush")
def _tell(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Put what the flush changes of a case into the event that is written with it."""
    untold, was = _untold(session), _was(session)
    before.take(session, was)
    for row in (*session.new, *session.dirty):
        if getattr(row, "__tablename__", "") == CASE and session.is_modified(row):
            item = untold.setdefault(row, _Untold(scope.current()))
            if row in session.new:
                item.new = True
            else:
                item.add(told(type(row), changes_of(row)))
    if not untold and not was:
        return
    cases = {row.id: row for row in untold}
    for written in reversed([row for row in session.new if isinstance(row, Event)]):
        case = cases.pop(written.case_id, None)
        if case is not None:
            _complete(written, untold.pop(case).changes)
        if written.case_id in was:
            written.payload = {**written.payload, "was": was.pop(written.case_id)}


def _complete(written: Event, changes: dict[str, list[Any]]) -> None:
    """Add changes to an event; what it tells itself stands."""
    more = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if more:
        own = written.payload.get("changes", {})
        written.payload = {**written.payload, "changes": {**more, **own}}


def _was(session: Session) -> dict[int, Any]:
    """Return what rows of cases held before, that no event carries yet."""
    found: dict[int, Any] = session.info.setdefault("was", {})
    return found


@event.listens_for(Session, "before_commit")
def _tell_the_rest(session: Session) -> None:
    """Write an event for each case that was changed and of which none was recorded."""
    if session.in_nested_transaction():
        return
    session.flush()
    for case, item in _untold(session).items():
        if item.new or any(old != new for old, new in item.changes.values()):
            kind = "registered" if item.new else "edited"
            session.add(_event(case, kind, item.actor, clock.now(), {}))
        else:
            _was(session).get(case.id, {}).pop(CASE, None)
    with scope.everything():
        session.flush()
        _tell_beside(session)


def _tell_beside(session: Session) -> None:
    """Write an event for each case beside which something changed that no event carries."""
    ids = [case for case, tables in _was(session).items() if tables]
    if ids:
        table = Model.metadata.tables[CASE]
        found = select(table.c.id, table.c.number).where(table.c.id.in_(ids))
        actor = scope.current()
        for case in session.connection().execute(found):
            session.add(_event(case, "edited", actor, clock.now(), {}))
        session.flush()


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("untold", None)
    session.info.pop("was", None)
