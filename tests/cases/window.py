"""Cases of one's own at the window of Linqing, brought to any state by the people of the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, inspect, select

from app.cases import operations
from app.cases.models import Case
from app.cases.moves import MOVE
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.models import Department, Hall, Staff
from app.departments.queries import person_named
from app.rulebook.models import Criterion
from app.rulebook.rules import Finding
from tests.cases.ways import PATHS, WAYS
from tests.conftest import NOW

ACTORS = {
    "clerk": "clerk.linqing",
    "handler": "handler.linqing.scjg",
    "assist": "handler.linqing.syk",
    "supervisor": "supervisor.linqing",
    "inspector": "inspector.liaocheng",
    "admin": "admin",
}
"""Role → who holds it at Linqing; the handler is of the department that leads, or that assists."""

TEXTS = {
    "classification": "should_be_done",
    "refusal_reason": "属于诉讼事项",
    "remedy": "可向人民法院起诉",
    "result": "已上门帮办完成",
    "reasons": "不符合法定条件",
    "legal_basis": "《行政许可法》第三十八条",
    "note": "已联系申请人",
    "satisfaction": "5",
    "means": "phone",
    "officer": "李建国（食药科）",
    "place": "潘庄镇前村 12 号",
    "days": 2,
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
    """Return everything that a move asks for; departments may be given by their codes."""
    step = MOVE[verb]
    names = (*step.required, *step.optional)
    known = {**TEXTS, **fields}
    for name, make in MADE.items():
        if name in step.required and name not in fields:
            known[name] = make()
    if verb == "reclassify":
        known["classification"] = fields.get("classification", "infeasible")
    if known.get("assist_departments"):
        known["assist_departments"] = [_as_row(item) for item in known["assist_departments"]]
    return {name: known[name] for name in names if name in known}


def _as_row(item):
    return department(item) if isinstance(item, str) else item


def criterion(finding=Finding.REFUSE):
    """Return a criterion of the seeded rulebook."""
    with scope.everything():
        return db.session.scalars(
            select(Criterion).where(Criterion.finding == finding).order_by(Criterion.id).limit(1)
        ).one()


def cause(code="0301"):
    """Return a cause of the seeded tree."""
    with scope.everything():
        return db.session.scalars(select(Cause).where(Cause.code == code)).one()


MADE = {
    "causes": lambda: [cause()],
    "criterion": criterion,
    "lead_department": department,
    "handler": lambda: staff(ACTORS["handler"]),
    "other_case": register,
    "visit_at": lambda: LATER + timedelta(days=1),
}
"""Field → what it is filled in with, where that is a row or an instant."""


def agent(verb):
    """Return who usually makes a move."""
    step = MOVE[verb]
    return acting("assist" if step.party == "assist" else step.roles[0])


def staff(username):
    """Return the row of a person."""
    with scope.everything():
        return db.session.scalars(select(Staff).where(Staff.username == username)).one()


def act(case, verb, now=NOW, actor=None, **fields):
    """Make a move as whoever may; committed."""
    who = actor or agent(verb)
    with scope.everything():
        values = filled(verb, **fields)
    with scope.working_for(who), transaction():
        operations.move(case, verb, values, actor=who, now=now)
    inspect(case).load_options = ()  # or it would lead on to what that person sees alone
    return case


def led(way, now=NOW, **fields):
    """Register a case and make the moves of a way, one minute for each; committed at once."""
    with transaction():
        case = register(now=now, **fields)
        for minutes, step in enumerate(way, start=1):
            verb, typed = (step, {}) if isinstance(step, str) else step
            act(case, verb, now + timedelta(minutes=minutes), **typed)
    return case


def brought_to(status, now=NOW, **fields):
    """Lead a new case to a state."""
    return led(PATHS[status], now, **fields)


def ready_for(verb, now=NOW, **fields):
    """Lead a new case to where a move can be made."""
    return led(WAYS[verb], now, **fields)


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


def kinds(case):
    """Return what the timeline tells, in the order in which it was written."""
    return list(
        db.session.scalars(select(Event.kind).where(Event.case_id == case.id).order_by(Event.id))
    )


def clock_of(case, kind):
    """Return the latest clock of a kind."""
    return [clock for clock in case.clocks if clock.kind is kind][-1]


def payload(case, kind):
    """Return what the last event of a kind tells."""
    events = select(Event.payload).where(Event.case_id == case.id, Event.kind == kind)
    return db.session.scalars(events.order_by(Event.id.desc()).limit(1)).one()


def wrong_field(case, verb, **fields):
    """Return the only field that a move complains about."""
    try:
        act(case, verb, LATER, **fields)
    except InvalidInputError as refused:
        [name] = refused.problems
        return name
    return None


def attempt(case, verb, actor, values=None, now=LATER):
    """Try a move and undo it; return what was refused, or the state that it led to."""
    try:
        with scope.working_for(actor):
            given = filled(verb) if values is None else values
            operations.move(case, verb, given, actor=actor, now=now)
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
    return _numbered(PATHS[status], fields)


def made_for(verb, **fields):
    """Lead a new case to where a move can be made; return its number in addresses."""
    return _numbered(WAYS[verb], fields)


def _numbered(way, fields):
    db.session.rollback()  # what was read before is no ground to write on
    with scope.everything():
        number = led(way, NOW - timedelta(minutes=30), **fields).id
    db.session.remove()
    return number
