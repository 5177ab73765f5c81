"""Every screen of every role, at both sizes and in both lights: whole, quiet, ours, and Chinese."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from app.demo.material import DEPARTMENTS, HALLS, PEOPLE as STAFF

from tests.browser.conftest import SHOTS
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

ADMIN_PASSWORD = "admin-2026-password"
PEOPLE = ("clerk.linqing", "handler.linqing.scjg", "supervisor.linqing", "inspector.liaocheng",
          "admin")
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
VIEWS = [(size, light) for size in (DESKTOP, PHONE) for light in ("light", "dark")]

OFF_MENU = ("/password",)
PAGES_OF_ROWS = {"inspector.liaocheng": ("/events/show/1", "/deadlines/show/1",
                                         "/calendar-revisions/show/1")}
"""Pages of rows whose lists lead to the case instead."""

MENU = "[...document.querySelectorAll('.side a')].map(it => it.getAttribute('href'))"
ROWS = "[...document.querySelectorAll('tr[data-href]')].map(it => it.dataset.href)"
LINKS = """[...document.querySelectorAll('main .buttons a.btn, main .reveal, main .empty a.btn')]
    .map(it => it.getAttribute('href'))"""
TEXTS = """() => {
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) found.push(node.data);
    for (const name of ['placeholder', 'title', 'aria-label', 'alt', 'data-label'])
        for (const it of document.querySelectorAll('[' + name + ']'))
            found.push(it.getAttribute(name));
    for (const it of document.documentElement.getAttributeNames())
        if (it.startsWith('data-')) found.push(document.documentElement.getAttribute(it));
    for (const it of document.querySelectorAll('input[type=submit], input[type=button]'))
        found.push(it.value);
    return found;
}"""

NAMELESS = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button, a')]
    .filter(it => !(it.labels && it.labels.length) && !it.getAttribute('aria-label')
        && !it.getAttribute('aria-labelledby') && !it.textContent.trim())
    .map(it => it.outerHTML.slice(0, 120))"""
IDLE = """() => [...document.querySelectorAll('button, a.btn')].filter(it =>
    !(it.tagName === 'A' && it.getAttribute('href')) && !(it.type === 'submit' && it.form)
    && !it.matches('[data-toggle], [data-print], [data-back], [data-close], [data-peek],'
        + '[aria-disabled=true], [data-prefer] button'))
    .map(it => it.outerHTML.slice(0, 120))"""
"""Buttons that nothing happens on."""

PALE = """() => {
    const lightness = ([r, g, b]) => [r, g, b].map(it => it / 255)
        .map(it => it <= .04045 ? it / 12.92 : ((it + .055) / 1.055) ** 2.4)
        .reduce((sum, it, at) => sum + it * [.2126, .7152, .0722][at], 0);
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const ground = element => {
        for (let it = element; it; it = it.parentElement) {
            const found = numbers(getComputedStyle(it).backgroundColor);
            if (found.length < 4 || found[3] > .99) return found;
        }
        return [255, 255, 255];
    };
    const pale = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const it = node.parentElement;
        if (!node.data.trim() || !it.checkVisibility() || it.closest('.off, svg, option, .sr'))
            continue;
        const [one, other] = [numbers(getComputedStyle(it).color), ground(it)].map(lightness);
        const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (contrast < 4.5) pale.add(node.data.trim().slice(0, 30) + ' ' + contrast.toFixed(2));
    }
    return [...pale];
}"""
"""Text whose contrast with its ground is below WCAG AA."""

DATA = (
    *(rf"{hall.prefix}(-\d{{4}}-\d{{6}})?" for hall in HALLS),
    *(re.escape(person.username) for person in STAFF),
    *(hall.code for hall in HALLS),
    *(rf"{code}(-\d\d)?" for code in sorted({item.code for item in DEPARTMENTS})),
    re.escape(socket.gethostname()),
)
"""What may be written in Latin letters because people gave it as a name or a code."""

TERMS = ("Asia/Shanghai", "SHA-256", "CSV", r"(?<=\.)xlsx", r"Ctrl(?= ↵)", "HH:MM")
"""What is called so in Chinese too."""

LATIN = re.compile(r"[A-Za-z]{2,}")
KNOWN = re.compile("|".join(rf"(?<![A-Za-z]){word}(?![A-Za-z])" for word in (*DATA, *TERMS)))


def english(texts):
    """Return the texts in which a word in Latin letters stands that is neither data nor a term."""
    plain = (re.sub(r"\{\w+\}", "", text or "") for text in texts)
    return sorted({text.strip() for text in plain if LATIN.search(KNOWN.sub("", text))})


class Walk:
    """One person's way through every screen that is offered, and what was wrong on it."""

    def __init__(self, person, name):
        self.person, self.page, self.name = person, person.page, name
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
            if link and link.startswith("/") and not re.search(r"/(export|file)\b", link):
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
        for box in self.page.locator("form#form").locator("input[type=text], textarea").all():
            box.fill("")
        self.page.locator("form#form button[type=submit]").first.click()
        self.page.locator(".notice.late.tall").wait_for()
        self.person.complaints[:] = [it for it in self.person.complaints if " 422 " not in it]
        self.look(f"{path} (empty)")

    def look(self, path):
        """Look at the screen in each size and light."""
        page = self.page
        told = [("nameless", page.evaluate(NAMELESS)), ("idle", page.evaluate(IDLE)),
                ("English", english(page.evaluate(TEXTS))), ("", self.person.complaints)]
        for size, light in VIEWS:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=light)
            told.append((f"{size['width']} {light} pale", page.evaluate(PALE)))
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


def test_an_empty_house_tells_the_administrator_where_to_begin(site, at):
    site.run("setup", "--admin-password", ADMIN_PASSWORD)
    site.start()
    person = at(site, "admin", ADMIN_PASSWORD)
    steps = person.page.locator(".checklist a")
    assert steps.all_inner_texts() == ["添加大厅", "添加科室", "添加人员并安排任职", "录入权责清单"]
    Walk(person, "empty").everything().check()
    person.open("/halls/list/")
    assert person.page.locator(".empty").inner_text().startswith("还没有记录")
    person.open("/halls/list/?q=没有这个")
    assert person.page.locator(".empty").inner_text() == "没有符合条件的记录"


ERRORS = (
    ("/nowhere", 404, "没有找到"), ("/cases/show/999999", 404, "没有找到"),
    ("/cases/list/?page=0", 400, "请求不正确"), ("/cases/list/?tab=nonsense", 400, "请求不正确"),
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
