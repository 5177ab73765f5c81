"""Boxes for dates: written year first, picked by mouse or keyboard from a month of working days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.window import CLERK, HANDLER, fill, first_row, press, register, send

pytestmark = pytest.mark.browser

FIGURES = "/overview/"


@pytest.fixture
def since(demo_site, at):
    supervisor = at(demo_site, "supervisor.linqing")
    supervisor.open(FIGURES)
    return supervisor.page.locator("[name=since]")


def month(page):
    return page.get_by_role("dialog", name="选择日期", exact=True)


def opened(box, day):
    """Put a day in a box and open its month."""
    box.fill(day)
    box.page.locator(".dated", has=box).get_by_role("button").first.click()
    found = month(box.page)
    found.locator("td button").first.wait_for()
    return found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026.9.7", "2026-09-07"),
        ("2026年10月12日", "2026-10-12"),
        ("２０２６/1/2", "2026-01-02"),
        ("20260228", "2026-02-28"),
        ("2026-02-30", "2026-02-30"),
        ("下周三", "下周三"),
    ],
)
def test_a_date_is_understood_as_people_write_it_and_nothing_is_made_up(since, typed, kept):
    since.fill(typed)
    since.blur()
    assert since.input_value() == kept


def test_the_month_marks_days_off_and_days_made_up_for_them(since):
    days = opened(since, "2026-10-01")
    assert days.locator("header b").inner_text() == "2026年10月"
    holiday = days.get_by_role("button", name="2026-10-01 不上班 国庆节")
    assert holiday.locator("small").inner_text() == "休"
    assert days.get_by_role("button", name="2026-10-10 上班").locator("small").inner_text() == "班"
    assert days.get_by_role("button", name="2026-10-17 不上班").get_attribute("class") == "free"
    assert days.get_by_role("button", name="2026-10-12 上班").get_attribute("class") is None


def test_the_keyboard_goes_through_days_and_months(since):
    days = opened(since, "2026-03-31")
    keys = since.page.keyboard
    for pressed, day in [
        ("ArrowRight", "2026-04-01"),
        ("ArrowUp", "2026-03-25"),
        ("PageUp", "2026-02-25"),
        ("ArrowDown", "2026-03-04"),
    ]:
        keys.press(pressed)
        days.locator(f"button[value='{day}']:focus").wait_for()
    keys.press("Enter")
    assert since.input_value() == "2026-03-04"
    assert days.count() == 0
    assert since.evaluate("it => it === document.activeElement")


def test_escape_closes_the_month_and_keeps_what_was_there(since):
    days = opened(since, "2026-03-31")
    since.page.keyboard.press("Escape")
    assert days.count() == 0
    assert since.input_value() == "2026-03-31"


def test_a_day_that_is_picked_counts_as_chosen_by_hand(since):
    page = since.page
    opened(since, "2026-03-31").get_by_role("button", name="2026-03-16").click()
    assert page.locator("[name=period]").input_value() == "custom"


def test_a_time_comes_with_the_day(demo_site, at):
    handler = at(demo_site, HANDLER)
    page = handler.page
    first_row(handler, "/cases/list/?tab=signed")
    press(page, "安排上门帮办")
    box = page.locator("[name=visit_at]")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    opened(box, f"{today} 14:30").get_by_role("button", name="今天", exact=True).click()
    assert box.input_value() == f"{today} 14:30"


def test_a_time_is_written_in_24_hours_whatever_the_browser_speaks(demo_site, at):
    supervisor = at(demo_site, "supervisor.linqing")
    supervisor.open("/ledger-subscriptions/add")
    box = supervisor.page.locator("[name=at]")
    assert (box.get_attribute("type"), box.input_value()) == ("text", "09:00")
    for typed, kept in [
        ("9:30", "09:30"),
        ("１４：０５", "14:05"),
        ("1730", "17:30"),
        ("早上", "早上"),
    ]:
        box.fill(typed)
        box.blur()
        assert box.input_value() == kept


def test_the_lamp_of_an_open_page_follows_and_the_page_tells_of_a_change(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    page.clock.install()
    register(clerk, name="郑立军")
    place = page.locator(".big-lamp")
    place.locator(".lamp").evaluate("it => { it.textContent = '以前的' }")
    page.clock.run_for(61_000)
    expect(place).not_to_have_text("以前的")
    assert page.locator("#moved-on").is_hidden()
    other = at(demo_site, CLERK)
    other.page.goto(page.url.replace("/show/", "/edit/"))
    fill(other.page, demand="希望本周内办好。")
    send(other.page, "保存")
    page.clock.run_for(61_000)
    page.locator("#moved-on").wait_for()
    page.locator("#moved-on a").click()
    expect(page.locator(".case-body")).to_contain_text("希望本周内办好。")
    assert page.locator("#moved-on").is_hidden()
