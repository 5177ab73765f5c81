"""The walks of docs/user-guide, one for each source of the mission, through the demonstration.

`make screenshots` takes the guide's pictures on the way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser.guide import Guide, folder
from tests.browser.window import do, fill, find, number_of, press, register, send, told

pytestmark = pytest.mark.browser

STAY = "第 1 版"
INSURANCE = "养老保险关系转移接续"
WAITING = "从外地转回来的养老保险，两地社保互相说在等对方，跑了三趟还是转不过来。"


@pytest.fixture
def guide(tmp_path):
    found = Guide(folder(tmp_path))
    yield found
    assert not found.faults, "\n".join(found.faults)


def first_row(person, path):
    """Go to the first row of a list."""
    person.open(path)
    with person.page.expect_navigation():
        person.page.locator("tr[data-href] a").first.click()


def follow(page, name):
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()


# --- 阳谷 ------------------------------------------------------------------------------------


def test_yanggu_settles_on_the_spot_sends_on_and_learns(demo_site, at, guide):
    clerk = at(demo_site, "clerk.yanggu")
    page = clerk.page
    clerk.open("/cases/add")
    fill(
        page, applicant_name="孙桂兰", phone="13900000611", matter=INSURANCE, visits="3",
        situation="多次到厅未办成", description=WAITING, demand="希望窗口问清楚到底卡在哪里。",
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

    number = register(clerk, matter="公司设立登记", name="赵长青", urgency="紧急")
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

    supervisor = at(demo_site, "supervisor.linqing")
    supervisor.open("/frequent-problems/list/")
    guide.show(supervisor, "yanggu-7-frequent")
    first_row(supervisor, "/frequent-problems/list/")
    guide.show(supervisor, "yanggu-8-problem")


# --- 临清 ------------------------------------------------------------------------------------


def test_linqing_is_on_duty_sorts_dispatches_and_calls_at_home(demo_site, at, guide):
    supervisor, clerk = at(demo_site, "supervisor.linqing"), at(demo_site, "clerk.linqing")
    handler, page = at(demo_site, "handler.linqing.scjg"), clerk.page
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
    fill(supervisor.page, note="请在潘庄镇检查的食药科同志顺道上门，当天办好。")
    guide.show(supervisor, "linqing-5-instruct")
    send(supervisor.page, "领导批示")
    find(handler, number)
    press(handler.page, "安排上门帮办")
    soon = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=2)
    fill(
        handler.page, officer="周立军", place="潘庄镇和顺村", note="带工作手机，协助人脸识别。",
        visit_at=f"{soon:%Y-%m-%dT%H:%M}",
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
    guide.show(supervisor, "linqing-10-ledger")


# --- 聊城 ------------------------------------------------------------------------------------


def test_liaocheng_sees_all_halls_and_why_things_fail(demo_site, at, guide):
    city = at(demo_site, "supervisor.liaocheng")
    guide.show(city, "liaocheng-1-workbench")
    city.open("/cases/list/?tab=overdue")
    guide.show(city, "liaocheng-2-cases")
    first_row(city, "/frequent-problems/list/")
    guide.show(city, "liaocheng-3-problem")
    city.open("/causes/list/")
    guide.show(city, "liaocheng-4-causes")
    city.open("/improvements/list/")
    guide.show(city, "liaocheng-5-improvements")
    with city.page.expect_navigation():
        row = city.page.locator("tr[data-href]").filter(has_text="企业变更登记")
        row.locator("a").first.click()
    guide.show(city, "liaocheng-6-improvement")
    guide.show(city, "liaocheng-7-effect", at="section:has(> h2:text-is('效果'))")


# --- 法治框架 --------------------------------------------------------------------------------


def test_the_framework_is_answered_point_by_point(demo_site, at, guide):
    clerk, supervisor = at(demo_site, "clerk.linqing"), at(demo_site, "supervisor.linqing")
    page = clerk.page
    register(clerk, matter="公司变更登记", name="韩有田", situation="其他合理诉求")
    press(page, "不予受理")
    fill(page, criterion="B3 平等主体之间的民事纠纷")
    guide.show(clerk, "law-1-refuse")
    send(page, "不予受理")
    follow(page, "不予受理通知书")
    assert STAY in page.locator(".sheet").inner_text()
    guide.show(clerk, "law-2-notice")

    rules(supervisor, at(demo_site), guide)
    number = register(clerk, name="李桂芬", urgency="紧急")
    do(page, "受理", classification="应办未办")
    do(page, "派发")
    guide.show(clerk, "law-6-cited", at="h2:text-is('适用的规则文件')")
    with page.expect_navigation():
        page.locator("a.reveal").first.click()
    fill(page, reason="电话联系反映人，核对上门时间")
    guide.show(clerk, "law-7-reveal")
    accountability(supervisor, at(demo_site, "inspector.liaocheng"), number, guide)


def rules(supervisor, citizen, guide):
    """Draft, publish and compare a document; read it as anybody does."""
    first_row(supervisor, "/rule-documents/list/?tab=draft&hall=")
    supervisor.open("/rule-documents/list/")
    guide.show(supervisor, "law-3-documents")
    supervisor.open("/rule-documents/list/?tab=in_force")
    supervisor.page.get_by_role("link", name="“办不成事”反映窗口权责清单").first.click()
    follow(supervisor.page, "比较版本")
    guide.show(supervisor, "law-4-compare")
    citizen.open("/public/rules/linqing")
    guide.show(citizen, "law-5-public")


def accountability(supervisor, inspector, number, guide):
    """Show who owned a case, hand it over, and record what came of it."""
    find(supervisor, number)
    follow(supervisor.page, "督办与追责")
    guide.show(supervisor, "law-8-owners")
    follow(supervisor.page, "移交追责")
    fill(
        supervisor.page, body="纪检监察机关", recipient="临清市纪委监委",
        grounds="两个科室互相推诿，反映人跑了三趟。",
    )  # fmt: skip
    guide.show(supervisor, "law-9-refer")
    send(supervisor.page, "封卷并移交")
    assert "移交" in told(supervisor.page)
    first_row(inspector, "/referrals/list/")
    guide.show(inspector, "law-10-sealed")
