"""The story of the woman from Panzhuang, from the window to the supervisor's ledger."""

from __future__ import annotations

import shutil
import subprocess

import openpyxl
import pytest

from tests.browser.window import (
    CLERK,
    HANDLER,
    MASKED_PHONE,
    PHONE,
    RESULT,
    STORY,
    accept,
    do,
    fill,
    find,
    press,
    register,
    send,
    told,
)
from tests.databases import missing

pytestmark = pytest.mark.browser


def test_the_woman_from_panzhuang_gets_her_company(served, at, tmp_path):
    clerk = at(served, CLERK)
    page = clerk.page
    number = register(
        clerk,
        urgency="紧急",
        situation="申请未受理",
        visits="2",
        address="临清市潘庄镇和顺村 16 号",
        demand="希望帮丈夫完成实名认证。",
    )
    assert number.startswith("LQ-")
    assert page.get_by_text(MASKED_PHONE).count() == 1
    assert PHONE not in page.content()

    accept(clerk)
    press(page, "派发")
    chosen = page.locator("select[name=lead_department] option:checked").inner_text()
    assert chosen.startswith("市场监管科"), "the list of responsibilities proposes the department"
    assert "按权责清单推荐：市场监管科" in page.locator("#h-lead_department").inner_text()
    fill(page, note="属应办未办，请于 3 个工作日内解决，并同时报局领导。")
    send(page, "派发")
    assert page.locator(".big-lamp").inner_text().startswith("还剩")
    assert "3 个工作日" in page.locator(".clock").first.inner_text()
    assert page.locator(".clock").first.locator(".days .in").count() == 3

    handler = at(served, HANDLER)
    handler.page.get_by_role("link", name="待签收").first.click()
    find(handler, number)
    press(handler.page, "签收")
    assert "签收完成" in told(handler.page)
    press(handler.page, "反馈进展")
    fill(handler.page, note="已请在潘庄镇检查的食药科执法人员上门帮办。")
    send(handler.page, "反馈进展")
    press(handler.page, "办结")
    fill(handler.page, result=RESULT)
    send(handler.page, "办结")
    assert handler.page.locator(".big-lamp").inner_text() == "按期办结"

    find(clerk, number)
    do(page, "回访", satisfaction="非常满意", note="电话回访，申请人非常满意。")
    do(page, "结案", causes=["没有智能手机"])
    assert "已结案" in page.locator(".case-head").inner_text()
    line = page.locator(".line li b").all_inner_texts()
    # A clock of the same day may be flagged whenever the server's scheduler looks at it.
    verbs = [verb for verb in line if verb != "临期预警"]
    assert verbs == ["结案", "回访", "办结", "反馈进展", "签收", "派发", "受理", "登记"]

    supervisor = at(served, "supervisor.linqing")
    check_filtered_export(supervisor, number, tmp_path)
    check_taken_ledger(supervisor, number, tmp_path)
    assert clerk.complaints + handler.complaints + supervisor.complaints == []


def check_filtered_export(supervisor, number, folder):
    page = supervisor.page
    supervisor.open(f"/cases/list/?tab=closed&q={number}")
    assert page.locator(".listing tbody tr").count() == 1
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name.startswith("办不成事台账_")
    rows = ledger_rows(path)
    assert [row["编号"] for row in rows] == [number]
    check_row(rows[0])
    check_with_libreoffice(path, number)


def check_taken_ledger(supervisor, number, folder):
    page = supervisor.page
    supervisor.open("/ledgers/list/")
    page.get_by_role("link", name="生成台账").click()
    fill(page, kind="办不成事台账")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="生成并下载").click()
    path = folder / f"taken_{waiting.value.suggested_filename}"
    waiting.value.save_as(path)
    rows = {row["编号"]: row for row in ledger_rows(path)}
    assert len(rows) > 30
    check_row(rows[number])


def ledger_rows(path):
    sheet = openpyxl.load_workbook(path)["台账"]
    heads = [cell.value for cell in sheet[2]]
    return [
        dict(zip(heads, values, strict=True))
        for values in sheet.iter_rows(min_row=3, values_only=True)
    ]


def check_row(row):
    expected = {
        "大厅": "临清市政务服务大厅",
        "来源渠道": "窗口",
        "联系电话": MASKED_PHONE,
        "事项名称": "公司设立登记",
        "情形": "申请未受理",
        "分类": "应办未办",
        "反映内容": STORY,
        "主办科室": "市场监管科",
        "时限(工作日)": 3,
        "状态": "已结案",
        "是否超期": "否",
        "办理结果": RESULT,
        "满意度": "非常满意",
    }
    assert {name: row[name] for name in expected} == expected
    assert "桂芬" not in row["反映人"]
    assert row["受理时间"] <= row["派发时间"] <= row["办结时间"] < row["到期时间"]


def check_with_libreoffice(path, number):
    """Open the ledger with the office suite of the reader and look at the row again."""
    office = shutil.which("soffice") or missing("LibreOffice")
    folder = path.parent / "office"
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        timeout=120,
        capture_output=True,
    )
    text = next(folder.glob("*.csv")).read_text()
    row = next(line for line in text.splitlines() if line.startswith(number))
    for word in (MASKED_PHONE, "公司设立登记", STORY, "市场监管科", RESULT, "非常满意"):
        assert word in row
    assert PHONE not in text
