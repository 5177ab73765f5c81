"""What a list weighs over the wire, as the browser counts it: cold, and with what it kept."""

from __future__ import annotations

import pytest

from tests.conftest import PASSWORD

COLD, WARM = 350 * 1024, 30 * 1024
MOST_REQUESTS = 15
YEAR = "public, max-age=31536000, immutable"

pytestmark = pytest.mark.browser


class Wire:
    """A browser that keeps what it may keep, and counts what comes over the wire."""

    def __init__(self, browser, site):
        self.context = browser.new_context(locale="zh-CN")
        self.page = self.context.new_page()
        self.site, self.requests, self.bytes, self.kept = site, [], 0, []
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestServedFromCache", lambda it: self.kept.append(it["requestId"]))

    def _received(self, event):
        self.requests.append(event["response"])

    def _finished(self, event):
        self.bytes += event["encodedDataLength"]

    def open(self, path):
        """Open a page; return how many requests went out and how many bytes came."""
        self.requests, self.bytes, self.kept = [], 0, []
        self.page.goto(self.site.url + path, wait_until="networkidle")
        sent = [it for it in self.requests if not it.get("fromDiskCache")]
        return len(sent) - len(self.kept), self.bytes


@pytest.fixture
def wire(browser, demo_site):
    found = Wire(browser, demo_site)
    found.open("/login/")
    found.page.get_by_label("用户名", exact=True).fill("clerk.linqing")
    found.page.get_by_label("密码", exact=True).fill(PASSWORD)
    found.page.get_by_role("button", name="登录", exact=True).click()
    found.page.wait_for_url(f"{demo_site.url}/")
    yield found
    found.context.close()


def cold(wire):
    session = wire.context.new_cdp_session(wire.page)
    session.send("Network.clearBrowserCache")
    return wire.open("/cases/list/?size=100")


def test_a_list_is_light_when_everything_is_new(wire):
    requests, size = cold(wire)
    assert 1 < requests <= MOST_REQUESTS
    assert 1024 < size <= COLD


def test_a_list_is_lighter_when_the_browser_has_been_here(wire):
    cold(wire)
    requests, size = wire.open("/cases/list/?size=100")
    assert requests == 1, "only the page itself is asked for again"
    assert 1024 < size <= WARM


def test_every_text_comes_packed_and_what_is_ours_is_kept_for_a_year(wire):
    cold(wire)
    texts = [it for it in wire.requests if not it["url"].startswith("data:")]
    loose = [it["url"] for it in texts if it["headers"].get("Content-Encoding") != "gzip"]
    assert not [url for url in loose if "favicon" not in url]
    ours = [it for it in texts if "/assets/" in it["url"]]
    assert len(ours) >= 3
    assert {it["headers"]["Cache-Control"] for it in ours} == {YEAR}
