"""Ask about cases: their responsibilities, their timelines, what a person should do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.cases.rules import ENDED, OPEN, Status
from app.core.db import db
from app.core.words import unprintable
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.clock import Stage
from app.deadlines.models import Deadline
from app.deadlines.rules import ClockKind, RequestState
from app.departments.models import Department, Responsibility

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def responsibility_for(hall_id: int, matter: str) -> Responsibility | None:
    """Return the line of the hall's list of responsibilities that names the matter."""
    return db.session.scalar(
        select(Responsibility)
        .join(Responsibility.department)
        .where(
            Department.hall_id == hall_id,
            Responsibility.matter == matter,
            Responsibility.active,
            Department.active,
        )
        .order_by(Responsibility.id)
        .limit(1)
    )


def matters(hall_id: int | None, q: str, limit: int = 20) -> Sequence[str]:
    """Return names of matters to choose from while typing."""
    query = (
        select(Responsibility.matter)
        .join(Responsibility.department)
        .where(Responsibility.active)
        .distinct()
        .order_by(Responsibility.matter)
        .limit(limit)
    )
    if hall_id is not None:
        query = query.where(Department.hall_id == hall_id)
    if text := q.replace("\0", ""):
        query = query.where(Responsibility.matter.icontains(text, autoescape=True))
    return db.session.scalars(query).all()


def case_numbered(number: str) -> Case | None:
    """Return the case with a number, if it is in scope."""
    if unprintable(number):  # what no database keeps, none is asked for
        return None
    return db.session.scalar(select(Case).where(Case.number == number.strip().upper()))


def linked(case: Case) -> Sequence[Case]:
    """Return the cases that are linked with this one, as far as the person sees them."""
    there = select(CaseLink.other_id).where(CaseLink.case_id == case.id)
    here = select(CaseLink.case_id).where(CaseLink.other_id == case.id)
    return db.session.scalars(
        select(Case).where(or_(Case.id.in_(there), Case.id.in_(here))).order_by(Case.id.desc())
    ).all()


def proposed_department(case: Case) -> Any:
    """Return the department that the list of responsibilities names for the case."""
    found = case.responsibility or responsibility_for(case.hall_id, case.matter)
    return found.department if found is not None and found.department.active else None


def at_stage(reached: Stage, now: datetime) -> Any:
    """Return the criterion of the cases whose running clock is at a stage, or past it if late."""
    clock = Deadline.__table__.alias("running").c
    late = clock.due_at < now
    meaning = {
        Stage.ON_TRACK: clock.warn_at > now,
        Stage.WARNING: (clock.warn_at <= now) & ~late,
        Stage.OVERDUE: late,
        Stage.ESCALATED: clock.escalate_at < now,
    }
    return exists().where(
        clock.case_id == Case.id, clock.current, clock.met_at.is_(None), meaning[reached]
    )


def asked() -> Any:
    """Return the criterion of the cases with a request for days or a pause still to decide."""
    return or_(
        *(
            exists().where(kind.case_id == Case.id, kind.state == RequestState.ASKED)
            for kind in (Extension, Pause)
        )
    )


def to_tell() -> Any:
    """Return the criterion of the cases whose applicant is still to be told of an extension."""
    clock = Deadline.__table__.alias("telling").c
    return exists().where(
        clock.case_id == Case.id, clock.kind == ClockKind.TELLING, clock.met_at.is_(None)
    )


def with_clock() -> Select[Any]:
    """Select cases with what their rows show: the clock, its hall, the department."""
    return (
        select(Case)
        .outerjoin(Case.clock)
        .options(
            contains_eager(Case.clock), joinedload(Case.hall), joinedload(Case.lead_department)
        )
    )


def counts(now: datetime) -> dict[str, int]:
    """Count in one statement what waits for somebody, among the cases in scope."""
    tasks = {
        **{status.value: Case.status == status for status in (*OPEN, Status.CALLED_BACK)},
        "finished": Case.status.in_((Status.RESOLVED, Status.REPLIED)),
        "warning": at_stage(Stage.WARNING, now),
        "overdue": at_stage(Stage.OVERDUE, now),
        "asked": asked(),
        "telling": to_tell(),
    }
    columns = [func.count().filter(criterion).label(name) for name, criterion in tasks.items()]
    row = db.session.execute(
        select(*columns).select_from(Case).where(Case.status.not_in(ENDED))
    ).one()
    return dict(zip(tasks, row, strict=True))
