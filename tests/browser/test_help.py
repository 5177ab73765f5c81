"""Help beside the screen, by keyboard and on a phone, in the browser."""

from __future__ import annotations

import pytest

from tests.browser.access import barriers
from tests.browser.probes import PALE

pytestmark = pytest.mark.browser


def test_help_opens_beside_the_screen_and_gives_the_focus_back(at, demo_site):
    person = at(demo_site, "clerk.linqing")
    page = person.page
    asked = []
    page.on("request", lambda it: asked.append(it.url))
    person.open("/cases/list/?tab=overdue")
    assert not [url for url in asked if "/help?" in url or "help.css" in url], (
        "nothing is fetched yet"
    )
    page.keyboard.press("h")
    panel = page.get_by_role("dialog", name="帮助")
    panel.wait_for()
    assert panel.locator("h3").first.inner_text() == "督办与追责"
    assert panel.locator("img").first.get_attribute("alt")
    place = page.locator("main .card").first.bounding_box()
    assert place["x"] + place["width"] <= panel.bounding_box()["x"], "the screen stays in sight"
    assert page.evaluate(PALE) == []
    assert barriers(page, "/help beside", "light") == []
    page.keyboard.press("j")
    assert panel.is_visible()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.matches('[data-help]')")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("link", name="帮助").click()
    assert panel.bounding_box()["width"] == 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="关闭", exact=True).click()
    assert not panel.is_visible()
    assert person.complaints == []
    person.open("/guide/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(PALE) == []
    assert person.complaints == []
