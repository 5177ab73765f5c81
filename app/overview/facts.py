"""What cases count for at an instant, from the cases themselves: the only place that says it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.models import Case
from app.cases.records import Assignment, AssignmentRole, CaseCause, Visit
from app.cases.rules import OPEN, Status
from app.core import scope
from app.core.db import db
from app.deadlines.hours import working_seconds
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar, hours_of
from app.deadlines.rules import Classification, Verdict
from app.departments.models import Hall
from app.overview.listed import Listed
from app.overview.rules import SATISFIED, THOUSANDTHS, Facet, Figures, need_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

CASE, CLOCK = Case.__table__.c, Deadline.__table__.c


@dataclass(frozen=True)
class Fact:
    """What a case counts for, and by which values."""

    case_id: int
    hall_id: int
    day: date
    figures: Figures
    department: str = ""
    matter: str = ""
    classification: str = ""
    need: str = ""
    causes: tuple[int, ...] = ()
    due_at: datetime | None = None
    last_day: date | None = None

    @property
    def month(self) -> date:
        """The first day of the month in which it was registered."""
        return self.day.replace(day=1)

    def values(self) -> Iterator[tuple[Facet, str]]:
        """Yield every value that it counts under."""
        yield Facet.ALL, ""
        yield Facet.DEPARTMENT, self.department
        yield Facet.MATTER, self.matter
        yield Facet.CLASSIFICATION, self.classification
        for cause in self.causes:
            yield Facet.CAUSE, str(cause)
        if self.need:
            yield Facet.NEED, self.need
        if self.need == "unlisted":
            yield Facet.UNLISTED, self.matter

    def columns(self) -> dict[str, Any]:
        """Return it as the row of `case_fact`."""
        return {
            "case_id": self.case_id,
            "hall_id": self.hall_id,
            "month": self.month,
            "day": self.day,
            "department": self.department,
            "matter": self.matter,
            "classification": self.classification,
            "need": self.need,
            "due_at": self.due_at,
            "last_day": self.last_day,
            **asdict(self.figures),
        }


def facts_of(case_ids: Collection[int], now: datetime) -> list[Fact]:
    """Return what cases count for at an instant; six statements, however many cases.

    Read below the scope: figures name nobody, and who may see which is said by their hall.
    """
    if not case_ids:
        return []
    rows = db.session.execute(
        select(
            *(CASE[name] for name in READ),
            CLOCK.due_at, CLOCK.met_at, CLOCK.verdict,
        )
        .select_from(
            Case.__table__.outerjoin(
                Deadline.__table__, (CLOCK.case_id == CASE.id) & CLOCK.current
            )
        )
        .where(CASE.id.in_(case_ids))
    ).all()  # fmt: skip
    with scope.everything():
        halls = db.session.scalars(select(Hall).where(Hall.id.in_({row.hall_id for row in rows})))
        hours = {hall.id: hours_of(hall) for hall in halls}
    beside = _Beside(case_ids)
    listed = Listed(set(hours), {row.matter for row in rows if _taken(row)})
    days = calendar()
    return [_fact(row, hours[row.hall_id], days, beside, listed, now) for row in rows]


READ = (
    "id", "hall_id", "registered_at", "status", "matter", "classification", "lead_department_id",
    "accepted_at", "finished_at", "outcome", "satisfaction", "raised_at", "refusal_reason",
)  # fmt: skip


class _Beside:
    """What is kept beside the cases: whether it took several to handle them, their causes."""

    def __init__(self, case_ids: Collection[int]) -> None:
        task, call, named = Assignment.__table__.c, Visit.__table__.c, CaseCause.__table__.c
        joint = (task.role == AssignmentRole.ASSIST) | task.returned_at.is_not(None)
        several = select(task.case_id).where(task.case_id.in_(case_ids), joint)
        visited = select(call.case_id).where(call.case_id.in_(case_ids))
        self.together = {*db.session.scalars(several), *db.session.scalars(visited)}
        self.causes: dict[int, list[int]] = defaultdict(list)
        current = select(named.case_id, named.cause_id).where(
            named.case_id.in_(case_ids), named.current
        )
        for row in db.session.execute(current):
            self.causes[row.case_id].append(row.cause_id)


def _taken(row: Any) -> bool:
    return row.accepted_at is not None and row.status is not Status.MERGED


def _fact(
    row: Any, hours: Hours, days: WorkCalendar, beside: _Beside, listed: Listed, now: datetime
) -> Fact:
    need = ""
    if _taken(row):
        need = need_of(
            listed=listed.at(row.hall_id, row.matter, row.registered_at),
            together=row.id in beside.together or row.raised_at is not None,
            should_be_done=row.classification is Classification.SHOULD_BE_DONE,
        ).value
    running = row.status in OPEN and row.due_at is not None and row.met_at is None
    return Fact(
        case_id=row.id,
        hall_id=row.hall_id,
        day=hours.local(row.registered_at).date(),
        figures=_figures(row, hours, days, running=running, now=now),
        department=str(row.lead_department_id or ""),
        matter=row.matter,
        classification=row.classification or "",
        need=need,
        causes=tuple(sorted(beside.causes.get(row.id, ()))),
        due_at=row.due_at if running else None,
        last_day=hours.local(row.finished_at).date() if row.finished_at else None,
    )


def _figures(
    row: Any, hours: Hours, days: WorkCalendar, *, running: bool, now: datetime
) -> Figures:
    finished = row.outcome is not None
    late = finished and row.verdict is Verdict.BREACHED
    refused = row.status in (Status.REFUSED, Status.ARCHIVED) and bool(row.refusal_reason)
    timed = finished and row.accepted_at is not None
    seconds = working_seconds(days, hours, row.accepted_at, row.finished_at) if timed else 0
    grade = int(row.satisfaction or 0)
    return Figures(
        registered=1,
        taken=int(_taken(row)),
        refused=int(refused and not finished),
        finished=int(finished),
        in_time=int(finished and not late),
        late=int(late),
        open_late=int(running and row.due_at < now),
        timed=int(timed),
        seconds=seconds,
        days=round(seconds * THOUSANDTHS / hours.length.total_seconds()),
        rated=int(grade > 0),
        satisfied=int(grade >= SATISFIED),
        grades=grade,
    )
