"""Open cases that may be the same: by phone, name, paper and text; linked on registering."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases import similar as module
from app.cases.intake.models import CaseLink
from app.cases.linking import link
from app.cases.models import Case
from app.cases.queries import linked
from app.cases.rules import Status
from app.cases.similar import ALIKE, MOST_SHOWN, Asked, pairs, share, similar
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, OutOfScopeError
from app.core.transaction import transaction
from tests.cases.window import (
    TYPED,
    acting,
    brought_to,
    events,
    hall,
    made,
    newest,
    person,
    register,
)
from tests.conftest import NOW
from tests.core import screens

PHONE, NAME, MATTER = "13912340001", "欧阳测试", "无人使用的事项"
FACE = "网上申请要求丈夫用智能手机做人脸识别，丈夫年纪大，没有智能手机，无法完成实名认证。"
AGAIN = "公司登记要丈夫人脸识别，丈夫没有智能手机，实名认证无法完成，跑了两趟。"
LOAN = "银行贷款需要完税证明，窗口说系统维护打印不出来，让改天再来。"


def matter(**fields):
    known = {"applicant_name": "李某", "phone": None, "matter": MATTER, "description": LOAN}
    return register(**{**known, **fields})


def asked(now=NOW, username="clerk.linqing", **typed):
    who = person(username)
    with scope.working_for(who):
        return [(it.case.id, it.why) for it in similar(Asked(**typed), person=who, now=now)]


def test_the_same_phone_is_found_however_it_is_written(demo):
    case = matter(phone="+86 139-1234-0001")
    assert asked(phone="139 1234 0001") == [(case.id, ["同一电话"])]
    other = matter(phone="13912340001")
    assert {number for number, _ in asked(phone="+8613912340001")} == {case.id, other.id}
    assert asked(phone="13912340002") == []
    assert asked(phone="139123") == []


def test_the_same_name_is_found_unless_the_papers_differ(demo):
    case = matter(applicant_name=NAME, id_number="11010519491231002X")
    assert asked(applicant_name=NAME) == [(case.id, ["同一反映人"])]
    assert asked(applicant_name=NAME, id_number="371599190203040012") == []
    same = asked(applicant_name=NAME, id_number="110105 19491231 002x")
    assert same == [(case.id, ["同一反映人", "同一证件号码"])]
    assert asked(applicant_name=NAME[:-1]) == []


def test_the_same_matter_told_alike_is_found_with_its_share(demo):
    case = matter(description=FACE)
    matter(description=LOAN)
    [(number, [why])] = asked(matter=MATTER, description=AGAIN)
    assert number == case.id
    percent = round(share(pairs(FACE), pairs(AGAIN)) * 100)
    assert why == f"同一事项，内容相似 {percent}%"
    assert asked(matter="另一个事项", description=AGAIN) == []
    assert asked(matter=MATTER, description="人脸识别") == []


def test_texts_about_one_event_share_more_than_the_threshold_and_others_less():
    assert share(pairs(FACE), pairs(AGAIN)) > ALIKE + 0.1
    assert share(pairs(FACE), pairs(LOAN)) < ALIKE - 0.1
    assert share(pairs(FACE), pairs(FACE)) == 1
    assert share(pairs(""), pairs("")) == 0
    assert pairs("A，b c") == pairs("abc")


def test_the_most_certain_come_first_and_only_a_few(demo):
    alike = matter(description=FACE)
    named = matter(applicant_name=NAME)
    called = matter(phone=PHONE)
    both = matter(phone=PHONE, applicant_name=NAME)
    typed = {"phone": PHONE, "applicant_name": NAME, "matter": MATTER, "description": FACE}
    assert [it for it, _ in asked(**typed)] == [both.id, called.id, named.id, alike.id]
    for _ in range(MOST_SHOWN):
        matter(phone=PHONE)
    found = asked(**typed)
    assert len(found) == MOST_SHOWN
    assert found[0][0] == both.id


def test_ended_cases_are_left_out_but_one_closed_lately_is_brought_up_by_its_phone(demo):
    closed = brought_to(Status.CLOSED, phone=PHONE, applicant_name=NAME)
    brought_to(Status.REFUSED, phone=PHONE, applicant_name=NAME)
    assert asked(phone=PHONE, applicant_name=NAME) == [(closed.id, ["同一电话"])]
    assert asked(phone=PHONE, now=NOW + timedelta(days=29)) != []
    assert asked(phone=PHONE, now=NOW + timedelta(days=31)) == []


def test_only_cases_of_the_clerks_own_halls_are_brought_up(demo):
    matter(phone=PHONE, applicant_name=NAME, description=FACE, hall_code="yanggu")
    typed = {"phone": PHONE, "applicant_name": NAME, "matter": MATTER, "description": FACE}
    assert asked(**typed) == []
    assert asked(username="clerk.yanggu", **typed) != []
    assert asked(username="supervisor.liaocheng", **typed) == []


def test_only_the_latest_of_a_matter_are_compared(demo, monkeypatch):
    monkeypatch.setattr(module, "LATEST", 2)
    old = matter(description=FACE)
    matter(), matter()
    assert asked(matter=MATTER, description=FACE) == []
    monkeypatch.setattr(module, "LATEST", 3)
    assert [number for number, _ in asked(matter=MATTER, description=FACE)] == [old.id]


# --- the page --------------------------------------------------------------------------------


def ask(client, **body):
    return client.post("/cases/similar", json=body)


@pytest.mark.usefixtures("at_now")
def test_the_page_is_answered_without_a_name(demo, clerk):
    case = matter(phone=PHONE, applicant_name=NAME, description=FACE)
    number, told = case.id, case.number
    db.session.remove()
    answer = ask(clerk, phone=PHONE, applicant_name=NAME, hall="1")
    assert answer.json["results"] == [
        {
            "id": number,
            "number": told,
            "url": f"/cases/show/{number}",
            "matter": MATTER,
            "status": "待受理",
            "registered": "2026-09-17",
            "why": "同一电话；同一反映人",
            "open": True,
        }
    ]
    assert NAME not in answer.text
    assert PHONE not in answer.text


def test_what_is_no_text_says_nothing(demo, clerk):
    for body in ({}, {"phone": 5}, {"hall": "x" * 99, "phone": None}, {"phone": "\0" * 20}):
        assert ask(clerk, **body).json == {"results": [], "hints": []}, body
    assert clerk.post("/cases/similar", json=[1]).status_code == 422
    assert clerk.post("/cases/similar", data="{").status_code == 422


def test_only_who_registers_may_ask(demo, login):
    for username in ("handler.linqing.scjg", "supervisor.linqing", "inspector.liaocheng", "admin"):
        assert ask(login(demo, username), phone=PHONE).status_code == 403
    assert clerk_page(login(demo, "clerk.linqing"))


def clerk_page(client):
    page = client.get("/cases/add")
    return screens.tree(page).xpath("//aside[@id='similar'][@data-url='/cases/similar']")


# --- links -----------------------------------------------------------------------------------


def joined(case, other, actor=None, **options):
    who = actor or acting("clerk")
    with scope.working_for(who), transaction():
        return link(case, other, actor=who, now=NOW, **options)


def test_a_link_is_told_on_both_and_seen_from_both(demo):
    one, other = register(), register()
    joined(other, one, why="同一件事")
    with scope.working_for(acting("clerk")):
        assert [it.id for it in linked(one)] == [other.id]
        assert [it.id for it in linked(other)] == [one.id]
    assert events(one.id)[-1] == events(other.id)[-1] == "linked"


def test_a_link_is_refused_to_itself_twice_and_abroad(demo):
    one, other, abroad = register(), register(), register(hall_code="yanggu")
    with pytest.raises(DomainError, match="自己"):
        joined(one, one)
    joined(one, other)
    for pair in ((one, other), (other, one)):
        with pytest.raises(DomainError, match="已经关联"):
            joined(*pair)
    for pair in ((one, abroad), (abroad, one)):
        with pytest.raises(OutOfScopeError):
            joined(*pair)
    with scope.everything():
        assert db.session.query(CaseLink).count() == 1


def test_a_handler_is_not_told_the_number_of_a_case_out_of_sight(demo, handler, clerk):
    one, other = made(Status.SIGNED), made(Status.REGISTERED)
    with scope.everything():
        hidden = db.session.get(Case, other).number
        joined(db.session.get(Case, one), db.session.get(Case, other))
    db.session.remove()
    seen = screens.text_of(clerk.get(f"/cases/show/{one}"))
    assert seen.count(hidden) == 2
    page = screens.text_of(handler.get(f"/cases/show/{one}"))
    assert hidden not in page
    assert "另一事项" in page
    assert "相关事项" not in page


def registered(clerk, related=(), merge=()):
    with scope.everything():
        data = {**screens.typed(clerk.get("/cases/add")), **TYPED, "hall": str(hall().id)}
    return clerk.post("/cases/add", data={**data, "related": [*related], "merge": [*merge]})


def test_ticked_cases_are_linked_on_registering(demo, clerk):
    one, other = made(Status.REGISTERED), made(Status.SIGNED)
    answer = registered(clerk, [str(one), str(other), str(one)])
    assert answer.status_code == 302, screens.summary(answer)
    number = newest()
    assert events(number) == ["registered", "linked", "linked"]
    page = clerk.get(answer.location)
    assert "相关事项" in screens.text_of(page)
    assert f"/cases/show/{one}" in page.text


def test_a_foreign_case_is_not_linked_and_nothing_is_registered(demo, clerk):
    with scope.everything():
        abroad = register(hall_code="yanggu").id
    db.session.remove()
    before = newest()
    for related in (str(abroad), "999999", "x", "1' or 1", str(2**40)):
        answer = registered(clerk, [related])
        assert answer.status_code == 422
        assert "勾选的事项不存在" in screens.summary(answer)[0]
        assert screens.typed(answer)["matter"] == TYPED["matter"]
    assert newest() == before


def test_what_was_ticked_is_not_lost_with_an_error(demo, clerk):
    one = made(Status.REGISTERED)
    with scope.everything():
        data = {**screens.typed(clerk.get("/cases/add")), **TYPED, "hall": str(hall().id)}
    answer = clerk.post("/cases/add", data={**data, "matter": "", "related": [str(one)]})
    assert answer.status_code == 422
    [aside] = screens.tree(answer).xpath("//aside[@id='similar']")
    assert aside.get("data-related") == str(one)


def test_a_ticked_case_takes_the_new_one_in_on_registering(demo, clerk):
    one, other = made(Status.REGISTERED), made(Status.SIGNED)
    answer = registered(clerk, related=[str(one)], merge=[str(other)])
    assert answer.status_code == 302, screens.summary(answer)
    number = newest()
    assert events(number) == ["registered", "linked", "merged"]
    assert events(other)[-1] == "merged"
    with scope.everything():
        row = db.session.get(Case, number)
        assert (row.status, row.merged_into_id) == (Status.MERGED, other)
    assert "登记时发现相似" in screens.text_of(clerk.get(answer.location))


def test_what_cannot_take_the_new_one_in_is_told_and_nothing_is_registered(demo, clerk):
    closed, one, other = made(Status.CLOSED), made(Status.REGISTERED), made(Status.SIGNED)
    with scope.everything():
        abroad = register(hall_code="yanggu").id
    db.session.remove()
    before = newest()
    for merge, sentence in (
        ([str(closed)], "只能并入本大厅另一件还没有办结的事项"),
        ([str(abroad)], "勾选的事项不存在"),
        (["x"], "勾选的事项不存在"),
        ([str(one), str(other)], "只能并入一件"),
    ):
        answer = registered(clerk, merge=merge)
        assert answer.status_code == 422
        assert sentence in screens.summary(answer)[0]
        assert screens.typed(answer)["matter"] == TYPED["matter"]
        [aside] = screens.tree(answer).xpath("//aside[@id='similar']")
        assert aside.get("data-merge") == merge[0]
    assert newest() == before


@pytest.mark.usefixtures("at_now")
def test_only_an_open_case_is_offered_to_take_the_new_one_in(demo, clerk):
    phone = "13900000999"
    wanted = {made(Status.CLOSED, phone=phone): False, made(Status.SIGNED, phone=phone): True}
    found = clerk.post("/cases/similar", json={"phone": phone}).json["results"]
    assert {row["id"]: row["open"] for row in found} == wanted
