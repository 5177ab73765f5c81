"""Who owned a case when: from its assignments, and from the list of responsibilities as of then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.cases.records import AssignmentRole
from app.core import scope
from app.core.db import db
from app.core.history import LONGEST_NAME, Action, Change
from app.deadlines.hours import day_of
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Department, Responsibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from app.cases.models import Case

TOLD = ("matter", "department", "legal_basis", "active")
"""What is told of a line of the list."""


@dataclass(frozen=True)
class Line:
    """What the list of responsibilities says of the matter at an instant."""

    department: str
    legal_basis: str


@dataclass(frozen=True)
class Holding:
    """One stretch of time in which somebody had the case; `owner` is empty for the window."""

    role: AssignmentRole | None
    owner: str
    began: datetime
    ended: datetime | None
    signed_at: datetime | None = None
    signed_by: str = ""
    handler: str = ""
    returned: str = ""
    """Why it was given back, if it was."""
    days: int = 0
    """Working days after the day on which it began."""
    late: int = 0
    """Working days of it after a main clock had run out."""


def holdings(case: Case, now: datetime) -> list[Holding]:
    """Return who had a case from its registration on, without a gap, by their beginnings.

    Where no department had the lead it was with the window, until a result was given.
    """
    found = [_of(case, row, now) for row in case.assignments]
    led = sorted(
        ((it.began, it.ended) for it in found if it.role is AssignmentRole.LEAD),
        key=lambda span: span[0],
    )
    reached: datetime | None = case.registered_at
    for began, ended in led:
        if reached is not None and reached < began:
            found.append(_at_window(case, reached, began, now))
        reached = None if ended is None or reached is None else max(reached, ended)
    if reached is not None and (end := _over(case)) != reached:
        found.append(_at_window(case, reached, end, now))
    return sorted(found, key=lambda it: (it.began, it.role is AssignmentRole.ASSIST))


def _over(case: Case) -> datetime | None:
    """Return when nobody had anything to do with a case any more."""
    return case.closed_at or case.archived_at


def _of(case: Case, row: Any, now: datetime) -> Holding:
    ended = row.returned_at or row.finished_at
    days, late = _measured(case, row.dispatched_at, ended or now)
    return Holding(
        role=row.role,
        owner=row.department.name,
        began=row.dispatched_at,
        ended=ended,
        signed_at=row.signed_at,
        signed_by=row.signed_by or "",
        handler=row.handler.name if row.handler is not None else "",
        returned=row.return_reason or "",
        days=days,
        late=late,
    )


def _at_window(case: Case, began: datetime, ended: datetime | None, now: datetime) -> Holding:
    days, late = _measured(case, began, ended or now)
    return Holding(None, "", began, ended, days=days, late=late)


def _measured(case: Case, began: datetime, ended: datetime) -> tuple[int, int]:
    """Return the working days of a stretch, and those of them after a main clock ran out."""
    days, hours = calendar(), hours_of(case.hall)
    first, last = hours.local(began).date(), hours.local(ended).date()
    late = 0
    for clock in case.clocks:
        stopped = min(clock.met_at or ended, ended)
        if clock.kind.main and stopped > clock.due_at:
            since = max(first, day_of(hours, clock.due_at))
            late += days.count(since, hours.local(stopped).date())
    return days.count(first, last), late


# --- the list of responsibilities as of then -----------------------------------------------------


class ListThen:
    """The lines of a hall's list that ever named a matter, as they were at any instant.

    Read back from the field history: what was changed after an instant is undone.
    """

    def __init__(self, hall_id: int, matter: str) -> None:
        """Ask for the lines as they are now, and for what was changed of them since."""
        self.matter = matter
        with scope.everything():  # the history is not everybody's; what is told of it here is
            named = select(Change.row_id).where(
                Change.entity == Responsibility.__panel__.code,
                Change.hall_id == hall_id,
                Change.row_name == matter[:LONGEST_NAME],
            )
            lines = db.session.scalars(
                select(Responsibility)
                .join(Department, Department.id == Responsibility.department_id)
                .where(
                    Department.hall_id == hall_id,
                    or_(Responsibility.matter == matter, Responsibility.id.in_(named)),
                )
            ).all()
            self._now = {row.id: _state(row) for row in lines}
            self._changes: Sequence[Change] = db.session.scalars(
                select(Change)
                .where(
                    Change.entity == Responsibility.__panel__.code,
                    or_(Change.row_id.in_(list(self._now)), Change.row_id.in_(named)),
                )
                .order_by(Change.id.desc())
            ).all()

    def at(self, instant: datetime) -> list[Line]:
        """Return the lines in force that named the matter at an instant."""
        states: dict[int, dict[str, Any] | None] = {
            number: dict(state) for number, state in self._now.items()
        }
        for change in self._changes:
            if change.at <= instant:
                continue
            states[change.row_id] = undone(states.get(change.row_id), change)
        return [
            Line(state["department"], state["legal_basis"])
            for _, state in sorted(states.items())
            if state and state.get("matter") == self.matter and in_force(state)
        ]

    def first_after(self, instant: datetime) -> tuple[datetime, list[Line]] | None:
        """Return when the list first named the matter after an instant, and what it said then."""
        for moment in self._moments():
            if moment > instant and (lines := self.at(moment)):
                return moment, lines
        return None

    def _moments(self) -> Iterator[datetime]:
        for change in reversed(self._changes):
            yield change.at


def _state(row: Responsibility) -> dict[str, Any]:
    return {
        "matter": row.matter,
        "department": str(row.department),
        "legal_basis": row.legal_basis,
        "active": row.active,
    }


def undone(state: dict[str, Any] | None, change: Change) -> dict[str, Any] | None:
    """Return what a row was before a change."""
    if change.action is Action.ADDED:
        return None
    before = dict(state or {})
    for name, (old, _new) in change.changes.items():
        if name in TOLD:
            before[name] = old
    return before


def in_force(state: dict[str, Any]) -> bool:
    """Say whether a line was in force, as the table or the history keeps it."""
    return state.get("active") in (True, "True", "true", "1")
