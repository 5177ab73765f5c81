"""The walks of docs/user-guide/yanggu.md and linqing.md, step by step, through the demonstration.

`make screenshots` takes the guide's pictures on the way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from tests.browser.window import (
    do,
    fill,
    find,
    first_row,
    head,
    number_of,
    press,
    register,
    send,
    told,
)

pytestmark = pytest.mark.browser

INSURANCE = "养老保险关系转移接续"
WAITING = "从外地转回来的养老保险，两地社保互相说在等对方，跑了三趟还是转不过来。"
QUESTION = "档案里出生年月有两个说法，退休待遇核定不下来怎么办"
SOLUTION = "一、社保科当场调档核对。\n二、以最早一份档案的记载为准，书面认定。\n三、三日内办结。"
SIGNING = "网上登记公司，股东签字这一步页面一直打不开，换了两台电脑也不行，跑了两趟没有办成。"
YARD = "在自家厂院里加盖仓库，申请规划许可，窗口说图纸不全，原来的设计院已经找不到了。"
REASONS = "仓库的图纸须由有资质的设计单位出具，目前没有，暂时不能办理；图纸补齐后可随时再申请。"
BASIS = "《中华人民共和国城乡规划法》第四十条"


# --- 阳谷 ------------------------------------------------------------------------------------


def test_yanggu_settles_on_the_spot_sends_on_and_learns(guide_site, at, guide):
    clerk = at(guide_site, "clerk.yanggu")
    page = clerk.page
    clerk.open("/cases/add")
    fill(
        page, channel="网上", applicant_name="孙桂兰", phone="13900000611", matter=INSURANCE,
        visits="3", situation="多次到厅未办成", description=WAITING,
        demand="希望窗口问清楚到底卡在哪里。",
    )  # fmt: skip
    page.locator(".hints li").first.wait_for()
    guide.show(clerk, "yanggu-1-intake")
    send(page, "保存")
    press(page, "当场办结")
    settled = "当场与转出地核对，更正账户信息后联系函已重新发出。"
    fill(page, classification="应办未办", result=settled, causes=["跨省、跨市数据不通"])
    guide.show(clerk, "yanggu-2-on-the-spot")
    send(page, "当场办结")
    assert "已结案" in page.locator(".case-head").inner_text()

    number = register(clerk, name="赵长青", urgency="紧急", description=SIGNING)
    press(page, "受理")
    fill(page, classification="应办未办")
    send(page, "受理")
    press(page, "派发")
    assert "按权责清单推荐" in page.locator("#h-lead_department").inner_text()
    guide.show(clerk, "yanggu-3-dispatch")
    send(page, "派发")
    guide.show(clerk, "yanggu-4-dispatched")
    assert number_of(page) == number

    clerk.open("/knowledge/list/?q=社保")
    guide.show(clerk, "yanggu-5-knowledge")
    first_row(clerk, "/knowledge/list/?q=社保")
    guide.show(clerk, "yanggu-6-article")


def test_yanggu_writes_down_how_what_comes_back_is_solved(guide_site, at, guide):
    supervisor, reviewer = (
        at(guide_site, "supervisor.yanggu"),
        at(guide_site, "supervisor.liaocheng"),
    )
    page = supervisor.page
    supervisor.open("/frequent-problems/list/")
    guide.show(supervisor, "yanggu-7-frequent")
    first_row(supervisor, "/frequent-problems/list/", "企业职工退休待遇核定")
    guide.show(supervisor, "yanggu-8-problem")
    head(page, "采纳，写成文章")
    fill(page, question=QUESTION, solution=SOLUTION)
    guide.show(supervisor, "yanggu-9-solution")
    send(page, "采纳，写成文章")
    address = page.url.removeprefix(guide_site.url)
    head(page, "提交审核")
    confirm(page, "提交审核")

    reviewer.open(address)
    for step in ("审核通过", "发布"):
        head(reviewer.page, step)
        confirm(reviewer.page, step)
    assert "已发布" in reviewer.page.locator("main").inner_text()
    clerk = at(guide_site, "clerk.yanggu")
    clerk.open("/knowledge/list/?q=退休待遇")
    assert QUESTION in clerk.page.locator("main").inner_text()
    first_row(clerk, "/knowledge/list/?q=退休待遇", QUESTION)
    guide.show(clerk, "yanggu-10-published")


def confirm(page, step):
    """Send the form of a step that asks for nothing, where there is one."""
    if page.locator("form#form").count():
        send(page, step)
    assert "完成" in told(page)


# --- 临清 ------------------------------------------------------------------------------------


def test_linqing_is_on_duty_sorts_dispatches_and_calls_at_home(guide_site, at, guide, tmp_path):
    supervisor = at(guide_site, "supervisor.linqing", accept_downloads=True)
    clerk = at(guide_site, "clerk.linqing")
    handler, page = at(guide_site, "handler.linqing.scjg"), clerk.page
    supervisor.open("/roster/")
    guide.show(supervisor, "linqing-1-roster")
    number = register(clerk, name="李桂芬", urgency="紧急", situation="申请未受理", visits="2")
    press(page, "受理")
    fill(page, classification="应办未办")
    guide.show(clerk, "linqing-2-classify")
    send(page, "受理")
    clerk.open("/responsibilities/list/?q=公司设立")
    guide.show(clerk, "linqing-3-responsibilities")
    find(clerk, number)
    press(page, "派发")
    send(page, "派发")
    guide.show(clerk, "linqing-4-clock", at=".clock")

    find(handler, number)
    press(handler.page, "签收")
    do(handler.page, "提级办理", note="需两个科室配合上门，报请局领导协调。")
    find(supervisor, number)
    press(supervisor.page, "领导批示")
    fill(supervisor.page, note="请在潘庄镇检查的食药科同志顺道上门，一次办好。")
    guide.show(supervisor, "linqing-5-instruct")
    send(supervisor.page, "领导批示")
    find(handler, number)
    press(handler.page, "安排上门帮办")
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    fill(
        handler.page, officer="周立军", place="潘庄镇和顺村", note="带工作手机，协助人脸识别。",
        visit_at=f"{tomorrow:%Y-%m-%dT10:00}",
    )  # fmt: skip
    guide.show(handler, "linqing-6-visit")
    send(handler.page, "安排上门帮办")
    do(handler.page, "填写上门情况", note="已用工作手机完成人脸识别，实名认证和电子签名均已通过。")
    do(handler.page, "办结", result="上门帮办完成，公司登记已提交成功。")
    find(clerk, number)
    do(page, "回访", satisfaction="非常满意", note="反映人说没想到当天就办好了。")
    do(page, "结案", causes=["没有智能手机"])
    guide.show(clerk, "linqing-7-closed")

    supervisor.open("/cases/list/?tab=overdue")
    guide.show(supervisor, "linqing-8-overdue")
    supervisor.open("/supervision-cards/list/")
    guide.show(supervisor, "linqing-9-cards")
    supervisor.open("/ledgers/take")
    fill(supervisor.page, kind="办不成事台账")
    guide.show(supervisor, "linqing-10-ledger")
    with supervisor.page.expect_download() as coming:
        supervisor.page.get_by_role("button", name="生成并下载").click()
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    rows = openpyxl.load_workbook(path)["台账"].iter_rows(values_only=True)
    assert number in {row[0] for row in rows}


def test_linqing_says_within_two_days_why_it_cannot_be_done(guide_site, at, guide):
    clerk, handler = at(guide_site, "clerk.linqing"), at(guide_site, "handler.linqing.ghk")
    page = clerk.page
    number = register(clerk, matter="建设工程规划许可", name="马长河", description=YARD)
    do(page, "受理", classification="完全不能（客观办不了）")
    do(page, "派发")
    guide.show(clerk, "linqing-11-two-days", at=".clock")
    find(handler, number)
    press(handler.page, "签收")
    press(handler.page, "答复释因")
    fill(handler.page, reasons=REASONS, legal_basis=BASIS)
    guide.show(handler, "linqing-12-reply")
    send(handler.page, "答复释因")
    assert "已答复" in handler.page.locator(".case-head").inner_text()
