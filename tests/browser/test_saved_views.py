"""A list kept under a name and opened again, by keyboard and on a phone, in the browser."""

from __future__ import annotations

import pytest

from tests.browser.access import barriers
from tests.browser.probes import PALE

pytestmark = pytest.mark.browser


def test_a_view_is_saved_opened_and_removed(at, demo_site):
    person = at(demo_site, "supervisor.linqing")
    page = person.page
    person.open("/cases/list/?tab=open&sort=-registered_at&page=2&size=25")
    page.locator(".views summary").press("Enter")
    page.get_by_role("link", name="保存为视图…").press("Enter")
    page.wait_for_url("**/views/add?**")
    page.get_by_label("名称").fill("新的在前")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/cases/list/**")
    kept = page.url
    assert page.locator(".views summary").inner_text().strip().endswith("新的在前")
    person.open("/cases/list/")
    page.locator(".views summary").click()
    assert page.evaluate(PALE) == []
    assert barriers(page, "/cases/list/ views", "light") == []
    page.get_by_role("link", name="新的在前").click()
    page.wait_for_url(kept)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".views summary").click()
    box = page.locator(".views .drop-body").bounding_box()
    assert box["x"] >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="管理视图").click()
    page.get_by_role("link", name="删除 新的在前").click()
    page.get_by_role("button", name="删除").click()
    page.locator(".empty").wait_for()
    assert person.complaints == []
