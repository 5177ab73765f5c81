"""Plan, look at the plan, and say who is where; past the browser."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Hall, Membership, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.roster import operations
from app.roster.models import Duty, Swap, Window
from app.roster.rules import Half, Shift, Turn
from app.roster.swapping import operations as swapping
from tests.cases.window import hall, person, staff
from tests.conftest import NOW

WANG, QIU = "clerk.linqing", "clerk.linqing.b"
PLANNER = "supervisor.linqing"
TODAY = date(2026, 9, 17)
FRIDAY = date(2026, 9, 18)
MAKE_UP = date(2026, 9, 20)
"""A Sunday on which work is made up for the holiday at the end of September."""


def window(number=1, code="linqing"):
    with scope.everything():
        return db.session.scalars(
            select(Window).join(Window.hall).where(Hall.code == code, Window.code == f"w{number}")
        ).one()


def turn(day=FRIDAY, number=1, shift=Shift.WHOLE, code="linqing"):
    return Turn(window(number, code).id, day, shift)


def place(where, username, *, actor=PLANNER, seen=None):
    """Put somebody into the plan; committed."""
    planner = person(actor)
    db.session.rollback()  # what was read before is no ground to write on
    with scope.working_for(planner), transaction():
        who = staff(username) if username else None
        return operations.place(where, who, seen=seen or {}, actor=planner)


def copy(pattern, targets, *, actor=PLANNER, since=TODAY, **how):
    planner = person(actor)
    with scope.working_for(planner), transaction():
        return operations.copy(hall(), pattern, targets, since=since, actor=planner, **how)


def plan(day=FRIDAY, code="linqing"):
    """Return who is where on a day: window → names in the morning and in the afternoon."""
    db.session.rollback()
    with scope.everything():
        found = db.session.scalars(
            select(Duty).where(Duty.day == day, Duty.hall_id == hall(code).id)
        ).all()
        told = {}
        for duty in found:
            told.setdefault(duty.window.code, {})[duty.half] = duty.staff.username
    return {code: tuple(halves.get(half) for half in Half) for code, halves in sorted(told.items())}


def ask(one, other, *, actor=WANG, reason=None, now=NOW):
    who = person(actor)
    with scope.working_for(who), transaction():
        return swapping.ask(one, other, reason=reason, actor=who, now=now).id


def exchange(one, other, *, actor=PLANNER, now=NOW):
    who = person(actor)
    with scope.working_for(who), transaction():
        return swapping.exchange(one, other, reason=None, actor=who, now=now).id


def answer(number, state, *, actor=QIU, now=NOW):
    who = person(actor)
    with scope.working_for(who), transaction():
        swapping.answer(db.session.get_one(Swap, number), state, actor=who, now=now)


def swap(number):
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(Swap, number, populate_existing=True)


def worker(username, code="linqing"):
    """Employ one more clerk."""
    with scope.everything(), transaction():
        one = add_staff(
            Staff(username=username, first_name=f"新{username[-1]}", active=True), "a-password"
        )
        appoint(one, Role.CLERK, hall(code))


def leave(username):
    """Let somebody leave the window."""
    with scope.everything(), transaction():
        number = staff(username).id
        for held in db.session.scalars(select(Membership).where(Membership.user_id == number)):
            db.session.delete(held)
