"""The timeline on the case page: sentences that a clerk reads, by group, whatever the event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.cases.rules import Status
from app.cases.timeline_page import detail, timeline_of
from app.core import scope, timeline
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.window import LATER, act, acting, case_of, made, ready_for
from tests.conftest import NOW
from tests.core import screens


def lines(answer):
    """Return the lines of the timeline, each as one text."""
    return [
        " ".join(item.text_content().split())
        for item in screens.tree(answer).xpath("//section[@id='timeline']/ol/li")
    ]


def tabs(answer):
    return [
        (" ".join(item.text_content().split()), item.get("href"))
        for item in screens.tree(answer).xpath("//section[@id='timeline']/nav/a")
    ]


def recorded(number, kind, **payload):
    with scope.everything(), transaction():
        timeline.record(
            case_of(number), kind, actor=acting("clerk"), now=NOW + timedelta(hours=1), **payload
        )
    db.session.remove()


def test_each_move_is_a_sentence_with_old_and_new_below(clerk):
    number = made(Status.CLOSED)
    told = lines(clerk.get(f"/cases/show/{number}"))
    closed, called, resolved, _signed, _warned, dispatched, accepted, registered = told
    assert "结案：已联系申请人" in closed
    assert f"状态：{Status.CALLED_BACK.label} → {Status.CLOSED.label}" in closed
    assert "回访：满意度：非常满意；说明：已联系申请人；时限：回访时限；结论：按期" in called
    assert f"状态：{Status.RESOLVED.label} → {Status.CALLED_BACK.label}" in called
    assert "办结：已上门帮办完成；结论：按期" in resolved
    assert "承办科室：市场监管科；说明：已联系申请人" in dispatched
    assert "受理：分类：应办未办" in accepted
    assert registered.endswith("登记2026-09-17 09:30")


def test_the_timeline_is_narrowed_by_links(clerk):
    number = made(Status.SIGNED)
    recorded(number, "revealed", reason="电话核对")
    form = screens.typed(clerk.get(f"/cases/edit/{number}"))
    clerk.post(f"/cases/edit/{number}", data={**form, "visits": "4"})
    page = f"/cases/show/{number}"
    assert tabs(clerk.get(page)) == [
        ("全部6", f"{page}#timeline"),
        ("办理4", f"{page}?show=moves#timeline"),
        ("修改1", f"{page}?show=edits#timeline"),
        ("查看1", f"{page}?show=views#timeline"),
    ]
    [edited] = lines(clerk.get(f"{page}?show=edits"))
    assert "到厅次数：1 → 4" in edited
    [seen] = lines(clerk.get(f"{page}?show=views"))
    assert "查看个人信息：理由：电话核对" in seen
    assert len(lines(clerk.get(f"{page}?show=moves"))) == 4
    assert lines(clerk.get(f"{page}?show=clock")) == ["还没有记录"]
    assert clerk.get(f"{page}?show=nothing").status_code == 400


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"because": "等待材料", "count": 3}, "：等待材料"),
        ({"deadline_id": 4, "department_id": "7", "id": "9", "due_version": 2}, ""),
        ({"by_then": "2026-09-21T09:30:00+00:00"}, "：2026-09-21 17:30"),
        ({"due_at": "2026-09-21T09:30:00+00:00"}, "：到期时间：2026-09-21 17:30"),
        ({"note": "T 型接口", "reason": ""}, "：T 型接口"),
        ({"grade": None, "nested": {"a": 1}, "files": [], "urgent": True}, ""),
        ({"satisfaction": "9", "classification": "gone"}, "：满意度：9；分类：gone"),
        ({"note": "<script>alert(1)</script>"}, "：<script>alert(1)</script>"),
    ],
)
def test_an_event_of_a_kind_that_comes_later_is_told_sanely(clerk, payload, said):
    number = made(Status.REGISTERED)
    recorded(number, "called_back_later", **payload)
    answer = clerk.get(f"/cases/show/{number}")
    assert answer.status_code == 200
    name = acting("clerk").name
    assert lines(answer)[0] == f"{name} called_back_later{said}2026-09-17 11:00"
    assert "<script>alert" not in answer.text


def test_words_that_a_feature_adds_are_shown(clerk, monkeypatch):
    monkeypatch.setitem(timeline.WORDS, "days", "工作日")
    monkeypatch.setitem(timeline.KINDS, "extension_asked", "申请延期")
    monkeypatch.setitem(timeline.GROUPS, "extension_asked", "clock")
    number = made(Status.REGISTERED)
    recorded(number, "extension_asked", days=3, departments=["甲科", "乙科"])
    [told] = lines(clerk.get(f"/cases/show/{number}?show=clock"))
    assert "申请延期：工作日：3" in told


def test_a_change_past_the_application_stands_out(clerk, demo):
    number = made(Status.DISPATCHED)
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE \"case\" SET matter = '改了', phone = NULL, status = 'signed', "
                "lead_department_id = (SELECT id FROM department "
                "WHERE code = 'syk' AND hall_id = \"case\".hall_id) WHERE id = :id"
            ),
            {"id": number},
        )
        connection.execute(
            text("UPDATE deadline SET due_at = :due WHERE case_id = :id AND current"),
            {"id": number, "due": "2026-09-21 10:30:00.000000"},
        )
    answer = clerk.get(f"/cases/show/{number}?show=edits")
    [moved, changed] = lines(answer)
    assert "库外修改" in moved
    assert "数据库" in moved
    assert "到期时间：2026-09-21 17:30 → 2026-09-21 18:30" in moved
    assert "事项名称：企业开办登记 → 改了" in changed
    assert "联系电话：已改动（内容不记录）" in changed
    assert "状态：待签收 → 办理中" in changed
    assert "主办科室：市场监管科 · 临清市政务服务大厅 → 食药科 · 临清市政务服务大厅" in changed
    assert "13812342046" not in answer.text


def test_what_came_past_the_application_is_told_in_words(clerk, demo):
    number = made(Status.DISPATCHED)
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE assignment SET role = 'assist', handler_id = 1, "
                "signed_at = '2026-09-17 03:00:00.000000+00:00' WHERE case_id = :id"
            ),
            {"id": number},
        )
        connection.execute(
            text(
                "INSERT INTO callback (case_id, at, by, reached, version) VALUES "
                "(:id, '2026-09-18 03:00:00.000000+00:00', '张三', :no, 1)"
            ),
            {"id": number, "no": False},
        )
    called, signed = lines(clerk.get(f"/cases/show/{number}?show=edits"))
    assert "库外修改：承办科室" in signed
    assert "承办方式：主办 → 协办" in signed
    assert "签收时间：— → 2026-09-17 11:00" in signed
    assert "经办人：— →" in signed
    assert "不经本系统添加了回访" in called
    assert "已接通：— → 否" in called
    assert "时间：— → 2026-09-18 11:00" in called
    assert not [name for name in ("_at", "_id", "_by", "reached") if name in signed + called]


def test_events_of_one_instant_stand_in_the_order_in_which_they_were_written(clerk):
    number = made(Status.REGISTERED)
    for note in ("一", "二", "三"):
        recorded(number, "progress", note=note)
    told = lines(clerk.get(f"/cases/show/{number}"))
    assert [line[-17] for line in told[:3]] == ["三", "二", "一"]


def test_the_proof_of_telling_says_how_the_applicant_was_told(demo, unlimited):
    case = ready_for("tell_applicant")
    act(case, "tell_applicant", LATER, means="in_person", note="当面说明，本人签字")
    event = timeline_of(case)[0]
    assert event.kind == "applicant_told"
    assert "当面说明，本人签字；告知方式：当面" in detail(event, case.hall.timezone)
    event.payload = {
        "note": "电话告知，录音 3 号"
    }  # as it was told before the means were asked for
    assert detail(event, case.hall.timezone) == "电话告知，录音 3 号"
    db.session.rollback()
