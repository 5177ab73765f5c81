"""Personal data leaves the house masked, or once, for a reason that is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import Status
from app.core.db import db
from app.core.timeline import Event
from tests.security.routes import ROUTES
from tests.security.seeing import SEEING, enter, number_of, own_cases
from tests.security.test_matrix import Asker
from tests.security.world import case_at, looking, own_row, readable


def private_words():
    with looking():
        cases = db.session.scalars(select(Case)).all()
        return {
            word for case in cases for word in (case.phone, case.id_number, case.address) if word
        }


@pytest.mark.parametrize("role", SEEING)
def test_phone_id_and_address_never_leave_unmasked(demo, login, token, role):
    private, asker = private_words(), Asker(demo, role, login, token)
    assert private
    cases = [case.id for case in own_cases(role)][:8]
    clocks = own_row("deadlines", role)
    for route in ROUTES:
        if route.method == "GET" and route.entity in {"cases", "deadlines", "events", "ledgers"}:
            numbers_asked = cases if route.entity == "cases" and route.about_a_row else [clocks]
            for number in numbers_asked:
                answer = asker.ask(route, number)
                text = readable(answer)
                answer.close()
                assert not [word for word in private if word in text], route


@pytest.mark.parametrize("role", ["supervisor", "inspector"])
def test_those_who_need_not_know_the_applicant_read_a_masked_name(demo, login, role):
    browser = enter(demo, login, role)
    for case in own_cases(role)[:8]:
        text = browser.get(f"/cases/show/{case.id}").text
        assert case.number in text
        assert case.applicant_name not in text


def test_personal_data_is_shown_once_for_a_reason_that_is_written_down(demo, login):
    with looking():
        case = case_at("linqing")
        number, phone = case.id, case.phone
    browser = login(demo, "supervisor.linqing")
    before = number_of(Event)
    assert phone not in browser.get(f"/cases/{number}/reveal").text
    silent = browser.post(f"/cases/{number}/reveal", data={"reason": "  "})
    assert silent.status_code == 422
    assert phone not in silent.text
    assert number_of(Event) == before
    assert phone in browser.post(f"/cases/{number}/reveal", data={"reason": "核对回访"}).text
    with looking():
        event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (event.kind, event.case_id, event.payload["reason"]) == (
            "revealed",
            number,
            "核对回访",
        )
    assert phone not in browser.get(f"/cases/show/{number}").text


def test_an_edit_of_personal_data_is_told_masked(demo, login, token):
    with looking():
        number = case_at("linqing", Case.status == Status.SIGNED).id
    answer = demo.test_client().put(
        f"/api/v1/cases/{number}",
        headers=token(demo, "clerk.linqing"),
        json={
            "phone": "13811112222",
            "id_number": "37158119900101123X",
            "address": "临清市新华路街道幸福小区三号楼",
        },
    )
    assert answer.status_code == 200
    assert "13811112222" not in answer.text
    with looking():
        event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event.kind == "edited"
        told_of = str(event.payload)
    page = login(demo, "clerk.linqing").get(f"/cases/show/{number}").text
    for word in ("13811112222", "37158119900101123X", "幸福小区三号楼"):
        assert word not in told_of
        assert word not in page


def test_the_database_keeps_personal_data_encrypted(demo):
    private, secret = private_words(), ("phone", "id_number", "address", "phone_index")
    with db.engine.connect() as connection:
        columns = ", ".join(secret)
        kept = str(connection.exec_driver_sql(f'SELECT {columns} FROM "case"').all())  # noqa: S608
    assert not [word for word in private if word in kept]


def test_no_answer_of_rest_carries_a_password_or_an_index(demo, token):
    headers = token(demo, "admin")
    for entity in ("staff", "memberships"):
        for path in (f"/api/v1/{entity}/", f"/api/v1/{entity}/1"):
            text = demo.test_client().get(path, headers=headers).text
            assert "scrypt" not in text
            assert "password" not in text
    text = readable(demo.test_client().get("/api/v1/cases/1", headers=token(demo, "clerk.linqing")))
    assert "phone_index" not in text
