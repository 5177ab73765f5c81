"""The figures in a real Chromium: from a number to its cases, saved as a picture, on paper."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.browser.probes import PALE, TEXTS, english
from tests.browser.test_screens import printed
from tests.browser.window import lately

pytestmark = pytest.mark.browser

SUPERVISOR = "supervisor.liaocheng"
PNG = b"\x89PNG"
WIDTHS = (360, 820, 1366)


@pytest.fixture
def desk(demo_site, at):
    person = at(demo_site, SUPERVISOR, accept_downloads=True)
    yield person
    assert not person.complaints


def test_from_the_menu_to_a_number_to_its_cases(desk):
    page = desk.page
    page.get_by_role("link", name="办件统计").click()
    lately(page)
    page.get_by_role("link", name="按大厅").click()
    cell = page.locator(".holds-table tbody tr", has_text="临清市").locator("a").first
    number = int(cell.inner_text())
    cell.click()
    assert number > 10
    assert f"共 {number} 条" in page.locator(".pager").inner_text()
    assert "统计：临清市政务服务大厅" in page.locator(".chips").inner_text()


def test_days_that_are_typed_are_the_period(desk):
    desk.open("/overview/")
    desk.page.locator("[name=since]").fill("2026-01-01")
    assert desk.page.locator("[name=period]").input_value() == "custom"
    desk.page.get_by_role("button", name="统计", exact=True).click()
    assert "since=2026-01-01" in desk.page.url


def test_a_chart_is_saved_as_a_picture_with_its_title(desk, tmp_path):
    desk.open("/overview/")
    figure = desk.page.locator("figure").first
    title = figure.get_attribute("data-title")
    saved = {}
    for kind in ("png", "svg"):
        with desk.page.expect_download() as coming:
            figure.locator(f"[data-save={kind}]").click()
        saved[kind] = tmp_path / coming.value.suggested_filename
        coming.value.save_as(saved[kind])
    assert [path.name for path in saved.values()] == [f"{title}.png", f"{title}.svg"]
    assert saved["png"].read_bytes().startswith(PNG)
    picture = ET.fromstring(saved["svg"].read_text("utf-8"))  # noqa: S314 - of our own making
    assert title in {it.text for it in picture.iter() if it.text}
    assert not [it for it in picture.iter() if "style" in it.attrib]


def test_the_figures_behind_a_chart_are_a_table(desk):
    desk.open("/overview/")
    figure = desk.page.locator("figure").first
    assert figure.locator("table").is_hidden()
    figure.get_by_text("查看数据").click()
    assert figure.locator("table tbody tr").count() > 1
    assert "共" in (figure.get_by_role("img").get_attribute("aria-label") or "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_is_legible_fits_and_speaks_chinese(demo_site, at, theme):
    person = at(demo_site, SUPERVISOR, color_scheme=theme)
    for by in ("", "hall", "department", "need"):
        for width in WIDTHS:
            person.page.set_viewport_size({"width": width, "height": 780})
            person.open(f"/overview/?by={by}")
            overflow = person.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not overflow, (by, width)
        assert not person.page.evaluate(PALE), by
        assert not english(person.page.evaluate(TEXTS)), by
    assert not person.complaints


def test_the_report_is_a_paper(desk, tmp_path):
    desk.open("/overview/report")
    text = printed(desk.page, tmp_path / "report.pdf")
    assert text.count("\f") >= 2
    assert "窗口的必要性" in re.sub(r"\s", "", text)
