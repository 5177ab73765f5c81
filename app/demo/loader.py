"""Load the invented data through the same operations as the panel: what can't happen, doesn't."""

from __future__ import annotations

import secrets
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from werkzeug.security import generate_password_hash

from app.cases import operations
from app.cases.models import Case
from app.cases.rules import ApplicantKind, Channel, Situation, Urgency
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction
from app.deadlines.flagging import flag
from app.deadlines.queries import calendar
from app.demo import appeals, articles, documents, improvements
from app.demo.material import DEPARTMENTS, HALLS, PEOPLE
from app.demo.plan import plan
from app.demo.responsibilities import LISTED_SINCE, RESPONSIBILITIES
from app.demo.rota import load_rota
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_of
from app.departments.rules import HallLevel, Role
from app.frequent import operations as frequent
from app.rulebook.models import Criterion

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.demo.plan import CasePlan, Step

AT_ONCE = 200


def load(*, cases: int, seed: int, password: str | None, now: datetime) -> dict[str, Any]:
    """Load everything; raise DomainError where halls exist already."""
    chosen = password or secrets.token_urlsafe(9)
    with scope.everything():
        with transaction():
            if db.session.scalar(select(Hall.id).limit(1)) is not None:
                raise DomainError(gettext("数据库中已有大厅，演示数据只能载入空库"))
            _organisation(chosen)
            load_rota(now)
            documents.publish(now)
        loaded = _cases(cases, seed, now)
        flag(now)
        improvements.flag(now)
        _frequent(now)
    return {"cases": loaded, "people": len(PEOPLE), "password": chosen}


def _organisation(password: str) -> None:
    halls: dict[str, Hall] = {}
    for told in HALLS:
        halls[told.code] = Hall(
            code=told.code,
            name=told.name,
            prefix=told.prefix,
            level=HallLevel(told.level),
            parent=halls.get(told.parent or ""),
            opening=_time(told.opening),
            closing=_time(told.closing),
        )
    departments = {
        (told.hall, told.code): Department(
            hall=halls[told.hall], code=told.code, name=told.name, head=told.head, phone=told.phone
        )
        for told in DEPARTMENTS
    }
    db.session.add_all([*halls.values(), *departments.values()])
    db.session.flush()
    _list(departments)
    _people(password, halls, departments)


def _list(departments: dict[tuple[str, str], Department]) -> None:
    """Enter the list of responsibilities: it stood long before, but for what was added since."""
    lines = [
        (hall, {
            "department_id": department.id,
            "code": told.code,
            "matter": told.name,
            "legal_basis": told.legal_basis,
            "duty": told.duty,
            "active": True,
            "version": 1,
        })
        for (hall, code), department in departments.items()
        for told in RESPONSIBILITIES
        if told.department == code
    ]  # fmt: skip
    table = Responsibility.__table__
    old = [line for hall, line in lines if (hall, line["matter"]) not in LISTED_SINCE]
    db.session.execute(insert(table), old)  # below the field history: it has none
    db.session.add_all(
        Responsibility(**{name: value for name, value in line.items() if name != "version"})
        for hall, line in lines
        if (hall, line["matter"]) in LISTED_SINCE
    )
    db.session.flush()


def _time(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


def _people(
    password: str, halls: dict[str, Hall], departments: dict[tuple[str, str], Department]
) -> None:
    """Add the people, all with one password; the administrator that there is gets it as well."""
    shared = generate_password_hash(password)
    known = {person.username: person for person in db.session.scalars(select(Staff))}
    for told in PEOPLE:
        person = known.get(told.username)
        if person is None:
            person = Staff(username=told.username, first_name=told.name, active=True)
            add_staff(person)
            hall = halls.get(told.hall or "")
            department = departments.get((told.hall or "", told.department or ""))
            appoint(person, Role(told.role), hall, department)
        person.password = shared


def _cases(number: int, seed: int, now: datetime) -> int:
    days = calendar()
    people = {
        user.username: person_of(user)
        for user in db.session.scalars(
            select(Staff).join(Membership, Membership.user_id == Staff.id)
        )
    }
    matters = {told.code: told.name for told in RESPONSIBILITIES}
    plans = list(plan(number, seed, now, days.is_workday))
    for start in range(0, len(plans), AT_ONCE):
        with transaction():
            for told in plans[start : start + AT_ONCE]:
                _case(told, people, matters)
        db.session.expunge_all()
    with transaction():
        articles.write(people, now)
        improvements.write(people, now)
        appeals.write(people, now)
    return len(plans)


def _frequent(now: datetime) -> None:
    """Find what comes back among the cases, as the night does."""
    with transaction():
        for hall in db.session.scalars(select(Hall).order_by(Hall.id)).all():
            frequent.find(hall, now=now)


def _case(told: CasePlan, people: dict[str, Person], matters: dict[str, str]) -> None:
    clerk = people[f"clerk.{told.hall}"]
    applicant = told.applicant
    hall = db.session.scalars(select(Hall).where(Hall.code == told.hall)).one()
    case = Case(
        hall=hall,
        channel=Channel(told.channel),
        urgency=Urgency(told.urgency),
        applicant_kind=ApplicantKind(applicant.kind),
        applicant_name=applicant.name,
        phone=applicant.phone,
        id_number=applicant.id_number or None,
        address=applicant.address or None,
        matter=matters[told.matter],
        situation=Situation(told.situation),
        visits=told.visits,
        description=told.description,
        demand=told.demand,
    )
    operations.register(case, actor=clerk, now=told.registered_at)
    for step in told.steps:
        _step(case, step, people[step.actor])


def _step(case: Case, step: Step, actor: Person) -> None:
    operations.move(case, step.verb, _filled(case, step), actor=actor, now=step.at)


def _filled(case: Case, step: Step) -> dict[str, Any]:
    """Return what the plan says in its words, as the move takes it."""
    fields: dict[str, Any] = dict(step.fields)
    if "department" in fields:
        fields["lead_department"] = _department(case, fields.pop("department"))
    if "assist" in fields:
        fields["assist_departments"] = [_department(case, fields.pop("assist"))]
    if "criterion" in fields:
        code = Criterion.code == fields["criterion"]
        fields["criterion"] = db.session.scalars(
            select(Criterion).where(code, Criterion.hall_id.is_(None))
        ).first()
    if "cause" in fields:
        code = Cause.code == fields.pop("cause")
        fields["causes"] = [db.session.scalars(select(Cause).where(code)).one()]
    if "reason" in fields:
        fields["refusal_reason"] = fields.pop("reason")
    if "satisfaction" in fields:
        fields["satisfaction"] = str(fields["satisfaction"])
    if "visit_at" in fields:
        at = time.fromisoformat(fields["visit_at"])
        fields["visit_at"] = datetime.combine(step.at.date(), at, step.at.tzinfo)
    return fields


def _department(case: Case, code: str) -> Department:
    found = select(Department).where(Department.hall_id == case.hall_id, Department.code == code)
    return db.session.scalars(found).one()
