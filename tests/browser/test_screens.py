"""Every screen of every role, at both sizes and in both lights: whole, quiet, ours, and Chinese."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.access import barriers
from tests.browser.conftest import SHOTS
from tests.browser.probes import IDLE, LINKS, MENU, NAMELESS, PALE, ROWS, TEXTS, english
from tests.conftest import PASSWORD
from tests.databases import missing

pytestmark = pytest.mark.browser

ADMIN_PASSWORD = "admin-2026-password"
PEOPLE = (
    "clerk.linqing",
    "handler.linqing.scjg",
    "supervisor.linqing",
    "inspector.liaocheng",
    "admin",
)
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
VIEWS = ((DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light"))

OFF_MENU = ("/password",)
DOWNLOADS = re.compile(r"/(export|file|template|ledger)\b")
PAGES_OF_ROWS = {
    "inspector.liaocheng": ("/events/show/1", "/deadlines/show/1", "/calendar-revisions/show/1")
}
"""Pages of rows whose lists lead to the case instead."""


class Walk:
    """One person's way through every screen that is offered, and what was wrong on it.

    `foreign` returns those texts of a screen that are not in its language.
    """

    def __init__(self, person, name, foreign=english):
        self.person, self.page, self.name = person, person.page, name
        self.foreign = foreign
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def everything(self):
        """Go to each entry of the menu, and on from there."""
        self.person.open("/")
        for path in [*OFF_MENU, *self.page.evaluate(MENU)]:
            self.visit(path)
        return self

    def check(self):
        assert not self.faults, "\n".join(self.faults)

    def visit(self, path):
        if not self.new(path):
            return
        answer = self.person.open(path)
        if answer.status != 200:
            self.faults.append(f"{path}: answered {answer.status}")
            return
        self.look(path)
        links = [*self.page.evaluate(ROWS)[:1], *self.page.evaluate(LINKS)]
        if self.page.locator("form#form [aria-required]:is(textarea, input)").count():
            self.send_empty(path)
        for link in links:
            if link and link.startswith("/") and not DOWNLOADS.search(link):
                self.visit(link)

    def new(self, path):
        """Say whether a screen is new: a form once, lists by tab, cases one by one."""
        parts = urlsplit(path)
        known = parts.path if "/show/" in path else re.sub(r"\d+", "#", parts.path)
        key = f"{known}?{parts.query}" if "tab=" in parts.query else known
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def send_empty(self, path):
        """Send a form with nothing in it: errors must be as presentable as the form."""
        typed = "input[type=text], input[type=number], textarea"
        for box in self.page.locator("form#form").locator(typed).all():
            box.fill("")
        self.page.locator("form#form button[type=submit]").first.click()
        self.page.locator(".notice.late.tall").wait_for()
        self.person.complaints[:] = [it for it in self.person.complaints if " 422 " not in it]
        self.look(f"{path} (empty)")

    def look(self, path):
        """Look at the screen in each size and light."""
        page = self.page
        told = [
            ("nameless", page.evaluate(NAMELESS)),
            ("idle", page.evaluate(IDLE)),
            ("foreign", self.foreign(page.evaluate(TEXTS))),
            ("", self.person.complaints),
        ]
        for size, light in VIEWS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=light)
            told.append((f"{size['width']} {light} pale", page.evaluate(PALE)))
            if size is DESKTOP:
                told.append((light, barriers(page, path, light)))
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                told.append((f"{size['width']}", [f"scrolls sideways, {wide} wide"]))
            self.shoot(path, f"{size['width']}-{light}")
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        self.faults += [f"{path}: {what} {text}" for what, texts in told for text in texts]
        self.person.complaints.clear()

    def shoot(self, path, view):
        if SHOTS:
            name = re.sub(r"[^\w]+", "-", path).strip("-") or "home"
            file = Path(SHOTS) / self.name / f"{name}.{view}.png"
            self.page.screenshot(path=file, full_page=True)


@pytest.mark.parametrize("username", PEOPLE)
def test_every_screen_is_whole_quiet_ours_and_chinese(demo_site, at, username):
    password = ADMIN_PASSWORD if username == "admin" else PASSWORD
    walk = Walk(at(demo_site, username, password), username)
    for path in PAGES_OF_ROWS.get(username, ()):
        walk.visit(path)
    walk.everything().check()
    assert len(walk.seen) > 12


@pytest.mark.parametrize("username", ["supervisor.linqing", "admin"])
def test_the_main_screens_fit_and_shut_nobody_out_in_english_too(demo_site, at, username):
    person = at(demo_site, username, ADMIN_PASSWORD if username == "admin" else PASSWORD)
    person.open("/lang/en")
    walk = Walk(person, f"{username}.en", foreign=lambda _texts: [])
    for path in person.page.evaluate(MENU):
        person.open(path)
        assert person.page.locator("html").get_attribute("lang") == "en"
        walk.look(f"{path} (English)")
    walk.check()


def test_an_empty_house_tells_the_administrator_where_to_begin(site, at):
    site.run("setup", "--admin-password", ADMIN_PASSWORD)
    site.start()
    person = at(site, "admin", ADMIN_PASSWORD)
    steps = person.page.locator(".checklist a")
    assert steps.all_inner_texts() == [
        "添加大厅",
        "添加科室",
        "添加人员并安排任职",
        "录入权责清单",
        "让消息发得出去",
        "每周备份",
    ]
    Walk(person, "empty").everything().check()
    person.open("/halls/list/")
    assert person.page.locator(".empty").inner_text().startswith("还没有记录")
    person.open("/halls/list/?q=没有这个")
    assert person.page.locator(".empty").inner_text() == "没有符合条件的记录"


ERRORS = (
    ("/nowhere", 404, "没有找到"),
    ("/cases/show/999999", 404, "没有找到"),
    ("/cases/list/?page=0", 400, "请求不正确"),
    ("/cases/list/?tab=nonsense", 400, "请求不正确"),
    ("/staff/list/", 403, "没有权限"),
)


@pytest.mark.parametrize(("path", "status", "title"), ERRORS)
def test_an_error_is_a_page_with_a_sentence_and_a_way_back(demo_site, at, path, status, title):
    person = at(demo_site, "clerk.linqing")
    assert person.open(path).status == status
    person.complaints[:] = [it for it in person.complaints if f" {status} " not in it]
    assert person.page.locator("h1").inner_text() == title
    walk = Walk(person, "errors")
    walk.look(path)
    walk.check()
    person.page.get_by_role("link", name="回到工作台").click()
    person.page.wait_for_url(f"{demo_site.url}/")


def test_a_wrong_password_is_told_without_saying_what_was_wrong(demo_site, at):
    person = at(demo_site)
    page = person.page
    walk = Walk(person, "login")
    person.open("/cases/list/")
    walk.look("/login/")
    page.get_by_label("用户名", exact=True).fill("clerk.linqing")
    page.get_by_label("密码", exact=True).fill("wrong-password")
    page.keyboard.press("Enter")
    page.locator(".notice.late").wait_for()
    assert page.locator(".notice.late").inner_text() == "用户名或密码不正确，或账号已停用。"
    assert page.get_by_label("用户名", exact=True).input_value() == "clerk.linqing"
    person.complaints[:] = [it for it in person.complaints if " 401 " not in it]
    walk.look("/login/ (refused)")
    walk.check()


def test_a_case_and_a_list_go_onto_paper_without_the_buttons(demo_site, at, tmp_path):
    person = at(demo_site, "clerk.linqing", color_scheme="dark")
    page = person.page
    person.open("/cases/list/?tab=overdue")
    number = page.locator(".listing tbody a").first.inner_text()
    listed = printed(page, tmp_path / "list.pdf")
    assert number in listed
    assert "反映内容" in listed
    page.get_by_role("link", name=number, exact=True).click()
    page.wait_for_url("**/cases/show/*")
    text = printed(page, tmp_path / "case.pdf")
    for words in (number, "超期", "反映内容", "工作日历第", "办理过程", "承办科室"):
        assert words in text
    for words in ("工作台", "登记事项", "打印", "退出登录", "显示", "查询"):
        assert words not in text + listed


def printed(page, path):
    """Print a page and return what is on the paper."""
    page.pdf(path=path, prefer_css_page_size=True, format="A4")
    if SHOTS:
        shutil.copy(path, SHOTS)
    tool = shutil.which("pdftotext") or missing("pdftotext")
    return subprocess.run([tool, path, "-"], check=True, capture_output=True, text=True).stdout


def test_the_look_that_one_chooses_stays(demo_site, at):
    person = at(demo_site, "clerk.linqing")
    page = person.page
    page.locator(".who summary").click()
    page.get_by_role("button", name="深色").click()
    page.get_by_role("button", name="大字").click()
    person.open("/cases/list/")
    root = page.locator("html")
    assert (root.get_attribute("data-theme"), root.get_attribute("data-size")) == ("dark", "large")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= DESKTOP["width"]
    assert page.evaluate(PALE) == []


def test_on_a_phone_the_menu_opens_and_leads_on(demo_site, at):
    person = at(demo_site, "clerk.linqing")
    page = person.page
    page.set_viewport_size(PHONE)
    entry = page.locator(".side").get_by_role("link", name="全部事项")
    assert not entry.is_visible()
    page.get_by_role("button", name="菜单").click()
    entry.click()
    page.wait_for_url("**/cases/list/")
    page.get_by_role("button", name="筛选").click()
    page.locator("select[name=f_classification]").select_option(label="应办未办")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**f_classification=*")
    assert page.locator(".chip").inner_text().strip().endswith("分类：应办未办")
