"""What the reference data said at an instant: the list of responsibilities, the departments.

Read back from the field history: what was changed after an instant is undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.core import scope
from app.core.db import db
from app.core.history import LONGEST_NAME, Action, Change
from app.departments.models import Department, Responsibility

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

TOLD = ("matter", "department", "legal_basis", "active")
"""What is told of a line of the list."""

CALLED = ("name", "head")
"""What is told of a department."""


@dataclass(frozen=True)
class Line:
    """What the list of responsibilities says of the matter at an instant."""

    department: str
    legal_basis: str


class ListThen:
    """The lines of a hall's list that ever named a matter, as they were at any instant."""

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


def undone(
    state: dict[str, Any] | None, change: Change, names: Collection[str] = TOLD
) -> dict[str, Any] | None:
    """Return what a row was before a change, as far as the names of its fields tell."""
    if change.action is Action.ADDED:
        return None
    before = dict(state or {})
    for name, (old, _new) in change.changes.items():
        if name in names:
            before[name] = old
    return before


def in_force(state: dict[str, Any]) -> bool:
    """Say whether a line was in force, as the table or the history keeps it."""
    return state.get("active") in (True, "True", "true", "1")


# --- departments as of then ----------------------------------------------------------------------


class DepartmentsThen:
    """What some departments were called, and who headed them, at any instant."""

    def __init__(self, departments: Collection[Department]) -> None:
        """Ask for what was changed of the departments, in one statement."""
        self._now = {
            row.id: {name: getattr(row, name) or "" for name in CALLED} for row in departments
        }
        with scope.everything():  # as with the list
            self._changes: Sequence[Change] = db.session.scalars(
                select(Change)
                .where(
                    Change.entity == Department.__panel__.code,
                    Change.row_id.in_(sorted(self._now)),
                    Change.action == Action.EDITED,
                )
                .order_by(Change.id.desc())
            ).all()

    def at(self, number: int, instant: datetime) -> tuple[str, str]:
        """Return the name of a department at an instant, and of its head; empty for none."""
        state: dict[str, Any] = self._now[number]
        for change in self._changes:
            if change.row_id == number and change.at > instant:
                state = undone(state, change, CALLED) or state
        return state["name"], state["head"]
