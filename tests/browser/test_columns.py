"""The columns of a list chosen by keyboard alone, in the browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def heads(page):
    return [it.strip() for it in page.locator(".listing thead th").all_inner_texts()]


def test_columns_are_chosen_moved_and_put_back_by_keyboard(at, demo_site):
    person = at(demo_site, "supervisor.linqing")
    page = person.page
    person.open("/cases/list/?tab=open")
    before = heads(page)
    page.get_by_role("link", name="选择列").press("Enter")
    page.get_by_role("checkbox", name="反映内容").press(" ")
    page.get_by_role("checkbox", name="来源渠道").press(" ")
    up = page.get_by_role("button", name="上移“状态”")
    for _ in range(2):
        up.press("Enter")
    assert up.evaluate("it => it === document.activeElement"), "the focus stays with the line"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{demo_site.url}/cases/list/?tab=open")
    after = heads(page)
    assert "反映内容" not in after
    assert after[-1] == "来源渠道"
    assert after.index("状态") < after.index("时限")
    person.open("/cases/columns?tab=open")
    page.get_by_role("button", name="恢复原样").press("Enter")
    page.wait_for_url(f"{demo_site.url}/cases/list/?tab=open")
    assert heads(page) == before
    assert person.complaints == []
