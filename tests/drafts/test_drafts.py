"""Drafts of forms: one's own alone, encrypted, and gone once the form was taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.cases.rules import Status
from app.core import list_settings, scope
from app.core.crud.integrity import in_use
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Staff
from app.departments.queries import person_named
from app.drafts.models import FormDraft
from app.drafts.operations import forget_old, found, keep
from app.drafts.rules import KEPT, MOST_CHARACTERS, MOST_DRAFTS
from tests.cases.window import TYPED, hall, made
from tests.conftest import NOW
from tests.core import screens

PATH = "/cases/add"
FIELDS = [["phone", "13900000771"], ["description", "填到一半"]]


def send(client, fields=FIELDS, path=PATH):
    return client.post("/drafts/keep", json={"path": path, "fields": fields})


def kept(client, path=PATH):
    return client.get("/drafts/of", query_string={"path": path}).json["fields"]


def test_a_draft_is_given_back_to_its_writer_alone(demo, login):
    clerk, other = login(demo, "clerk.linqing"), login(demo, "supervisor.linqing")
    assert kept(clerk) is None
    assert send(clerk).status_code == 200
    assert kept(clerk) == FIELDS
    assert kept(other) is None
    assert kept(clerk, "/cases/1/dispatch") is None
    later = [["phone", "13900000772"]]
    send(clerk, later)
    assert kept(clerk) == later


def test_what_is_kept_is_encrypted(demo, login):
    send(login(demo, "clerk.linqing"))
    [stored] = db.session.execute(text("SELECT content FROM form_draft")).scalars()
    assert "13900000771" not in stored
    assert "phone" not in stored


def test_it_is_forgotten_when_the_form_was_taken_and_not_before(demo, login):
    clerk = login(demo, "clerk.linqing")
    send(clerk)
    with scope.everything():
        data = {**screens.typed(clerk.get(PATH)), **TYPED, "hall": str(hall().id), "draft": "1"}
    assert clerk.post(PATH, data={**data, "matter": ""}).status_code == 422
    assert kept(clerk) == FIELDS
    assert clerk.post(PATH, data=data).status_code == 302
    assert kept(clerk) is None


def test_whoever_was_signed_out_meanwhile_finds_it_after_the_log_in(demo, login):
    clerk = login(demo, "clerk.linqing")
    send(clerk)
    clerk.post("/logout/")
    assert send(clerk, [["phone", "1"]]).status_code == 302
    sent = clerk.post(PATH, data={"draft": "1"})
    assert sent.status_code in {302, 400}
    assert kept(login(demo, "clerk.linqing")) == FIELDS


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"path": PATH, "fields": "x"},
        {"path": PATH, "fields": [["one"]]},
        {"path": PATH, "fields": [["one", 2]]},
        {"path": "https://elsewhere.example/", "fields": []},
        {"path": PATH, "fields": [["a", "长" * MOST_CHARACTERS]]},
        {"path": "/" + "a" * 300, "fields": []},
        {"path": "/a\0", "fields": []},
        {"path": "/a\ud800", "fields": []},
        {"path": PATH, "fields": [["a", "\ud800"]]},
    ],
)
def test_what_is_no_draft_is_refused(demo, login, body):
    clerk = login(demo, "clerk.linqing")
    answer = clerk.post("/drafts/keep", json=body)
    assert answer.status_code == 422
    assert answer.json["title"]
    assert kept(clerk) is None


@pytest.mark.parametrize("path", ["", "/%00", "x", "/" + "a" * 5000])
def test_no_draft_is_found_for_what_is_no_path(demo, login, path):
    answer = login(demo, "clerk.linqing").get(f"/drafts/of?path={path}")
    assert answer.json == {"fields": None}


def test_a_reason_that_was_taken_is_forgotten_too_though_no_other_page_follows(demo, login):
    clerk, number = login(demo, "clerk.linqing"), made(Status.REGISTERED)
    path = f"/cases/{number}/reveal"
    send(clerk, [["reason", "回访核实电话"]], path)
    assert clerk.post(path, data={"reason": " ", "draft": "1"}).status_code == 422
    assert kept(clerk, path)
    assert clerk.post(path, data={"reason": "回访核实电话", "draft": "1"}).status_code == 200
    assert kept(clerk, path) is None


def test_nothing_is_kept_of_a_form_about_what_was_just_ticked(demo, login):
    clerk, number = login(demo, "clerk.linqing"), made(Status.ACCEPTED)
    page = clerk.post("/cases/bulk/dispatch", data={"ids": [str(number)]})
    assert page.status_code == 200
    assert "drafts.js" not in page.text
    assert "drafts.js" in clerk.get(PATH).text


def test_what_one_keeps_for_oneself_keeps_nobody_from_being_deleted(demo):
    with scope.everything():
        row = db.session.get(Staff, person_named("clerk.yanggu").id)
        before = in_use(row)
        with transaction():
            keep(person_named("clerk.yanggu"), PATH, FIELDS, now=NOW)
            list_settings.keep(person_named("clerk.yanggu"), "cases", [("number", "")])
        assert in_use(row) == before


def test_one_drops_it_oneself(demo, login):
    clerk = login(demo, "clerk.linqing")
    send(clerk)
    assert clerk.post("/drafts/drop", json={"path": PATH}).status_code == 204
    assert kept(clerk) is None


def test_only_the_latest_are_kept_and_none_for_ever(demo):
    person = person_named("clerk.linqing")
    with scope.working_for(person):
        for number in range(MOST_DRAFTS + 3):
            with transaction():
                keep(person, f"/cases/{number}/accept", FIELDS, now=NOW + timedelta(minutes=number))
        paths = set(db.session.scalars(db.select(FormDraft.path)))
        assert len(paths) == MOST_DRAFTS
        assert "/cases/0/accept" not in paths
        late = NOW + KEPT + timedelta(hours=1)
        last = f"/cases/{MOST_DRAFTS + 2}/accept"
        assert found(person, last, now=NOW) is not None
        assert found(person, last, now=late) is None
    with scope.everything(), transaction():
        assert forget_old(late) == MOST_DRAFTS
