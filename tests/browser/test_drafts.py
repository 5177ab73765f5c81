"""A form that was left half filled in: kept on the way, offered again, gone once it was sent."""

from __future__ import annotations

import pytest

from tests.browser.window import fill, send

pytestmark = pytest.mark.browser

WAIT = 3000
"""Milliseconds in which a draft would have been sent."""

STORY = "说到一半，电脑黑屏了。"


def test_what_was_typed_survives_the_browser(demo_site, at):
    clerk = at(demo_site, "clerk.yanggu")
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, applicant_name="半途而废", phone="13900000791", situation="申请未受理")
    fill(page, matter="企业变更登记", description=STORY, visits="3")
    page.locator("#draft-state").filter(has_text="草稿已保存").wait_for()
    page.close(run_before_unload=False)

    again = at(demo_site, "clerk.yanggu")
    page = again.page
    again.open("/cases/add")
    notice = page.locator("#draft")
    notice.filter(has_text="填到一半的内容还在").wait_for()
    assert page.locator("[name=description]").input_value() == ""
    notice.get_by_role("button", name="恢复").click()
    assert page.locator("[name=description]").input_value() == STORY
    assert page.locator("[name=visits]").input_value() == "3"
    assert page.locator("[name=situation]").locator("option:checked").inner_text() == "申请未受理"
    assert not notice.is_visible()
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")

    with page.expect_response("**/drafts/of?*"):
        again.open("/cases/add")
    assert not notice.is_visible()
    assert again.complaints == []


def test_what_is_not_wanted_is_dropped(demo_site, at):
    clerk = at(demo_site, "clerk.yanggu")
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, description=STORY)
    page.locator("#draft-state").filter(has_text="草稿已保存").wait_for()
    clerk.open("/cases/list/")
    clerk.open("/cases/add")
    with page.expect_response("**/drafts/drop"):
        page.locator("#draft").get_by_role("button", name="丢弃").click()
    with page.expect_response("**/drafts/of?*"):
        clerk.open("/cases/add")
    assert not page.locator("#draft").is_visible()


def test_a_password_is_never_kept_not_even_one_that_is_shown(demo_site, at):
    clerk = at(demo_site, "clerk.yanggu")
    page = clerk.page
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    clerk.open("/password")
    page.get_by_role("button", name="显示密码").first.click()
    page.locator("[name=old]").press_sequentially("secret-2026-word")
    page.wait_for_timeout(WAIT)
    assert not [body for body in sent if "secret-2026" in body]
