"""An improvement from the ticked cases to its chart: the supervisor, the department, the clerk."""

from __future__ import annotations

import pytest

from tests.browser.window import fill, send, told

pytestmark = pytest.mark.browser

SUPERVISOR, OWNER, CLERK = "supervisor.linqing", "handler.linqing.scjg", "clerk.linqing"
DONE = "一次性告知清单已在窗口公布"


def button(page, label):
    """Press a button at the head of an item, and wait for what it leads to."""
    with page.expect_navigation():
        page.locator(".head").get_by_text(label, exact=True).click()


def test_ticked_cases_become_an_improvement_that_is_done_verified_and_measured(demo_site, at):
    supervisor = at(demo_site, SUPERVISOR)
    supervisor.open("/cases/list/")
    page = supervisor.page
    numbers = page.locator("td label.tick input")
    for place in (0, 1):
        numbers.nth(place).check()
    with page.expect_navigation():
        page.get_by_role("button", name="开展整改").click()
    assert len(page.locator("[name=cases]").input_value().split()) == 2
    fill(page, matter="企业变更登记", problem="补了又补", measure="一次性告知", days="10")
    page.locator("[name=department]").select_option(label="市场监管科")
    send(page, "保存")
    page.wait_for_url("**/improvements/show/*")
    address = page.url.removeprefix(demo_site.url)

    owner = at(demo_site, OWNER)
    owner.open("/notices/")
    assert "下达整改" in owner.page.locator("ul.inbox").inner_text()
    owner.open(address)
    button(owner.page, "开始整改")
    button(owner.page, "报告完成")
    fill(owner.page, evidence=DONE)
    owner.page.locator("[name=files]").set_input_files(
        {"name": "清单.txt", "mimeType": "text/plain", "buffer": "告知清单".encode()}
    )
    send(owner.page, "报告完成")
    assert "已报告完成" in told(owner.page)

    supervisor.open(address)
    button(page, "验收销号")
    fill(page, review="现场看过，属实")
    send(page, "验收销号")
    assert "已销号" in page.locator("main").inner_text()

    clerk = at(demo_site, CLERK)
    clerk.open(address)
    shown = clerk.page.locator("main").inner_text()
    for text in (DONE, "现场看过，属实", "清单.txt", "待验收 → 已销号"):
        assert text in shown
    assert clerk.page.locator("svg").filter(has_text="整改前").count()
    assert not clerk.page.locator(".head .buttons .btn").count()
    clerk.page.get_by_text("查看数据").click()
    assert clerk.page.get_by_role("table", name="整改前后每 30 天的件数").is_visible()
    for person in (supervisor, owner, clerk):
        assert not person.complaints
