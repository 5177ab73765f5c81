"""People who log in: their password is set and never shown, and who is inactive stays outside."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.core import scope
from app.core.db import db
from app.departments.models import Membership, Staff
from app.departments.operations import first_administrator
from app.departments.queries import person_named
from app.departments.rules import LEAST_PASSWORD, Role
from tests.conftest import PASSWORD
from tests.core import screens

TYPED = {
    "username": "new.clerk",
    "first_name": "新来的",
    "active": "y",
    "password": "a-good-password",
}


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def staff(username):
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(
            select(Staff)
            .where(Staff.username == username)
            .execution_options(populate_existing=True)
        ).one_or_none()


def enters(application, username, password):
    answer = application.test_client().post(
        "/login/", data={"username": username, "password": password}
    )
    return answer.status_code == 302


def test_a_new_person_can_log_in_with_the_password_given(demo, admin):
    assert admin.post("/staff/add", data=TYPED).status_code == 302
    person = staff("new.clerk")
    assert "a-good-password" not in person.password
    assert check_password_hash(person.password, "a-good-password")
    assert person.name == "新来的"
    assert enters(demo, "new.clerk", "a-good-password")
    assert not enters(demo, "new.clerk", "another-password")


def test_a_password_is_asked_for_and_not_short(admin):
    for password in ("", "密" * (LEAST_PASSWORD - 1), "x" * 129):
        answer = admin.post("/staff/add", data={**TYPED, "password": password})
        assert answer.status_code == 422
        assert set(screens.beside(answer)) == {"password"}
        assert not password or password not in answer.text
    assert staff("new.clerk") is None


def test_a_password_is_never_shown(demo, admin, token):
    number = staff("clerk.linqing").id
    stored = staff("clerk.linqing").password
    for address in ("list/", f"show/{number}", f"edit/{number}"):
        assert stored not in admin.get(f"/staff/{address}").text
        assert "scrypt" not in admin.get(f"/staff/{address}").text
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/staff/export").data))
    assert not any(
        "scrypt" in str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    )
    [field] = screens.tree(admin.get(f"/staff/edit/{number}")).xpath("//input[@type='password']")
    assert not field.get("value")
    headers, program = token(demo, "admin"), demo.test_client()
    for address in ("", str(number), "_info"):
        answer = program.get(f"/api/v1/staff/{address}", headers=headers)
        assert "scrypt" not in answer.text
        assert "password" not in answer.text


def test_an_edit_without_a_password_keeps_it_and_one_with_it_sets_it(demo, admin):
    number, before = staff("clerk.linqing").id, staff("clerk.linqing").password
    form = screens.typed(admin.get(f"/staff/edit/{number}"))
    assert (
        admin.post(f"/staff/edit/{number}", data={**form, "first_name": "王大姐"}).status_code
        == 302
    )
    assert (staff("clerk.linqing").password, staff("clerk.linqing").first_name) == (
        before,
        "王大姐",
    )
    form = screens.typed(admin.get(f"/staff/edit/{number}"))
    assert (
        admin.post(
            f"/staff/edit/{number}", data={**form, "password": "another-password"}
        ).status_code
        == 302
    )
    assert enters(demo, "clerk.linqing", "another-password")
    assert not enters(demo, "clerk.linqing", PASSWORD)


def test_who_is_inactive_can_neither_enter_nor_stay(demo, admin, login, token):
    inside, headers = login(demo, "clerk.linqing"), token(demo, "clerk.linqing")
    assert inside.get("/cases/list/").status_code == 200
    number = staff("clerk.linqing").id
    form = screens.typed(admin.get(f"/staff/edit/{number}"))
    assert form.pop("active") == "y"
    assert admin.post(f"/staff/edit/{number}", data=form).status_code == 302
    assert not staff("clerk.linqing").active
    assert not enters(demo, "clerk.linqing", PASSWORD)
    assert inside.get("/cases/list/").status_code in {302, 403}
    assert demo.test_client().get("/api/v1/cases/", headers=headers).status_code in {401, 403}
    assert person_named("clerk.linqing") is None


def test_who_lost_the_role_sees_nothing_at_once(demo, login):
    inside = login(demo, "clerk.linqing")
    with scope.everything():
        held = db.session.scalars(
            select(Membership).where(Membership.user_id == staff("clerk.linqing").id)
        ).one()
        db.session.delete(held)
        db.session.commit()
    db.session.remove()
    assert inside.get("/cases/list/").status_code == 403
    assert inside.get("/").status_code == 200


def test_a_log_in_name_is_taken_once(admin):
    answer = admin.post("/staff/add", data={**TYPED, "username": "clerk.linqing"})
    assert answer.status_code == 422
    assert set(screens.beside(answer)) == {"username"}


@pytest.mark.parametrize(
    "username", ["", "\x00", "nobody", "clerk.linqing\x00", "a" * 5000, "' OR 1=1 --", "管理员"]
)
def test_a_log_in_with_a_strange_name_is_only_refused(demo, username):
    answer = demo.test_client().post("/login/", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 401


@pytest.mark.parametrize("password", ["", "\x00", "a" * 5000, PASSWORD[:-1]])
def test_a_log_in_with_a_strange_password_is_only_refused(demo, password):
    answer = demo.test_client().post(
        "/login/", data={"username": "clerk.linqing", "password": password}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "username",
    ["clerk.linqing", "handler.linqing.scjg", "supervisor.linqing", "inspector.liaocheng"],
)
def test_only_the_administrator_sees_the_people(demo, login, username):
    client = login(demo, username)
    for address in (
        "list/",
        "add",
        "export",
        f"show/{staff('admin').id}",
        f"edit/{staff('admin').id}",
        f"delete/{staff('admin').id}",
    ):
        assert client.get(f"/staff/{address}").status_code == 403, address


def test_the_first_administrator_is_made_once(app):
    with scope.everything():
        assert not first_administrator("another-password")
        assert check_password_hash(staff("admin").password, PASSWORD)
        assert (
            len(db.session.scalars(select(Membership).where(Membership.role == Role.ADMIN)).all())
            == 1
        )
