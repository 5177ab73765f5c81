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

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal,
    null,
    select,
    table,
    update,
)
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

BATCH = 100
"""Clocks in a transaction. Whoever edits one of them waits for its batch: on PostgreSQL with a
million clocks at worst 10 ms with 50, 25 ms with 100, 70 ms with 200. Smaller ones spend more on
commits: 200,000 take 28 s with 50, 22 s with 100 or 200 (benchmarks/flagging.py)."""

_BEGAN = {"warning": operator.le, "overdue": operator.lt, "escalated": operator.lt}

_deadline: Any = Deadline.__table__
_flag: Any = Flag.__table__
_event: Any = Event.__table__
CASE: Any = table("case", column("id", Integer))
"""The cases, as far as a lock goes: whoever writes their events holds their row first."""
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
    locked, and one whose case somebody is at, is left for the next run.
    """
    with transaction():
        first = db.session.connection().execute(_first()).mappings().one()
    return Flagged(
        **{
            stage: _flag_all(stage, now, since=at, batch=batch)
            for stage, at in first.items()
            if at is not None and _BEGAN[stage](at, now)
        }
    )


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


def statement(stage: str) -> Select[Any]:
    """Return what flags the next batch of a stage on PostgreSQL: :now, :since and :batch.

    Its one row: how many deadlines were `marked`, how many flags are `fresh`, and the `since` of
    the next batch.
    """
    return _at_once(stage, one=False)


def _flag_all(stage: str, now: datetime, *, since: datetime, batch: int) -> int:
    """Flag batch after batch, until one is not full.

    Each goes on where the one before it stopped: to begin from the front again is to step over all
    that was just flagged, which a long-running reader keeps from being cleared away.
    """
    total, marked = 0, batch
    while marked == batch:
        with transaction():
            marked, fresh, since = _flag_some(stage, {"now": now, "since": since, "batch": batch})
        total += fresh
    return total


def _flag_some(stage: str, given: dict[str, Any]) -> tuple[int, int, Any]:
    """Flag a batch, or the one clock that is given; return what `statement` does."""
    connection = db.session.connection()
    one = "only" in given
    if connection.dialect.name == "postgresql":
        done = connection.execute(_at_once(stage, one=one), given).one()
        return done.marked, done.fresh, done.since
    mark, insert_flags, insert_events = _in_turn(stage, one=one)
    marked = connection.execute(mark, given).all()
    chosen = {"now": given["now"], "ids": [clock.id for clock in marked]}
    fresh = connection.scalars(insert_flags, chosen).all()
    connection.execute(insert_events, {**chosen, "ids": fresh})
    return len(marked), len(fresh), max((clock.began_at for clock in marked), default=None)


@cache
def _first() -> Select[Any]:
    """Ask when the earliest unflagged stage of each kind begins.

    The least of a partial index: with the present instant in the statement, the plan that
    PostgreSQL keeps for a prepared statement would read the whole table.
    """
    return select(
        *(
            select(func.min(_deadline.c[instant]))
            .where(_open(stage))
            .scalar_subquery()
            .label(stage)
            for stage, instant in OPEN_STAGES.items()
        )
    )


@cache
def _at_once(stage: str, *, one: bool) -> Select[Any]:
    """Mark, flag and tell in one statement, for PostgreSQL."""
    due = _due(stage, one=one).cte("due")
    marked = _mark(stage, select(due.c.id)).cte("marked")
    fresh = _insert_flags(stage, postgresql, marked).cte("fresh")
    is_fresh = marked.c.id.in_(select(fresh.c.deadline_id))
    told = _insert_events(stage, _payload_on_postgresql, marked, is_fresh).cte("told")
    return select(
        select(func.count()).select_from(marked).scalar_subquery().label("marked"),
        select(func.count()).select_from(fresh).scalar_subquery().label("fresh"),
        select(func.max(marked.c.began_at)).scalar_subquery().label("since"),
    ).add_cte(told)


@cache
def _in_turn(stage: str, *, one: bool) -> tuple[Any, Any, Any]:
    """Mark, flag and tell in three statements, for SQLite, under its one writer's lock."""
    clocks = select(*_facts(stage)).subquery("clock")
    chosen = clocks.c.id.in_(bindparam("ids", expanding=True))
    return (
        _mark(stage, _due(stage, one=one)),
        _insert_flags(stage, sqlite, clocks, chosen),
        _insert_events(stage, _payload_on_sqlite, clocks, chosen),
    )


def _open(stage: str) -> ColumnElement[bool]:
    """Say what a stage has yet to flag, in the words of its partial index."""
    return and_(_deadline.c[f"{stage}_flagged_at"].is_(None), _deadline.c.met_at.is_(None))


def _due(stage: str, *, one: bool) -> Select[tuple[int]]:
    """Select and lock what is to be flagged: the one clock, or a batch of what nobody is at.

    A batch locks the cases too, as every move does: its events are chained to those of the cases,
    and whoever is at one of them would have to be waited for.
    """
    instant = _deadline.c[OPEN_STAGES[stage]]
    due = select(_deadline.c.id).where(_open(stage), _BEGAN[stage](instant, _now))
    if one:
        return due.where(_deadline.c.id == bindparam("only")).with_for_update(key_share=True)
    batch = due.where(instant >= bindparam("since")).order_by(instant)
    batch = batch.join(CASE, CASE.c.id == _deadline.c.case_id)
    return batch.limit(bindparam("batch", type_=Integer())).with_for_update(
        of=[_deadline, CASE], key_share=True, skip_locked=True
    )


def _facts(stage: str) -> list[Any]:
    """List what a flag and its event tell of a clock."""
    columns = [
        _deadline.c[name]
        for name in ("id", "case_id", "case_number", "kind", "due_at", "due_version")
    ]
    return [*columns, _deadline.c[OPEN_STAGES[stage]].label("began_at")]


def _mark(stage: str, ids: Select[tuple[int]]) -> Any:
    """Take clocks out of the stage's index; `version` stays, for nobody edited them."""
    return (
        update(_deadline)
        .where(_deadline.c.id.in_(ids))
        .values({f"{stage}_flagged_at": _now})
        .returning(*_facts(stage))
    )


def _insert_flags(stage: str, dialect: Any, clocks: Any, *chosen: ColumnElement[bool]) -> Any:
    """Insert the flags of clocks; what was flagged at this due-version before is passed over."""
    flags = {
        "deadline_id": clocks.c.id,
        "stage": literal(stage),
        "due_version": clocks.c.due_version,
        "began_at": clocks.c.began_at,
        "flagged_at": _now,
    }
    return (
        dialect.insert(_flag)
        .from_select(list(flags), select(*flags.values()).where(*chosen))
        .on_conflict_do_nothing()
        .returning(_flag.c.deadline_id)
    )


def _insert_events(
    stage: str, payload: Callable[[Any], Any], clocks: Any, chosen: ColumnElement[bool]
) -> Insert:
    """Tell in the timelines of the chosen clocks' cases that the stage began."""
    events = {
        "case_id": clocks.c.case_id,
        "case_number": clocks.c.case_number,
        "at": clocks.c.began_at,
        "recorded_at": _now,
        "actor_id": null(),
        "actor": literal(SYSTEM.name),
        "kind": literal(stage),
        "payload": payload(clocks.c),
    }
    return insert(_event).from_select(list(events), select(*events.values()).where(chosen))


def _payload_on_postgresql(clock: Any) -> ColumnElement[Any]:
    due_at = func.to_char(func.timezone("UTC", clock.due_at), 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    return func.json_build_object(
        "deadline_id",
        clock.id,
        "clock",
        clock.kind,
        "due_at",
        due_at,
        "due_version",
        clock.due_version,
    )


def _payload_on_sqlite(clock: Any) -> ColumnElement[Any]:
    due_at = func.strftime("%Y-%m-%dT%H:%M:%S+00:00", clock.due_at)
    return func.json_object(
        "deadline_id",
        clock.id,
        "clock",
        clock.kind,
        "due_at",
        due_at,
        "due_version",
        clock.due_version,
    )
