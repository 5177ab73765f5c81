"""The tree of causes: what it begins with, what it refuses, who may change it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.causes.models import Cause
from app.causes.operations import seed
from app.core import scope
from app.core.db import db
from app.core.errors import OutOfScopeError
from app.core.transaction import transaction
from app.departments.models import Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_of
from app.departments.rules import Role
from tests.cases.window import cause, hall
from tests.core.screens import beside

TOP = [
    *(
        "材料不齐或不符",
        "系统或证照问题",
        "没有智能手机或网络",
        "职责不清",
        "政策空白",
        "政策不允许",
    ),
    *("数据不共享", "需要几个部门一起办", "工作人员态度或差错", "时间或地点不便", "其他"),
]


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def form_of(code="0305", parent="03", name="听不清", **more):
    return {"code": code, "name": name, "parent": str(cause(parent).id), "active": "y", **more}


def test_it_begins_with_the_eleven_kinds_and_what_is_below_them(demo, unlimited):
    found = db.session.scalars(select(Cause).order_by(Cause.code)).all()
    assert [row.name for row in found if row.parent is None] == TOP
    assert all(row.code.startswith(row.parent.code) for row in found if row.parent)
    assert str(cause("0301")) == "没有智能手机或网络：没有智能手机"


def test_seeding_again_changes_nothing(demo, unlimited):
    with transaction():
        cause().name = "改过的"
        before = db.session.scalar(select(func.count(Cause.id)))
        seed()
    assert db.session.scalar(select(func.count(Cause.id))) == before
    assert cause().name == "改过的"


@pytest.mark.parametrize("code", ["3", "03x", "0405", "三一", "123456789", "99"])
def test_a_code_that_does_not_fit_is_refused(admin, code):
    answer = admin.post("/causes/add", data=form_of(code))
    assert answer.status_code == 422
    assert list(beside(answer)) == ["code"]


def test_a_cause_is_added_and_taken_out_of_use(admin):
    assert admin.post("/causes/add", data=form_of()).status_code == 302
    row = cause("0305")
    assert row.parent.code == "03"
    data = {**form_of(name="听不清楚"), "version": str(row.version), "active": ""}
    assert admin.post(f"/causes/edit/{row.id}", data=data).status_code == 302
    db.session.rollback()
    assert (cause("0305").name, cause("0305").active) == ("听不清楚", False)


def test_a_circle_is_refused(admin):
    top = cause("03")
    data = {**form_of("03", "0301", "没有智能手机或网络"), "version": str(top.version)}
    answer = admin.post(f"/causes/edit/{top.id}", data=data)
    assert answer.status_code == 422
    assert list(beside(answer)) == ["parent"]


def test_who_administers_one_hall_does_not_change_what_holds_in_all(demo):
    with scope.everything(), transaction():
        staff = add_staff(Staff(username="admin.lq", first_name="甲", active=True), "pass-2026-x")
        appoint(staff, Role.ADMIN, hall())
        person = person_of(staff)
    with scope.working_for(person):
        db.session.add(Cause(code="98", name="另外"))
        with pytest.raises(OutOfScopeError):
            db.session.flush()
        db.session.rollback()
