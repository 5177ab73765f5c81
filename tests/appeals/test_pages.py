"""The pages, resources and the paper of appeals, as the people of Linqing use them."""

from __future__ import annotations

import pytest

from app.appeals.rules import AppealOutcome
from app.cases.rules import Status
from app.core.db import db
from app.rulebook.rules import RemedyKind
from tests.appeals.appeals import (
    HANDLER,
    RECONSIDERATION,
    accepted,
    appeal,
    assigned,
    case,
    concluded,
    decided,
    handled,
    sought,
)
from tests.cases.window import ACTORS, at, department, made, staff
from tests.core.screens import beside, choices, rows, statements, summary, text_of, typed


@pytest.fixture
def browser(demo, login):
    """Return a function that logs a role's person in."""
    return lambda role: login(demo, ACTORS.get(role, role))


@pytest.fixture
def program(demo, token):
    """Return a function that posts as somebody, or asks where there is no body."""

    def send(role, path, body=None):
        headers, client = token(demo, ACTORS.get(role, role)), demo.test_client()
        if body is None:
            return client.get(f"/api/v1/{path}", headers=headers)
        return client.post(f"/api/v1/{path}", json=body, headers=headers)

    return send


TYPED = {"filed_on": "2026-09-17", "authority": "临清市人民政府", "grounds": "请求撤销答复"}


def test_the_window_registers_what_the_law_gives_from_the_page_of_the_case(browser):
    number, client = decided(), browser("clerk")
    assert f"/appeals/case/{number}" in client.get(f"/cases/show/{number}").text
    page = client.get(f"/appeals/case/{number}")
    assert "2026-11-16" in text_of(page)
    for kind in RemedyKind:
        assert f"/appeals/register/{number}/{kind.value}" in page.text
    address = f"/appeals/register/{number}/reconsideration"
    assert typed(client.get(address))["filed_on"] == "2026-09-17"
    done = client.post(address, data=TYPED)
    assert done.status_code == 302
    shown = text_of(client.get(done.location))
    assert "临清市人民政府" in shown
    assert "《中华人民共和国行政复议法》第三十条" in shown
    assert "待指派 · 还剩 6 日" in text_of(client.get("/appeals/list/"))
    assert "行政复议" in text_of(client.get(f"/cases/show/{number}"))


def test_what_the_law_does_not_give_has_no_form(browser, program):
    number, client = decided("refusal"), browser("clerk")
    assert "/appeals/register/" in client.get(f"/appeals/case/{number}").text
    for kind in ("reconsideration", "litigation", "nothing"):
        assert client.get(f"/appeals/register/{number}/{kind}").status_code == 404
        assert client.post(f"/appeals/register/{number}/{kind}", data=TYPED).status_code == 404
    body = {"kind": "litigation", "filed_on": "2026-09-17", "grounds": "不服"}
    assert program("clerk", f"cases/{number}/appeals", body).status_code == 409
    assert [it["kind"] for it in program("clerk", f"cases/{number}/remedies").json["result"]] == [
        "complaint"
    ]
    undecided = made(Status.SIGNED)
    assert "/appeals/case/" not in client.get(f"/cases/show/{undecided}").text
    assert client.get(f"/appeals/register/{undecided}/complaint").status_code == 404


def test_what_was_typed_is_kept_and_what_is_wrong_stands_beside_it(browser):
    number, client = decided(), browser("clerk")
    address = f"/appeals/register/{number}/complaint"
    page = client.post(address, data={**TYPED, "filed_on": "2026-09-20", "grounds": "保留"})
    assert page.status_code == 422
    assert beside(page)["filed_on"] == ["提出日期不能晚于今天"]
    assert typed(page)["grounds"] == "保留"
    page = client.post(address, data={"filed_on": "x", "grounds": "", "authority": ""})
    assert set(beside(page)) >= {"filed_on", "grounds", "authority"}


def test_a_second_one_of_the_kind_is_refused_with_the_reason(browser):
    number, client = decided(), browser("clerk")
    sought(number)
    page = client.get(f"/appeals/case/{number}")
    assert "不能重复提出" in text_of(page)
    assert f"/appeals/register/{number}/complaint" not in page.text
    page = client.post(f"/appeals/register/{number}/complaint", data=TYPED)
    assert page.status_code == 422
    assert any("不能重复提出" in line for line in summary(page))


def test_from_the_assignment_to_the_outcome_by_form(browser):
    number = decided()
    row = sought(number, RECONSIDERATION)
    supervisor, handler = browser("supervisor"), browser(HANDLER)
    form = {"handler": str(staff(HANDLER).id), "note": ""}
    assert supervisor.post(f"/appeals/{row}/assign", data=form).status_code == 302
    base = f"/appeals/{row}"
    assert "我承办的申诉" in text_of(handler.get("/"))
    assert appeal(row).number in handler.get("/appeals/list/?tab=mine").text
    taken = {"accepted_on": "2026-09-17"}
    assert handler.post(f"{base}/accept", data=taken).status_code == 302
    assert handler.post(f"{base}/note", data={"note": "已答辩"}).status_code == 302
    offered = choices(handler.get(f"{base}/decide"), "outcome")
    assert set(offered) == {"", "upheld", "partly", "rejected", "withdrawn"}
    form = typed(handler.get(f"{base}/decide")) | {
        "outcome": "upheld", "document": "复决〔2026〕9 号", "findings": "依据有误",
        "classification": "should_be_done",
    }  # fmt: skip
    assert form["lead_department"] == str(department().id)
    missing = handler.post(f"{base}/decide", data=form | {"lead_department": ""})
    assert (missing.status_code, list(beside(missing))) == (422, ["lead_department"])
    assert handler.post(f"{base}/decide", data=form).status_code == 302
    kept = case(number)
    assert (kept.status, kept.classification.value) == (Status.DISPATCHED, "should_be_done")
    assert "成立" in text_of(handler.get(f"/appeals/show/{row}"))


def test_from_the_registration_to_the_outcome_by_rest(program):
    number = decided()
    body = {"kind": "reconsideration", "filed_on": "2026-09-17", "grounds": "不服"}
    made_ = program("clerk", f"cases/{number}/appeals", body)
    assert made_.status_code == 201
    row = made_.json["id"]
    handler = {"handler": staff(HANDLER).id}
    assert program("supervisor", f"appeals/{row}/assign", handler).status_code == 200
    assert program("clerk", f"appeals/{row}/note", {"note": "不是我"}).status_code == 409
    step = program(HANDLER, f"appeals/{row}/accept", {"accepted_on": "2026-09-17"})
    assert step.status_code == 200
    wrong = program(HANDLER, f"appeals/{row}/decide", {"outcome": "won", "decided_on": "x"})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["decided_on"])
    told = {"outcome": "rejected", "decided_on": "2026-09-17", "decided_by": "临清市人民政府",
            "document": "复决 1 号", "findings": "合法"}  # fmt: skip
    done = program(HANDLER, f"appeals/{row}/decide", told)
    assert (done.status_code, done.json["result"]["outcome"]) == (200, "rejected")
    assert program("inspector", f"appeals/{row}").status_code == 200
    assert program("clerk", "appeals/").json["count"] >= 1


def test_a_late_one_is_ruled_on_by_a_supervisor_alone(browser, moment):
    number = decided()
    moment(at(2026, 11, 20, 10))
    clerk, supervisor = browser("clerk"), browser("supervisor")
    address = f"/appeals/register/{number}/reconsideration"
    form = {**TYPED, "filed_on": "2026-11-20"}
    page = clerk.post(address, data=form)
    assert (page.status_code, list(beside(page))) == (422, ["late_reason"])
    made_ = clerk.post(address, data=form | {"late_reason": "洪水"})
    row = made_.location.rpartition("/")[2]
    assert "逾期提出，待裁定" in text_of(clerk.get(made_.location))
    ruling = {"admitted": "yes", "note": "行政复议法第二十条"}
    assert clerk.post(f"/appeals/{row}/rule", data=ruling).status_code == 403
    assert supervisor.post(f"/appeals/{row}/rule", data={"note": "x"}).status_code == 422
    assert supervisor.post(f"/appeals/{row}/rule", data=ruling).status_code == 302
    assert appeal(int(row)).late_admitted is True


@pytest.mark.parametrize("kind", RemedyKind)
def test_the_notice_of_receipt_is_one_page_with_name_periods_and_law(browser, kind):
    number = decided()
    row = sought(number, kind, authority="临清市人民政府")
    page = text_of(browser("clerk").get(f"/appeals/{row}/receipt"))
    for word in ("张桂英", "临清市人民政府", appeal(row).number, "最后一日为", "回执"):
        assert word in page
    assert "张桂英" not in text_of(browser("inspector").get(f"/appeals/{row}/receipt"))


def test_a_notice_that_no_page_holds_says_so(browser):
    row = sought(decided(), grounds="字" * 2000)
    assert "一页排不下" not in browser("clerk").get(f"/appeals/{row}/receipt").text


def test_an_inspector_reads_and_does_nothing(browser):
    row, client = handled(decided()), browser("inspector")
    page = client.get(f"/appeals/show/{row}")
    assert page.status_code == 200
    for verb in ("assign", "rule", "accept", "note", "decide"):
        assert f"/appeals/{row}/{verb}" not in page.text
        assert client.get(f"/appeals/{row}/{verb}").status_code == 403


def test_the_list_costs_the_same_however_many_there_are(browser):
    client = browser("supervisor")
    sought(decided())
    client.get("/appeals/list/")
    with statements() as few:
        client.get("/appeals/list/")
    for _ in range(4):
        accepted(handled(decided(), RECONSIDERATION))
    with statements() as many:
        assert len(rows(client.get("/appeals/list/"))) >= 5
    assert len(many) == len(few)


def test_the_workbench_counts_what_waits_for_a_supervisor(browser):
    client = browser("supervisor")
    row = sought(decided())
    assert "申诉待指派" in text_of(client.get("/"))
    assert appeal(row).number in client.get("/appeals/list/?tab=unassigned").text
    assigned(row)
    assert appeal(row).number not in client.get("/appeals/list/?tab=unassigned").text
    concluded(row, AppealOutcome.UPHELD)
    assert appeal(row).number in client.get("/appeals/list/?tab=founded").text
    db.session.rollback()
