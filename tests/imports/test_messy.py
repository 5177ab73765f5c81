"""Thirty files as they really come: each is read right, or refused with the exact cell."""

from __future__ import annotations

import datetime as dt

import pytest

from app.core.sheets import child
from app.imports.kinds import KINDS
from app.imports.kinds.base import Judged, read_line
from app.imports.tables import find
from tests.imports.files import HEADS, ROW, csv, patched, xls, xlsx

DAY = dt.date(2026, 5, 7)
GOOD = {
    "applicant_name": "张三",
    "phone": "13906350001",
    "matter": "公司设立登记",
    "description": "网上实名认证失败",
}


def merged(*areas):
    def change(_book, sheet):
        for area in areas:
            sheet.merge_cells(area)

    return change


def hidden_sheet(book, _sheet):
    other = book.create_sheet("旧数据")
    other.append(list(HEADS))
    other.append(["李四", "13906350002", "旧事项", "旧内容"])
    other.sheet_state = "hidden"


def hidden_row(_book, sheet):
    sheet.row_dimensions[3].hidden = True


def two_months(book, _sheet):
    other = book.create_sheet("二月")
    other.append(["二月登记簿"])
    other.append(list(HEADS))
    other.append(list(ROW))


def styled_below(_book, sheet):
    for row in range(4, 400):
        for column in range(1, 8):
            sheet.cell(row, column).number_format = "0.00"


def with_guide(book, _sheet):
    guide = book.create_sheet("填写说明")
    guide.append(["列", "必填", "怎么填"])
    guide.append(["反映人", "是", "联系电话"])


def since_1904(book, sheet):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904
    sheet["B2"] = (DAY - dt.date(1904, 1, 1)).days


def halves(_book, sheet):
    for area in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(area)


def formula(_book, sheet):
    sheet["B2"] = "=1+1"


WITH_DATE = ("反映人", "来访日期", "事项名称", "反映内容")


def dated(value):
    return ("张三", value, "公司设立登记", "网上实名认证失败")


RIGHT = {
    "01 as the template": ("cases", xlsx([HEADS, ROW]), GOOD),
    "02 titles above, merged": (
        "cases",
        xlsx(
            [["临清市“办不成事”登记簿"], ["填报单位：窗口", None, "日期：2026.5"], [], HEADS, ROW],
            change=merged("A1:D1", "A2:B2"),
        ),
        GOOD,
    ),
    "03 reordered, extra columns": (
        "cases",
        xlsx(
            [
                ["序号", "问题描述", "备注", "手机号码", "姓名", "办理事项"],
                [1, ROW[3], "无", ROW[1], ROW[0], ROW[2]],
            ]
        ),
        GOOD,
    ),
    "04 heads with remarks and stars": (
        "cases",
        xlsx([["反映人*", "联系电话（必填）", " 事项　名称 ", "反映内容\n(选填)"], ROW]),
        GOOD,
    ),
    "05 header in two rows": (
        "cases",
        xlsx(
            [
                ["登记簿"],
                ["反映人", "办理情况", None, "反映内容"],
                [None, "联系电话", "事项名称", None],
                ROW,
            ],
            change=halves,
        ),
        GOOD,
    ),
    "06 phone as a number": ("cases", xlsx([HEADS, (ROW[0], 13906350001, *ROW[2:])]), GOOD),
    "07 phone as a fraction": ("cases", xlsx([HEADS, (ROW[0], 13906350001.0, *ROW[2:])]), GOOD),
    "08 phone in full-width digits": (
        "cases",
        xlsx([HEADS, (ROW[0], "１３９０６３５０００１", *ROW[2:])]),
        GOOD,
    ),
    "09 phone as text with .0": ("cases", xlsx([HEADS, (ROW[0], "13906350001.0", *ROW[2:])]), GOOD),
    "10 phone as a whole power": (
        "cases",
        csv([HEADS, (ROW[0], "1.3906350001E+10", *ROW[2:])]),
        GOOD,
    ),
    "11 blanks that nobody sees": (
        "cases",
        xlsx([HEADS, [f"\u00a0{it}\u3000 " for it in ROW]]),
        GOOD,
    ),
    "12 blank rows between and below": (
        "cases",
        xlsx([HEADS, [], [" ", None, "\u3000"], ROW, []], change=styled_below),
        GOOD,
    ),
    "13 a hidden sheet": ("cases", xlsx([HEADS, ROW], change=hidden_sheet), GOOD),
    "14 a guide beside it": ("cases", xlsx([HEADS, ROW], change=with_guide), GOOD),
    "15 the header comes again": ("cases", xlsx([HEADS, HEADS, ROW]), GOOD),
    "16 CSV in GBK": ("cases", csv([HEADS, ROW]), GOOD),
    "17 CSV in UTF-8 with a mark": ("cases", csv([HEADS, ROW], "utf-8-sig"), GOOD),
    "18 text of Excel in UTF-16": ("cases", csv([HEADS, ROW], "utf-16", "\t"), GOOD),
    "19 CSV with lines in a cell": (
        "cases",
        csv([HEADS, (ROW[0], ROW[1], ROW[2], '"网上实名\n认证失败"')], "utf-8"),
        GOOD | {"description": "网上实名\n认证失败"},
    ),
    "20 old .xls": ("cases", xls([["登记簿"], HEADS, (ROW[0], 13906350001, *ROW[2:])]), GOOD),
    "21 old .xls with a real date": ("cases", xls([WITH_DATE, dated(DAY)]), {"reported_on": DAY}),
    "22 dots": ("cases", xlsx([WITH_DATE, dated("2026.5.7")]), {"reported_on": DAY}),
    "23 Chinese date": ("cases", xlsx([WITH_DATE, dated("2026年5月7日")]), {"reported_on": DAY}),
    "24 slashes and a time": (
        "cases",
        xlsx([WITH_DATE, dated("2026/5/7 14:30")]),
        {"reported_on": DAY},
    ),
    "25 a serial number": ("cases", xlsx([WITH_DATE, dated(46149)]), {"reported_on": DAY}),
    "26 a real date": ("cases", xlsx([WITH_DATE, dated(DAY)]), {"reported_on": DAY}),
    "27 full-width date": (
        "cases",
        xlsx([WITH_DATE, dated("２０２６－０５－０７")]),
        {"reported_on": DAY},
    ),
    "28 eight digits": ("cases", xlsx([WITH_DATE, dated(20260507)]), {"reported_on": DAY}),
    "29 counted since 1904": (
        "cases",
        xlsx([WITH_DATE, dated(None)], change=since_1904),
        {"reported_on": DAY},
    ),
    "30 English heads": (
        "cases",
        xlsx([["Applicant", "Phone", "Matter", "Description"], ROW]),
        GOOD,
    ),
    "31 choices as people say them": (
        "cases",
        xlsx([[*HEADS, "渠道", "缓急", "次数"], [*ROW, "12345热线", "加急", "3次"]]),
        GOOD | {"channel": "transfer", "urgency": "urgent", "visits": 3},
    ),
    "32 staff": (
        "staff",
        xlsx(
            [["账号", "姓名", "岗位", "部门"], ["ｚｈａｎｇ．ｓａｎ", "张三", "经办人", "市场监管"]]
        ),
        {"username": "zhang.san", "first_name": "张三", "role": "handler"},
    ),
    "33 rules": (
        "rules",
        xlsx(
            [
                ["规则名称", "种类", "工作日", "依据", "生效时间", "预警时刻"],
                ["限期解决", "解决", "3个工作日", "规则第三条", "2026.1.1", dt.time(9, 30)],
            ]
        ),
        {"working_days": 3, "valid_from": dt.date(2026, 1, 1), "warn_time": dt.time(9, 30)},
    ),
    "34 calendar": (
        "calendar",
        csv([("日期", "是否上班", "节日"), ("2026年10月1日", "放假", "国庆节")]),
        {"date": dt.date(2026, 10, 1), "working": False, "name": "国庆节"},
    ),
}

REFUSED = {
    "35 no year": ("cases", xlsx([WITH_DATE, dated("5月7日")]), ["B2"]),
    "36 which is the month": ("cases", xlsx([["表"], WITH_DATE, dated("05/07/2026")]), ["B3"]),
    "37 two-digit year": ("cases", xlsx([WITH_DATE, dated("26.5.7")]), ["B2"]),
    "38 no such day": ("cases", xlsx([WITH_DATE, dated("2026-02-30")]), ["B2"]),
    "39 no day": ("cases", xlsx([WITH_DATE, dated("2026年5月")]), ["B2"]),
    "40 digits lost in a CSV": ("cases", csv([HEADS, (ROW[0], "1.39E+10", *ROW[2:])]), ["B2"]),
    "41 a zero lost in front": ("cases", xlsx([HEADS, (ROW[0], 6351234567, *ROW[2:])]), ["B2"]),
    "42 id number as a number": (
        "cases",
        xlsx([[*HEADS, "身份证号"], [*ROW, 371502199001011234]]),
        ["E2"],
    ),
    "43 an error value": (
        "cases",
        patched(
            xlsx([HEADS, (ROW[0], 1, *ROW[2:])]),
            lambda part: part.replace(b'<c r="B2" t="n"><v>1</v>', b'<c r="B2" t="e"><v>#N/A</v>'),
        ),
        ["B2"],
    ),
    "44 a formula never computed": ("cases", xlsx([HEADS, ROW], change=formula), ["B2"]),
    "45 missing and too long": (
        "cases",
        xlsx([HEADS, (None, ROW[1], "长" * 129, ROW[3])]),
        ["A2", "C2"],
    ),
    "46 a hidden row": ("cases", xlsx([HEADS, ROW, ROW], change=hidden_row), ["A3"]),
    "47 merged across columns": ("cases", xlsx([HEADS, ROW], change=merged("B2:C2")), ["B2", "C2"]),
    "48 two columns of one thing": (
        "cases",
        xlsx([[*HEADS, "手机"], [*ROW, "13900000000"]]),
        ["E1"],
    ),
    "49 a column is missing": ("cases", xlsx([HEADS[:3], ROW[:3]]), ["A1"]),
    "50 an unknown choice": ("cases", xlsx([[*HEADS, "渠道"], [*ROW, "托梦"]]), ["E2"]),
    "51 Excel made a date of it": ("cases", xlsx([HEADS, (ROW[0], ROW[1], DAY, ROW[3])]), ["C2"]),
    "52 a control character": (
        "cases",
        csv([HEADS, (ROW[0], ROW[1], ROW[2], "a\ufffeb")], "utf-8"),
        ["D2"],
    ),
    "53 no table": ("cases", xlsx([["会议纪要"], ["一、", "二、"]]), [""]),
    "54 nothing below the header": ("cases", xlsx([HEADS]), [""]),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("messy")

    def of(kind, data):
        path = folder / "file"
        path.write_bytes(data)
        chosen = KINDS[kind]
        found = find(child.read(path), kind, chosen.columns)
        rows = [Judged(line) for line in found.lines]
        for row in rows:
            read_line(row, chosen.columns)
        problems = [*found.problems, *(it for row in rows for it in row.told(found.columns))]
        return rows, problems

    return of


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_is_read_right(read, name):
    kind, data, wanted = RIGHT[name]
    rows, problems = read(kind, data)
    assert [problem.text for problem in problems] == []
    assert len(rows) == 1
    assert {key: rows[0].values.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_the_exact_cell(read, name):
    kind, data, cells = REFUSED[name]
    _, problems = read(kind, data)
    assert [problem.cell for problem in problems] == cells
    assert all(problem.text for problem in problems)


def test_two_sheets_are_read_as_one_table(read):
    rows, problems = read("cases", xlsx([HEADS, ROW], change=two_months, title="一月"))
    assert problems == []
    assert [(row.line.page, row.line.number) for row in rows] == [("一月", 2), ("二月", 3)]


def test_an_area_merged_downwards_holds_for_each_of_its_rows(read):
    rows, problems = read(
        "cases", xlsx([HEADS, ROW, ("李四", None, None, "另一件")], change=merged("C2:C3"))
    )
    assert problems == []
    assert [row.values["matter"] for row in rows] == ["公司设立登记"] * 2
    assert "phone" not in rows[1].values


def test_an_area_merged_downwards_in_an_old_file(read):
    def change(_book, sheet):
        sheet.write_merge(1, 2, 2, 2, "公司设立登记")

    one, two = ("张三", "13906350001", None, "甲"), ("李四", "13906350002", None, "乙")
    data = xls([HEADS, one, two], change=change)
    rows, problems = read("cases", data)
    assert problems == []
    assert [row.values["matter"] for row in rows] == ["公司设立登记"] * 2


def test_a_sentence_about_personal_data_does_not_repeat_it(read):
    _, problems = read("cases", REFUSED["41 a zero lost in front"][1])
    _, more = read("cases", REFUSED["42 id number as a number"][1])
    assert not any("635" in it.text or "3715" in it.text for it in (*problems, *more))
