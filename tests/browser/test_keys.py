"""The list of cases by keyboard alone, in the browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

AT = """[...document.querySelectorAll('.listing tbody tr')]
    .indexOf(document.activeElement.closest('tr'))"""
TICKED = "[...document.querySelectorAll('input[name=ids]')].map(it => it.checked)"


@pytest.fixture
def clerk(at, demo_site):
    person = at(demo_site, "clerk.linqing")
    person.open("/cases/list/?size=25")
    yield person
    assert person.complaints == []


def test_j_and_k_walk_from_row_to_row_and_enter_opens(clerk):
    page = clerk.page
    for key, row in (("j", 0), ("j", 1), ("J", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate(AT) == row, key
    assert page.locator("tr.at").count() == 1
    assert page.evaluate("document.activeElement.matches('tr.at a[href]')")
    target = page.locator(".listing tbody tr").first.get_attribute("data-href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{clerk.site.url}{target}")


def test_x_ticks_the_row_that_is_marked_and_the_bar_counts_it(clerk):
    page = clerk.page
    page.keyboard.press("x")
    assert not any(page.evaluate(TICKED)), "no row is marked yet"
    for key in "jjx":
        page.keyboard.press(key)
    assert [at for at, ticked in enumerate(page.evaluate(TICKED)) if ticked] == [1]
    assert "已勾选 1 件" in page.locator(".bulk").inner_text()
    assert page.evaluate(AT) == 1
    page.keyboard.press("x")
    assert not any(page.evaluate(TICKED))


def test_brackets_turn_the_page(clerk):
    page = clerk.page
    clerk.open("/cases/list/?size=7")
    first = page.locator(".listing tbody tr td").first.inner_text()
    with page.expect_navigation():
        page.keyboard.press("]")
    assert page.locator(".listing tbody tr td").first.inner_text() != first
    with page.expect_navigation():
        page.keyboard.press("[")
    assert page.locator(".listing tbody tr td").first.inner_text() == first


def test_letters_that_are_typed_stay_letters(clerk):
    page = clerk.page
    page.keyboard.press("/")
    for key in "jkx?":
        page.keyboard.press(key)
    assert page.locator("#find").input_value() == "jkx?"
    assert not page.locator("#keys").is_visible()
    assert page.evaluate(AT) == -1


def test_a_question_mark_tells_the_keys_and_gives_the_focus_back(clerk):
    page = clerk.page
    page.keyboard.press("j")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="键盘操作")
    assert "下一行" in dialog.inner_text()
    page.keyboard.press("n")
    page.keyboard.press("j")
    assert dialog.is_visible(), "no key works behind it"
    assert "/cases/list/" in page.url
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate(AT) == 0


def test_the_menu_of_the_person_leads_to_it_as_well(clerk):
    page = clerk.page
    page.locator(".who summary").click()
    page.get_by_role("button", name="键盘操作").click()
    assert page.get_by_role("dialog", name="键盘操作").is_visible()
    page.get_by_role("button", name="关闭", exact=True).click()
    assert not page.get_by_role("dialog", name="键盘操作").is_visible()
