"""A case closes with at least one cause; what is said later takes the place of what was said."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.records import CaseCause
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.ways import DONE, SIGNED
from tests.cases.window import (
    LATER,
    act,
    case_of,
    cause,
    department,
    led,
    made_for,
    payload,
    ready_for,
    wrong_field,
)
from tests.core.screens import tree

pytestmark = pytest.mark.usefixtures("at_now", "unlimited")

CALLED = (*DONE, "callback")
CLOSINGS = ("close", "close_unreached", "close_on_the_spot")


def codes(case):
    db.session.refresh(case)
    return [row.code for row in case.causes]


@pytest.mark.parametrize("verb", CLOSINGS)
@pytest.mark.parametrize("nothing", [None, [], ()])
def test_no_case_closes_without_a_cause(demo, verb, nothing):
    case = ready_for(verb)
    assert wrong_field(case, verb, causes=nothing) == "causes"
    act(case, verb, LATER, causes=[cause("0301"), cause("0202")])
    assert case.status is Status.CLOSED
    assert codes(case) == ["0301", "0202"]
    told = payload(case, "closed_on_the_spot" if "spot" in verb else "closed")
    assert told["causes"] == [str(cause("0301")), str(cause("0202"))]


@pytest.mark.parametrize("verb", ["resolve", "reply"])
def test_the_department_may_say_it_with_its_answer(demo, verb):
    case = ready_for(verb)
    act(case, verb, LATER)
    assert codes(case) == []
    other = ready_for(verb)
    act(other, verb, LATER, causes=[cause("07")])
    assert codes(other) == ["07"]


def test_what_is_said_later_takes_the_place_and_nothing_is_lost(demo):
    case = led(SIGNED)
    act(case, "resolve", LATER, causes=[cause("07"), cause("0301")])
    act(case, "callback", LATER)
    act(case, "close", LATER, causes=[cause("0301"), cause("09")])
    assert codes(case) == ["0301", "09"]
    kept = db.session.scalars(select(CaseCause).where(CaseCause.case_id == case.id)).all()
    assert {(row.cause.code, row.current) for row in kept} == {
        ("07", False), ("0301", True), ("09", True),
    }  # fmt: skip
    act(case, "reopen", LATER)
    assert codes(case) == ["0301", "09"]


def test_a_cause_out_of_use_is_not_chosen_anew_but_may_stay(demo):
    case = led(SIGNED)
    act(case, "resolve", LATER, causes=[cause("07")])
    act(case, "callback", LATER)
    with transaction():
        cause("07").active = cause("08").active = False
    assert wrong_field(case, "close", causes=[cause("08")]) == "causes"
    act(case, "close", LATER, causes=[cause("07")])
    assert codes(case) == ["07"]


def test_what_is_no_cause_is_refused(demo):
    case = led(CALLED)
    for wrong in ([department()], "0301", [None], 7):
        assert wrong_field(case, "close", causes=wrong) == "causes"


def test_the_form_offers_the_tree_with_what_the_department_said(demo, login):
    with transaction():
        cause("08").active = False
    number = made_for("close")
    with scope.everything(), transaction():
        case = case_of(number)
        case.causes_named.append(CaseCause(cause=cause("0202")))
    clerk = login(demo, "clerk.linqing")
    page = tree(clerk.get(f"/cases/{number}/close"))
    names = {box.text_content().strip() for box in page.xpath("//label[@class='option']")}
    assert "没有智能手机" in names
    assert "需要几个部门一起办" not in names
    ticked = page.xpath("//input[@name='causes'][@checked]/@value")
    assert ticked == [str(cause("0202").id)]
    answer = clerk.post(f"/cases/{number}/close", data={"causes": ticked})
    assert answer.status_code == 302
    assert "办不成的原因" in clerk.get(f"/cases/show/{number}").text


def test_an_empty_form_says_what_is_missing(demo, login):
    number = made_for("close")
    answer = login(demo, "clerk.linqing").post(f"/cases/{number}/close", data={})
    assert answer.status_code == 422
    assert tree(answer).xpath("//*[@role='alert']//li")[0].text_content() == "办不成的原因：必填"


def test_every_closed_case_of_the_demonstration_has_one(demo):
    named = select(CaseCause.case_id).where(CaseCause.current)
    closed = Case.status.in_((Status.CLOSED,))
    assert db.session.scalar(select(func.count(Case.id)).where(closed)) > 5
    assert db.session.scalars(select(Case).where(closed, Case.id.not_in(named))).all() == []
