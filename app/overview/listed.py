"""Whom the list of responsibilities named for a matter at an instant, for many cases at once.

The same reading of the field history as `app.supervision.as_of.ListThen`, which tells it of one
case in words; here each line becomes stretches of time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.core.db import db
from app.core.history import LONGEST_NAME, Change
from app.departments.models import Department, Responsibility
from app.supervision.as_of import in_force, undone

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

CODE = Responsibility.__panel__.code


class Listed:
    """The lines of some halls that ever named some matters."""

    def __init__(self, halls: Collection[int], matters: Collection[str]) -> None:
        """Read the lines as they are, and back from there what was changed of them."""
        self._spans: dict[tuple[int, str], list[tuple[datetime | None, datetime | None]]]
        self._spans = defaultdict(list)
        if not matters:
            return
        lines, changes = _lines(halls, matters), _changes(halls, matters)
        for number in {*lines, *changes}:
            hall, state = lines.get(number, (None, None))
            self._read(hall, state, changes.get(number, []))

    def _read(self, hall: int | None, state: dict[str, Any] | None, changes: list[Change]) -> None:
        """Note from when to when a line named which matter; the latest change comes first."""
        until: datetime | None = None
        for change in changes:
            hall = hall if hall is not None else change.hall_id
            self._note(hall, state, change.at, until)
            state, until = undone(state, change), change.at
        self._note(hall, state, None, until)

    def _note(
        self,
        hall: int | None,
        state: dict[str, Any] | None,
        since: datetime | None,
        until: datetime | None,
    ) -> None:
        if hall is not None and state and in_force(state):
            self._spans[hall, state["matter"]].append((since, until))

    def at(self, hall: int, matter: str, instant: datetime) -> bool:
        """Say whether the list of a hall named a department for a matter at an instant."""
        return any(
            (since is None or since <= instant) and (until is None or instant < until)
            for since, until in self._spans.get((hall, matter), ())
        )

    def since(self, hall: int, matter: str) -> datetime | None:
        """Return since when the list names a matter now; None where it doesn't, or always did."""
        return min(
            (
                since
                for since, until in self._spans.get((hall, matter), ())
                if until is None and since is not None
            ),
            default=None,
        )


def _lines(
    halls: Collection[int], matters: Collection[str]
) -> dict[int, tuple[int, dict[str, Any]]]:
    """Return the lines that name the matters now, or did under a change that is kept."""
    line, department = Responsibility.__table__.c, Department.__table__.c
    rows = db.session.execute(
        select(line.id, line.matter, line.active, department.hall_id)
        .join(Department.__table__, department.id == line.department_id)
        .where(
            department.hall_id.in_(halls),
            or_(line.matter.in_(matters), line.id.in_(_once_named(halls, matters))),
        )
    )
    return {row.id: (row.hall_id, {"matter": row.matter, "active": row.active}) for row in rows}


def _changes(halls: Collection[int], matters: Collection[str]) -> dict[int, list[Change]]:
    """Return what was changed of those lines, of each the latest first."""
    line, department = Responsibility.__table__.c, Department.__table__.c
    named = (
        select(line.id)
        .join(Department.__table__, department.id == line.department_id)
        .where(department.hall_id.in_(halls), line.matter.in_(matters))
    )
    changed = Change.__table__.c
    rows = db.session.execute(
        select(changed.row_id, changed.hall_id, changed.action, changed.at, changed.changes)
        .where(
            changed.entity == CODE,
            or_(changed.row_id.in_(named), changed.row_id.in_(_once_named(halls, matters))),
        )
        .order_by(changed.id.desc())
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.row_id].append(row)
    return found


def _once_named(halls: Collection[int], matters: Collection[str]) -> Any:
    changed = Change.__table__.c
    return select(changed.row_id).where(
        changed.entity == CODE,
        changed.hall_id.in_(halls),
        changed.row_name.in_([matter[:LONGEST_NAME] for matter in matters]),
    )
