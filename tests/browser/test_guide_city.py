"""The walk of docs/user-guide/liaocheng.md: where halls fall short, and whether it got better."""

from __future__ import annotations

import openpyxl
import pytest

from tests.browser.window import fill, first_row, follow, head, lately, send, told

pytestmark = pytest.mark.browser

CITY, OWNER = "supervisor.liaocheng", "handler.linqing.scjg"
OWNERS = "市场监管科 · 临清市政务服务大厅"
SHEETS = {"汇总", "按科室", "按事项", "按原因", "按分类"}


def test_liaocheng_sees_where_the_halls_fall_short(guide_site, at, guide, tmp_path):
    city = at(guide_site, CITY, accept_downloads=True)
    page = city.page
    guide.show(city, "liaocheng-1-workbench")
    city.open("/cases/list/?tab=overdue")
    guide.show(city, "liaocheng-2-cases")

    with page.expect_navigation():
        page.get_by_role("link", name="办件统计", exact=True).click()
    lately(page)
    guide.show(city, "liaocheng-3-figures")
    follow(page, "按科室")
    assert page.locator("tr.few, td.few, .few-note").count()
    guide.show(city, "liaocheng-4-departments", at=".charts")
    follow(page, "按原因")
    guide.show(city, "liaocheng-5-causes", at=".charts")
    follow(page, "按大厅")
    guide.show(city, "liaocheng-6-halls", at=".charts")
    number = page.locator(".holds-table tbody tr", has_text="临清市").locator("a").first
    counted = number.inner_text()
    with page.expect_navigation():
        number.click()
    assert f"共 {counted} 条" in page.locator(".pager").inner_text()
    guide.show(city, "liaocheng-7-drill")

    page.go_back()
    follow(page, "窗口必要性")
    guide.show(city, "liaocheng-8-need")
    guide.show(city, "liaocheng-9-missing", at="section:has(> h2:text-is('四种情形及认定办法'))")
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出 Excel").click()
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    assert set(openpyxl.load_workbook(path).sheetnames) >= SHEETS
    follow(page, "打印报告")
    assert "窗口的必要性" in page.locator(".sheet").inner_text()
    guide.show(city, "liaocheng-10-report")


def test_liaocheng_mends_what_fails_and_sees_whether_it_worked(guide_site, at, guide):
    city, owner = at(guide_site, CITY), at(guide_site, OWNER)
    page = city.page
    city.open("/causes/list/")
    guide.show(city, "liaocheng-11-causes")
    first_row(city, "/frequent-problems/list/", "没有智能手机")
    guide.show(city, "liaocheng-12-problem")
    head(page, "采纳，开展整改")
    page.locator("[name=department]").select_option(label=OWNERS)
    fill(
        page, problem="家里老人没有智能手机，过不了人脸识别，执照办不下来。", days="20",
        measure="窗口备一部工作手机，由工作人员协助完成人脸识别；行动不便的安排上门。",
    )  # fmt: skip
    guide.show(city, "liaocheng-13-open")
    send(page, "采纳，开展整改")
    address = page.url.removeprefix(guide_site.url)

    owner.open(address)
    head(owner.page, "开始整改")
    head(owner.page, "报告完成")
    fill(owner.page, evidence="工作手机已到位，两名窗口人员已经会用，本周协助 6 人办成。")
    guide.show(owner, "liaocheng-14-complete")
    send(owner.page, "报告完成")
    assert "已报告完成" in told(owner.page)
    city.open(address)
    head(page, "验收销号")
    fill(page, review="到窗口现场看过，属实。")
    send(page, "验收销号")
    assert "已销号" in page.locator("main").inner_text()
    guide.show(city, "liaocheng-15-verified")

    city.open("/improvements/list/")
    guide.show(city, "liaocheng-16-improvements")
    first_row(city, "/improvements/list/", "企业变更登记")
    effect = "section:has(> h2:text-is('效果'))"
    assert "整改前平均 0 件" not in page.locator(effect).inner_text()
    guide.show(city, "liaocheng-17-effect", at=effect)
