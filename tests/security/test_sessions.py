"""Logging in and out, and what surrounds it: forged posts, guessed passwords, hosts, cookies."""

from __future__ import annotations

import re
from itertools import count
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

import config
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.demo.loader import load
from app.departments.models import Department, Membership, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.factory import create_app
from app.setup import prepare
from tests.security.world import NOW, PASSWORD, hall_of, looking

ADMIN = "admin-2026-password"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_people = count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a prepared database, with a few cases in it."""
    place = tmp_path_factory.mktemp("sessions")
    application = build(place)
    with application.app_context():
        prepare(ADMIN)
        load(cases=6, seed=1, password=PASSWORD, now=NOW)
        db.session.remove()
        db.engine.dispose()
    return place


def build(place, **settings):
    """Make an application as it is served: forgery protection on, limits only where asked for."""
    return create_app({
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{place / 'bancheng.db'}", "EMBEDDED": True,
        "INSTANCE": place, "EXPORTS": place / "exports", "TESTING": True,
        "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": True, **settings,
    })


@pytest.fixture
def opened():
    """Return a function that opens an application until the test is over."""
    contexts = []

    def enter(application):
        context = application.app_context()
        context.push()
        contexts.append(context)
        return application

    yield enter
    for context in contexts:
        db.session.remove()
        db.engine.dispose()
        context.pop()


@pytest.fixture(scope="module")
def served(folder):
    return build(folder)


@pytest.fixture
def panel(served, opened):
    """The application as it is served."""
    return opened(served)


@pytest.fixture
def someone(panel):
    """The log-in name of a new clerk of Linqing."""
    with looking(), transaction():
        name = f"new.clerk.{next(_people)}"
        person = add_staff(Staff(username=name, first_name="新来的", active=True), PASSWORD)
        appoint(person, Role.CLERK, hall_of("linqing"))
    return name


def sent(browser, path, data=None, page=None):
    """Post a form as a browser does: with the token of its page."""
    text = browser.get(page or path).text
    return browser.post(path, data={"csrf_token": TOKEN.search(text)[1], **(data or {})})


def enter(application, username, password=PASSWORD, path="/login/"):
    browser = application.test_client()
    answer = sent(browser, path, {"username": username, "password": password})
    return browser, answer


def spare_department():
    with looking(), transaction():
        row = Department(hall=hall_of("linqing"), code=f"spare{next(_people)}", name=f"闲科{_people}")
        db.session.add(row)
        db.session.flush()
        return row.id


def there(number):
    with looking():
        return db.session.get(Department, number) is not None


# --- forged posts ------------------------------------------------------------------------------------


def test_a_post_without_the_token_of_its_page_does_nothing(panel):
    browser, _ = enter(panel, "admin", ADMIN)
    number = spare_department()
    for path in (f"/departments/delete/{number}", f"/departments/edit/{number}",
                 "/departments/add", "/logout/", "/password", "/recompute/preview"):
        for data in ({}, {"csrf_token": "guessed"}):
            answer = browser.post(path, data=data)
            assert answer.status_code == 400, path
            assert "页面已过期" in answer.text
    assert there(number)
    assert browser.get("/halls/list/").status_code == 200


def test_a_log_in_needs_the_token_of_its_page_too(panel):
    answer = panel.test_client().post("/login/", data={"username": "admin", "password": ADMIN})
    assert answer.status_code == 400


def test_asking_for_a_deletion_deletes_nothing(panel):
    browser, _ = enter(panel, "admin", ADMIN)
    number = spare_department()
    for method in ("GET", "HEAD"):
        assert browser.open(f"/departments/delete/{number}", method=method).status_code == 200
        assert there(number)
    assert sent(browser, f"/departments/delete/{number}").status_code == 302
    assert not there(number)


def test_programs_need_no_page(panel):
    rest = panel.test_client()
    given = rest.post("/api/v1/security/login", json={
        "username": "admin", "password": ADMIN, "provider": "db"})
    with looking():
        hall = hall_of("linqing").id
    answer = rest.post("/api/v1/departments/", headers={
        "Authorization": f"Bearer {given.json['access_token']}"},
        json={"name": "程序建的", "code": f"rest{next(_people)}", "hall": hall})
    assert answer.status_code == 201


# --- in and out --------------------------------------------------------------------------------------


def test_logging_out_is_a_post(panel, someone):
    browser, _ = enter(panel, someone)
    assert browser.get("/logout/").status_code == 405
    assert browser.get("/cases/list/").status_code == 200
    assert sent(browser, "/logout/", page="/").status_code == 302
    assert browser.get("/cases/list/").status_code == 302


def test_a_wrong_name_and_a_wrong_password_look_the_same(panel, someone):
    answers = [enter(panel, name, word)[1] for name, word in (
        (someone, "wrong-password"), ("nobody.at.all", "wrong-password"))]
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
        held = db.session.scalars(select(Membership).join(Membership.user).where(
            Staff.username == someone)).one()
        db.session.delete(held)
    assert browser.get("/cases/list/").status_code == 403
    assert browser.get("/").status_code == 200


def test_a_session_signed_with_another_key_is_nobody_s(panel, folder, someone):
    forger = build(folder, SECRET_KEY="another-key-of-somebody-else-entirely")
    cookie = enter(forger, someone)[1].headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    browser = panel.test_client()
    browser.set_cookie("session", cookie)
    assert browser.get("/cases/list/").status_code == 302


@pytest.mark.parametrize("target", [
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "javascript:alert(1)", "https:///evil.example", " //evil.example",
])
def test_after_the_log_in_one_stays_here(panel, someone, target):
    browser, answer = enter(panel, someone, path=f"/login/?next={target}")
    assert answer.status_code == 302
    again = browser.get("/login/", query_string={"next": target})
    for location in (answer.location, again.location):
        assert urlsplit(urljoin("http://localhost/login/", location)).netloc == "localhost"


def test_after_the_log_in_one_comes_to_where_one_was_going(panel, someone):
    asked = panel.test_client().get("/cases/list/?tab=signed")
    browser, answer = enter(panel, someone, path=asked.location)
    assert answer.location.endswith("/cases/list/?tab=signed")


def test_the_way_back_leads_nowhere_else(panel, someone):
    browser, _ = enter(panel, someone)
    for path in ("/back", "/lang/en", "/lang/zh"):
        answer = browser.get(path, headers={"Referer": "https://evil.example/"})
        assert answer.status_code == 302
        assert "evil" not in answer.location


# --- guessing ----------------------------------------------------------------------------------------


def test_guessing_passwords_on_the_page_is_stopped(folder, opened):
    guarded = opened(build(folder, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="5 per hour"))
    browser = guarded.test_client()
    text = browser.get("/login/").text
    form = {"username": "admin", "password": "guess", "csrf_token": TOKEN.search(text)[1]}
    found = [browser.post("/login/", data=form).status_code for _ in range(7)]
    assert found == [401] * 5 + [429] * 2
    right = browser.post("/login/", data=form | {"password": ADMIN})
    assert right.status_code == 429
    assert browser.get("/login/").status_code == 200


def test_guessing_passwords_through_rest_is_stopped(folder, opened):
    guarded = opened(build(folder, RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="5 per hour"))
    body = {"username": "admin", "password": "guess", "provider": "db"}
    answers = [guarded.test_client().post("/api/v1/security/login", json=body)
               for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
    assert answers[-1].content_type == "application/problem+json"


def test_the_limit_is_on_where_nobody_turned_it_off(folder, monkeypatch):
    monkeypatch.delenv("BANCHENG_LOGIN_LIMIT", raising=False)
    application = create_app({
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'bancheng.db'}", "EMBEDDED": True,
        "INSTANCE": folder, "EXPORTS": folder})
    assert application.config["RATELIMIT_ENABLED"]
    assert application.config["AUTH_RATE_LIMITED"]
    assert application.config["AUTH_RATE_LIMIT"] == "10 per minute"
    assert application.config.get("WTF_CSRF_ENABLED", True)


# --- hosts, cookies, headers -------------------------------------------------------------------------


def test_a_forged_host_is_refused(folder, opened, monkeypatch):
    monkeypatch.setenv("BANCHENG_HOSTS", "panel.example, other.example")
    monkeypatch.setenv("BANCHENG_INSTANCE", str(folder))
    names = config.settings()["TRUSTED_HOSTS"]
    assert names == ["panel.example", "other.example"]
    browser = opened(build(folder, TRUSTED_HOSTS=names)).test_client()
    assert browser.get("/login/", base_url="http://panel.example/").status_code == 200
    for path in ("/login/", "/", "/cases/list/", "/healthz", "/api/v1/cases/", "/assets/x"):
        answer = browser.get(path, base_url="http://evil.example/")
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.text


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(panel, someone):
    _, answer = enter(panel, someone)
    told = answer.headers["Set-Cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told


def test_over_https_the_session_cookie_is_secure(folder, opened, monkeypatch):
    monkeypatch.setenv("BANCHENG_INSTANCE", str(folder))
    monkeypatch.setenv("BANCHENG_HTTPS", "1")
    secure = config.settings()["SESSION_COOKIE_SECURE"]
    browser = opened(build(folder, SESSION_COOKIE_SECURE=secure)).test_client()
    answer = browser.get("/login/", base_url="https://localhost/")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_server_has_no_key_of_its_own_making(monkeypatch, tmp_path):
    monkeypatch.setenv("BANCHENG_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/bancheng")
    monkeypatch.delenv("BANCHENG_SECRET_KEY", raising=False)
    with pytest.raises(SystemExit, match="BANCHENG_SECRET_KEY"):
        config.settings()


@pytest.mark.parametrize("path", ["/login/", "/", "/cases/list/", "/nothing", "/api/v1/cases/",
                                  "/api/v1/nothing", "/healthz", "/static/nothing"])
def test_every_answer_is_kept_from_caches_frames_and_foreign_scripts(panel, someone, path):
    browser, _ = enter(panel, someone)
    headers = browser.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_pages_hold_no_script_that_the_policy_would_stop(panel):
    browser, _ = enter(panel, "clerk.linqing")
    for path in ("/", "/cases/list/", "/cases/add", "/cases/show/1", "/password"):
        text = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", text), path
        assert not re.search(r"<[^>]+\son\w+=", text), path
        assert not re.search(r'(src|href)="(https?:)?//', text), path


# --- what nobody was given -----------------------------------------------------------------------------


def test_an_entity_without_a_line_in_the_table_is_the_administrator_s(panel, someone, monkeypatch):
    grants = dict(panel.extensions["grants"])
    del grants["departments"]
    monkeypatch.setitem(panel.extensions, "grants", grants)
    browser, _ = enter(panel, someone)
    for path in ("/departments/list/", "/departments/export", "/departments/show/1",
                 "/departments/choices/hall"):
        assert browser.get(path).status_code == 403
    assert enter(panel, "admin", ADMIN)[0].get("/departments/list/").status_code == 200


# --- passwords -----------------------------------------------------------------------------------------


def change(browser, old, new, again=None):
    return sent(browser, "/password", {"old": old, "new": new, "again": again or new})


def test_a_new_password_needs_the_present_one(panel, someone):
    browser, _ = enter(panel, someone)
    assert change(browser, "not-the-present-one", "a-new-password-1").status_code == 422
    assert enter(panel, someone)[1].status_code == 302
    assert change(browser, PASSWORD, "a-new-password-1").status_code == 302
    assert enter(panel, someone)[1].status_code == 401
    assert enter(panel, someone, "a-new-password-1")[1].status_code == 302


@pytest.mark.parametrize(("new", "again"), [
    ("short-p", "short-p"), ("", ""), ("long-enough-1", "long-enough-2"),
    ("x" * 129, "x" * 129),
])
def test_a_short_or_mistyped_password_is_refused(panel, someone, new, again):
    browser, _ = enter(panel, someone)
    assert sent(browser, "/password",
                {"old": PASSWORD, "new": new, "again": again}).status_code == 422
    assert enter(panel, someone)[1].status_code == 302


def test_an_administrator_gives_no_short_password(panel):
    browser, _ = enter(panel, "admin", ADMIN)
    name = f"fresh.{next(_people)}"
    form = {"username": name, "first_name": "新人", "active": "1"}
    assert sent(browser, "/staff/add", form | {"password": "short"}).status_code == 422
    assert sent(browser, "/staff/add", form | {"password": PASSWORD}).status_code == 302
    assert enter(panel, name)[1].status_code == 302


def test_a_password_is_kept_as_a_hash_and_shown_to_nobody(panel, someone):
    with scope.everything():
        person = db.session.scalars(select(Staff).where(Staff.username == someone)).one()
        number, kept = person.id, person.password
    assert PASSWORD not in kept
    browser, _ = enter(panel, "admin", ADMIN)
    for path in (f"/staff/show/{number}", f"/staff/edit/{number}", "/staff/list/"):
        assert kept not in browser.get(path).text
