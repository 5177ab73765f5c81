"""The walk of docs/user-guide/rule-of-law.md: rules, privacy, accountability, remedies."""

from __future__ import annotations

import pytest

from tests.browser.window import (
    do,
    fill,
    find,
    first_row,
    follow,
    head,
    press,
    register,
    send,
    told,
)

pytestmark = pytest.mark.browser

CLERK, OTHER, OVERSEER = "clerk.linqing", "clerk.linqing.b", "supervisor.linqing"
HANDLER, INSPECTOR = "handler.linqing.syk", "inspector.liaocheng"
FIRST = "第 1 版"
QUARREL = "两个股东对谁是法定代表人各执一词，要求窗口按我方的决议办理变更，并撤销对方的登记。"
KITCHEN = "开面馆申请许可，收到的通知只写了“场所不符合要求”，没有说是哪里不符合，也没有人来看过。"
REASONS = "申请人的经营场所不符合食品经营许可的条件，依法不能许可。"
BASIS = "《食品经营许可和备案管理办法》第十二条"
WRONG = "现场复核，经营场所符合条件，原答复认定事实有误，应予办理。"


def test_rules_are_public_and_a_refusal_says_where_to_go(guide_site, at, guide):
    clerk, supervisor = at(guide_site, CLERK), at(guide_site, OVERSEER)
    page = clerk.page
    register(clerk, matter="公司变更登记", name="韩有田", description=QUARREL)
    press(page, "不予受理")
    fill(page, criterion="B3 平等主体之间的民事纠纷")
    guide.show(clerk, "law-1-refuse")
    send(page, "不予受理")
    follow(page, "不予受理通知书")
    assert FIRST in page.locator(".sheet").inner_text()
    guide.show(clerk, "law-2-notice")

    supervisor.open("/rule-documents/list/")
    guide.show(supervisor, "law-3-documents")
    supervisor.open("/rule-documents/list/?tab=in_force")
    supervisor.page.get_by_role("link", name="“办不成事”反映窗口权责清单").first.click()
    follow(supervisor.page, "比较版本")
    guide.show(supervisor, "law-4-compare")
    citizen = at(guide_site)
    citizen.open("/public/rules/linqing")
    guide.show(citizen, "law-5-public")


def test_what_is_private_stays_so_and_who_owned_a_case_is_told(guide_site, at, guide):
    clerk, supervisor = at(guide_site, CLERK), at(guide_site, OVERSEER)
    page = clerk.page
    number = register(clerk, name="李桂芬", urgency="紧急")
    do(page, "受理", classification="应办未办")
    do(page, "派发")
    guide.show(clerk, "law-6-cited", at="h2:text-is('适用的规则文件')")
    with page.expect_navigation():
        page.locator("a.reveal").first.click()
    fill(page, reason="电话联系反映人，核对上门时间")
    guide.show(clerk, "law-7-reveal")

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
    inspector = at(guide_site, INSPECTOR)
    first_row(inspector, "/referrals/list/", number)
    head(inspector.page, "记录处理结果")
    fill(
        inspector.page, outcome="谈话提醒",
        findings="两个科室对职责理解不一致，未主动对接，已对经办人谈话提醒。",
    )  # fmt: skip
    send(inspector.page, "记录处理结果")
    assert "已记录" in told(inspector.page)
    guide.show(inspector, "law-10-sealed")


def test_a_reply_tells_its_remedies_and_a_complaint_that_is_right_reopens(guide_site, at, guide):
    clerk, supervisor = at(guide_site, CLERK), at(guide_site, OVERSEER)
    handler, other, page = at(guide_site, HANDLER), at(guide_site, OTHER), clerk.page
    number = refused_by_law(clerk, handler)
    find(clerk, number)
    follow(page, "答复书")
    assert "行政复议" in page.locator(".sheet").inner_text()
    guide.show(clerk, "law-11-reply", at="text=/行政复议/")

    sought(clerk, number, "行政复议", authority="临清市人民政府", grounds="不服答复，请求撤销。")
    entrust(supervisor, number, "行政复议")
    first_row(other, "/appeals/list/?tab=mine", "行政复议")
    head(other.page, "记录受理")
    send(other.page, "记录受理")
    guide.show(other, "law-12-reconsideration")
    find(clerk, number)
    follow(page, "救济途径")
    assert "复议期间不得提起行政诉讼" in page.locator("main").inner_text()
    guide.show(clerk, "law-13-remedies", at="section:has(> h2:text-is('申诉 · 对答复不服'))")

    sought(clerk, number, "申诉", guide=guide, grounds="现场并没有来人看过，请求重新核实。")
    follow(page, "收件回执")
    guide.show(clerk, "law-15-receipt")
    entrust(supervisor, number, "申诉", guide)
    upheld(other, number, guide)
    clerk.open("/")
    find(clerk, number)
    assert "认定有误，事项已重新办理" in page.locator("main").inner_text()
    guide.show(clerk, "law-18-reopened", at="h2:text-is('申诉与复议')")


def refused_by_law(clerk, handler):
    """Lead a case to the reply that it can't be done by law; return its number."""
    number = register(clerk, matter="食品经营许可", name="周玉兰", description=KITCHEN)
    do(clerk.page, "受理", classification="完全不能（依法不应办）")
    do(clerk.page, "派发")
    find(handler, number)
    press(handler.page, "签收")
    do(handler.page, "答复释因", reasons=REASONS, legal_basis=BASIS)
    return number


def sought(clerk, number, kind, guide=None, **told_of):
    """Register a remedy about a case, from the page of its remedies."""
    clerk.open("/")
    find(clerk, number)
    follow(clerk.page, "救济途径")
    section = clerk.page.locator("section").filter(has_text=f"{kind} · 对答复不服")
    with clerk.page.expect_navigation():
        section.get_by_role("link", name="登记", exact=True).click()
    fill(clerk.page, **told_of)
    if guide:
        guide.show(clerk, "law-14-file")
    send(clerk.page, f"登记{kind}")
    assert "已登记" in told(clerk.page)


def entrust(supervisor, number, kind, guide=None):
    """Name who handles an appeal: who decided the case is not among those to choose from."""
    first_row(supervisor, f"/appeals/list/?tab=unassigned&q={number}", kind)
    head(supervisor.page, "指派承办人")
    chosen = supervisor.page.locator("[name=handler]")
    assert "周立军" not in chosen.inner_text()
    chosen.select_option(label="邱淑敏")
    if guide:
        guide.show(supervisor, "law-16-assign")
    send(supervisor.page, "指派承办人")


def upheld(handler, number, guide):
    """Record that a complaint is right: the case goes back to a department."""
    first_row(handler, f"/appeals/list/?tab=mine&q={number}", "申诉")
    head(handler.page, "记录结果")
    fill(
        handler.page, outcome="成立", decided_by="临清市政务服务大厅督查科", findings=WRONG,
        classification="应办未办",
    )  # fmt: skip
    guide.show(handler, "law-17-decide")
    send(handler.page, "记录结果")
    assert "完成" in told(handler.page)
