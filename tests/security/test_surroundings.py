"""Forged posts and hosts, cookies, and the headers of every answer."""

from __future__ import annotations

import re

import pytest

import config
from tests.security.serving import build, enter, fresh, sent, spare_department, there
from tests.security.world import PASSWORD, hall_of, looking


def test_a_post_without_the_token_of_its_page_does_nothing(panel):
    browser, _ = enter(panel, "admin")
    number = spare_department()
    for path in (
        f"/departments/delete/{number}",
        f"/departments/edit/{number}",
        "/departments/add",
        "/logout/",
        "/password",
        "/recompute/preview",
    ):
        for data in ({}, {"csrf_token": "guessed"}):
            answer = browser.post(path, data=data)
            assert answer.status_code == 400, path
            assert "页面已过期" in answer.text
    assert there(number)
    assert browser.get("/halls/list/").status_code == 200


def test_a_log_in_needs_the_token_of_its_page_too(panel):
    answer = panel.test_client().post("/login/", data={"username": "admin", "password": PASSWORD})
    assert answer.status_code == 400


def test_asking_for_a_deletion_deletes_nothing(panel):
    browser, _ = enter(panel, "admin")
    number = spare_department()
    for method in ("GET", "HEAD"):
        assert browser.open(f"/departments/delete/{number}", method=method).status_code == 200
        assert there(number)
    assert sent(browser, f"/departments/delete/{number}").status_code == 302
    assert not there(number)


def test_programs_need_no_page(panel):
    rest = panel.test_client()
    given = rest.post(
        "/api/v1/security/login", json={"username": "admin", "password": PASSWORD, "provider": "db"}
    )
    with looking():
        hall = hall_of("linqing").id
    answer = rest.post(
        "/api/v1/departments/",
        headers={"Authorization": f"Bearer {given.json['access_token']}"},
        json={"name": "程序建的", "code": f"rest{fresh()}", "hall": hall},
    )
    assert answer.status_code == 201


# --- hosts, cookies, headers ---------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "path",
    [
        "/login/",
        "/",
        "/cases/list/",
        "/nothing",
        "/api/v1/cases/",
        "/api/v1/nothing",
        "/healthz",
        "/static/nothing",
    ],
)
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
