"""One message to one address: real servers on the loopback; robots as far as what they are sent."""

from __future__ import annotations

import json

import pytest
import requests

from app.notices.rules import TargetKind
from app.notices.sending import DeliveryError, HopelessError, UnsureError, mail_to, problem_of, send
from tests.notices.post import Mail, Web, serving

ROBOTS = {
    TargetKind.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a9159-bb2d-44dd",
    TargetKind.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=abcdef0123456789",
    TargetKind.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/0123abcd-4567",
}
"""What the platforms show for a group's robot."""

GOOD = [
    *ROBOTS.items(),
    (TargetKind.WECOM, "wecombot://693a9159-bb2d-44dd"),
    (TargetKind.DINGTALK, "dingtalk://SEC0123@abcdef0123456789"),
    (TargetKind.MAIL, "mailtos://window:secret@linqing.gov.cn"),
    (TargetKind.MAIL, "mailto://10.1.2.3:25?from=window@linqing.gov.cn"),
    (TargetKind.WEBHOOK, "https://oa.linqing.gov.cn/hooks/1"),
    (TargetKind.WEBHOOK, "jsons://user:secret@oa.linqing.gov.cn:8443/hooks/1"),
]


@pytest.fixture
def mail_server():
    with serving(Mail()) as server:
        yield server


@pytest.fixture
def web_server():
    with serving(Web()) as server:
        yield server
        server.go_on.set()


@pytest.mark.parametrize(("kind", "address"), GOOD)
def test_an_address_is_good_for_its_kind_and_no_other(kind, address):
    assert problem_of(kind, address) == ""
    for other in set(TargetKind) - {kind}:
        assert "不是" in problem_of(other, address)


@pytest.mark.parametrize(
    "address", ["随便写写", "qq://1234", "wecombot://", "json://", "mailto://"]
)
def test_what_is_no_address_is_said_to_be_none(address):
    assert problem_of(TargetKind.WECOM, address) == "这个地址无法识别，请检查是否完整"
    with pytest.raises(HopelessError):
        send(address, "标题", "内容")


def test_a_letter_arrives_at_the_one_person_it_is_for(mail_server):
    address = mail_to(f"{mail_server.url}&to=other@linqing.gov.cn", "li@linqing.gov.cn")
    send(address, "超期：LQ-2026-000001", "第一行\n第二行")
    assert mail_server.read == [("li@linqing.gov.cn", "超期：LQ-2026-000001", "第一行\n第二行")]


def test_a_letter_that_is_refused_may_be_tried_again(mail_server):
    mail_server.refuses.add("li@linqing.gov.cn")
    with pytest.raises(DeliveryError, match="邮件服务器拒收：550") as caught:
        send(mail_to(mail_server.url, "li@linqing.gov.cn"), "标题", "内容")
    assert type(caught.value) is DeliveryError


def test_a_letter_whose_server_falls_silent_may_have_arrived(mail_server):
    mail_server.falls_silent = True
    with pytest.raises(UnsureError):
        send(mail_to(mail_server.url, "li@linqing.gov.cn"), "标题", "内容")
    assert len(mail_server.got) == 1


def test_an_interface_is_posted_to(web_server):
    send(web_server.url, "标题", "内容")
    [got] = web_server.got
    assert (got["title"], got["message"]) == ("标题", "内容")


def test_an_interface_that_refuses_may_be_tried_again(web_server):
    web_server.status = 503
    with pytest.raises(DeliveryError, match="HTTP 503") as caught:
        send(web_server.url, "标题", "内容")
    assert type(caught.value) is DeliveryError


def test_an_interface_that_never_answers_may_have_got_it(web_server, monkeypatch):
    monkeypatch.setattr("app.notices.sending.SECONDS", 0.3)
    web_server.go_on.clear()
    with pytest.raises(UnsureError):
        send(web_server.url, "标题", "内容")
    assert len(web_server.got) == 1


@pytest.mark.parametrize("url", ["json://127.0.0.1:9/", "mailto://127.0.0.1:9?from=a@lq.gov.cn"])
def test_where_nobody_listens_it_may_be_tried_again(url):
    with pytest.raises(DeliveryError, match="连接不上") as caught:
        send(url, "标题", "内容")
    assert type(caught.value) is DeliveryError


@pytest.fixture
def robot(monkeypatch):
    """Stand where the platforms are: keep what is posted to them, answer as they do."""
    posted, said = [], {"errcode": 0}

    def answer(_session, request, **_options):
        posted.append((request.url, json.loads(request.body)))
        made = requests.Response()
        made.status_code, made._content, made.request = 200, json.dumps(said).encode(), request
        return made

    monkeypatch.setattr(requests.Session, "send", answer)
    return posted, said


@pytest.mark.parametrize(("kind", "address"), list(ROBOTS.items()))
def test_a_robot_is_sent_the_text_at_its_own_address(robot, kind, address):
    posted, _ = robot
    send(address, "标题", "内容")
    [(url, payload)] = posted
    assert url.split("?")[0].rstrip("/") == address.split("?")[0]
    said = json.dumps(payload, ensure_ascii=False)
    assert "标题" in said
    assert "内容" in said


@pytest.mark.parametrize("address", ROBOTS.values())
@pytest.mark.parametrize(
    "said", [{"errcode": 310000, "errmsg": "关键词不匹配"}, {"code": 19021, "msg": "关键词不匹配"}]
)
def test_a_robot_that_answers_well_and_refuses_has_refused(robot, address, said):
    robot[1].clear()
    robot[1].update(said)
    with pytest.raises(DeliveryError, match="机器人拒收：关键词不匹配"):
        send(address, "标题", "内容")
