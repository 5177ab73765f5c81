"""The pages of cases, as a person with a browser meets them: intake, edit, moves, personal data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from app.cases.models import Case
from app.cases.rules import MOVES, Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.models import Responsibility
from sqlalchemy import func, select

from tests.cases.window import act, brought_to, department, hall, person, register
from tests.conftest import NOW
from tests.core import screens

HOSTILE = """"><script>alert('x')</script>'{{7*7}}%(name)s%s{0}&amp;\\"""
MOST_STATEMENTS = 12
COMPANY = "公司设立登记"

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def at_now(monkeypatch):
    """Let it be ten in the morning of the demo's Thursday."""
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.fixture
def clerk(demo, login):
    return login(demo, "clerk.linqing")


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


@pytest.fixture
def handler(demo, login):
    return login(demo, "handler.linqing.scjg")


def case_of(number):
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(select(Case).where(Case.id == number)
                                  .execution_options(populate_existing=True)).one()


def newest():
    db.session.rollback()
    with scope.everything():
        return db.session.scalar(select(func.max(Case.id)))


def events(case_id):
    db.session.rollback()
    with scope.everything():
        return list(db.session.scalars(
            select(Event.kind).where(Event.case_id == case_id).order_by(Event.id)))


def made(status, **fields):
    """Bring a new case to a state; return its number in addresses."""
    with scope.everything():
        number = brought_to(status, NOW - timedelta(minutes=30), **fields).id
    db.session.remove()
    return number


# --- intake ------------------------------------------------------------------------------------


def test_a_clerk_registers_and_dispatches_as_the_list_of_responsibilities_says(clerk):
    form = screens.typed(clerk.get("/cases/add"))
    assert screens.labelled(clerk.get("/cases/add"), "hall", "临清市政务服务大厅") == form["hall"]
    answer = clerk.post("/cases/add", data={
        **form, "applicant_name": "张桂英", "phone": "138 1234 2046", "matter": COMPANY,
        "visits": "3", "description": "丈夫没有智能手机，\n无法人脸识别"})
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
    assert clerk.post(f"/cases/{number}/accept",
                      data={"classification": "should_be_done"}).status_code == 302
    form = clerk.get(f"/cases/{number}/dispatch")
    with scope.everything():
        owner = db.session.scalars(
            select(Responsibility).where(Responsibility.matter == COMPANY,
                                         Responsibility.department_id == department("scjg").id),
        ).one()
        chosen, basis, name = str(owner.department_id), owner.legal_basis, owner.department.name
    assert screens.typed(form)["lead_department"] == chosen
    assert basis in screens.hints(form)["lead_department"]
    assert name in screens.hints(form)["lead_department"]
    assert clerk.post(f"/cases/{number}/dispatch",
                      data=screens.typed(form)).status_code == 302
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
    assert all("临清" in label for value, label in offered.items() if value)


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


TYPED = {"applicant_name": "张桂英", "phone": "13812342046", "matter": COMPANY, "visits": "3",
         "description": "第一行\n第二行", "demand": "请帮忙办成", "urgency": "urgent"}


MISTYPED = (
    ("applicant_name", "", "必填"), ("applicant_name", "  ", "必填"),
    ("applicant_name", "名" * 65, "64"), ("matter", "事" * 129, "128"),
    ("description", "", "必填"), ("description", " \n ", "必填"),
    ("description", "长" * 4001, "4000"),
    ("demand", "响\x07铃", "控制字符"), ("phone", "1\x003", "控制字符"),
    ("phone", "1" * 256, "255"), ("visits", "-1", "0 至 999"), ("visits", "1000", "0 至 999"),
    ("visits", "三次", ""), ("visits", "9" * 5000, ""), ("visits", "", "必填"),
    ("channel", "carrier-pigeon", ""), ("urgency", "", "必填"),
    ("hall", "99999", "没有这个选项"), ("hall", "9" * 5000, "没有这个选项"),
    ("hall", "x", "没有这个选项"), ("hall", "", "必填"),
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
    people = [login(demo, name) for name in (
        "handler.linqing.scjg", "supervisor.linqing", "inspector.liaocheng")]
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
    answer = clerk.post(f"/cases/edit/{number}", data={
        **{name: value.replace("\n", "\r\n") for name, value in mine.items()},
        "visits": "9", "demand": "我的诉求"})
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


# --- moves ---------------------------------------------------------------------------------------


def test_the_buttons_are_those_of_the_table(demo, login):
    for status in Status:
        number = made(status)
        for role in ("clerk", "handler", "supervisor", "inspector"):
            client = login(demo, {"clerk": "clerk.linqing", "handler": "handler.linqing.scjg",
                                  "supervisor": "supervisor.linqing",
                                  "inspector": "inspector.liaocheng"}[role])
            answer = client.get(f"/cases/show/{number}")
            if role == "handler" and status in {Status.REGISTERED, Status.ACCEPTED,
                                                Status.REFUSED}:
                assert answer.status_code == 404
                continue
            assert answer.status_code == 200
            page = screens.tree(answer)
            offered = {url.rsplit("/", 1)[1] for url in (
                *page.xpath("//*[@role='group']//a/@href"),
                *page.xpath("//*[@role='group']//form/@action"))}
            assert offered == {step.verb for step in MOVES
                               if status in step.sources and step.role == role}, (status, role)


@pytest.mark.parametrize("step", MOVES, ids=lambda step: step.verb)
def test_every_move_works_from_its_page(demo, login, step):
    number = made(step.sources[0])
    who = "clerk.linqing" if step.role == "clerk" else "handler.linqing.scjg"
    client, address = login(demo, who), f"/cases/{number}/{step.verb}"
    filled = {"classification": "infeasible", "refusal_reason": "诉讼事项", "remedy": "可以起诉",
              "result": "办成了", "reasons": "条件不具备", "legal_basis": "某法第三条", "note": "记一笔"}
    if step.required:
        form = client.get(address)
        assert form.status_code == 200
        assert set(screens.typed(form)) >= {*step.required, *step.optional}
        empty = client.post(address, data=dict.fromkeys(step.required, ""))
        assert empty.status_code == 422
        assert set(screens.beside(empty)) == set(step.required)
        if "lead_department" in step.required:
            filled["lead_department"] = screens.typed(form)["lead_department"] or next(
                value for value in screens.choices(form, "lead_department") if value)
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
    "/cases/{0}/destroy", "/cases/{0}/__class__", "/cases/999999/accept", "/cases/0/accept",
    "/cases/-1/accept", "/cases/x/accept", "/cases/99999999999999999999/accept",
    "/cases/show/999999", "/cases/show/x", "/cases/show/²", "/cases/edit/999999",
    "/cases/999999/reveal", "/cases/delete/{0}", "/cases/action/x/{0}",
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
    assert stranger.post(f"/cases/{number}/accept",
                         data={"classification": "unlawful"}).status_code == 404
    assert stranger.post(f"/cases/{number}/reveal", data={"reason": "看看"}).status_code == 404
    assert case_of(number).status is Status.REGISTERED


# --- personal data ---------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["clerk.linqing", "supervisor.linqing",
                                      "inspector.liaocheng"])
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
    typed = {**screens.typed(clerk.get("/cases/add")), **TYPED, "matter": HOSTILE,
             "applicant_name": HOSTILE[:60], "description": HOSTILE, "demand": HOSTILE}
    assert clerk.post("/cases/add", data=typed).status_code == 302
    number = newest()
    clerk.post(f"/cases/{number}/accept", data={"classification": "unlawful"})
    for address in ("/cases/list/", f"/cases/show/{number}", f"/cases/edit/{number}",
                    f"/cases/{number}/dispatch", "/", "/events/list/",
                    f"/cases/list/?q={HOSTILE[:30]}"):
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
