"""The pages of moves and of personal data, and what the pages of cases cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases.rules import MOVES, Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.window import TYPED, case_of, events, made, newest, register
from tests.conftest import NOW
from tests.core import screens

HOSTILE = """"><script>alert('x')</script>'{{7*7}}%(name)s%s{0}&amp;\\"""
MOST_STATEMENTS = 12

pytestmark = pytest.mark.usefixtures("at_now")


# --- moves ---------------------------------------------------------------------------------------


def test_the_buttons_are_those_of_the_table(demo, login):
    for status in Status:
        number = made(status)
        for role in ("clerk", "handler", "supervisor", "inspector"):
            client = login(
                demo,
                {
                    "clerk": "clerk.linqing",
                    "handler": "handler.linqing.scjg",
                    "supervisor": "supervisor.linqing",
                    "inspector": "inspector.liaocheng",
                }[role],
            )
            answer = client.get(f"/cases/show/{number}")
            if role == "handler" and status in {Status.REGISTERED, Status.ACCEPTED, Status.REFUSED}:
                assert answer.status_code == 404
                continue
            assert answer.status_code == 200
            page = screens.tree(answer)
            offered = {
                url.rsplit("/", 1)[1]
                for url in (
                    *page.xpath("//*[@role='group']//a/@href"),
                    *page.xpath("//*[@role='group']//form/@action"),
                )
            }
            assert offered == {
                step.verb for step in MOVES if status in step.sources and step.role == role
            }, (status, role)


@pytest.mark.parametrize("step", MOVES, ids=lambda step: step.verb)
def test_every_move_works_from_its_page(demo, login, step):
    number = made(step.sources[0])
    who = "clerk.linqing" if step.role == "clerk" else "handler.linqing.scjg"
    client, address = login(demo, who), f"/cases/{number}/{step.verb}"
    filled = {
        "classification": "infeasible",
        "refusal_reason": "诉讼事项",
        "remedy": "可以起诉",
        "result": "办成了",
        "reasons": "条件不具备",
        "legal_basis": "某法第三条",
        "note": "记一笔",
    }
    if step.required:
        form = client.get(address)
        assert form.status_code == 200
        assert set(screens.typed(form)) >= {*step.required, *step.optional}
        empty = client.post(address, data=dict.fromkeys(step.required, ""))
        assert empty.status_code == 422
        assert set(screens.beside(empty)) == set(step.required)
        if "lead_department" in step.required:
            filled["lead_department"] = screens.typed(form)["lead_department"] or next(
                value for value in screens.choices(form, "lead_department") if value
            )
    answer = client.post(address, data={name: filled[name] for name in step.required})
    assert answer.status_code == 302
    assert case_of(number).status is (step.target or step.sources[0])
    assert events(number)[-1] == step.event


def test_two_clerks_press_the_same_move_and_the_second_is_told(demo, login, clerk):
    number = made(Status.REGISTERED)
    second = login(demo, "clerk.linqing")
    second.get(f"/cases/{number}/accept")
    data = {"classification": "should_be_done"}
    assert clerk.post(f"/cases/{number}/accept", data=data).status_code == 302
    answer = second.post(f"/cases/{number}/accept", data={"classification": "unlawful"})
    assert answer.status_code == 422
    assert "待派发" in screens.text_of(answer)
    assert screens.typed(answer)["classification"] == "unlawful"
    assert case_of(number).classification == "should_be_done"
    assert events(number) == ["registered", "accepted"]


def test_two_handlers_sign_and_the_second_is_told(demo, login, handler):
    number = made(Status.DISPATCHED)
    second = login(demo, "handler.linqing.scjg")
    assert handler.post(f"/cases/{number}/sign").status_code == 302
    answer = second.post(f"/cases/{number}/sign", follow_redirects=True)
    assert answer.status_code == 200
    assert "办理中" in " ".join(screens.tree(answer).xpath("//*[@role='status']//text()"))
    assert events(number).count("signed") == 1


def test_a_page_that_is_only_read_moves_nothing(handler):
    number = made(Status.DISPATCHED)
    assert handler.get(f"/cases/{number}/sign").status_code in {200, 302, 405}
    assert case_of(number).status is Status.DISPATCHED


NOWHERE = (
    "/cases/{0}/destroy",
    "/cases/{0}/__class__",
    "/cases/999999/accept",
    "/cases/0/accept",
    "/cases/-1/accept",
    "/cases/x/accept",
    "/cases/99999999999999999999/accept",
    "/cases/show/999999",
    "/cases/show/x",
    "/cases/show/²",
    "/cases/edit/999999",
    "/cases/999999/reveal",
    "/cases/delete/{0}",
    "/cases/action/x/{0}",
)


def test_unknown_cases_and_moves_are_not_found(clerk):
    number = made(Status.REGISTERED)
    for address in NOWHERE:
        assert clerk.get(address.format(number)).status_code == 404, address
        assert clerk.post(address.format(number)).status_code in {404, 405}, address
    assert case_of(number).status is Status.REGISTERED


def test_a_case_of_another_hall_is_not_found(demo, login):
    number = made(Status.REGISTERED)
    stranger = login(demo, "clerk.yanggu")
    for address in ("show/{0}", "edit/{0}", "{0}/accept", "{0}/reveal"):
        assert stranger.get(f"/cases/{address.format(number)}").status_code == 404
    assert (
        stranger.post(f"/cases/{number}/accept", data={"classification": "unlawful"}).status_code
        == 404
    )
    assert stranger.post(f"/cases/{number}/reveal", data={"reason": "看看"}).status_code == 404
    assert case_of(number).status is Status.REGISTERED


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


def test_the_case_page_costs_the_same_however_much_happened(clerk, handler):
    number = made(Status.SIGNED)
    few = cost(clerk, f"/cases/show/{number}")
    for nth in range(10):
        handler.post(f"/cases/{number}/progress", data={"note": f"第 {nth} 次反馈"})
    many = cost(clerk, f"/cases/show/{number}")
    assert events(number).count("progress") == 10
    assert len(many) == len(few), many
    assert len(many) <= MOST_STATEMENTS + 4, many
