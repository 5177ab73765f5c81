"""Rows to ask for: one's own, and those of another department, hall or city."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count

from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from app.cases import operations
from app.cases.models import Case
from app.cases.rules import OPEN
from app.core import scope
from app.core.db import db
from app.core.jobs import JobRun, RunState
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.models import CalendarDay, CalendarRevision, CalendarYear, Deadline, DeadlineRule
from app.deadlines.rules import ClockKind
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_named
from app.departments.rules import Role
from app.ledgers.models import LedgerKind, LedgerRun

NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
PASSWORD = "admin-2026-password"
PERSONS = {
    "clerk": "clerk.linqing",
    "handler": "handler.linqing.scjg",
    "supervisor": "supervisor.linqing",
    "inspector": "inspector.liaocheng",
    "admin": "admin",
}
FOREIGN = {
    "clerk": ("yanggu", "liaocheng", "dezhou"),
    "handler": ("linqing/syk", "yanggu"),
    "supervisor": ("yanggu", "liaocheng", "dezhou"),
    "inspector": ("dezhou",),
    "admin": (),
}
"""Role → the places whose rows are out of sight of the person above: hall, or hall/department."""

_numbers = count(1)


@contextmanager
def looking():
    """See everything, as it is in the database now: requests work in sessions of their own."""
    db.session.rollback()
    with scope.everything():
        yield


def hall_of(code):
    return db.session.scalars(select(Hall).where(Hall.code == code)).one()


def department_of(hall, code):
    return db.session.scalars(
        select(Department).join(Department.hall).where(Hall.code == hall, Department.code == code)
    ).one()


def another_city():
    """Found Dezhou, which is below nobody here, with one dispatched case in it."""
    with looking(), transaction():
        hall = Hall(code="dezhou", name="德州市政务服务大厅", prefix="DZ")
        department = Department(hall=hall, code="scjg", name="德州市场科")
        db.session.add_all(
            [
                hall,
                department,
                Responsibility(
                    department=department,
                    code="dz1",
                    matter="德州独有事项",
                    legal_basis="德州独有依据",
                ),
            ]
        )
        clerk = add_staff(
            Staff(username="clerk.dezhou", first_name="德州窗口", active=True), PASSWORD
        )
        appoint(clerk, Role.CLERK, hall)
        db.session.flush()
        actor = person_named("clerk.dezhou")
        case = Case(
            hall=hall,
            applicant_name="独孤求助",
            phone="13955550001",
            id_number="371402199001011234",
            address="德州市德城区独有路一号",
            matter="德州独有事项",
            description="德州市独有的反映内容",
            visits=2,
        )
        operations.register(case, actor=actor, now=NOW - timedelta(days=3))
        operations.move(
            case,
            "accept",
            {"classification": "should_be_done"},
            actor=actor,
            now=NOW - timedelta(days=3),
        )
        operations.move(
            case,
            "dispatch",
            {"lead_department": department},
            actor=actor,
            now=NOW - timedelta(days=3),
        )


def case_at(place, *criteria):
    """Return a dispatched case of a hall, or of a hall/department."""
    hall, _, department = place.partition("/")
    query = (
        select(Case)
        .join(Case.hall)
        .join(Case.lead_department)
        .where(Hall.code == hall, *criteria)
        .order_by(Case.id)
    )
    if department:
        query = query.where(Department.code == department)
    return db.session.scalars(query).first()


def secrets_of(place):
    """Return the words that nobody from outside a place may ever read."""
    hall, _, department = place.partition("/")
    with looking():
        query = select(Case).join(Case.hall).where(Hall.code == hall)
        if department:
            query = query.join(Case.lead_department).where(Department.code == department)
        words = set()
        for case in db.session.scalars(query):
            words |= {case.number, case.phone, case.id_number, case.address}
            if case.applicant_name == "独孤求助":
                words |= {case.applicant_name, case.description}
    return words - {None, ""}


def people_of(place):
    """Return who works in a hall: their log-in names and their own."""
    with looking():
        members = db.session.scalars(
            select(Membership).join(Membership.hall).where(Hall.code == place)
        ).all()
        return {word for item in members for word in (item.user.username, item.user.first_name)}


def readable(answer):
    """Return everything that an answer says, as text: HTML, JSON unescaped, Excel unzipped."""
    if answer.mimetype.endswith("json"):
        return json.dumps(answer.json, ensure_ascii=False)
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        return "\n".join(map(str, cells_of(answer)))
    return answer.get_data(as_text=True)


def cells_of(answer):
    """Return every value of every sheet of a workbook."""
    book = load_workbook(io.BytesIO(answer.data))
    return [
        cell
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]


# --- a fresh row of each entity in a place -------------------------------------------------------


def row_at(entity, place, exports=None):
    """Return the number of a row of an entity in a place; a fresh one where one can be deleted."""
    hall = place.partition("/")[0]
    with looking(), transaction():
        if entity in FROM_CASES:
            return FROM_CASES[entity](case_at(place, Case.status.in_(OPEN))).id
        row = FRESH[entity](hall, next(_numbers))
        if entity == "ledgers":
            exports.mkdir(exist_ok=True)
            Workbook().save(exports / row.file_name)
        db.session.add(row)
        db.session.flush()
        return row.id


def own_row(entity, role, exports=None):
    """Return the number of a row that is in sight of a role's person."""
    if entity == "halls" and role != "admin":
        with looking():
            return hall_of("linqing").id
    place = "linqing/scjg" if entity in FROM_CASES else "linqing"
    return row_at(entity, place, exports)


def _department(hall, number):
    return Department(hall=hall_of(hall), code=f"new{number}", name=f"新科室{number}")


def _membership(hall, number):
    return Membership(user=_staff(hall, number), role=Role.CLERK, hall=hall_of(hall))


def _staff(_hall, number):
    return Staff(
        username=f"new.{number}",
        first_name=f"新人{number}",
        last_name="",
        active=True,
        email=f"new.{number}@localhost",
    )


def _ledger(hall, number):
    return LedgerRun(
        kind=LedgerKind.CASES,
        hall=hall_of(hall),
        rows=1,
        checksum="0" * 64,
        planned_for=NOW + timedelta(minutes=number),
        produced_at=NOW,
        file_name=f"台账-{hall}-{number}.xlsx",
    )


def _event(case):
    return db.session.scalars(select(Event).where(Event.case_id == case.id)).first()


def _clock(case):
    return db.session.scalars(select(Deadline).where(Deadline.case_id == case.id)).first()


FROM_CASES = {"cases": lambda case: case, "deadlines": _clock, "events": _event}

FRESH = {
    "halls": lambda _hall, number: Hall(
        code=f"new{number}",
        name=f"新大厅{number}",
        prefix="".join(chr(65 + int(digit)) for digit in f"{number:06d}"),
    ),
    "departments": _department,
    "responsibilities": lambda hall, number: Responsibility(
        department=_department(hall, number),
        code="new",
        matter=f"新事项{number}",
        legal_basis="依据",
    ),
    "memberships": _membership,
    "staff": _staff,
    "deadline-rules": lambda hall, number: DeadlineRule(
        name=f"新规则{number}",
        kind=ClockKind.RESOLVE,
        hall=hall_of(hall),
        working_days=9,
        source="依据",
        valid_from=date(2027, 1, 1),
    ),
    "calendar-years": lambda _hall, number: CalendarYear(year=2040 + number % 60, final=False),
    "calendar-days": lambda _hall, number: CalendarDay(
        date=date(2040, 1, 1) + timedelta(days=number), name="新节日", working=False
    ),
    "calendar-revisions": lambda _hall, number: CalendarRevision(
        at=NOW, actor="系统", what=f"修订{number}"
    ),
    "jobs": lambda _hall, number: JobRun(
        name="flag",
        title="标记超期",
        planned_for=NOW + timedelta(minutes=number),
        node="a",
        started_at=NOW,
        state=RunState.DONE,
    ),
    "ledgers": _ledger,
}

UNSCOPED = {"staff", "calendar-years", "calendar-days", "calendar-revisions", "jobs"}
"""Entities whose rows belong to no place."""
