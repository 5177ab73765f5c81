"""The people and departments that the walks go through, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select, text

from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.models import DeadlineRule
from app.deadlines.rules import ClockKind
from app.departments.models import Department, Hall, Staff
from app.departments.rules import DayEnd
from app.rulebook.models import Criterion
from app.rulebook.rules import Finding
from tests.cases.window import hall, person

CODES = ("scjg", "syk", "bdc", "ybk")
"""The departments that take part: each has its handler in both counties."""

WINDOWS = ("linqing", "yanggu")


@dataclass(frozen=True)
class World:
    """Who there is, what they hold, and which rules bind the clocks; found by name."""

    halls: dict[str, Any]
    departments: dict[tuple[str, str], Any]
    staff: dict[str, Any]
    people: dict[str, Any]
    ids: dict[str, int]
    names: dict[str, str]
    held: dict[str, list[tuple[str, int, int]]]
    above: dict[int, set[int]]
    rules: dict[int, dict]
    offices: dict[int, str]
    """Department → its handler."""
    causes: list[Any]
    criteria: dict[str, list[Any]]
    """Verb → the criteria that it may name."""


def opened():
    """Give the hall of Yanggu other hours and rules of its own; return the world."""
    with scope.everything():
        with transaction():
            _settle_yanggu()
        return _world()


def _settle_yanggu():
    place = hall("yanggu")
    place.opening, place.closing, place.day_end = time(8, 30), time(17), DayEnd.MIDNIGHT
    told = {"hall": place, "source": "阳谷试行", "valid_from": date(2026, 1, 1)}
    db.session.add_all(
        (
            DeadlineRule(
                name="阳谷解决时限", kind=ClockKind.RESOLVE, working_days=5, warn_days=2,
                warn_time=time(14), escalate_days=3, extensions=2, extension_days=9, pauses=3,
                pause_days=4, **told,
            ),
            DeadlineRule(
                name="阳谷答复时限", kind=ClockKind.REPLY, working_days=1, extensions=0, pauses=1,
                pause_days=20, escalate_days=1, **told,
            ),
        )
    )  # fmt: skip


def _world():
    halls = {row.code: row for row in db.session.scalars(select(Hall))}
    found = {
        (row.hall.code, row.code): row
        for row in db.session.scalars(select(Department))
        if row.hall.code in WINDOWS and row.code in CODES
    }
    staff = {
        row.username: row
        for row in db.session.scalars(select(Staff))
        if row.username.split(".")[0] in {"clerk", "supervisor", "inspector", "admin"}
        or any(row.username == f"handler.{hall}.{code}" for hall, code in found)
    }
    return World(
        halls=halls,
        departments=found,
        staff=staff,
        people={name: person(name) for name in staff},
        ids={name: row.id for name, row in staff.items()},
        names={name: row.name for name, row in staff.items()},
        held=_held(),
        above={row.id: _above(row) for row in halls.values()},
        rules=_rules(),
        offices={row.id: f"handler.{hall}.{code}" for (hall, code), row in found.items()},
        causes=list(db.session.scalars(select(Cause).order_by(Cause.code).limit(4))),
        criteria={"accept": _criteria(Finding.ACCEPT), "refuse": _criteria(Finding.REFUSE)},
    )


def _criteria(finding):
    return list(db.session.scalars(select(Criterion).where(Criterion.finding == finding).limit(3)))


def _held():
    asked = text(
        "SELECT username, role, hall_id, department_id FROM membership "
        "JOIN ab_user ON ab_user.id = membership.user_id"
    )
    held: dict[str, list] = {}
    for username, *told in db.session.connection().execute(asked):
        held.setdefault(username, []).append(tuple(told))
    return held


def _rules():
    rows = db.session.connection().execute(text("SELECT * FROM deadline_rule")).mappings()
    return {row["id"]: dict(row) for row in rows}


def _above(place):
    found = set()
    while place is not None:
        found.add(place.id)
        place = place.parent
    return found
