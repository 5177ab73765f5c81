"""The pages of cases, as a person with a browser meets them: intake, edit, moves, personal data."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.departments.models import Responsibility
from tests.cases.window import (
    COMPANY,
    TYPED,
    act,
    case_of,
    department,
    events,
    hall,
    made,
    newest,
    person,
)
from tests.conftest import NOW
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")


# --- intake ------------------------------------------------------------------------------------


def test_a_clerk_registers_and_dispatches_as_the_list_of_responsibilities_says(clerk):
    form = screens.typed(clerk.get("/cases/add"))
    assert screens.labelled(clerk.get("/cases/add"), "hall", "临清市政务服务大厅") == form["hall"]
    answer = clerk.post(
        "/cases/add",
        data={
            **form,
            "applicant_name": "张桂英",
            "phone": "138 1234 2046",
            "matter": COMPANY,
            "visits": "3",
            "description": "丈夫没有智能手机，\n无法人脸识别",
        },
    )
    assert answer.status_code == 302, screens.summary(answer)
    number = newest()
    case = case_of(number)
    with scope.everything():
        assert case.number.startswith("LQ-2026-")
        assert (case.status, case.registered_at) == (Status.REGISTERED, NOW)
        assert case.registered_by == person("clerk.linqing").name
        assert case.visits == 3
        assert case.description == "丈夫没有智能手机，\n无法人脸识别"
        assert case.phone == "138 1234 2046"
    assert (
        clerk.post(f"/cases/{number}/accept", data={"classification": "should_be_done"}).status_code
        == 302
    )
    form = clerk.get(f"/cases/{number}/dispatch")
    with scope.everything():
        owner = db.session.scalars(
            select(Responsibility).where(
                Responsibility.matter == COMPANY,
                Responsibility.department_id == department("scjg").id,
            )
        ).one()
        chosen, basis, name = str(owner.department_id), owner.legal_basis, owner.department.name
    assert screens.typed(form)["lead_department"] == chosen
    assert basis in screens.hints(form)["lead_department"]
    assert name in screens.hints(form)["lead_department"]
    assert clerk.post(f"/cases/{number}/dispatch", data=screens.typed(form)).status_code == 302
    assert case_of(number).status is Status.DISPATCHED
    shown = screens.text_of(clerk.get(f"/cases/show/{number}"))
    assert "2026-09-21 17:30" in shown
    assert "调休上班" in shown
    assert events(number) == ["registered", "accepted", "dispatched"]


def test_a_matter_that_the_list_does_not_name_asks_for_a_department(clerk):
    number = made(Status.ACCEPTED, matter="清单里没有的事")
    form = clerk.get(f"/cases/{number}/dispatch")
    assert screens.typed(form)["lead_department"] == ""
    assert "清单里没有的事" in screens.hints(form)["lead_department"]
    offered = screens.choices(form, "lead_department")
    names = [label for value, label in offered.items() if value]
    assert "市场监管科" in names
    assert len(names) == len(set(names)), "of this hall alone"


def test_matters_are_suggested_while_typing(clerk, admin):
    page = screens.tree(clerk.get("/cases/add"))
    [field] = page.xpath("//input[@name='matter']")
    assert field.get("data-suggest") == "/cases/matters"
    assert page.xpath(f"//datalist[@id='{field.get('list')}']")
    found = clerk.get("/cases/matters?q=设立").json["results"]
    assert {"text": COMPANY} in found
    assert all("设立" in item["text"] for item in found)
    assert clerk.get("/cases/matters?q=%25").json["results"] == []
    assert clerk.get("/cases/matters?q=" + "长" * 5000).status_code == 200
    assert admin.get("/cases/matters?q=设立").status_code == 403


MISTYPED = (
    ("applicant_name", "", "必填"),
    ("applicant_name", "  ", "必填"),
    ("applicant_name", "名" * 65, "64"),
    ("matter", "事" * 129, "128"),
    ("description", "", "必填"),
    ("description", " \n ", "必填"),
    ("description", "长" * 4001, "4000"),
    ("demand", "响\x07铃", "控制字符"),
    ("phone", "1\x003", "控制字符"),
    ("phone", "1" * 256, "255"),
    ("visits", "-1", "0 至 999"),
    ("visits", "1000", "0 至 999"),
    ("visits", "三次", ""),
    ("visits", "9" * 5000, ""),
    ("visits", "", "必填"),
    ("channel", "carrier-pigeon", ""),
    ("urgency", "", "必填"),
    ("hall", "99999", "没有这个选项"),
    ("hall", "9" * 5000, "没有这个选项"),
    ("hall", "x", "没有这个选项"),
    ("hall", "", "必填"),
)
"""Field, what is typed there, and what the sentence beside it says."""


def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(clerk):
    before, form = newest(), screens.typed(clerk.get("/cases/add"))
    for name, value, sentence in MISTYPED:
        sent = {**form, **TYPED, name: value}
        answer = clerk.post("/cases/add", data=sent)
        assert answer.status_code == 422, (name, value[:9])
        assert set(screens.beside(answer)) == {name}
        assert sentence in "".join(screens.beside(answer)[name]), (name, value[:9])
        assert screens.summary(answer)
        kept = screens.typed(answer)
        for field in TYPED.keys() - {name}:
            assert kept[field] == sent[field], field
    assert newest() == before


def test_a_hall_of_ones_own_is_chosen_and_a_foreign_one_can_not_be(clerk):
    before = newest()
    with scope.everything():
        foreign = str(hall("yanggu").id)
    form = clerk.get("/cases/add")
    assert foreign not in screens.choices(form, "hall")
    answer = clerk.post("/cases/add", data={**screens.typed(form), **TYPED, "hall": foreign})
    assert answer.status_code == 422
    assert set(screens.beside(answer)) == {"hall"}
    assert newest() == before


def test_only_clerks_register(demo, login, admin):
    before = newest()
    people = [
        login(demo, name)
        for name in ("handler.linqing.scjg", "supervisor.linqing", "inspector.liaocheng")
    ]
    for client in (*people, admin):
        assert client.get("/cases/add").status_code == 403
        assert client.post("/cases/add", data=TYPED).status_code == 403
    assert newest() == before


# --- edit ----------------------------------------------------------------------------------------


def test_an_edit_is_saved_and_told(clerk):
    number = made(Status.REGISTERED, visits=1)
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    assert "hall" not in form
    answer = clerk.post(f"/cases/edit/{number}", data={**form, "visits": "4", "phone": ""})
    assert answer.status_code == 302
    case = case_of(number)
    with scope.everything():
        assert (case.visits, case.phone) == (4, "13812342046")
        assert case.changed_by == person("clerk.linqing").name
    assert events(number) == ["registered", "edited"]
    assert "1 → 4" in screens.text_of(clerk.get(f"/cases/show/{number}"))


def test_saving_without_a_change_tells_nothing(clerk):
    number = made(Status.REGISTERED, description="第一行\n第二行")
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    sent = {name: value.replace("\n", "\r\n") for name, value in form.items()}
    assert clerk.post(f"/cases/edit/{number}", data=sent).status_code == 302
    assert events(number) == ["registered"]


def test_personal_data_is_left_replaced_or_cleared(clerk):
    number = made(Status.REGISTERED, address="临清市潘庄镇某村 1 号")
    page = clerk.get(f"/cases/edit/{number}")
    assert "13812342046" not in page.text
    assert "潘庄镇某村" not in page.text
    form = screens.typed(page)
    assert (form["phone"], form["address"]) == ("", "")
    clerk.post(f"/cases/edit/{number}", data={**form, "phone": "13900001111", "address": "-"})
    case = case_of(number)
    with scope.everything():
        assert (case.phone, case.address) == ("13900001111", None)
        name = case.number
    assert name in clerk.get("/cases/list/?q=139 0000 1111").text
    assert name in clerk.get("/cases/list/?q=13900001111").text
    assert name not in clerk.get("/cases/list/?q=13812342046").text


def test_a_stale_edit_says_who_changed_what_and_keeps_what_was_typed(demo, login, clerk):
    number = made(Status.REGISTERED, visits=1, demand="原来的诉求", description="一行\n两行")
    mine = screens.typed(clerk.get(f"/cases/edit/{number}"))
    other = login(demo, "clerk.linqing")
    theirs = screens.typed(other.get(f"/cases/edit/{number}"))
    other.post(f"/cases/edit/{number}", data={**theirs, "demand": "同事写的诉求"})
    answer = clerk.post(
        f"/cases/edit/{number}",
        data={
            **{name: value.replace("\n", "\r\n") for name, value in mine.items()},
            "visits": "9",
            "demand": "我的诉求",
        },
    )
    assert answer.status_code == 409
    told = screens.text_of(answer)
    assert person("clerk.linqing").name in told
    [line] = screens.rows(answer)
    assert line == ["诉求", "同事写的诉求", "我的诉求"]
    kept = screens.typed(answer)
    assert (kept["visits"], kept["demand"]) == ("9", "我的诉求")
    case = case_of(number)
    with scope.everything():
        assert (case.visits, case.demand) == (1, "同事写的诉求")
    assert clerk.post(f"/cases/edit/{number}", data=kept).status_code == 302
    case = case_of(number)
    with scope.everything():
        assert (case.visits, case.demand) == (9, "我的诉求")


def test_an_edit_without_a_version_is_not_saved(clerk):
    number = made(Status.REGISTERED, visits=1)
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    del form["version"]
    assert clerk.post(f"/cases/edit/{number}", data={**form, "visits": "9"}).status_code == 409
    assert case_of(number).visits == 1


@pytest.mark.parametrize("status", [Status.REFUSED, Status.CLOSED], ids=str)
def test_a_finished_case_has_no_form_that_saves(clerk, status):
    number = made(Status.REGISTERED, visits=1)
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    with scope.everything():
        act(case_of(number), "refuse" if status is Status.REFUSED else "close_on_the_spot", NOW)
    db.session.remove()
    form["version"] = str(case_of(number).version)
    answer = clerk.post(f"/cases/edit/{number}", data={**form, "visits": "9"})
    assert answer.status_code in {409, 422}
    assert "已结束" in screens.text_of(answer)
    assert case_of(number).visits == 1
    assert f"/cases/edit/{number}" not in clerk.get(f"/cases/show/{number}").text
