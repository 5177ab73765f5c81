"""A ledger's template from nothing to the file, with the keyboard alone; and with the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import SHOTS
from tests.browser.probes import NAMELESS, PALE, TEXTS, english

pytestmark = pytest.mark.browser

SUPERVISOR = "supervisor.liaocheng"
WIDTHS = (360, 820, 1366)


@pytest.fixture
def desk(demo_site, at):
    person = at(demo_site, SUPERVISOR, accept_downloads=True)
    yield person
    assert not person.complaints


class Keys:
    """Somebody who never touches the mouse."""

    def __init__(self, page):
        self.page = page

    def on(self, identity):
        return self.page.evaluate("() => document.activeElement.id") == identity

    def to(self, identity, most=250):
        """Go forward to a control, as Tab goes, and say so when it is never reached."""
        for _ in range(most):
            if self.on(identity):
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard never reaches {identity}")

    def press(self, key="Enter"):
        self.page.keyboard.press(key)
        return self

    def settled(self, identity):
        """Wait until a press brought the focus where it belongs."""
        expect(self.page.locator(f"#{identity}")).to_be_focused()
        return self


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"designer-{name}.png", full_page=True)


def columns(page):
    return page.locator("input[name=columns]").evaluate_all("all => all.map(it => it.value)")


def test_from_nothing_to_the_file_by_keyboard(desk, tmp_path):
    page, keys = desk.page, Keys(desk.page)
    desk.open("/ledger-templates/list/")
    page.keyboard.press("n")
    page.wait_for_url("**/ledger-templates/base")
    page.keyboard.press("Tab")
    page.get_by_role("link", name="办不成事台账").focus()
    keys.press()
    page.wait_for_url("**/design?kind=cases")
    keys.to("f-name")
    page.keyboard.insert_text("科室周报")
    keys.to("none").press()
    expect(page.locator("input[name=columns]")).to_have_count(0)
    for code, following in (
        ("number", "add-hall"),
        ("lead_department", "add-assisting"),
        ("working_days", "add-due_at"),
    ):
        page.locator(f"#add-{code}").focus()
        keys.press().settled(following)
    page.locator("#up-working_days").focus()
    keys.press().settled("up-working_days").press().settled("down-working_days")
    assert columns(page) == ["working_days", "number", "lead_department"]
    keys.press()
    expect(page.locator("input[name=columns]").first).to_have_value("number")
    keys.settled("down-working_days")
    assert columns(page) == ["number", "working_days", "lead_department"]
    page.locator("#f-title-number").focus()
    page.keyboard.insert_text("事项编号")
    keys.to("f-group")
    while page.locator("#f-group").input_value() != "lead_department":
        keys.press("ArrowDown")
    keys.to("show-preview").press().settled("preview")
    head = page.locator("#preview th").all_inner_texts()
    assert head == ["事项编号", "时限(工作日)", "主办科室"]
    assert page.locator("#preview tr.sum").count() > 0
    assert page.locator("#f-name").input_value() == "科室周报"
    shoot(page, "preview")
    page.locator("#f-name").focus()
    keys.press("Control+Enter")
    page.wait_for_url("**/ledger-templates/show/*")
    shoot(page, "saved")
    button = page.get_by_role("button", name="生成台账")
    button.focus()
    with page.expect_download() as coming:
        keys.press()
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    assert path.name.startswith("科室周报_")
    sheet = load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[2]] == head
    assert sheet.cell(sheet.max_row, 1).value.startswith("合计：")
    assert sheet.cell(sheet.max_row, 1).font.b


def test_a_column_is_dragged_and_what_was_typed_stays(desk):
    desk.open("/ledger-templates/design?kind=cases")
    page = desk.page
    page.locator("#f-name").fill("拖动")
    page.locator("#f-title-hall").fill("在哪里")
    grip = page.locator("li[data-column=status] .grip")
    grip.scroll_into_view_if_needed()
    page.locator("li[data-column=working_days] .grip").scroll_into_view_if_needed()
    start, end = grip.bounding_box(), page.locator("li[data-column=finished_at]").bounding_box()
    page.mouse.move(start["x"] + 4, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] - 20)
    page.mouse.move(end["x"] + 60, end["y"] + 10, steps=4)
    page.mouse.up()
    expect(page.locator("input[name=columns]").nth(15)).to_have_value("status")
    assert page.locator("#f-title-hall").input_value() == "在哪里"
    assert page.locator("#f-name").input_value() == "拖动"


def test_without_a_script_the_same_buttons_work(demo_site, at):
    person = at(demo_site, SUPERVISOR, java_script_enabled=False)
    person.open("/ledger-templates/design?kind=cases")
    person.page.locator("#f-name").fill("无脚本")
    person.page.locator("#down-number").click()
    assert columns(person.page)[:2] == ["hall", "number"]
    assert person.page.locator("#f-name").input_value() == "无脚本"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("light", ["light", "dark"])
def test_the_page_is_whole_in_every_width(demo_site, at, width, light):
    person = at(demo_site, SUPERVISOR, viewport={"width": width, "height": 800}, color_scheme=light)
    page = person.page
    for path in ("/ledger-templates/base", "/ledger-templates/design?kind=cases"):
        person.open(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
        assert not page.evaluate(NAMELESS)
        assert not page.evaluate(PALE)
        assert not english(page.evaluate(TEXTS))
        shoot(page, f"{path.rpartition('/')[2][:4]}-{width}-{light}")
    page.locator("#show-preview").click()
    page.wait_for_selector("#preview")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, f"sample-{width}-{light}")
    assert not person.complaints
