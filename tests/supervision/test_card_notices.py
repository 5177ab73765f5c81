"""Whom the notices of a card reach: its department, whoever has the case by then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.rules import Status
from app.core import scope, timeline
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Department, Membership, Staff
from app.departments.rules import Role
from app.notices.fanout import fan_out
from app.notices.models import Notice
from app.supervision import operations
from app.supervision.rules import CardKind
from tests.cases.ways import JOINT
from tests.cases.window import ACTORS, act, case_of, department, led
from tests.conftest import NOW
from tests.core.screens import text_of
from tests.supervision.cards import card, do, issue, late

SOON, MINUTE = NOW + timedelta(hours=2), timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("unlimited")


def people(code):
    """Return the handlers of a department of Linqing."""
    query = (
        select(Staff.id)
        .join(Membership, Membership.user_id == Staff.id)
        .join(Department, Department.id == Membership.department_id)
        .where(Membership.role == Role.HANDLER, Department.id == department(code).id)
    )
    return set(db.session.scalars(query))


def handlers_told(number, kind):
    """Return which handlers were told of a kind of event about a case, and about what."""
    db.session.remove()
    with scope.everything():
        fan_out(SOON + timedelta(days=9))
        handling = people("scjg") | people("syk")
        rows = db.session.scalars(
            select(Notice).where(Notice.case_id == number, Notice.kind == kind)
        ).all()
        return (
            {row.user_id for row in rows if row.user_id in handling},
            {(row.about, row.row_id) for row in rows},
        )


@pytest.fixture
def passed_on(demo):
    """A card to the market section, which gave the case back; the food section has it now."""
    number = late(Status.DISPATCHED)
    made = issue(number, SOON)
    with scope.everything():
        act(case_of(number), "return", SOON + MINUTE)
        act(case_of(number), "dispatch", SOON + 2 * MINUTE, lead_department=department("syk"))
    return number, made


def withdraw(made):
    do("withdraw", made, "已退回，不再督办", SOON + 3 * MINUTE, role="supervisor")


def flag(made):
    row = card(made)
    with scope.everything(), transaction():
        operations.flag_late(row, now=SOON + timedelta(days=9))


@pytest.mark.parametrize(
    ("kind", "happen"), [("card_withdrawn", withdraw), ("card_reply_late", flag)]
)
def test_a_department_that_gave_the_case_back_is_told_of_its_card(passed_on, kind, happen):
    number, made = passed_on
    happen(made)
    who, what = handlers_told(number, kind)
    assert who == people("scjg")
    assert what == {("supervision-cards", made)}


def test_a_card_to_a_department_that_had_the_case_goes_there(passed_on):
    number, _ = passed_on
    issue(number, SOON + 5 * MINUTE, CardKind.RED)
    who, _what = handlers_told(number, "red_card")
    assert who == people("scjg")


def test_the_message_leads_to_the_card_that_its_reader_sees(passed_on, demo, login):
    number, made = passed_on
    withdraw(made)
    handlers_told(number, "card_withdrawn")
    client = login(demo, ACTORS["handler"])
    assert client.get(f"/cases/show/{number}").status_code == 404
    assert "督办单" in text_of(client.get("/notices/"))
    with scope.everything():
        notice = db.session.scalars(
            select(Notice.id)
            .join(Staff, Staff.id == Notice.user_id)
            .where(Notice.kind == "card_withdrawn", Staff.username == ACTORS["handler"])
        ).one()
    led_to = client.post("/notices/read", data={"id": notice, "then": "case"})
    assert led_to.location == f"/supervision-cards/show/{made}"
    assert client.get(led_to.location).status_code == 200


def test_a_card_to_one_that_assists_is_told_to_it_alone(demo):
    number = led(JOINT).id
    db.session.remove()
    issue(number, SOON, code="syk")
    assert handlers_told(number, "yellow_card")[0] == people("syk")


def test_a_card_of_before_its_events_named_a_department_goes_to_the_lead(demo):
    number = late()
    with scope.everything(), transaction():
        timeline.record(case_of(number), "yellow_card", actor=scope.SYSTEM, now=SOON, card="X-01")
    assert handlers_told(number, "yellow_card") == (people("scjg"), {("cases", number)})
