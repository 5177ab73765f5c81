"""What people do at the panel, in their words: register, press a move, fill in, send, find."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(days=90)
CLERK, HANDLER = "clerk.linqing", "handler.linqing.scjg"
STORY = (
    "家住潘庄镇，来大厅登记一家公司。网上申请要求丈夫用智能手机做人脸识别实名认证，"
    "丈夫年纪大，没有智能手机，身边没有年轻人能帮忙。"
)
RESULT = "食药科执法人员上门帮办，用工作手机完成人脸识别，实名认证和电子签名均已通过。"
PHONE, MASKED_PHONE = "13900000742", "139****0742"


def fill(page, **typed):
    """Type what a form asks for, by the names of its fields."""
    for name, value in typed.items():
        field = page.locator(f"[name={name}]")
        if isinstance(value, list):
            for label in value:
                page.get_by_label(label, exact=True).check()
        elif field.evaluate("it => it.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def send(page, label):
    """Press the button that sends the form, and wait for the answer."""
    with page.expect_navigation():
        page.locator("form#form").get_by_role("button", name=label).click()


def press(page, label):
    """Press one of the moves of a case, and wait for what it leads to.

    A move that is seldom made stands in the menu of further ones, which is opened first.
    """
    moves = page.get_by_role("group", name="办理")
    move = moves.get_by_text(label, exact=True)
    if not move.is_visible():
        moves.get_by_text("更多操作", exact=True).click()
    with page.expect_navigation():
        move.click()


def do(page, label, **typed):
    """Make a move from beginning to end: press it, fill in what it asks for, send it."""
    press(page, label)
    fill(page, **typed)
    send(page, label)
    assert f"{label}完成" in told(page)


def told(page):
    """Return what the page says happened."""
    return page.locator(".notice.ok").inner_text()


def number_of(page):
    return page.locator(".case-head .mono").inner_text()


def register(person, matter="公司设立登记", name="李桂芬", **more):
    """Register a matter at the window and return its number."""
    person.open("/cases/add")
    typed = {"applicant_name": name, "phone": PHONE, "matter": matter, "description": STORY} | more
    fill(person.page, **typed)
    send(person.page, "保存")
    person.page.wait_for_url("**/cases/show/*")
    return number_of(person.page)


def find(person, number):
    """Go to a case through the search box at the top of every page."""
    person.page.locator("#find").fill(number)
    person.page.locator("#find").press("Enter")
    person.page.wait_for_url("**/cases/list/?q=*")
    person.page.get_by_role("link", name=number, exact=True).click()
    person.page.wait_for_url("**/cases/show/*")


def first_row(person, path, about=""):
    """Go to the first row of a list, or to the first that says something."""
    person.open(path)
    with person.page.expect_navigation():
        rows = person.page.locator("tr[data-href]").filter(has_text=about)
        rows.first.locator("a").first.click()


def follow(page, name):
    """Follow the first link of a name in the page, and wait for what it leads to."""
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def head(page, label):
    """Press a button at the head of a page, and wait for what it leads to."""
    with page.expect_navigation():
        page.locator(".head").get_by_text(label, exact=True).click()


def lately(page):
    """Ask for the figures of the last ninety days, whatever day it is."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    page.locator("[name=since]").fill((today - QUARTER).isoformat())
    page.locator("[name=until]").fill(today.isoformat())
    with page.expect_navigation():
        page.get_by_role("button", name="统计", exact=True).click()


def accept(person):
    press(person.page, "受理")
    fill(person.page, classification="应办未办")
    send(person.page, "受理")
