"""Ask about improvement items: which wait, which are late, what to flag, and their effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, or_, select

from app.cases.models import Case
from app.cases.records import CaseCause
from app.cases.rules import UNCOUNTED
from app.core import scope
from app.core.db import db
from app.deadlines.clock import Stage
from app.departments.queries import halls_below
from app.improvements.models import Improvement, ImprovementFile, ImprovementFlag
from app.improvements.rules import (
    INSTANTS,
    RUNNING,
    SPAN,
    FlagStage,
    ImprovementStatus,
    Span,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement


def running() -> ColumnElement[bool]:
    """Return the criterion of the items whose clock runs; as literals, for the partial index."""
    return Improvement.status.in_(
        [literal(it, Improvement.status.type, literal_execute=True) for it in RUNNING]
    )


def standing(status: ImprovementStatus) -> ColumnElement[bool]:
    """Return the criterion of the items at a state."""
    return Improvement.status == status


def at_stage(reached: Stage, now: datetime) -> ColumnElement[bool]:
    """Return the criterion of the items whose running clock is at a stage, or past it if late."""
    meaning = {
        Stage.ON_TRACK: Improvement.warn_at > now,
        Stage.WARNING: (Improvement.warn_at <= now) & (Improvement.due_at >= now),
        Stage.OVERDUE: Improvement.due_at < now,
        Stage.ESCALATED: Improvement.escalate_at < now,
    }
    return running() & meaning[reached]


def count_of(criterion: Any) -> int:
    """Count the items that are so, among those in sight."""
    query = select(func.count()).select_from(Improvement).where(criterion)
    return db.session.scalar(query) or 0


def files_of(improvement_id: int) -> Sequence[ImprovementFile]:
    """Return the files of an item that are still there."""
    there = select(ImprovementFile).where(
        ImprovementFile.improvement_id == improvement_id, ImprovementFile.removed_at.is_(None)
    )
    return db.session.scalars(there.order_by(ImprovementFile.id)).all()


# --- what to flag --------------------------------------------------------------------------------


def began(stage: FlagStage, now: datetime) -> ColumnElement[bool]:
    """Return the criterion of the items whose clock reached a stage: due only once it is past."""
    instant = getattr(Improvement, INSTANTS[stage])
    reached: ColumnElement[bool] = instant <= now if stage is FlagStage.WARNING else instant < now
    return reached


def unflagged(now: datetime, limit: int) -> Sequence[int]:
    """Return the items of which a stage began that is not flagged yet, the longest late first."""
    flagged = ImprovementFlag
    missing = (
        began(stage, now)
        & ~exists().where(
            flagged.improvement_id == Improvement.id,
            flagged.stage == stage,
            flagged.due_version == Improvement.due_version,
        )
        for stage in FlagStage
    )
    query = select(Improvement.id).where(running(), Improvement.warn_at <= now, or_(*missing))
    return db.session.scalars(query.order_by(Improvement.warn_at).limit(limit)).all()


# --- effect --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """Cases of the matter and cause for each span before and after, and per 30 days on average.

    `after` is None while no time has passed since the completion.
    """

    spans: tuple[tuple[Span, int], ...]
    before: float
    after: float | None


def of_problem(row: Improvement, halls: Iterable[int]) -> ColumnElement[bool]:
    """Return the criterion of the cases of halls that tell of an item's problem."""
    named = exists().where(
        CaseCause.case_id == Case.id, CaseCause.current, CaseCause.cause_id == row.cause_id
    )
    return and_(
        Case.hall_id.in_(sorted(halls)),
        Case.matter == row.matter,
        Case.status.not_in(UNCOUNTED),
        *([named] if row.cause_id is not None else ()),
    )


def effect(row: Improvement, now: datetime) -> Effect:
    """Count the cases around the latest completion; before there is one, up to now.

    Counted over all cases, seen or not: numbers, nobody's data. One statement.
    """
    around = min(row.completed_at or now, now)
    found = spans(around, now)
    with scope.everything():
        counted = (
            func.count().filter(Case.registered_at >= it.begin, Case.registered_at < it.end)
            for it in found
        )
        whole = (Case.registered_at >= found[0].begin, Case.registered_at < found[-1].end)
        numbers = db.session.execute(
            select(*counted)
            .select_from(Case)
            .where(of_problem(row, halls_below(row.hall_id)), *whole)
        ).one()
    told = tuple(zip(found, numbers, strict=True))
    before = [number for span, number in told if span.number < 0]
    after = [number for span, number in told if span.number > 0]
    passed = min(now, found[-1].end) - around
    return Effect(
        told,
        before=sum(before) / len(before),
        after=sum(after) * (SPAN / passed) if row.completed_at and passed else None,
    )
