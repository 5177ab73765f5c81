"""What can't be seen can't be written; those who only look change nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.cases.models import Case
from app.cases.records import Assignment
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import OutOfScopeError
from app.core.transaction import transaction
from app.departments.models import Hall, Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_named
from app.departments.rules import Role
from tests.cases.window import made
from tests.security.routes import ROUTES
from tests.security.seeing import number_of, snapshot
from tests.security.test_matrix import Asker
from tests.security.world import PASSWORD, case_at, department_of, hall_of, looking, own_row

INTAKE = {
    "channel": "window",
    "urgency": "normal",
    "applicant_kind": "individual",
    "applicant_name": "赵六",
    "matter": "公司设立登记",
    "situation": "not_accepted",
    "visits": "1",
    "description": "网上办不成",
}


def test_a_case_is_not_registered_in_a_foreign_hall(demo, login, token):
    with looking():
        foreign, own = hall_of("yanggu").id, hall_of("linqing").id
    before = number_of(Case)
    clerk, headers = login(demo, "clerk.linqing"), token(demo, "clerk.linqing")
    assert clerk.post("/cases/add", data=INTAKE | {"hall": foreign}).status_code == 422
    body = INTAKE | {"visits": 1}
    rest = demo.test_client()
    for hall in (foreign, {"id": foreign}, 99999, {"name": "新", "code": "x", "prefix": "X"}):
        answer = rest.post("/api/v1/cases/", json=body | {"hall": hall}, headers=headers)
        assert answer.status_code == 422, answer.text
    assert (number_of(Case), number_of(Hall)) == (before, 3)
    assert (
        rest.post("/api/v1/cases/", json=body | {"hall": own}, headers=headers).status_code == 201
    )
    assert clerk.post("/cases/add", data=INTAKE | {"hall": own}).status_code == 302


def test_a_case_is_not_moved_to_a_foreign_hall_or_department(demo, login, token):
    with looking():
        case = case_at("linqing", Case.status == Status.SIGNED)
        number, version, hall = case.id, case.version, hall_of("yanggu").id
        department = department_of("yanggu", "scjg").id
        before = (case.hall_id, case.lead_department_id)
    clerk, headers = login(demo, "clerk.linqing"), token(demo, "clerk.linqing")
    clerk.post(
        f"/cases/edit/{number}",
        data=INTAKE | {"hall": hall, "lead_department": department, "version": version},
    )
    for body in ({"hall": hall}, {"hall_id": hall}, {"lead_department": department}):
        answer = demo.test_client().put(f"/api/v1/cases/{number}", json=body, headers=headers)
        assert answer.status_code == 422
    with looking():
        case = db.session.get(Case, number)
        assert (case.hall_id, case.lead_department_id) == before
        assert case.applicant_name == "赵六"


def test_a_case_is_not_dispatched_to_a_foreign_department(demo, login, token):
    number = made(Status.ACCEPTED)
    with looking():
        foreign = department_of("yanggu", "scjg").id
    before = number_of(Assignment)
    form = login(demo, "clerk.linqing").post(
        f"/cases/{number}/dispatch", data={"lead_department": foreign}
    )
    rest = demo.test_client().post(
        f"/api/v1/cases/{number}/moves/dispatch",
        json={"lead_department": foreign},
        headers=token(demo, "clerk.linqing"),
    )
    assert (form.status_code, rest.status_code) == (422, 422)
    assert number_of(Assignment) == before
    with looking():
        assert db.session.get(Case, number).status is Status.ACCEPTED


def change(case, username):
    with transaction(), scope.working_for(person_named(username)):
        case.demand = "改一改"
        db.session.flush()


def test_a_row_out_of_sight_is_not_written_even_when_it_is_in_hand(demo):
    with looking():
        case = case_at("yanggu")
    with pytest.raises(OutOfScopeError):
        change(case, "clerk.linqing")
    with looking():
        assert db.session.get(Case, case.id).demand != "改一改"


def test_a_role_that_only_reads_does_not_write_what_it_sees(demo):
    with looking():
        case = case_at("linqing")
    with pytest.raises(OutOfScopeError):
        change(case, "inspector.liaocheng")
    change(case, "clerk.linqing")


def test_an_update_in_one_statement_keeps_to_the_rows_in_sight(demo):
    with looking():
        foreign = case_at("yanggu").id
    with transaction(), scope.working_for(person_named("clerk.linqing")):
        db.session.execute(update(Case).values(visits=77))
    with looking():
        assert db.session.get(Case, foreign).visits != 77


@pytest.fixture
def hall_admin(demo, token):
    """An administrator of Linqing alone."""
    with looking(), transaction():
        person = add_staff(
            Staff(username="admin.linqing", first_name="临清管理员", active=True), PASSWORD
        )
        appoint(person, Role.ADMIN, hall_of("linqing"))
    return token(demo, "admin.linqing")


def test_an_administrator_of_a_hall_stays_in_that_hall(demo, hall_admin):
    with looking():
        foreign, own = hall_of("yanggu").id, hall_of("linqing").id
        me = person_named("admin.linqing").id
        department = department_of("linqing", "scjg").id
    before = snapshot()
    rest = demo.test_client()
    tries = (
        ("POST", "departments/", {"hall": foreign, "name": "新科室", "code": "new"}),
        ("POST", "memberships/", {"user": me, "role": "admin"}),
        ("POST", "memberships/", {"user": me, "role": "clerk", "hall": foreign}),
        ("PUT", f"departments/{department}", {"hall": foreign}),
        ("PUT", f"halls/{foreign}", {"name": "改名"}),
        ("DELETE", f"halls/{foreign}", None),
    )
    for method, path, body in tries:
        answer = rest.open(f"/api/v1/{path}", method=method, json=body, headers=hall_admin)
        assert answer.status_code in {404, 422}, (path, answer.text)
    assert snapshot() == before
    assert (
        rest.post(
            "/api/v1/departments/",
            headers=hall_admin,
            json={"hall": own, "name": "新科室", "code": "new"},
        ).status_code
        == 201
    )


def test_an_administrator_of_a_hall_takes_over_nobody_from_outside(demo, login, hall_admin):
    with looking():
        above, outside = person_named("admin").id, person_named("clerk.yanggu").id
        inside = person_named("clerk.linqing").id
    before = snapshot()
    browser = login(demo, "admin.linqing")
    before["ab_user"] = snapshot()["ab_user"]
    for number in (above, outside):
        form = {"first_name": "改名", "active": "1", "password": "taken-over-2026"}
        assert browser.post(f"/staff/edit/{number}", data=form).status_code == 404
        answer = demo.test_client().put(
            f"/api/v1/staff/{number}", json={"active": False}, headers=hall_admin
        )
        assert answer.status_code == 404
        assert browser.post(f"/staff/delete/{number}").status_code == 404
    assert snapshot() == before
    assert browser.get(f"/staff/edit/{inside}").status_code == 200


# --- those who only look -------------------------------------------------------------------------


OWN = {
    "form_draft",
    "ledger_task",
    "ledger_template",
    "ledger_template_version",
    "list_setting",
    "saved_view",
    "unmasked_ledger",
}
"""The tables of what a person keeps for oneself."""


def apart_from_ones_own(rows_of):
    """Leave out what a person keeps for oneself, and the history of it."""
    told = [row for row in rows_of["change"] if "'ledger-t" not in row]
    return {name: rows for name, rows in rows_of.items() if name not in OWN} | {"change": told}


def test_an_inspector_changes_nothing_by_any_route_but_what_is_ones_own(demo, login, token):
    asker = Asker(demo, "inspector", login, token)
    rows = {
        route.entity: own_row(route.entity, "inspector", demo.config["EXPORTS"])
        for route in ROUTES
        if route.about_a_row
    }
    before = snapshot()
    for route in ROUTES:
        if route.method != "GET" and route.need not in {"anybody", "nobody"}:
            for verb in ("accept", "sign") if "<verb>" in route.rule else ("accept",):
                asker.ask(route, rows.get(route.entity, 0), verb).close()
    assert apart_from_ones_own(snapshot()) == apart_from_ones_own(before)
