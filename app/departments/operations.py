"""Change people: add one, set a password, give the first administrator."""

from __future__ import annotations

from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.departments.models import Department, Hall, Membership, Staff
from app.departments.rules import LEAST_PASSWORD, STAND_IN, Role


def add_staff(person: Staff, password: str = "") -> Staff:
    """Add a person who logs in with a password, or with the one that is set already.

    Without a mail address, the one that FAB asks for is made up: it stands in for none.
    Raises InvalidInputError for a log-in name that is taken.
    """
    if db.session.scalar(select(Staff.id).where(Staff.username == person.username)) is not None:
        taken = gettext("已有相同的记录，请换一个：%(labels)s", labels=gettext("登录名"))
        raise InvalidInputError({"username": taken})
    person.last_name = ""
    person.email = person.email or stand_in(person)
    person.login_count = person.fail_login_count = 0
    if password:
        person.password = generate_password_hash(password)
    db.session.add(person)
    db.session.flush()
    return person


def stand_in(person: Staff) -> str:
    """Return what stands where a person has no mail address."""
    return f"{person.username}{STAND_IN}"


def set_password(person: Staff, password: str) -> None:
    """Set a password; raise InvalidInputError when it is too short."""
    if len(password) < LEAST_PASSWORD:
        raise InvalidInputError(
            {"password": gettext("密码至少 %(least)d 个字符", least=LEAST_PASSWORD)}
        )
    person.password = generate_password_hash(password)


def appoint(
    person: Staff, role: Role, hall: Hall | None = None, department: Department | None = None
) -> Membership:
    """Give a person a role in a hall or a department."""
    held = Membership(user=person, role=role, hall=hall, department=department)
    db.session.add(held)
    db.session.flush()
    return held


def first_administrator(password: str) -> bool:
    """Make the administrator when nobody is one; say whether one was made."""
    if db.session.scalar(
        select(func.count()).select_from(Membership).where(Membership.role == Role.ADMIN)
    ):
        return False
    person = db.session.scalar(select(Staff).where(Staff.username == "admin"))
    if person is None:
        person = Staff(username="admin", first_name=gettext("系统管理员"), active=True)
        add_staff(person, password)
    set_password(person, password)
    appoint(person, Role.ADMIN)
    return True
