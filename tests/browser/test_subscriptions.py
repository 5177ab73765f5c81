"""A ledger is subscribed to on its page, and where a template is designed; on every width."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SHOTS
from tests.browser.window import send

pytestmark = pytest.mark.browser

WIDTHS = (360, 1366)


@pytest.fixture
def desk(demo_site, at):
    person = at(demo_site, "supervisor.liaocheng")
    yield person
    assert not person.complaints


def shoot(page, name):
    """Look at a page on every width: nothing stands out of it."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        if SHOTS:
            path = Path(SHOTS) / f"subscriptions-{name}-{width}.png"
            page.screenshot(path=path, full_page=True)


def test_a_ledger_is_subscribed_to_and_switched_off(desk):
    page = desk.page
    desk.open("/ledger-subscriptions/add")
    shoot(page, "add")
    page.get_by_label("台账种类").select_option(label="超期台账")
    page.locator("#f-hall").select_option(label="临清市政务服务大厅")
    page.get_by_label("多久一次").select_option(label="每月")
    page.get_by_label("当月第几个工作日").fill("3")
    send(page, "保存")
    expect(page.get_by_role("heading", level=1)).to_have_text("临清市政务服务大厅超期台账")
    shoot(page, "show")
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_role("button", name="启用")).to_be_visible()
    desk.open("/ledger-subscriptions/list/")
    expect(page.get_by_text("每月第 3 个工作日 09:00")).to_be_visible()
    shoot(page, "list")
    desk.open("/ledger-sendings/list/")
    shoot(page, "sendings")


def test_who_gets_a_designed_ledger_is_said_where_it_is_designed(desk):
    page = desk.page
    desk.open("/ledger-templates/design?kind=cases")
    page.get_by_label("模板名称").fill("晨会用表")
    page.get_by_label("多久一次").select_option(label="每周")
    page.get_by_label("发送哪个大厅的").select_option(label="临清市政务服务大厅")
    section = page.locator("section[aria-labelledby=s-send]").bounding_box()
    assert section is not None
    assert section["height"] < 800
    shoot(page, "design")
    page.get_by_role("button", name="保存模板").last.click()
    expect(page.get_by_text("每周一 09:00")).to_be_visible()
    shoot(page, "template")
