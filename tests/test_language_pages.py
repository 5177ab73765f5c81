"""The pages in English: no Chinese on them but what the database holds."""

from __future__ import annotations

import json
import re

import pytest
from flask_babel import force_locale
from flask_wtf import FlaskForm
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField

from app.cases.casepage import about
from app.cases.models import Case
from app.cases.moves import MOVES
from app.core import scope
from app.core.db import db
from app.core.panel import attributes, entities
from app.core.privacy import masked
from app.core.timeline import Event
from app.core.words import Choice
from app.departments.models import Hall
from app.notices.models import Notice
from app.rulebook.models import TextTemplate
from tests.test_language import CHINESE


@pytest.fixture
def pages(house):
    """The invented data, with no context left open: each request finds its own language."""
    with house.app_context():
        house.backend.restore("demo")
        with scope.everything():
            stored = sorted(data(), key=len, reverse=True)
        db.session.remove()
    dates = r"\d+年\d+月\d+日"  # as letters write them, whoever reads
    return house, re.compile("|".join([dates, *map(re.escape, stored)]))


def data():
    """Every Chinese value that the database holds, also as a mask leaves it."""
    found = set()
    for model in entities():
        for row in db.session.scalars(select(model)):
            for name, it in attributes(model).items():
                value = getattr(row, name)
                if isinstance(value, str) and not isinstance(value, Choice):
                    found |= {value, masked(it.mask, value)} if it.mask else {value}
    found |= {about(case) for case in db.session.scalars(select(Case))}
    found |= {*db.session.scalars(select(Notice.title))}  # as it was sent
    for template in db.session.scalars(select(TextTemplate.body)):
        found |= set(re.split(r"\{[^}]*\}", template))  # what stands between the facts of a case
    for event in db.session.scalars(select(Event)):
        said = re.findall(r'"([^"]*)"', json.dumps(event.payload, ensure_ascii=False))
        found |= {*said, *(text.rstrip("。") for text in said)}  # shown within a sentence
    return {value for value in found if CHINESE.search(value)}


STRICT = (
    "//th[@scope='col'] | //label[not(@class='option') or @for] | //legend | //button"
    " | //nav[@id='menu'] | //details[@class='more']/summary"
)
"""Where words of the interface stand and none of the database's, but for the options of a field."""


def leftovers(text, stored):
    """What is Chinese on a page: anything at all in its labels, elsewhere what is no data."""
    page = html.fromstring(text)
    said = page.xpath("//text()[not(ancestor::svg)] | //@*")  # a chart's table says all it does
    strict = page.xpath(f"({STRICT})//text()[not(ancestor::option)]")
    return [str(words) for words in strict if CHINESE.search(words)] + [
        str(words) for words in said if CHINESE.search(stored.sub("", words))
    ]


def speaking(language_code, client):
    answer = client.get(f"/lang/{language_code}")
    assert (answer.status_code, answer.location) == (302, "/")
    return client


PAGES = {
    "clerk.linqing": [
        "/", "/cases/list/", "/cases/list/?tab=overdue", "/cases/list/?q=nothing", "/cases/add",
        "/deadlines/list/", "/calendar-days/list/", "/responsibilities/list/", "/password",
        "/swaps/list/", "/windows/list/",
    ],
    "supervisor.linqing": [
        "/", "/ledgers/list/", "/ledgers/take", "/recompute/preview", "/windows/add",
        "/duties/list/", "/supervision-cards/list/", "/referrals/list/",
        "/supervision-rules/show/1", "/articles/list/", "/articles/add", "/knowledge/list/",
        "/frequent-problems/list/",
    ],
    "admin": [
        "/", "/calendar-days/import", "/calendar-days/add", "/calendar-years/list/", "/halls/add",
        "/departments/add", "/deadline-rules/add", "/memberships/add", "/staff/add", "/jobs/list/",
        "/supervision-rules/add", "/halls/edit/1", "/departments/show/1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("username", PAGES)
def test_who_reads_english_meets_no_chinese_but_the_data(username, pages, login):
    application, stored = pages
    password = {"password": "admin-2026-password"} if username == "admin" else {}
    client = speaking("en", login(application, username, **password))
    for address in PAGES[username] + (case_pages(application) if "clerk" in username else []):
        answer = client.get(address)
        move = re.fullmatch(r"/cases/\d+/\w+", address)  # says why, where it can't be made now
        assert answer.status_code in ({200, 422} if move else {200}), address
        assert leftovers(answer.text, stored) == [], address
        assert 'lang="en"' in answer.text


def case_pages(application):
    """A page of a case in each state, and the form of each move that can be made there."""
    with application.app_context(), scope.everything():
        hall = select(Hall.id).where(Hall.code == "linqing").scalar_subquery()
        cases = {
            case.status: case
            for case in db.session.scalars(select(Case).where(Case.hall_id == hall))
        }
        assert len(cases) >= 6
        shown = [f"/cases/show/{case.id}" for case in cases.values()]
        return shown + [
            f"/cases/{cases[state].id}/{step.verb}"
            for step in MOVES
            for state in step.sources
            if "clerk" in step.roles and state in cases
        ]


def test_the_log_in_an_error_and_a_refused_form_speak_english_too(pages, login):
    application, stored = pages
    client = speaking("en", application.test_client())
    assert leftovers(client.get("/login/").text, stored) == []
    wrong = client.post("/login/", data={"username": "nobody", "password": "wrong"})
    assert leftovers(wrong.text, stored) == []
    assert leftovers(client.get("/nowhere").text, stored) == []
    client = speaking("en", login(application, "clerk.linqing"))
    answer = client.post("/cases/add", data={"visits": "many"})
    assert answer.status_code == 422
    assert leftovers(answer.text, stored) == []


def test_chinese_is_what_nobody_chose_and_what_can_be_chosen_again(pages):
    application, stored = pages
    client = application.test_client()
    assert "登录" in client.get("/login/").text
    assert "登录" in leftovers(client.get("/login/").text, stored)
    assert "Log in" in speaking("en", client).get("/login/").text
    assert "登录" in speaking("zh", client).get("/login/").text


@pytest.mark.parametrize("headers", [{}, {"Referer": "https://elsewhere.example/"}])
def test_choosing_a_language_never_leads_to_another_site(pages, headers):
    application, _ = pages
    client = application.test_client()
    answer = client.get("/lang/en?next=https://elsewhere.example/", headers=headers)
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/lang/xx").status_code == 404


def test_the_forms_library_refuses_in_chinese(demo):
    kind = type("Sheet", (FlaskForm,), {"day": DateField("day"), "number": IntegerField("number")})
    with demo.test_request_context(), force_locale("zh"):
        form = kind(MultiDict({"day": "never", "number": "many"}))
        assert not form.validate()
        told = [*form["day"].errors, *form["number"].errors]
    assert len(told) == 2
    assert all(CHINESE.search(text) for text in told), told
