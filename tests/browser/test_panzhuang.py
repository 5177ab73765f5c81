"""The story of the woman from Panzhuang, from the window to the callback, as people see it."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.browser.probes import PALE, TEXTS, english
from tests.browser.window import (
    CLERK,
    HANDLER,
    PHONE,
    RESULT,
    STORY,
    do,
    fill,
    find,
    number_of,
    press,
    register,
    send,
    told,
)
from tests.cases.paper import PDF

pytestmark = pytest.mark.browser

ASSISTANT, SUPERVISOR = "handler.linqing.syk", "supervisor.linqing"
DESKTOP, HAND = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
NAME, PLACE = "潘庄李桂芬", "临清市潘庄镇和顺村 16 号"
FORM = {"name": "公司设立登记申请书.pdf", "mimeType": "application/pdf", "buffer": PDF}
NEIGHBOUR = {
    "agent_name": "孙守义",
    "agent_relation": "村（社区）工作人员",
    "agent_phone": "13900000743",
    "applicant_name": NAME,
    "phone": PHONE,
    "address": PLACE,
    "matter": "公司设立登记",
    "situation": "申请未受理",
    "visits": "2",
    "urgency": "紧急",
    "description": STORY,
    "demand": "希望帮丈夫完成实名认证和电子签名，把公司登记办下来。",
}
PATIENCE = 90
"""Seconds that the scheduler, which ticks each minute, may take to deliver a notice."""


class Album:
    """Looks at each station as it is shown: takes its picture, keeps what is wrong with it."""

    def __init__(self, folder):
        self.folder, self.faults, self.count = folder, [], 0

    def take(self, person, name, *sizes, foreign=()):
        """Take a picture at each size; `foreign` are words that are rightly not Chinese."""
        page = person.page
        self.count += 1
        for size in sizes or (DESKTOP,):
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                self.faults.append(f"{name}: scrolls sideways at {size['width']}, {wide} wide")
            self.faults += [f"{name}: pale {text}" for text in page.evaluate(PALE)]
            file = self.folder / f"{self.count:02}-{name}.{size['width']}.png"
            page.screenshot(path=file, full_page=True)
        page.set_viewport_size(DESKTOP)
        texts = [text for text in page.evaluate(TEXTS) if text.strip() not in foreign]
        self.faults += [f"{name}: English {text}" for text in english(texts)]
        self.faults += [f"{name}: {text}" for text in person.complaints]


@pytest.fixture
def album(tmp_path):
    """An album in the test's own folder, or in the one that SHOTS names."""
    folder = Path(os.environ.get("SHOTS") or tmp_path / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    return Album(folder)


def test_the_woman_from_panzhuang_gets_her_company_and_is_called_back(demo_site, at, album):
    clerk, handler = at(demo_site, CLERK), at(demo_site, HANDLER)
    number, code = taken_in(clerk, album)
    sent_out(clerk, album)
    taken_up(handler, number, album)
    instructed(at(demo_site, SUPERVISOR), number, album)
    visited(handler, at(demo_site, ASSISTANT), number, album)
    resolved(handler, number, album)
    called_back(clerk, number, album)
    looked_up(at(demo_site, viewport=HAND), number, code, album)
    told_by_message(handler, number, album)
    whole_story(clerk, album)
    assert "全部完好" in demo_site.run("timeline", "verify").stdout
    assert not album.faults, "\n".join(album.faults)


def taken_in(clerk, album):
    """Register what a man of the village reports for her, accept it, print its papers."""
    page = clerk.page
    before = register(clerk, name=NAME)
    clerk.open("/cases/add")
    fill(page, **NEIGHBOUR)
    page.locator("[name=attachments]").set_input_files([FORM])
    similar = page.locator("#similar")
    line = similar.get_by_role("listitem").filter(has_text=before)
    line.filter(has_text="内容相似").wait_for()
    assert "同一电话" in line.inner_text()
    line.get_by_label("登记后关联").check()
    album.take(clerk, "登记", DESKTOP, HAND)
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    number = number_of(page)
    assert "待受理" in page.locator(".case-head").inner_text()
    facts = page.locator(".case-body").inner_text()
    for words in ("孙守义", "村（社区）工作人员", NAME, FORM["name"]):
        assert words in facts
    assert before in page.locator("#linked").inner_text()
    assert PHONE not in page.content()
    album.take(clerk, "待受理", DESKTOP, HAND)

    press(page, "受理")
    fill(page, classification="应办未办", criterion="S1 申请未被受理")
    album.take(clerk, "受理表单")
    send(page, "受理")
    album.take(clerk, "待派发")
    notice(clerk, number, album)
    return number, receipt(clerk, number, album)


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def notice(clerk, number, album):
    page = clerk.page
    follow(page, "受理通知书")
    sheet = page.locator(".sheet").inner_text()
    for words in ("受理通知书", number, NAME, "公司设立登记", "盖章处"):
        assert words in sheet
    album.take(clerk, "受理通知书")
    follow(page, "返回事项")


def receipt(clerk, number, album):
    """Print the receipt and return its code."""
    page = clerk.page
    follow(page, "回执")
    album.take(clerk, "打印回执")
    page.get_by_role("button", name="打印回执").click()
    page.locator("main.receipt").wait_for()
    case, code = page.locator("dl dd").all_inner_texts()[:2]
    assert case == number
    address = page.locator("dl dd").nth(2).inner_text()
    album.take(clerk, "回执", foreign=(code, address))
    follow(page, "返回事项")
    return code


def sent_out(clerk, album):
    page = clerk.page
    press(page, "派发")
    assert "按权责清单推荐：市场监管科" in page.locator("#h-lead_department").inner_text()
    page.get_by_role("group", name="协办科室").get_by_label("食药科").check()
    fill(page, note="属应办未办，请于 3 个工作日内解决；请食药科协助上门。")
    album.take(clerk, "派发表单")
    send(page, "派发")
    assert "3 个工作日" in page.locator(".clock").first.inner_text()
    assert page.locator(".big-lamp").inner_text().startswith("还剩")
    album.take(clerk, "待签收", DESKTOP, HAND)


def taken_up(handler, number, album):
    page = handler.page
    album.take(handler, "经办人工作台")
    find(handler, number)
    album.take(handler, "经办人待签收", DESKTOP, HAND)
    press(page, "签收")
    assert "签收完成" in told(page)
    do(page, "联系反映人", note="已电话联系反映人，其丈夫无智能手机，今日在家。")
    do(page, "提级办理", note="需两个科室配合上门，报请局领导协调。")
    album.take(handler, "办理中", DESKTOP, HAND)
    page.get_by_role("group", name="办理").get_by_text("更多操作", exact=True).click()
    album.take(handler, "更多操作", DESKTOP, HAND)


def instructed(supervisor, number, album):
    page = supervisor.page
    find(supervisor, number)
    album.take(supervisor, "督查页面")
    press(page, "领导批示")
    album.take(supervisor, "批示表单")
    fill(page, note="请在潘庄镇检查的食药科同志顺道上门，当天办好。")
    send(page, "领导批示")
    assert "领导批示完成" in told(page)


def visited(handler, assistant, number, album):
    page = handler.page
    find(handler, number)
    soon = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=2)
    press(page, "安排上门帮办")
    fill(
        page,
        officer="周立军（食药科）",
        place=PLACE,
        visit_at=f"{soon:%Y-%m-%dT%H:%M}",
        note="带工作手机，协助人脸识别。",
    )
    album.take(handler, "安排上门表单", DESKTOP, HAND)
    send(page, "安排上门帮办")
    assert PLACE not in page.locator(".line").inner_text()
    album.take(handler, "已安排上门")

    find(assistant, number)
    album.take(assistant, "协办页面")
    press(assistant.page, "协办签收")
    assert "协办签收完成" in told(assistant.page)
    do(assistant.page, "填写上门情况", note="已用工作手机完成人脸识别，实名认证通过。")
    do(assistant.page, "协办办结", note="电子签名已提交，协办完毕。")
    album.take(assistant, "协办办结")


def resolved(handler, number, album):
    page = handler.page
    find(handler, number)
    press(page, "办结")
    page.locator(".texts summary").first.click()
    album.take(handler, "办结表单", DESKTOP, HAND)
    fill(page, result=RESULT)
    send(page, "办结")
    assert page.locator(".big-lamp").inner_text() == "按期办结"
    album.take(handler, "已办结")


def called_back(clerk, number, album):
    page = clerk.page
    find(clerk, number)
    album.take(clerk, "待回访", DESKTOP, HAND)
    press(page, "回访")
    fill(page, satisfaction="非常满意", note="反映人说没想到当天就办好了，非常满意。")
    album.take(clerk, "回访表单")
    send(page, "回访")
    do(page, "结案", causes=["没有智能手机"])
    assert "已结案" in page.locator(".case-head").inner_text()


def looked_up(citizen, number, code, album):
    page = citizen.page
    citizen.open(f"/progress?case={number}")
    fill(page, code=code)
    page.get_by_role("button", name="查询").click()
    page.locator(".state").wait_for()
    assert page.locator(".state").inner_text() == "已结案"
    assert PLACE not in page.content()
    album.take(citizen, "进度查询", HAND, DESKTOP, foreign=("English",))


def told_by_message(handler, number, album):
    """Find the dispatch among the messages, which the scheduler of the server delivers."""
    page = handler.page
    message = page.locator(".inbox li").filter(has_text=re.compile(rf"派发.*{number}"))
    for _ in range(PATIENCE):
        handler.open("/notices/")
        if message.count():
            break
        page.wait_for_timeout(1000)
    album.take(handler, "消息", DESKTOP, HAND)
    assert "公司设立登记" in message.first.inner_text()
    message.get_by_role("button", name=re.compile(number)).first.click()
    page.wait_for_url("**/cases/show/*")


def whole_story(clerk, album):
    page = clerk.page
    verbs = page.locator(".line li b").all_inner_texts()
    steps = [
        *("登记", "受理", "派发", "签收", "联系反映人", "提级办理", "领导批示"),
        *("安排上门帮办", "协办签收", "上门帮办", "协办办结", "办结", "回访", "结案"),
    ]
    album.take(clerk, "已结案", DESKTOP, HAND)
    assert [verb for verb in reversed(verbs) if verb in steps] == steps
