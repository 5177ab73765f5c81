"""A month of duty drawn up in the browser: by mouse, finger and keyboard; on a phone, on paper."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.browser.conftest import SHOTS
from tests.browser.probes import PALE, TEXTS, english
from tests.browser.test_screens import printed

pytestmark = pytest.mark.browser

PLANNER, CLERK = "supervisor.linqing", "clerk.linqing"
WANG, QIU = "王秀芝", "邱淑敏"
WIDTHS = (360, 390, 820, 1366, 1920)


def month_ahead():
    """Return the month after next, in which the invented plan has nobody."""
    day = date.today().replace(day=1) + timedelta(days=63)  # noqa: DTZ011 - the server's own day
    return f"{day:%Y-%m}"


def address():
    return f"/roster/?hall=linqing&month={month_ahead()}"


def shifts(page, line=0):
    """Return the shifts of a day: two of the first window, two of the second."""
    return page.locator(".roster tbody tr").nth(line).locator("[data-cell]")


def told(page, line=0):
    return [text.replace("⋮", "").split("\n")[1] for text in shifts(page, line).all_inner_texts()]


def pause(page):
    """Wait until the plan that was sent has come back."""
    page.locator("#roster:not([aria-busy])").wait_for()


@pytest.fixture
def planner(demo_site, at):
    person = at(demo_site, PLANNER)
    person.open(address())
    yield person
    assert not person.complaints


def clear(page, line=0):
    page.get_by_role("radio", name="清空").check()
    for number in (0, 2):
        shifts(page, line).nth(number).click()
        pause(page)
    assert told(page, line) == ["无人"] * 4


def test_a_name_is_dragged_into_the_plan_on_and_away_again(planner):
    page = planner.page
    drag(page, page.locator("[data-person]", has_text=WANG), shifts(page).nth(0))
    assert told(page) == [WANG, WANG, "无人", "无人"]
    drag(page, page.locator("[data-person]", has_text=QIU), shifts(page).nth(2))
    assert told(page) == [WANG, WANG, QIU, QIU]
    drag(page, shifts(page).nth(0), shifts(page).nth(2))  # two mornings change windows
    assert told(page) == [QIU, WANG, WANG, QIU]
    assert "已记录" in page.locator("main > .notice").inner_text()
    drag(page, shifts(page).nth(1), shifts(page, 1).nth(1))  # an afternoon moves to the next day
    assert told(page) == [QIU, "无人", WANG, QIU]
    assert told(page, 1)[1] == WANG
    assert page.url.endswith(address())  # nothing was loaded anew
    clear(page)
    clear(page, 1)


def drag(page, one, other):
    start, end = one.bounding_box(), other.bounding_box()
    page.mouse.move(start["x"] + 20, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    pause(page)


def test_the_keyboard_alone_plans_a_day(planner):
    page = planner.page
    page.get_by_role("radio", name=WANG).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # among the names it presses no shift
    pause(page)
    assert told(page) == ["无人"] * 4
    shifts(page).nth(0).focus()
    page.keyboard.press("Enter")
    pause(page)
    assert told(page)[:2] == [WANG, WANG]
    assert page.evaluate("document.activeElement.dataset.cell.split('.')[2]") == "morning"
    assert page.get_by_role("radio", name=WANG).is_checked()
    clear(page)


def test_a_finger_taps_and_drags(demo_site, at):
    person = at(demo_site, PLANNER, has_touch=True, viewport={"width": 390, "height": 844})
    person.open(address())
    page = person.page
    page.locator("[data-person]", has_text=WANG).tap()
    shifts(page).nth(0).tap()
    pause(page)
    assert told(page)[:2] == [WANG, WANG]
    finger = person.context.new_cdp_session(page)
    one = page.locator("[data-person]", has_text=QIU).bounding_box()
    other = shifts(page).nth(2).bounding_box()
    points = [
        (one["x"] + 15, one["y"] + 15),
        (one["x"] + 30, one["y"] + 40),
        (other["x"] + 20, other["y"] + 20),
    ]
    for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), points, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    pause(page)
    assert told(page) == [WANG, WANG, QIU, QIU]
    clear(page)
    assert not person.complaints


def test_without_scripts_the_same_buttons_plan(demo_site, at):
    person = at(demo_site, PLANNER, java_script_enabled=False)
    person.open(address())
    page = person.page
    page.get_by_role("radio", name=QIU).check()
    shifts(page).nth(2).click()
    page.wait_for_url(re.compile(r"#d-"))
    assert told(page) == ["无人", "无人", QIU, QIU]
    page.get_by_role("radio", name="清空").check()
    shifts(page).nth(2).click()
    page.wait_for_load_state("networkidle")
    assert told(page) == ["无人"] * 4


@pytest.mark.parametrize("username", [PLANNER, CLERK])
def test_the_plan_is_whole_at_every_width_and_in_chinese(demo_site, at, username):
    person = at(demo_site, username)
    person.open("/roster/?hall=linqing")
    page = person.page
    assert english(page.evaluate(TEXTS)) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        for light in ("light", "dark"):
            page.emulate_media(color_scheme=light)
            assert page.evaluate(PALE) == [], (width, light)
            if SHOTS:
                name = f"{SHOTS}/roster-{username}-{width}-{light}.png"
                page.screenshot(path=name, full_page=True)
    assert not person.complaints


def test_the_plan_goes_onto_one_sheet_of_paper(demo_site, at, tmp_path):
    person = at(demo_site, PLANNER)
    person.open("/roster/?hall=linqing")
    text = printed(person.page, tmp_path / "roster.pdf")
    assert WANG in text
    assert "1 号窗口" in text
    assert text.count("\f") == 1
    for words in ("工作台", "清空", "照抄", "需要处理"):
        assert words not in text
