"""Intake in a real browser: what may be the same shows while one types; files come along."""

from __future__ import annotations

import re

import pytest

from tests.browser.window import CLERK, STORY, fill, number_of, press, send, told
from tests.cases.paper import HTML, PDF, PNG

pytestmark = pytest.mark.browser

PHONE, NAME, MATTER = "13900000881", "尉迟试", "公司设立登记"
FILES = [
    {"name": "身份证 正面.png", "mimeType": "image/png", "buffer": PNG},
    {"name": "申请书.pdf", "mimeType": "application/pdf", "buffer": PDF},
]
LIE = {"name": "照片.png", "mimeType": "image/png", "buffer": HTML}


def register(person, **typed):
    person.open("/cases/add")
    fill(person.page, **{"applicant_name": NAME, "matter": MATTER, "description": STORY, **typed})
    send(person.page, "保存")
    person.page.wait_for_url("**/cases/show/*")
    return number_of(person.page)


def test_the_same_phone_shows_up_while_typing_and_is_linked(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    number = register(clerk, phone=PHONE)
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    clerk.open("/cases/add")
    box = page.locator("#similar")
    assert "可能相同的在办事项" in box.inner_text()
    page.locator("[name=phone]").press_sequentially("+86 139 0000 0881")
    box.get_by_role("link", name=number).wait_for()
    assert "同一电话" in box.inner_text()
    assert box.get_by_role("status").inner_text().startswith("找到 1 件")
    assert not [url for _, url in asked if "881" in url], "no phone in an address"
    assert len([url for method, url in asked if method == "POST"]) <= 3, "not at every key"
    fill(page, applicant_name="李重名", matter=MATTER, description=STORY)
    line = box.get_by_role("listitem").filter(has_text=number)
    line.filter(has_text="内容相似").wait_for()
    with page.context.expect_page() as opened:
        box.get_by_role("link", name=number).click()
    opened.value.wait_for_load_state()
    assert number in opened.value.locator(".case-head").inner_text()
    opened.value.close()
    tick = line.get_by_role("checkbox", name="登记后关联")
    tick.check()
    with page.expect_response("**/cases/similar"):
        fill(page, phone="", matter="别的事项")
    assert tick.is_checked(), "it stays, though nothing brings it up"
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    assert number in page.locator("#linked").inner_text()
    assert clerk.complaints == []


def test_the_knowledge_base_helps_at_intake_and_goes_into_an_answer_at_a_press(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, applicant_name="尉迟问", phone="13900000882", matter=MATTER, description=STORY)
    page.locator("#hints a").filter(has_text="家里老人没有智能手机").wait_for()
    assert page.locator("[name=hinted]").count() > 0
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    press(page, "当场办结")
    page.locator("details.texts summary").filter(has_text="知识库").first.click()
    page.get_by_role("button", name="插入家里老人没有智能手机").click()
    assert "工作手机协助完成人脸识别" in page.locator("[name=result]").input_value()


def test_a_repetition_goes_into_the_case_that_is_there(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    first = register(clerk, phone="13900000884")
    second = register(clerk, phone="13900000884")
    clerk.open("/cases/add")
    fill(page, applicant_name=NAME, phone="13900000884", description=STORY)
    lines = page.locator("#similar").get_by_role("listitem")
    one, other = (lines.filter(has_text=number) for number in (first, second))
    link = one.get_by_role("checkbox", name="登记后关联")
    link.check()
    one.get_by_role("checkbox", name="登记后并入").check()
    assert not link.is_checked(), "what goes into a case is linked to it already"
    other.get_by_role("checkbox", name="登记后并入").check()
    assert not one.get_by_role("checkbox", name="登记后并入").is_checked(), "into one at most"
    send(page, "保存")
    page.locator("#form-problems, .notice.late").first.wait_for()
    assert other.get_by_role("checkbox", name="登记后并入").is_checked(), "not lost with an error"
    fill(page, matter=MATTER)
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    assert "已并入" in page.locator(".case-head").inner_text()
    assert second in page.locator("main").inner_text()
    clerk.complaints[:] = [it for it in clerk.complaints if " 422 " not in it]
    assert clerk.complaints == []


def test_a_file_that_lies_is_told_and_nothing_else_is_lost(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    clerk.open("/cases/add")
    fill(page, applicant_name=NAME, phone="13900000882", matter=MATTER, description=STORY)
    page.locator("[name=attachments]").set_input_files([LIE, FILES[0]])
    assert "照片.png、身份证 正面.png" in page.locator(".file-name").inner_text()
    send(page, "保存")
    assert "网页" in page.locator("#e-attachments").inner_text()
    assert page.locator("[name=description]").input_value() == STORY
    page.locator("[name=attachments]").set_input_files(FILES)
    send(page, "保存")
    page.wait_for_url("**/cases/show/*")
    card = page.locator("#papers")
    assert "身份证 正面.png" in card.inner_text()
    with page.expect_download() as got:
        card.get_by_role("link", name="申请书.pdf", exact=True).click()
    assert got.value.suggested_filename == "申请书.pdf"
    assert got.value.path().read_bytes() == PDF
    with page.context.expect_page() as opened:
        card.get_by_role("link", name=re.compile("预览.*身份证")).click()
    opened.value.wait_for_load_state()
    assert opened.value.locator("img").count() == 1
    opened.value.close()


def test_files_are_added_and_removed_without_a_script(demo_site, at):
    with_script = at(demo_site, CLERK)
    register(with_script, phone="13900000883")
    address = with_script.page.url.removeprefix(demo_site.url)
    clerk = at(demo_site, CLERK, java_script_enabled=False)
    page = clerk.page
    clerk.open(address)
    page.get_by_role("link", name="添加材料").click()
    page.locator("[name=attachments]").set_input_files(FILES)
    page.get_by_label("用途").select_option(label="证明")
    send(page, "上传")
    assert "已添加 2 份材料" in told(page)
    page.get_by_role("link", name=re.compile("移除.*申请书")).click()
    fill(page, reason="重复上传")
    send(page, "移除")
    assert "已移除材料" in told(page)
    assert "申请书.pdf" not in page.locator("#papers").inner_text()
    assert "重复上传" in page.locator(".line").inner_text()
    clerk.open("/cases/add")
    assert not page.locator("#similar").is_visible()


def test_too_much_at_once_is_said_in_words(demo_site, at):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, phone="13900000884")
    page.get_by_role("link", name="添加材料").click()
    token = page.locator("form#form [name=csrf_token]").input_value()
    answer = page.request.post(
        page.url,
        multipart={
            "csrf_token": token,
            "attachments": {
                "name": "大.pdf",
                "mimeType": "application/pdf",
                "buffer": PDF + bytes(60 * 2**20),
            },
        },
        headers={"Referer": page.url},
    )
    assert answer.status == 413
    assert "一次上传的内容过大" in answer.text()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_form_fits_the_screen_and_the_warning_is_in_sight(demo_site, at, width, height):
    clerk = at(demo_site, CLERK)
    page = clerk.page
    register(clerk, phone="13900000885")
    page.set_viewport_size({"width": width, "height": height})
    clerk.open("/cases/add")
    fill(page, phone="13900000885")
    page.locator("#similar li").first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.locator("#similar li").first if width > 1180 else page.locator("#similar-jump")
    box = shown.bounding_box()
    assert 0 <= box["y"] <= height - box["height"]
    assert 0 <= box["x"] <= width - box["width"]
