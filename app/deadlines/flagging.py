"""Flag what became due soon, overdue or escalated: once per deadline, stage and due-version.

A batch is one transaction: it marks deadlines, inserts their flags, and tells of each flag that is
new in the timeline of its case, at the instant at which the stage began. The unique key of the
flags decides, so that any number of schedulers may run at once, and any of them may die
(docs/decisions/0004-exactly-once-flagging.md).
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import Instant, db
from app.core.scope import SYSTEM
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.models import OPEN_STAGES, Deadline, Flag

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Insert, Select

BATCH = 200

_BEGAN = {"warning": operator.le, "overdue": operator.lt, "escalated": operator.lt}

_deadline: Any = Deadline.__table__
_flag: Any = Flag.__table__
_event: Any = Event.__table__
_now = bindparam("now", type_=Instant())


@dataclass(frozen=True)
class Flagged:
    """How many deadlines a run flagged newly, by stage."""

    warning: int = 0
    overdue: int = 0
    escalated: int = 0


def flag(now: datetime, *, batch: int = BATCH) -> Flagged:
    """Flag every stage that began by `now` and is not flagged yet; return how many are new.

    To be called outside a transaction: it commits each batch. A deadline that somebody holds
    locked is left for the next run.
    """
    with transaction():
        first = db.session.connection().execute(_first()).mappings().one()
    began = [stage for stage, at in first.items() if at is not None and _BEGAN[stage](at, now)]
    return Flagged(**{stage: _flag_all(stage, now, batch) for stage in began})


def settle(clock: Deadline, now: datetime) -> None:
    """Flag what one clock went through unflagged, before it is met or moved.

    Part of the caller's transaction; waits for a run that is at this clock. What the database
    holds is what counts: to be called before the clock is changed.
    """
    for stage, instant in OPEN_STAGES.items():
        marked_at = f"{stage}_flagged_at"
        if getattr(clock, marked_at) is None and _BEGAN[stage](getattr(clock, instant), now):
            _flag_some(stage, {"now": now, "only": clock.id})
            db.session.expire(clock, [marked_at])


def statement(stage: str) -> Select[tuple[int, int]]:
    """Return the statement that flags the next batch on PostgreSQL; fill in :now and :batch.

    Its one row: how many deadlines were marked, how many flags are new.
    """
    return _at_once(stage, one=False)


def _flag_all(stage: str, now: datetime, batch: int) -> int:
    """Flag batch after batch, until one is not full."""
    total = 0
    while True:
        with transaction():
            marked, fresh = _flag_some(stage, {"now": now, "batch": batch})
        total += fresh
        if marked < batch:
            return total


def _flag_some(stage: str, given: dict[str, Any]) -> tuple[int, int]:
    """Flag a batch, or the one clock that is given; return how many were marked, how many new."""
    connection = db.session.connection()
    one = "only" in given
    if connection.dialect.name == "postgresql":
        marked, fresh = connection.execute(_at_once(stage, one=one), given).one()
        return marked, fresh
    mark, insert_flags, insert_events = _in_turn(stage, one=one)
    ids = connection.scalars(mark, given).all()
    told = connection.scalars(insert_flags, {"now": given["now"], "ids": ids}).all()
    connection.execute(insert_events, {"now": given["now"], "ids": told})
    return len(ids), len(told)


@cache
def _first() -> Select[Any]:
    """Ask when the earliest unflagged stage of each kind begins.

    The least of a partial index: with the present instant in the statement, the plan that
    PostgreSQL keeps for a prepared statement would read the whole table.
    """
    return select(*(
        select(func.min(_deadline.c[instant])).where(_open(stage)).scalar_subquery().label(stage)
        for stage, instant in OPEN_STAGES.items()
    ))


@cache
def _at_once(stage: str, *, one: bool) -> Select[tuple[int, int]]:
    """Mark, flag and tell in one statement, for PostgreSQL."""
    due = _due(stage, one=one).cte("due")
    marked = _mark(stage, select(due.c.id)).returning(*_told_of(stage)).cte("marked")
    fresh = _insert_flags(stage, postgresql, marked).cte("fresh")
    is_fresh = marked.c.id.in_(select(fresh.c.deadline_id))
    told = _insert_events(stage, _payload_on_postgresql, marked, is_fresh)
    told = told.returning(_event.c.id).cte("told")
    return select(*(
        select(func.count()).select_from(rows).scalar_subquery() for rows in (marked, told)
    ))


@cache
def _in_turn(stage: str, *, one: bool) -> tuple[Any, Any, Any]:
    """Mark, flag and tell in three statements, for SQLite, under its one writer's lock."""
    chosen = _deadline.c.id.in_(bindparam("ids", expanding=True))
    return (_mark(stage, _due(stage, one=one)).returning(_deadline.c.id),
            _insert_flags(stage, sqlite, _deadline, chosen),
            _insert_events(stage, _payload_on_sqlite, _deadline, chosen))


def _open(stage: str) -> ColumnElement[bool]:
    """Say what a stage has yet to flag, in the words of its partial index."""
    return and_(_deadline.c[f"{stage}_flagged_at"].is_(None), _deadline.c.met_at.is_(None))


def _due(stage: str, *, one: bool) -> Select[tuple[int]]:
    """Select and lock what is to be flagged: the one clock, or a batch of what nobody is at."""
    instant = _deadline.c[OPEN_STAGES[stage]]
    due = select(_deadline.c.id).where(_open(stage), _BEGAN[stage](instant, _now))
    if one:
        return due.where(_deadline.c.id == bindparam("only")).with_for_update(key_share=True)
    batch = due.order_by(instant).limit(bindparam("batch"))
    return batch.with_for_update(key_share=True, skip_locked=True)


def _told_of(stage: str) -> list[Any]:
    """List the columns that a flag and its event tell of."""
    names = ("id", "case_id", "case_number", "due_version", "due_at", OPEN_STAGES[stage])
    return [_deadline.c[name] for name in dict.fromkeys(names)]


def _mark(stage: str, ids: Select[tuple[int]]) -> Any:
    """Take deadlines out of the stage's index; `version` stays, for nobody edited them."""
    return (update(_deadline).where(_deadline.c.id.in_(ids))
            .values({f"{stage}_flagged_at": _now}))


def _insert_flags(stage: str, dialect: Any, clocks: Any, *chosen: ColumnElement[bool]) -> Any:
    """Insert the flags of clocks; what was flagged at this due-version before is passed over."""
    flags = select(clocks.c.id, literal(stage), clocks.c.due_version,
                   clocks.c[OPEN_STAGES[stage]], _now).where(*chosen)
    columns = ["deadline_id", "stage", "due_version", "began_at", "flagged_at"]
    return (dialect.insert(_flag).from_select(columns, flags)
            .on_conflict_do_nothing().returning(_flag.c.deadline_id))


def _insert_events(stage: str, payload: Callable[[Any], Any], clocks: Any,
                   chosen: ColumnElement[bool]) -> Insert:
    """Tell in the timelines of the chosen clocks' cases that the stage began."""
    events = select(clocks.c.case_id, clocks.c.case_number, clocks.c[OPEN_STAGES[stage]], _now,
                    null(), literal(SYSTEM.name), literal(stage), payload(clocks.c)).where(chosen)
    columns = ["case_id", "case_number", "at", "recorded_at",
               "actor_id", "actor", "kind", "payload"]
    return insert(_event).from_select(columns, events)


def _payload_on_postgresql(clock: Any) -> ColumnElement[Any]:
    due_at = func.to_char(func.timezone("UTC", clock.due_at), 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    return func.jsonb_build_object("deadline_id", clock.id, "due_at", due_at,
                                   "due_version", clock.due_version)


def _payload_on_sqlite(clock: Any) -> ColumnElement[Any]:
    due_at = func.strftime("%Y-%m-%dT%H:%M:%S+00:00", clock.due_at)
    return func.json_object("deadline_id", clock.id, "due_at", due_at,
                            "due_version", clock.due_version)
