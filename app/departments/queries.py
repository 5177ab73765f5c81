"""Ask who somebody is: their memberships, with every hall below the halls that they name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.scope import Grant, Person
from app.departments.models import Hall, Membership, Staff
from app.departments.rules import Role

WHOLE_AREA = (Role.SUPERVISOR, Role.INSPECTOR, Role.ADMIN)
"""The roles that reach into the halls below their own."""


def person_of(user: Any) -> Person:
    """Return the person behind a user, with everything that they hold."""
    with scope.everything():
        held = db.session.scalars(
            select(Membership).where(Membership.user_id == user.id).order_by(Membership.id)
        ).all()
        below = _halls_below(
            {row.hall_id for row in held if row.hall_id is not None and row.role in WHOLE_AREA}
        )
    return Person(
        user.id,
        user.username,
        Staff.name.fget(user),  # type: ignore[attr-defined]
        tuple(_grant(row, below) for row in held),
    )


def person_named(username: str) -> Person | None:
    """Return the active person with this log-in name."""
    with scope.everything():
        user = db.session.scalar(select(Staff).where(Staff.username == username, Staff.active))
        return person_of(user) if user is not None else None


def _grant(row: Membership, below: dict[int, frozenset[int]]) -> Grant:
    if row.hall_id is None:
        return Grant(row.role.value, halls=None)
    halls = below.get(row.hall_id, frozenset({row.hall_id}))
    departments = frozenset({row.department_id} if row.department_id is not None else ())
    return Grant(row.role.value, halls, departments)


def _halls_below(roots: set[int]) -> dict[int, frozenset[int]]:
    """Return for each hall itself and every hall below it, in one statement for all."""
    if not roots:
        return {}
    tree = (
        select(Hall.id.label("root"), Hall.id.label("id"))
        .where(Hall.id.in_(roots))
        .cte("tree", recursive=True)
    )
    tree = tree.union(select(tree.c.root, Hall.id).join(tree, Hall.parent_id == tree.c.id))
    found: dict[int, set[int]] = {}
    for root, hall in db.session.execute(select(tree.c.root, tree.c.id)):
        found.setdefault(root, set()).add(hall)
    return {root: frozenset(halls) for root, halls in found.items()}


def halls_below(hall_id: int) -> frozenset[int]:
    """Return a hall and every hall below it, in scope or not."""
    with scope.everything():
        return _halls_below({hall_id})[hall_id]


def governs(person: Person, staff: Staff) -> bool:
    """Say whether an administrator may change a log-in: nobody's who also works elsewhere."""
    own = person.halls("admin")
    if person.unlimited or own is None:
        return True
    with scope.everything():
        held = db.session.scalars(
            select(Membership.hall_id).where(Membership.user_id == staff.id)
        ).all()
    return all(hall in own for hall in held)


def hall_of_code(code: str) -> Hall | None:
    """Return the hall with this code, if it is in scope."""
    return db.session.scalar(select(Hall).where(Hall.code == code))
