"""What a person may see, by a rule of the tests' own; and what an answer tells."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from app.cases.models import Case
from app.core.db import db
from tests.security.world import PERSONS, department_of, looking, readable

NUMBER = re.compile(r"\b(?:LC|LQ|YG|DZ)-\d{4}-\d{6}\b")
SEEING = ("clerk", "handler", "supervisor", "inspector")
TABS = (
    "all",
    "open",
    "overdue",
    "warning",
    "registered",
    "accepted",
    "dispatched",
    "signed",
    "returned",
    "disputed",
    "finished",
    "called_back",
    "closed",
    "refused",
    "archived",
)


def own_cases(role):
    """Return the cases in sight of a role's person, by a rule of the test's own."""
    with looking():
        found = db.session.scalars(select(Case)).all()
        if role == "handler":
            ours = department_of("linqing", "scjg").id
            return [
                case
                for case in found
                if any(it.department_id == ours and not it.returned_at for it in case.assignments)
            ]
        halls = {
            "clerk": {"linqing"},
            "supervisor": {"linqing"},
            "admin": set(),
            "inspector": {"liaocheng", "linqing", "yanggu"},
        }[role]
        return [case for case in found if case.hall.code in halls]


def numbers(role):
    return {case.number for case in own_cases(role)}


def told(answer):
    """Return the numbers of all cases that an answer names."""
    assert answer.status_code == 200, answer.status
    found = set(NUMBER.findall(readable(answer)))
    answer.close()
    return found


def enter(demo, login, role):
    username = PERSONS[role]
    return login(demo, username)


def number_of(model):
    with looking():
        return db.session.scalar(select(func.count()).select_from(model))


def snapshot():
    """Return everything that is in the database."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in db.metadata.tables.values()
        }
