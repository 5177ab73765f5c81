"""REST: tokens alone, and problem details for every refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_jwt_extended import create_access_token
from sqlalchemy import select

from app.core.db import db
from app.departments.models import Department, Hall, Staff
from app.departments.queries import person_named
from tests.security.programs import Program, kept, refused
from tests.security.world import PASSWORD, department_of, hall_of, looking, own_row, row_at


def test_a_session_cookie_is_no_token(demo, login):
    with looking():
        number = hall_of("linqing").id
    browser = login(demo, "admin")
    assert browser.get("/halls/list/").status_code == 200
    refused(browser.get("/api/v1/halls/"), 401)
    refused(browser.put(f"/api/v1/halls/{number}", json={"name": "改名"}), 401)
    refused(browser.delete(f"/api/v1/halls/{number}"), 401)
    assert kept(Hall, number, "name") == "临清市政务服务大厅"


def test_a_token_is_no_session(demo, token):
    answer = demo.test_client().get("/halls/list/", headers=token(demo, "admin"))
    assert answer.status_code == 302
    assert answer.location.startswith("/login/")


@pytest.mark.parametrize(
    "header",
    ["Bearer garbage", "Bearer a.b.c", "Bearer", "Bearer a b", "Basic YWRtaW46YWRtaW4=", ""],
)
def test_what_is_no_token_is_refused(demo, header):
    refused(Program(demo, {"Authorization": header})("GET", "halls/"), 401)


def test_an_expired_token_is_refused(demo):
    with looking():
        person = person_named("clerk.linqing")
    old = create_access_token(str(person.id), expires_delta=timedelta(seconds=-1))
    refused(Program(demo, {"Authorization": f"Bearer {old}"})("GET", "halls/"), 401)


def test_a_token_of_somebody_who_is_gone_is_refused(demo):
    stray = create_access_token("99999")
    refused(Program(demo, {"Authorization": f"Bearer {stray}"})("GET", "halls/"), 401)


def test_a_token_dies_with_its_log_in(demo, admin, clerk):
    with looking():
        number = person_named("clerk.linqing").id
    assert clerk("GET", "cases/").status_code == 200
    assert admin("PUT", f"staff/{number}", {"active": False}).status_code == 200
    refused(clerk("GET", "cases/"), 401)
    wanted = {"username": "clerk.linqing", "password": PASSWORD, "provider": "db"}
    refused(Program(demo)("POST", "security/login", wanted), 401)


def test_a_new_token_is_given_to_whoever_still_sends_an_old_one(demo):
    wanted = {"username": "clerk.linqing", "password": PASSWORD, "provider": "db", "refresh": True}
    stale = Program(demo, {"Authorization": "Bearer garbage"})
    given = stale("POST", "security/login", wanted)
    assert given.status_code == 200
    renewed = Program(demo, {"Authorization": f"Bearer {given.json['refresh_token']}"})(
        "POST", "security/refresh"
    )
    assert renewed.status_code == 200
    fresh = Program(demo, {"Authorization": f"Bearer {renewed.json['access_token']}"})
    assert fresh("GET", "cases/").status_code == 200
    refused(
        Program(demo, {"Authorization": f"Bearer {given.json['refresh_token']}"})("GET", "cases/"),
        401,
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "admin"},
        {"username": 1, "password": [], "provider": "db"},
        [],
        {"username": "admin", "password": "x", "provider": "none"},
    ],
)
def test_a_log_in_that_says_nothing_is_a_bad_request(demo, body):
    refused(Program(demo)("POST", "security/login", body), 400)


def test_a_wrong_password_gives_no_token(demo):
    refused(
        Program(demo)(
            "POST",
            "security/login",
            {"username": "admin", "password": "wrong-password", "provider": "db"},
        ),
        401,
    )


# --- what is refused, and how --------------------------------------------------------------------


def test_each_kind_of_refusal_is_a_problem(clerk):
    refused(clerk("GET", "staff/"), 403)
    refused(clerk("POST", "halls/", {}), 403)
    refused(clerk("GET", "halls/99999"), 404)
    refused(clerk("GET", "halls/99999999999999999999"), 404)
    refused(clerk("PUT", "cases/99999999999999999999", {}), 404)
    refused(clerk("PUT", "cases/abc", {}), 404)
    refused(clerk("GET", "nothing/"), 404)
    refused(clerk("DELETE", "cases/1"), 405)
    refused(clerk("GET", "cases/?q=("), 400)


@pytest.mark.parametrize(
    "options",
    [
        {"data": "abc", "content_type": "text/plain"},
        {"data": "{", "content_type": "application/json"},
        {"json": [1]},
        {"json": "text"},
        {"json": None},
        {},
    ],
)
def test_what_is_no_json_object_is_refused(admin, options):
    with looking():
        number = own_row("departments", "admin")
    refused(admin("POST", "departments/", **options), 422)
    refused(admin("PUT", f"departments/{number}", **options), 422)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"id": 7}, "id"),
        ({"hall_id": 2}, "hall_id"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"name": "长" * 65}, "name"),
        ({"active": "perhaps"}, "active"),
        ({"hall": "linqing"}, "hall"),
        ({"hall": None}, "hall"),
        ({"hall": True}, "hall"),
        ({"hall": [2]}, "hall"),
        ({"hall": 99999}, "hall"),
        ({"hall": {"name": "新", "code": "new", "prefix": "NEW"}}, "hall"),
        ({"name": "坏\x00名"}, "name"),
        ({"name": "坏\x08名"}, "name"),
        ({"code": "Ä B"}, "code"),
    ],
)
def test_a_wrong_field_is_named(admin, change, field):
    with looking():
        hall = hall_of("linqing").id
    body = {"name": "新科室", "code": "new", "hall": hall} | change
    assert field in refused(admin("POST", "departments/", body), 422)["errors"]
    with looking():
        assert db.session.scalar(select(Department).where(Department.code == "new")) is None
        assert db.session.scalar(select(Hall).where(Hall.code == "new")) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"visits": "many"}, "visits"),
        ({"visits": 10**20}, "visits"),
        ({"visits": -1}, "visits"),
        ({"channel": "pigeon"}, "channel"),
        ({"applicant_name": None}, "applicant_name"),
        ({"status": "closed"}, "status"),
        ({"number": "LQ-2026-999999"}, "number"),
        ({"description": "长" * 4001}, "description"),
        ({"matter": "坏\x00"}, "matter"),
        ({"phone": "坏\x00"}, "phone"),
        ({"phone": 5}, "phone"),
        ({"registered_by": "别人"}, "registered_by"),
    ],
)
def test_a_wrong_field_of_a_case_is_named(clerk, change, field):
    with looking():
        hall = hall_of("linqing").id
    body = {
        "hall": hall,
        "applicant_name": "赵六",
        "matter": "公司设立登记",
        "description": "网上办不成",
    }
    assert field in refused(clerk("POST", "cases/", body | change), 422)["errors"]
    assert clerk("POST", "cases/", body).status_code == 201


def test_a_person_is_not_made_through_a_membership(admin):
    with looking():
        before = len(db.session.scalars(select(Staff)).all())
    evil = {
        "username": "evil",
        "first_name": "坏",
        "last_name": "",
        "email": "e@localhost",
        "password": "x",
    }
    refused(admin("POST", "memberships/", {"user": evil, "role": "admin"}), 422)
    with looking():
        assert len(db.session.scalars(select(Staff)).all()) == before


def test_a_password_is_not_set_through_rest(admin):
    with looking():
        number = person_named("clerk.linqing").id
    refused(admin("PUT", f"staff/{number}", {"password": "new-password-2026"}), 422)
    refused(admin("PUT", f"staff/{number}", {"username": "other"}), 422)
    refused(admin("PUT", f"staff/{number}", {"version": 1}), 422)


def test_a_duplicate_names_the_field(admin):
    with looking():
        hall = hall_of("linqing").id
    body = {"name": "新科室", "code": "scjg", "hall": hall}
    assert "code" in refused(admin("POST", "departments/", body), 422)["errors"]


def test_a_row_in_use_is_not_deleted(admin):
    with looking():
        number = department_of("linqing", "scjg").id
    told = refused(admin("DELETE", f"departments/{number}"), 409)
    assert "事项" in told["title"]
    assert kept(Department, number, "code") == "scjg"


def test_an_edit_of_what_somebody_else_changed_is_refused(admin):
    number = row_at("departments", "linqing")
    read = admin("GET", f"departments/{number}").json["result"]["version"]
    first = admin("PUT", f"departments/{number}", {"name": "先改的", "version": read})
    assert first.status_code == 200
    late = refused(admin("PUT", f"departments/{number}", {"name": "后改的", "version": read}), 409)
    assert late["changed_by"] == "系统管理员"
    assert kept(Department, number, "name") == "先改的"
    refused(admin("PUT", f"departments/{number}", {"name": "乱改的", "version": "x"}), 409)


def test_an_edit_changes_what_it_names_and_nothing_else(admin):
    number = row_at("deadline-rules", "linqing")
    before = admin("GET", f"deadline-rules/{number}").json["result"]
    answer = admin("PUT", f"deadline-rules/{number}", {"working_days": 8})
    assert answer.status_code == 200
    after = answer.json["result"]
    assert (after.pop("working_days"), before.pop("working_days")) == (8, 9)
    assert after.pop("version") > before.pop("version")
    assert after == before
