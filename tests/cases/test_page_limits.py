"""What the pages of cases show of personal data, what they make of hostile text, what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.ways import JOINT, SIGNED
from tests.cases.window import ACTORS, TYPED, events, led, made, newest, register
from tests.conftest import NOW
from tests.core import screens

HOSTILE = """"><script>alert('x')</script>'{{7*7}}%(name)s%s{0}&amp;\\"""
MOST_STATEMENTS = 12
MOST_OF_A_CASE = 27
"""A page of the list, and of a case: what is kept beside it is each read once."""

pytestmark = pytest.mark.usefixtures("at_now")


# --- personal data ---------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["clerk.linqing", "supervisor.linqing", "inspector.liaocheng"])
def test_personal_data_is_shown_once_for_a_reason_and_told(demo, login, username):
    number = made(Status.REGISTERED, id_number="371581195001011234")
    client = login(demo, username)
    masked = client.get(f"/cases/show/{number}").text
    assert "13812342046" not in masked
    assert "138****2046" in masked
    assert "371581195001011234" not in masked
    form = client.get(f"/cases/{number}/reveal")
    assert "13812342046" not in form.text
    refused = client.post(f"/cases/{number}/reveal", data={"reason": "  "})
    assert refused.status_code == 422
    assert set(screens.beside(refused)) == {"reason"}
    assert events(number) == ["registered"]
    shown = client.post(f"/cases/{number}/reveal", data={"reason": "回访核实电话"})
    assert shown.status_code == 200
    assert "13812342046" in shown.text
    assert "371581195001011234" in shown.text
    assert events(number) == ["registered", "revealed"]
    again = client.get(f"/cases/show/{number}")
    assert "13812342046" not in again.text
    assert "回访核实电话" in again.text


def test_the_list_never_shows_personal_data(demo, login):
    made(Status.REGISTERED)
    for username in ("clerk.linqing", "supervisor.linqing"):
        answer = login(demo, username).get("/cases/list/?size=100")
        assert "13812342046" not in answer.text


# --- safety and cost -------------------------------------------------------------------------


def test_hostile_text_is_only_text(clerk):
    typed = {
        **screens.typed(clerk.get("/cases/add")),
        **TYPED,
        "matter": HOSTILE,
        "applicant_name": HOSTILE[:60],
        "description": HOSTILE,
        "demand": HOSTILE,
    }
    assert clerk.post("/cases/add", data=typed).status_code == 302
    number = newest()
    clerk.post(f"/cases/{number}/accept", data={"classification": "unlawful"})
    for address in (
        "/cases/list/",
        f"/cases/show/{number}",
        f"/cases/edit/{number}",
        f"/cases/{number}/dispatch",
        "/",
        "/events/list/",
        f"/cases/list/?q={HOSTILE[:30]}",
    ):
        answer = clerk.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text, address
    assert HOSTILE in screens.text_of(clerk.get(f"/cases/show/{number}"))


def doubled(number):
    """Register as many cases again as there are."""
    with scope.everything(), transaction():
        for _ in range(number):
            register(now=NOW - timedelta(hours=1))
    db.session.remove()


def cost(client, address):
    client.get(address)
    db.session.remove()
    with screens.statements() as sent:
        assert client.get(address).status_code == 200
    return [statement for statement in sent if not statement.startswith("BEGIN")]


def test_the_list_costs_the_same_however_many_rows_it_shows(clerk):
    few = cost(clerk, "/cases/list/?size=100")
    doubled(40)
    many = cost(clerk, "/cases/list/?size=100")
    assert len(many) == len(few), many
    assert len(many) <= MOST_STATEMENTS, many


ROUND = (
    "sign", "sign_assist", "contact", "finish_assist", "ask_extension", "grant_extension",
    "tell_applicant", "ask_pause", "decline_pause", "ask_pause", "grant_pause", "resume",
    "plan_visit", "report_visit", "raise", "instruct", "remind", "progress", "resolve",
    "no_answer", "callback",
)  # fmt: skip
"""Everything that can happen to a case from a joint dispatch to the call after the result."""

EVENTFUL = (
    *JOINT,
    *ROUND,
    "reopen", "return", ("dispatch", {"assist_departments": ("syk",)}), *ROUND,
    "reopen", "return", "dispatch", "return_again",
    ("settle", {"assist_departments": ("syk",), "restart_clock": True}), "sign",
)  # fmt: skip


@pytest.mark.parametrize("actor", ["clerk", "handler", "supervisor"])
def test_the_case_page_costs_the_same_however_much_happened(demo, login, actor):
    client = login(demo, ACTORS[actor])
    with scope.everything():
        before = NOW - timedelta(minutes=90)
        numbers = [led(way, before).id for way in (SIGNED, EVENTFUL)]
    db.session.remove()
    few, many = (cost(client, f"/cases/show/{number}") for number in numbers)
    assert len(many) <= len(few), "\n".join(many)
    assert len(many) <= MOST_OF_A_CASE, "\n".join(many)
