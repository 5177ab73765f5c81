"""The pages and resources of cards and referrals, as the people of Linqing use them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest

from app.core import scope
from app.core.db import db
from app.core.texts import MOST_TEXT
from app.supervision.models import SupervisionCard
from app.supervision.referrals.models import Referral
from app.supervision.rules import CardKind
from tests.cases.window import ACTORS, case_of, department
from tests.conftest import NOW
from tests.core.screens import beside, head, rows, summary, text_of, tree, typed
from tests.supervision.cards import DUE, FIFTH, card, cards, issue, late, run

SOON = NOW + timedelta(hours=2)


@pytest.fixture
def browser(demo, login):
    """Return a function that logs a role's person in."""
    return lambda role: login(demo, ACTORS[role])


@pytest.fixture
def program(demo, token):
    """Return a function that posts as a role's person."""

    def post(role, path, body):
        headers = token(demo, ACTORS[role])
        return demo.test_client().post(f"/api/v1/{path}", json=body, headers=headers)

    return post


# --- cards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CardKind)
def test_a_supervisor_issues_a_card_from_the_page_of_the_case(browser, kind):
    number, client = late(), browser("supervisor")
    assert f"/accountability/{number}" in client.get(f"/cases/show/{number}").text
    page = client.get(f"/accountability/{number}")
    address = f"/supervision-cards/issue/{number}/{kind.value}"
    assert address in page.text
    form = typed(client.get(address))
    with scope.everything():
        assert form["department"] == str(department().id)
    assert form["demand"]  # the rule's own words to begin with
    done = client.post(address, data={**form, "demand": "请立即办理"})
    [made] = cards(number)
    assert (done.status_code, done.location) == (302, f"/supervision-cards/show/{made.id}")
    assert (made.kind, made.demand) == (kind, "请立即办理")
    assert kind.label in text_of(client.get(f"/cases/show/{number}"))


def test_nothing_typed_is_lost_when_a_card_can_not_be_issued(browser):
    number, client = late(), browser("supervisor")
    address = f"/supervision-cards/issue/{number}/yellow"
    form = {**typed(client.get(address)), "demand": "字" * (MOST_TEXT + 1), "reply_days": "0"}
    refused = client.post(address, data=form)
    assert refused.status_code == 422
    assert set(beside(refused)) == {"demand", "reply_days"}
    assert typed(refused)["demand"] == form["demand"]
    again = {**form, "demand": "好", "reply_days": "2"}
    client.post(address, data=again)
    refused = client.post(address, data=again)
    assert any("不能重复下发" in text for text in summary(refused))
    assert typed(refused)["demand"] == "好"
    assert len(cards(number)) == 1


def test_a_department_finds_its_card_and_answers_it(browser, moment):
    number = late()
    made = issue(number, SOON)
    moment(SOON + timedelta(hours=1))
    client = browser("handler")
    home = text_of(client.get("/"))
    assert "待回复督办" in home
    listing = client.get("/supervision-cards/list/?tab=waiting")
    assert head(listing)[-1] == "督办状态"
    assert rows(listing)[0][-1] == "待回复"
    address = f"/supervision-cards/{made}/reply"
    refused = client.post(address, data={"reply": "  "})
    assert (refused.status_code, set(beside(refused))) == (422, {"reply"})
    assert client.post(address, data={"reply": "周一办结"}).status_code == 302
    assert "周一办结" in text_of(client.get(f"/supervision-cards/show/{made}"))
    assert rows(client.get("/supervision-cards/list/?tab=waiting")) == []
    again = client.post(address, data={"reply": "再来一次"})
    assert again.status_code == 422
    assert typed(again)["reply"] == "再来一次"
    assert any("已经回复" in text for text in summary(again))


def test_a_reply_that_is_overdue_is_seen_as_such_though_no_job_ever_ran(browser, moment):
    issue(late(), SOON, reply_days=1)
    moment(DUE)
    client = browser("supervisor")
    assert rows(client.get("/supervision-cards/list/?tab=late"))[0][-1] == "逾期未回复"
    assert "督办逾期未回复" in text_of(client.get("/"))


def test_a_withdrawn_card_is_printed_as_withdrawn_with_the_reason(browser, moment):
    made, client = issue(late(), SOON), browser("supervisor")
    moment(SOON + timedelta(hours=1))
    paper = f"/supervision-cards/{made}/notice"
    assert "已撤销" not in text_of(client.get(paper))
    address = f"/supervision-cards/{made}/withdraw"
    assert set(beside(client.post(address, data={}))) == {"reason"}
    assert client.post(address, data={"reason": "下发有误"}).status_code == 302
    told = text_of(client.get(paper))
    assert "已撤销" in told
    assert "下发有误" in told
    assert rows(client.get("/supervision-cards/list/?tab=withdrawn"))[0][-1] == "已撤销"


@pytest.mark.parametrize("role", ["supervisor", "handler", "clerk", "inspector"])
def test_who_sees_a_card_prints_its_notice_on_one_page(browser, role):
    number = late()
    run(FIFTH)
    with scope.everything():
        of = case_of(number)
        name, matter = of.number, of.matter
    client = browser(role)
    for made, title in zip(
        cards(number), ("催办通知书", "黄牌警示通知书", "红牌警告通知书", "督办呈报单"), strict=True
    ):
        page = client.get(f"/supervision-cards/{made.id}/notice")
        told = text_of(page)
        for words in (title, name, matter, "市场监管科", made.demand, "2026年9月21日 17:30"):
            assert words in told, words
        assert "flows" not in tree(page).xpath("//main/@class")[0]
        assert "张桂英" not in told


def test_the_longest_notice_still_fits_onto_one_page(browser):
    made = issue(late(), SOON, demand="字" * MOST_TEXT)
    page = browser("supervisor").get(f"/supervision-cards/{made}/notice")
    assert "flows" not in tree(page).xpath("//main/@class")[0]


def test_no_card_of_another_hall_is_shown_printed_or_listed(demo, login):
    made = issue(late(), SOON)
    for username in ("supervisor.yanggu", "clerk.yanggu", "handler.linqing.syk"):
        client = login(demo, username)
        for path in ("show/{}", "{}/notice"):
            address = f"/supervision-cards/{path.format(made)}"
            assert client.get(address).status_code == 404, (username, path)
        assert rows(client.get("/supervision-cards/list/")) == []


def test_cards_over_rest_are_issued_answered_and_withdrawn(program):
    number = late()
    with scope.everything():
        to = department().id
    path = f"cases/{number}/supervision-cards"
    for body, wrong in (
        ({}, "kind"),
        ({"kind": "pink"}, "kind"),
        ({"kind": "red", "department": 999_999}, "department"),
        ({"kind": "red", "department": to, "demand": ""}, "demand"),
        ({"kind": "red", "department": to, "reply_days": "2"}, "reply_days"),
        ({"kind": "red", "department": to, "issued_by": "x"}, "issued_by"),
    ):
        answer = program("supervisor", path, body)
        assert answer.status_code == 422, answer.text
        assert set(answer.json["errors"]) == {wrong}
    assert program("clerk", path, {"kind": "red", "department": to}).status_code == 403
    answer = program("supervisor", path, {"kind": "red", "department": to})
    assert answer.status_code == 201, answer.text
    made = answer.json["id"]
    assert program("supervisor", path, {"kind": "red", "department": to}).status_code == 409
    base = f"supervision-cards/{made}"
    assert program("supervisor", f"{base}/reply", {"reply": "x"}).status_code == 403
    assert program("assist", f"{base}/reply", {"reply": "x"}).status_code == 404
    assert program("handler", f"{base}/reply", {"reply": 5}).status_code == 422
    assert program("handler", f"{base}/reply", {"reply": "好"}).status_code == 200
    assert program("handler", f"{base}/reply", {"reply": "好"}).status_code == 409
    assert program("handler", f"{base}/withdraw", {"reason": "x"}).status_code == 403
    assert program("supervisor", f"{base}/withdraw", {"reason": "误发"}).status_code == 200
    assert card(made).withdrawn_reason == "误发"


# --- referrals -----------------------------------------------------------------------------------


REFERRED = {"body": "discipline", "recipient": "聊城市纪委监委", "grounds": "推诿拖延"}


def referred(client, number):
    answer = client.post(f"/referrals/refer/{number}", data=REFERRED)
    assert answer.status_code == 302, answer.text
    return int(answer.location.rpartition("/")[2])


def kept(number):
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(Referral, number)


def test_a_supervisor_refers_and_an_inspector_takes_the_file_and_records(browser):
    number = late()
    supervisor = browser("supervisor")
    refused = supervisor.post(f"/referrals/refer/{number}", data={**REFERRED, "grounds": ""})
    assert (refused.status_code, set(beside(refused))) == (422, {"grounds"})
    assert typed(refused)["recipient"] == "聊城市纪委监委"
    made = referred(supervisor, number)
    inspector = browser("inspector")
    assert "移交待处理" in text_of(inspector.get("/"))
    file = inspector.get(f"/referrals/{made}/file")
    assert file.headers["Content-Disposition"].endswith(f"{kept(made).number}.zip")
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(file.data)).namelist()
    page = text_of(inspector.get(f"/referrals/show/{made}"))
    assert kept(made).seal in page
    address = f"/referrals/{made}/outcome"
    refused = inspector.post(address, data={"findings": "已核查"})
    assert (refused.status_code, set(beside(refused))) == (422, {"outcome"})
    assert typed(refused)["findings"] == "已核查"
    done = inspector.post(address, data={"outcome": "criticism", "findings": "已核查"})
    assert done.status_code == 302
    assert kept(made).outcome.value == "criticism"
    again = inspector.post(address, data={"outcome": "talk", "findings": "改"})
    assert again.status_code == 422
    assert kept(made).findings == "已核查"
    assert "批评教育" in text_of(inspector.get(f"/accountability/{number}"))


@pytest.mark.parametrize("role", ["clerk", "handler", "supervisor", "admin"])
def test_an_outcome_by_anybody_else_is_refused_on_form_and_rest(browser, program, role):
    number = late()
    made = referred(browser("supervisor"), number)
    body = {"outcome": "talk", "findings": "不该写"}
    client = browser(role)
    assert client.get(f"/referrals/{made}/outcome").status_code == 403
    assert client.post(f"/referrals/{made}/outcome", data=body).status_code == 403
    assert program(role, f"referrals/{made}/outcome", body).status_code == 403
    for method in ("put", "patch", "delete"):
        client.open(f"/api/v1/referrals/{made}", method=method.upper(), json=body)
    assert kept(made).outcome is None


def test_referral_and_outcome_over_rest(program):
    number = late()
    for body, wrong in (
        ({**REFERRED, "body": "police"}, "body"),
        ({**REFERRED, "recipient": " "}, "recipient"),
        ({**REFERRED, "outcome": "talk"}, "outcome"),
    ):
        answer = program("supervisor", f"cases/{number}/referrals", body)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {wrong})
    answer = program("supervisor", f"cases/{number}/referrals", REFERRED)
    assert answer.status_code == 201, answer.text
    path = f"referrals/{answer.json['id']}/outcome"
    assert program("inspector", path, {"outcome": "talk"}).status_code == 422
    assert program("inspector", path, {"outcome": "talk", "findings": "已谈"}).status_code == 200
    assert program("inspector", path, {"outcome": "other", "findings": "改"}).status_code == 409
    assert kept(answer.json["id"]).findings == "已谈"


def test_a_file_that_is_gone_is_a_sentence(browser, demo):
    made = referred(browser("supervisor"), late())
    from app.core.files import store

    store().path(kept(made).sha256).unlink()
    answer = browser("inspector").get(f"/referrals/{made}/file")
    assert answer.status_code == 409
    assert "不在服务器上" in answer.text


def test_the_rules_are_the_administrators_and_checked(browser):
    client = browser("admin")
    assert len(rows(client.get("/supervision-rules/list/"))) == 4
    form = {**typed(client.get("/supervision-rules/add")), "name": "本地", "kind": "red"}
    form |= {"days": "0", "reply_days": "251", "demand": "请说明", "source": "办法"}
    form |= {"valid_from": "2026-10-01", "valid_to": "2026-09-01"}
    refused = client.post("/supervision-rules/add", data=form)
    assert set(beside(refused)) == {"days", "reply_days", "valid_to"}
    form |= {"days": "3", "reply_days": "2", "valid_to": ""}
    assert client.post("/supervision-rules/add", data=form).status_code == 302
    assert browser("supervisor").get("/supervision-rules/add").status_code == 403


def test_a_rule_that_issued_cards_is_not_deleted(browser):
    late()
    run(FIFTH)
    client = browser("admin")
    with scope.everything():
        used = db.session.query(SupervisionCard.rule_id).first()[0]
    assert client.post(f"/supervision-rules/delete/{used}").status_code == 409
