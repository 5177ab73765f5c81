"""Who reports, and for whom: checked where it is typed, left alone where it was there before."""

from __future__ import annotations

import pytest

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.window import TYPED, case_of, hall, made, newest
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")

RESIDENT, COMPANY = "11010519491231002X", "91350100M000100Y43"


def post(clerk, **typed):
    with scope.everything():
        data = {**screens.typed(clerk.get("/cases/add")), **TYPED, "hall": str(hall().id)}
    return clerk.post("/cases/add", data={**data, **typed})


def wrong(clerk, **typed):
    answer = post(clerk, **typed)
    assert answer.status_code == 422
    for name, value in typed.items():
        assert screens.typed(answer)[name] == value
    return screens.beside(answer)


def test_an_agent_is_taken_down_whole(clerk):
    answer = post(clerk, agent_name="王代办", agent_relation="village", agent_phone="138 0000 0001")
    assert answer.status_code == 302, screens.summary(answer)
    case = case_of(newest())
    with scope.everything():
        assert (case.agent_name, case.agent_relation.value) == ("王代办", "village")
    page = screens.text_of(clerk.get(answer.location))
    assert "村（社区）工作人员" in page
    assert "138 0000 0001" not in page
    assert "王代办" in page


def test_half_an_agent_is_told(clerk):
    assert wrong(clerk, agent_name="王代办") == {"agent_relation": ["请选择代办人与反映人的关系"]}
    for typed in ({"agent_relation": "relative"}, {"agent_phone": "13800000001"}):
        assert wrong(clerk, **typed) == {"agent_name": ["请填写代办人姓名"]}


def test_the_agents_name_and_phone_are_masked_for_who_looks_back(clerk, demo, login):
    post(
        clerk,
        agent_name="王代办",
        agent_relation="relative",
        agent_phone="13800000001",
        applicant_kind="company",
        applicant_name="聊城某某商贸有限公司",
        contact_name="赵联系",
        id_number=COMPANY,
    )
    page = screens.text_of(login(demo, "inspector.liaocheng").get(f"/cases/show/{newest()}"))
    for word in ("王代办", "赵联系", "13800000001"):
        assert word not in page
    assert "王**" in page
    assert "138****0001" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"id_number": "110105194912310021"}, "校验位"),
        ({"id_number": COMPANY}, "18 位"),
        ({"id_number": RESIDENT, "applicant_kind": "company"}, "统一社会信用代码"),
        ({"id_number": "91350100M000100Y44", "applicant_kind": "company"}, "校验位"),
    ],
)
def test_a_wrong_number_is_told_beside_its_field(clerk, typed, words):
    assert words in wrong(clerk, **typed)["id_number"][0]


@pytest.mark.parametrize("name", ["phone", "agent_phone"])
def test_a_wrong_phone_is_told_beside_its_field(clerk, name):
    more = {"agent_name": "王", "agent_relation": "other"} if name == "agent_phone" else {}
    assert "电话" in wrong(clerk, **{name: "12345"}, **more)[name][0]


def test_right_numbers_pass(clerk):
    assert post(clerk, id_number=RESIDENT.lower(), phone="+86 138-1234-2046").status_code == 302
    assert post(clerk, id_number=COMPANY, applicant_kind="company").status_code == 302
    assert post(clerk, id_number="E12345678").status_code == 302


def test_a_transfer_without_a_phone_is_let_in(clerk):
    assert post(clerk, channel="transfer", phone="").status_code == 302


def test_what_was_there_before_stops_no_edit(clerk, demo):
    number = made(Status.REGISTERED)
    with scope.everything(), transaction():
        case = db.session.get(Case, number)
        case.id_number, case.phone = "旧证号 123", "转接 8"
    db.session.remove()
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    answer = clerk.post(f"/cases/edit/{number}", data={**form, "demand": "请快一点"})
    assert answer.status_code == 302, screens.summary(answer)
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    answer = clerk.post(f"/cases/edit/{number}", data={**form, "id_number": "110105"})
    assert "18 位" in screens.beside(answer)["id_number"][0]


def test_rest_is_held_to_the_same(demo, token):
    headers = token(demo, "clerk.linqing")
    body = {**TYPED, "visits": 1, "hall": hall().id, "channel": "transfer"}
    send = lambda **more: demo.test_client().post(  # noqa: E731
        "/api/v1/cases/", json={**body, **more}, headers=headers
    )
    assert set(send(id_number="110105194912310021", phone="x").json["errors"]) == {
        "id_number",
        "phone",
    }
    assert "agent_relation" in send(agent_name="王").json["errors"]
    answer = send(id_number=RESIDENT, agent_name="王代办", agent_relation="officer")
    assert answer.status_code == 201
    assert answer.json["result"]["agent_name"] == "王**"
