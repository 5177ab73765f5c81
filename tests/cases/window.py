"""Cases of one's own at the window of Linqing, brought to any state by the people of the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.cases import operations
from app.cases.models import Case
from app.cases.rules import MOVE, Status
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.models import Department, Hall
from app.departments.queries import person_named
from tests.conftest import NOW

ACTORS = {
    "clerk": "clerk.linqing",
    "handler": "handler.linqing.scjg",
    "supervisor": "supervisor.linqing",
    "inspector": "inspector.liaocheng",
    "admin": "admin",
}
"""Role → who holds it at Linqing; the handler is of the department that leads."""

TEXTS = {
    "classification": "should_be_done",
    "refusal_reason": "属于诉讼事项",
    "remedy": "可向人民法院起诉",
    "result": "已上门帮办完成",
    "reasons": "不符合法定条件",
    "legal_basis": "《行政许可法》第三十八条",
    "note": "已联系申请人",
    "satisfaction": "5",
}
"""What people type into the fields of the moves."""

COMPANY = "公司设立登记"
"""A matter that the list of responsibilities names."""

TYPED = {
    "applicant_name": "张桂英",
    "phone": "13812342046",
    "matter": COMPANY,
    "visits": "3",
    "description": "第一行\n第二行",
    "demand": "请帮忙办成",
    "urgency": "urgent",
}
"""What a clerk types into the form of intake."""

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

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = NOW + timedelta(hours=2)


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
        return db.session.scalars(
            select(Department)
            .join(Department.hall)
            .where(Department.code == code, Hall.code == hall_code)
        ).one()


def draft(hall_code="linqing", **fields):
    typed = {
        "applicant_name": "张桂英",
        "phone": "13812342046",
        "matter": "企业开办登记",
        "description": "家人没有智能手机，无法完成人脸识别",
        **fields,
    }
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


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


def kinds(case):
    """Return what the timeline tells, in the order in which it was written."""
    return list(
        db.session.scalars(select(Event.kind).where(Event.case_id == case.id).order_by(Event.id))
    )


def attempt(case, verb, actor, values=None):
    """Try a move and undo it; return what was refused, or the state that it led to."""
    try:
        with scope.working_for(actor):
            operations.move(
                case, verb, filled(verb) if values is None else values, actor=actor, now=LATER
            )
            return case.status
    except DomainError as error:
        return error
    finally:
        db.session.rollback()


def case_of(number):
    """Return a case as it is kept, whatever this session has read of it before."""
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(
            select(Case).where(Case.id == number).execution_options(populate_existing=True)
        ).one()


def newest():
    """Return the number of the case that was registered last."""
    db.session.rollback()
    with scope.everything():
        return db.session.scalar(select(func.max(Case.id)))


def events(case_id):
    """Return the kinds of what happened to a case, in the order in which it was written."""
    db.session.rollback()
    with scope.everything():
        return list(
            db.session.scalars(
                select(Event.kind).where(Event.case_id == case_id).order_by(Event.id)
            )
        )


def made(status, **fields):
    """Bring a new case to a state; return its number in addresses."""
    with scope.everything():
        number = brought_to(status, NOW - timedelta(minutes=30), **fields).id
    db.session.remove()
    return number
