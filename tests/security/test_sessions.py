"""Logging in and out, guessed passwords, new passwords, and what nobody was given."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Membership, Staff
from app.factory import create_app
from tests.security.serving import TOKEN, build, enter, fresh, sent
from tests.security.world import PASSWORD, looking


def test_logging_out_is_a_post(panel, someone):
    browser, _ = enter(panel, someone)
    assert browser.get("/logout/").status_code == 405
    assert browser.get("/cases/list/").status_code == 200
    assert sent(browser, "/logout/", page="/").status_code == 302
    assert browser.get("/cases/list/").status_code == 302


def test_a_wrong_name_and_a_wrong_password_look_the_same(panel, someone):
    answers = [
        enter(panel, name, word)[1]
        for name, word in ((someone, "wrong-password"), ("nobody.at.all", "wrong-password"))
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]


def switch_off(username):
    with looking(), transaction():
        db.session.scalars(select(Staff).where(Staff.username == username)).one().active = False


def test_whoever_is_switched_off_cannot_log_in(panel, someone):
    switch_off(someone)
    browser, answer = enter(panel, someone)
    assert answer.status_code == 401
    assert browser.get("/cases/list/").status_code == 302


def test_whoever_is_switched_off_is_out_at_once(panel, someone):
    browser, _ = enter(panel, someone)
    assert browser.get("/cases/list/").status_code == 200
    switch_off(someone)
    assert browser.get("/cases/list/").status_code == 302
    assert browser.get("/").status_code == 302


def test_whoever_loses_a_role_loses_it_at_once(panel, someone):
    browser, _ = enter(panel, someone)
    assert browser.get("/cases/list/").status_code == 200
    with looking(), transaction():
        held = db.session.scalars(
            select(Membership).join(Membership.user).where(Staff.username == someone)
        ).one()
        db.session.delete(held)
    assert browser.get("/cases/list/").status_code == 403
    assert browser.get("/").status_code == 200


def test_a_session_signed_with_another_key_is_nobody_s(panel, folder, someone):
    forger = build(folder, SECRET_KEY="another-key-of-somebody-else-entirely")
    cookie = enter(forger, someone)[1].headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    browser = panel.test_client()
    browser.set_cookie("session", cookie)
    assert browser.get("/cases/list/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https:///evil.example",
        " //evil.example",
    ],
)
def test_after_the_log_in_one_stays_here(panel, someone, target):
    browser, answer = enter(panel, someone, path=f"/login/?next={target}")
    assert answer.status_code == 302
    again = browser.get("/login/", query_string={"next": target})
    for location in (answer.location, again.location):
        assert urlsplit(urljoin("http://localhost/login/", location)).netloc == "localhost"


def test_after_the_log_in_one_comes_to_where_one_was_going(panel, someone):
    asked = panel.test_client().get("/cases/list/?tab=signed")
    _, answer = enter(panel, someone, path=asked.location)
    assert answer.location.endswith("/cases/list/?tab=signed")


def test_the_way_back_leads_nowhere_else(panel, someone):
    browser, _ = enter(panel, someone)
    for path in ("/back", "/lang/en", "/lang/zh"):
        answer = browser.get(path, headers={"Referer": "https://evil.example/"})
        assert answer.status_code == 302
        assert "evil" not in answer.location


# --- guessing ------------------------------------------------------------------------------------


def test_guessing_passwords_on_the_page_is_stopped(folder, opened):
    guarded = opened(build(folder, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="5 per hour"))
    browser = guarded.test_client()
    text = browser.get("/login/").text
    form = {"username": "admin", "password": "guess", "csrf_token": TOKEN.search(text)[1]}
    found = [browser.post("/login/", data=form).status_code for _ in range(7)]
    assert found == [401] * 5 + [429] * 2
    right = browser.post("/login/", data=form | {"password": PASSWORD})
    assert right.status_code == 429
    assert browser.get("/login/").status_code == 200


def test_guessing_passwords_through_rest_is_stopped(folder, opened):
    guarded = opened(build(folder, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="5 per hour"))
    body = {"username": "admin", "password": "guess", "provider": "db"}
    answers = [guarded.test_client().post("/api/v1/security/login", json=body) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert answers[-1].content_type == "application/problem+json"


def test_the_limit_is_on_where_nobody_turned_it_off(folder, monkeypatch):
    monkeypatch.delenv("BANCHENG_LOGIN_LIMIT", raising=False)
    application = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'bancheng.db'}",
            "EMBEDDED": True,
            "INSTANCE": folder,
            "EXPORTS": folder,
        }
    )
    assert application.config["RATELIMIT_ENABLED"]
    assert application.config["AUTH_RATE_LIMITED"]
    assert application.config["AUTH_RATE_LIMIT"] == "10 per minute"
    assert application.config.get("WTF_CSRF_ENABLED", True)


# --- what nobody was given -----------------------------------------------------------------------


def test_an_entity_without_a_line_in_the_table_is_the_administrator_s(panel, someone, monkeypatch):
    grants = dict(panel.extensions["grants"])
    del grants["departments"]
    monkeypatch.setitem(panel.extensions, "grants", grants)
    browser, _ = enter(panel, someone)
    for path in (
        "/departments/list/",
        "/departments/export",
        "/departments/show/1",
        "/departments/choices/hall",
    ):
        assert browser.get(path).status_code == 403
    assert enter(panel, "admin")[0].get("/departments/list/").status_code == 200


# --- passwords -----------------------------------------------------------------------------------


def change(browser, old, new, again=None):
    return sent(browser, "/password", {"old": old, "new": new, "again": again or new})


def test_a_new_password_needs_the_present_one(panel, someone):
    browser, _ = enter(panel, someone)
    assert change(browser, "not-the-present-one", "a-new-password-1").status_code == 422
    assert enter(panel, someone)[1].status_code == 302
    assert change(browser, PASSWORD, "a-new-password-1").status_code == 302
    assert enter(panel, someone)[1].status_code == 401
    assert enter(panel, someone, "a-new-password-1")[1].status_code == 302


@pytest.mark.parametrize(
    ("new", "again"),
    [("short-p", "short-p"), ("", ""), ("long-enough-1", "long-enough-2"), ("x" * 129, "x" * 129)],
)
def test_a_short_or_mistyped_password_is_refused(panel, someone, new, again):
    browser, _ = enter(panel, someone)
    assert (
        sent(browser, "/password", {"old": PASSWORD, "new": new, "again": again}).status_code == 422
    )
    assert enter(panel, someone)[1].status_code == 302


def test_an_administrator_gives_no_short_password(panel):
    browser, _ = enter(panel, "admin")
    name = f"fresh.{fresh()}"
    form = {"username": name, "first_name": "新人", "active": "1"}
    assert sent(browser, "/staff/add", form | {"password": "short"}).status_code == 422
    assert sent(browser, "/staff/add", form | {"password": PASSWORD}).status_code == 302
    assert enter(panel, name)[1].status_code == 302


def test_a_password_is_kept_as_a_hash_and_shown_to_nobody(panel, someone):
    with scope.everything():
        person = db.session.scalars(select(Staff).where(Staff.username == someone)).one()
        number, kept = person.id, person.password
    assert PASSWORD not in kept
    browser, _ = enter(panel, "admin")
    for path in (f"/staff/show/{number}", f"/staff/edit/{number}", "/staff/list/"):
        assert kept not in browser.get(path).text
