"""The pages and the REST resource: opened from cases or an article, moved, seen."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.improvements.models import Improvement
from tests.articles.conftest import published
from tests.cases.window import department
from tests.conftest import NOW
from tests.core import screens
from tests.core.screens import beside, statements, text_of, tree
from tests.improvements.items import (
    MATTER,
    OWNER,
    SUPERVISOR,
    closed_cases,
    completed,
    moved,
    opened,
    verified,
)

pytestmark = pytest.mark.usefixtures("at_now")

TYPED = {"problem": "刷脸过不去", "measure": "上门帮办", "days": "20"}


def buttons(page):
    [row] = tree(page).xpath("//*[@class='head']/*[@class='buttons']")
    return [" ".join(it.text_content().split()) for it in row.xpath(".//*[contains(@class,'btn')]")]


def newest():
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(select(Improvement).order_by(Improvement.id.desc())).first()


def test_ticked_cases_fill_in_the_form_and_stay_with_the_item(demo, login):
    numbers = closed_cases(3, NOW)
    supervisor = login(demo, SUPERVISOR)
    assert 'action="/improvements/gather"' in supervisor.get("/cases/list/").text or (
        'formaction="/improvements/gather"' in supervisor.get("/cases/list/").text
    )
    answer = supervisor.post("/improvements/gather", data={"ids": numbers})
    page = supervisor.get(answer.location)
    typed = screens.typed(page)
    assert typed["matter"] == MATTER
    assert len(typed["cases"].split()) == 3
    assert "无智能手机" in page.text or typed["cause"]
    answer = supervisor.post(
        "/improvements/add", data={**typed, **TYPED, "department": department().id}
    )
    assert answer.status_code == 302, beside(answer)
    row = newest()
    with scope.everything():
        assert [case.id for case in row.cases] == numbers
    shown = supervisor.get(answer.location)
    assert row.number in shown.text
    assert [it for it in buttons(shown) if it] == ["调整期限", "修改措施", "撤销整改"]


def test_an_article_fills_in_the_form(demo, login):
    article = published()
    supervisor = login(demo, SUPERVISOR)
    url = f"/improvements/add?article={article.id}"
    assert url in supervisor.get(f"/articles/show/{article.id}").text
    typed = screens.typed(supervisor.get(url))
    assert typed["problem"] == article.question
    assert typed["article"] == str(article.id)
    assert url not in login(demo, "clerk.linqing").get(f"/articles/show/{article.id}").text


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(demo, login):
    supervisor = login(demo, SUPERVISOR)
    told = {**TYPED, "matter": "", "days": "0", "cases": "LQ-2026-999999"}
    answer = supervisor.post("/improvements/add", data=told)
    assert answer.status_code == 422
    assert {"matter", "days", "cases", "department"} <= set(beside(answer))
    assert "LQ-2026-999999" in beside(answer)["cases"][0]
    assert screens.typed(answer)["problem"] == "刷脸过不去"


def test_the_owner_department_does_its_part_with_files_and_all_may_read_the_history(demo, login):
    row, handler = opened(), login(demo, OWNER)
    base = f"/improvements/{row.id}"
    assert row.number in handler.get("/improvements/list/").text
    assert buttons(handler.get(f"/improvements/show/{row.id}")) == [
        "开始整改",
        "反馈进展",
        "上传材料",
    ]
    assert handler.get(f"{base}/start").status_code == 302
    assert newest().status.value == "opened"
    handler.post(f"{base}/start")
    data = {"evidence": "", "files": (io.BytesIO(b"%PDF-1.4 x"), "a.pdf")}
    answer = handler.post(f"{base}/complete", data=data, content_type="multipart/form-data")
    assert (answer.status_code, list(beside(answer))) == (422, ["evidence"])
    data = {"evidence": "全部配齐", "files": (io.BytesIO("照片清单".encode()), "清单.txt")}
    answer = handler.post(f"{base}/complete", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302, text_of(answer)
    with scope.everything():
        file = newest().files[0]
    assert handler.get(f"{base}/file/{file.id}").data.decode() == "照片清单"
    assert handler.get(f"{base}/verify").status_code == 404
    handler.post(f"{base}/file/{file.id}/remove")
    assert handler.get(f"{base}/file/{file.id}").status_code == 200  # reported: it stays
    supervisor = login(demo, SUPERVISOR)
    assert buttons(supervisor.get(f"/improvements/show/{row.id}")) == [
        "验收销号", "退回整改", "撤销整改",
    ]  # fmt: skip
    supervisor.post(f"{base}/verify", data={"review": "属实"})
    clerk = text_of(login(demo, "clerk.linqing").get(f"/improvements/show/{row.id}"))
    for word in ("待整改 → 整改中", "待验收 → 已销号", "完成情况：— → 全部配齐", "清单.txt"):
        assert word in clerk


def test_a_file_is_removed_while_it_may_be_added_and_stays_named(demo, login):
    row, handler = opened(), login(demo, OWNER)
    base = f"/improvements/{row.id}"
    data = {"files": (io.BytesIO("错的".encode()), "错.txt")}
    handler.post(f"{base}/attach", data=data, content_type="multipart/form-data")
    with scope.everything():
        number = newest().files[0].id
    assert login(demo, SUPERVISOR).post(f"{base}/file/{number}/remove").status_code == 302
    assert handler.get(f"{base}/file/{number}").status_code == 200
    handler.post(f"{base}/file/{number}/remove")
    assert handler.get(f"{base}/file/{number}").status_code == 404
    assert "错.txt" in handler.get(f"/improvements/show/{row.id}").text


def test_a_move_that_came_too_late_says_so_and_keeps_what_was_typed(demo, login):
    row = verified()
    answer = login(demo, SUPERVISOR).post(
        f"/improvements/{row.id}/send_back", data={"review": "缺材料"}
    )
    assert answer.status_code == 422
    assert "已销号" in answer.text
    assert screens.typed(answer)["review"] == "缺材料"


@pytest.mark.parametrize(
    ("who", "seen"),
    [("clerk.linqing", True), ("inspector.liaocheng", True), ("handler.linqing.syk", False),
     ("clerk.yanggu", False), ("admin", False)],
)  # fmt: skip
def test_those_concerned_see_it_and_nobody_else(demo, login, token, who, seen):
    row = opened()
    page = login(demo, who).get(f"/improvements/show/{row.id}")
    assert (page.status_code == 200) is seen
    rest = demo.test_client().get(f"/api/v1/improvements/{row.id}", headers=token(demo, who))
    assert (rest.status_code == 200) is seen


def test_its_history_is_not_the_administrators_to_read(demo, login):
    opened(problem="只给办理的人看的话")
    assert "只给办理的人看的话" not in login(demo, "admin").get("/changes/list/").text
    assert "只给办理的人看的话" in login(demo, "inspector.liaocheng").get("/changes/list/").text


def test_programs_open_and_move_it(demo, token):
    client, headers = demo.test_client(), token(demo, SUPERVISOR)
    place = department()
    body = {"hall": place.hall_id, "department": place.id, "matter": MATTER, **TYPED, "days": 10}
    case = closed_cases(1, NOW)
    answer = client.post("/api/v1/improvements/", json={**body, "cases": case}, headers=headers)
    assert answer.status_code == 201, answer.text
    number = answer.json["id"]
    assert answer.json["result"]["status"] == "opened"
    for wrong in ({"matter": " "}, {"department": 99999}, {"days": 0}, {"cases": [0]}, {"no": 1}):
        told = client.post("/api/v1/improvements/", json={**body, **wrong}, headers=headers)
        assert told.status_code == 422, wrong
    moves = f"/api/v1/improvements/{number}/moves"
    owner = token(demo, OWNER)
    assert client.post(f"{moves}/start", json={}, headers=headers).status_code == 404
    assert client.post(f"{moves}/start", json={}, headers=owner).status_code == 200
    assert client.post(f"{moves}/start", json={}, headers=owner).status_code == 409
    late = {"due_on": "2026-10-16", "reason": "设备未到货"}
    answer = client.post(f"{moves}/move_due", json=late, headers=headers)
    assert answer.json["result"]["due_at"].startswith("2026-10-16")
    told = client.post(f"{moves}/move_due", json={**late, "due_on": "早"}, headers=headers)
    assert told.status_code == 422


def test_the_list_has_lamps_tabs_and_an_export_and_asks_no_more_for_more_rows(demo, login):
    supervisor = login(demo, SUPERVISOR)
    first = completed()
    moved(first, "verify", SUPERVISOR, review="属实")
    sent = []
    for _ in range(2):
        for _ in range(2):
            opened()
        supervisor.get("/improvements/list/")
        with statements() as seen:
            page = supervisor.get("/improvements/list/")
        sent.append(len(seen))
    assert sent[0] == sent[1]
    assert "按期完成" in page.text
    assert "还剩 5 个工作日" in page.text
    assert first.number in supervisor.get("/improvements/list/?tab=verified").text
    assert first.number not in supervisor.get("/improvements/list/?tab=opened").text
    assert supervisor.get("/improvements/export").status_code == 200


def test_the_workbench_counts_what_waits(demo, login):
    opened()
    assert "/improvements/list/?tab=opened" in login(demo, OWNER).get("/").text
    completed()
    assert "/improvements/list/?tab=completed" in login(demo, SUPERVISOR).get("/").text


def test_a_message_leads_to_the_item(demo, login):
    row, handler = opened(), login(demo, OWNER)
    page = tree(handler.get("/notices/"))
    number, *_ = page.xpath(
        f"//form[.//button[contains(., '{row.number}')]]/input[@name='id']/@value"
    )
    answer = handler.post("/notices/read", data={"id": number, "then": "case"})
    assert answer.location == f"/improvements/show/{row.id}"
