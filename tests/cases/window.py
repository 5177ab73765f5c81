"""Cases of one's own at the window of Linqing, brought to any state by the people of the demo."""

from __future__ import annotations

from datetime import timedelta

from app.cases import operations
from app.cases.models import Case
from app.cases.rules import MOVE, Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Department, Hall
from app.departments.queries import person_named
from sqlalchemy import select

from tests.conftest import NOW

ACTORS = {
    "clerk": "clerk.linqing", "handler": "handler.linqing.scjg",
    "supervisor": "supervisor.linqing", "inspector": "inspector.liaocheng", "admin": "admin",
}
"""Role → who holds it at Linqing; the handler is of the department that leads."""

TEXTS = {
    "classification": "should_be_done", "refusal_reason": "属于诉讼事项", "remedy": "可向人民法院起诉",
    "result": "已上门帮办完成", "reasons": "不符合法定条件", "legal_basis": "《行政许可法》第三十八条",
    "note": "已联系申请人", "satisfaction": "5",
}
"""What people type into the fields of the moves."""

PATHS: dict[Status, tuple[str, ...]] = {
    Status.REGISTERED: (),
    Status.ACCEPTED: ("accept",),
    Status.REFUSED: ("refuse",),
    Status.DISPATCHED: ("accept", "dispatch"),
    Status.SIGNED: ("accept", "dispatch", "sign"),
    Status.RESOLVED: ("accept", "dispatch", "sign", "resolve"),
    Status.REPLIED: ("accept", "dispatch", "sign", "reply"),
    Status.CLOSED: ("accept", "dispatch", "sign", "resolve", "close"),
}
"""State → the moves that lead a new case there."""


def person(username):
    found = person_named(username)
    assert found is not None, username
    return found


def acting(role):
    return person(ACTORS[role])


def hall(code="linqing"):
    with scope.everything():
        return db.session.scalars(select(Hall).where(Hall.code == code)).one()


def department(code="scjg", hall_code="linqing"):
    with scope.everything():
        return db.session.scalars(select(Department).join(Department.hall).where(
            Department.code == code, Hall.code == hall_code)).one()


def draft(hall_code="linqing", **fields):
    typed = {"applicant_name": "张桂英", "phone": "13812342046", "matter": "企业开办登记",
             "description": "家人没有智能手机，无法完成人脸识别", **fields}
    return Case(hall=hall(hall_code), **typed)


def register(now=NOW, hall_code="linqing", **fields):
    """Register a case as the hall's clerk; committed."""
    clerk = person(f"clerk.{hall_code}")
    with scope.working_for(clerk), transaction():
        return operations.register(draft(hall_code, **fields), actor=clerk, now=now)


def filled(verb, **fields):
    """Return everything that a move asks for."""
    step = MOVE[verb]
    known = {**TEXTS, "lead_department": department(), **fields}
    return {name: known[name] for name in (*step.required, *step.optional)}


def act(case, verb, now=NOW, actor=None, **fields):
    """Make a move as whoever may; committed."""
    who = actor or acting(MOVE[verb].role)
    with scope.working_for(who), transaction():
        return operations.move(case, verb, filled(verb, **fields), actor=who, now=now)


def brought_to(status, now=NOW, **fields):
    """Register a case and lead it to a state, one minute for each step; committed at once."""
    with transaction():
        case = register(now=now, **fields)
        for minutes, verb in enumerate(PATHS[status], start=1):
            act(case, verb, now + timedelta(minutes=minutes))
    return case
