"""A register comes in: upload, see the red cell, mend it, confirm; no second click counts."""

from __future__ import annotations

import re

import pytest
from openpyxl import load_workbook

from tests.imports.files import HEADS, person, xlsx

pytestmark = pytest.mark.browser


def test_a_register_is_mended_and_imported(demo_site, at, tmp_path):
    clerk = at(demo_site, "clerk.linqing")
    page = clerk.page
    file = tmp_path / "登记簿.xlsx"
    file.write_bytes(
        xlsx([["临清市登记簿"], HEADS, person(71), ("李四", "12", "公司设立登记", "没有办成")])
    )
    clerk.open("/imports/")
    page.get_by_role("link", name="上传表格").first.click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name=re.compile("上传并检查")).click()
    page.wait_for_url("**/imports/show/*")
    assert page.get_by_text("B4", exact=True).is_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载标出问题的表格").click()
    waiting.value.save_as(file)
    book = load_workbook(file)
    assert book.worksheets[0]["B4"].comment is not None
    book.worksheets[0]["B4"] = "13906357777"
    book.save(file)
    page.get_by_role("link", name="改好后重新上传").click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name=re.compile("上传并检查")).click()
    page.wait_for_url("**/imports/show/*")
    page.get_by_role("button", name="确认导入 2 行").dblclick()
    page.get_by_text("已导入 2 行").wait_for()
    assert page.get_by_role("button", name=re.compile("确认导入")).count() == 0
    page.get_by_role("link", name=re.compile(r"LQ-\d{4}-\d{6}")).first.click()
    assert page.get_by_text("公司设立登记").first.is_visible()
    assert clerk.complaints == []
