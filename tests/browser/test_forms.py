"""Moves and forms at the window: nothing that was typed is lost, and every hand finds its way."""

from __future__ import annotations

import pytest

from tests.browser.window import CLERK, PHONE, STORY, fill, press, register, send, told

pytestmark = pytest.mark.browser


def test_a_refusal_says_why_and_where_to_turn(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, matter="医疗纠纷赔偿", name="周保国")
    press(page, "不予受理")
    send(page, "不予受理")
    assert page.locator("#e-criterion").inner_text() == "必填"
    reason, remedy = "属于医患双方的民事纠纷。", "可申请人民调解，或者向人民法院起诉。"
    fill(page, refusal_reason=reason)
    send(page, "不予受理")
    assert page.locator("[name=refusal_reason]").input_value() == reason
    fill(page, criterion="B3 平等主体之间的民事纠纷", remedy=remedy)
    send(page, "不予受理")
    body = page.locator(".case-body").inner_text()
    assert reason in body
    assert remedy in body
    assert page.locator(".big-lamp").inner_text() == "不予受理"
    left = page.get_by_role("group", name="办理").locator(".btn").all_inner_texts()
    assert left == ["关联其他事项", "归档"]


def test_a_matter_is_settled_on_the_spot(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, name="孙秀兰")
    press(page, "当场办结")
    told = {"result": "窗口当场协助完成申报。", "satisfaction": "满意"}
    fill(page, classification="应办未办", causes=["没有智能手机"], **told)
    send(page, "当场办结")
    assert page.locator(".big-lamp").inner_text() == "当场办结"
    assert "已结案" in page.locator(".case-head").inner_text()


def test_two_clerks_edit_one_case_and_neither_loses_a_word(demo_site, at):
    first, second = at(demo_site, CLERK), at(demo_site, CLERK)
    register(first, name="赵德明")
    address = first.page.url.replace("/show/", "/edit/")
    for person in (first, second):
        person.page.goto(address)
    fill(first.page, demand="希望本周内办好。")
    send(first.page, "保存")
    assert "已保存" in told(first.page)

    page = second.page
    typed = {"demand": "希望有人上门。", "matter": "个体工商户登记"}
    fill(page, **typed)
    send(page, "保存")
    notice = page.locator(".notice.warn.tall")
    name = page.locator(".person").inner_text()
    assert "这条记录被改动了" in notice.inner_text()
    assert name in notice.inner_text(), "it says who"
    assert "希望本周内办好。" in notice.inner_text(), "it says what"
    for field, value in typed.items():
        assert page.locator(f"[name={field}]").input_value() == value
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    body = page.locator(".case-body").inner_text()
    assert "希望本周内办好。 → 希望有人上门。" in body


def test_leaving_a_typed_form_is_asked_about_and_an_untouched_one_is_not(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    clerk.open("/cases/add")
    page.get_by_role("link", name="取消").click()
    page.wait_for_url("**/cases/list/")
    assert asked == []

    clerk.open("/cases/add")
    page.locator("[name=applicant_name]").press_sequentially("钱")
    page.get_by_role("link", name="取消").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/cases/add")
    assert page.locator("[name=applicant_name]").input_value() == "钱"


def test_a_matter_is_registered_with_the_keyboard_alone(demo_site, at):
    clerk = at(demo_site, CLERK)
    page, keys = clerk.page, clerk.page.keyboard
    clerk.open("/cases/list/")
    keys.press("n")
    page.wait_for_url("**/cases/add")
    typed = {
        "applicant_name": "吴建军",
        "phone": PHONE,
        "matter": "公司设立登记",
        "description": STORY,
    }
    seen = []
    while (name := tab(page)) != "description":
        seen.append(name)
        assert len(seen) < 60, seen
        if name in typed:
            keys.type(typed[name])
    keys.type(STORY)
    keys.press("Control+Enter")
    page.wait_for_url("**/cases/show/*")
    assert "吴建军" in page.locator(".case-body").inner_text()
    assert [name for name in seen if name in typed] == ["applicant_name", "phone", "matter"]

    while page.evaluate("document.activeElement.innerText") != "受理":
        tab(page)
    keys.press("Enter")
    page.wait_for_url("**/accept")
    while tab(page) != "classification":
        pass
    keys.press("ArrowDown")
    while tab(page) != "保存":
        if page.evaluate("document.activeElement.type") == "submit":
            break
    keys.press("Enter")
    page.wait_for_url("**/cases/show/*")
    assert "受理完成" in told(page)


def tab(page):
    """Go on to the next thing that can be reached, and return its name."""
    page.keyboard.press("Tab")
    return page.evaluate("document.activeElement.name || ''")


def test_what_was_typed_survives_an_error_beside_its_field(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, applicant_name="郑文华", visits="1000", description=STORY)
    send(page, "保存")
    assert page.locator("#e-matter").inner_text() == "必填"
    assert page.locator("[name=description]").input_value() == STORY
    page.get_by_role("link", name="事项名称：必填").click()
    assert page.evaluate("document.activeElement.name") == "matter"
    fill(page, matter="公司设立登记")
    send(page, "保存")
    assert "到厅次数须在 0 至 999 之间" in page.locator("#e-visits").inner_text()
    assert page.locator("[name=applicant_name]").input_value() == "郑文华"


def test_personal_data_is_shown_after_a_reason_and_the_look_is_in_the_timeline(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, name="冯玉梅")
    address = page.url
    page.locator(".fact", has_text="联系电话").locator(".reveal").click()
    fill(page, reason="核对回访号码")
    send(page, "查看")
    assert page.get_by_text(PHONE).count() == 1
    page.goto(address)
    assert PHONE not in page.content()
    assert "核对回访号码" in page.locator(".line").inner_text()
