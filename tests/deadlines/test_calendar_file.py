"""Calendar files as people save them, and as they spoil them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from app.deadlines.calendar_file import MAX_BYTES, CalendarFileError, calendar_from, read
from app.deadlines.clock import explain
from app.deadlines.hours import Hours
from app.deadlines.workdays import CalendarError, Source

GOOD = "date,working,name\n2026-05-09,1,调休上班\n2026-10-01,0,国庆节\n"


def problems(source):
    with pytest.raises(CalendarFileError) as error:
        read(source)
    return error.value.problems


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_file_is_read_as_windows_and_linux_save_it(encoding, newline):
    days, years = read(GOOD.replace("\n", newline).encode(encoding))
    assert years == {2026}
    assert [(d.date, d.working, d.name, d.source) for d in days] == [
        (date(2026, 5, 9), True, "调休上班", Source.MAKE_UP),
        (date(2026, 10, 1), False, "国庆节", Source.HOLIDAY),
    ]


def test_a_file_is_read_from_its_path(tmp_path):
    path = tmp_path / "日历.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert read(path) == read(str(path)) == read(GOOD.encode())


@pytest.mark.parametrize(
    "header", ["", "date,working,name\n", "日期,是否上班,名称\n", "Date,W,N\n"]
)
def test_the_header_may_be_chinese_english_or_absent(header):
    days, _ = read((header + "2026-05-09,1,补班\n").encode())
    assert [(day.date, day.name) for day in days] == [(date(2026, 5, 9), "补班")]


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-09",
        "2026-5-9",
        "2026/5/9",
        "2026/05/09",
        "20260509",
        "2026.5.9",
        "2026年5月9日",
        "2026 年 5 月 9 日",
        " 2026-05-09 ",
        "２０２６-０５-０９",
    ],
)
def test_a_date_may_be_written_in_each_usual_way(text):
    days, _ = read(f"{text},1,\n".encode())
    assert days[0].date == date(2026, 5, 9)


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("1", True),
        ("是", True),
        ("班", True),
        ("１", True),
        ("0", False),
        ("否", False),
        ("休", False),
    ],
)
def test_working_may_be_a_figure_or_a_word(text, working):
    assert read(f"2026-05-09,{text}\n".encode())[0][0].working is working


def test_a_missing_name_is_filled_in():
    days, _ = read(b"2026-05-08,1\n2026-05-09,1\n2026-05-11,0\n")
    assert [day.name for day in days] == ["工作日", "调休上班", "节假日"]


def test_blank_lines_and_the_empty_rows_of_a_spreadsheet_are_skipped():
    days, _ = read("\n,,\n2026-05-09,1,补班,,\n   \n,,\n".encode())
    assert len(days) == 1


def test_every_problem_is_told_with_its_line():
    found = problems(
        "date,working,name\n"
        "2026-05-09,1,补班\n"
        "明天,1,补班\n"
        "2026-02-30,0,放假\n"
        "2026-05-10,2,什么\n"
        "2026-05-12\n"
        "1999-12-31,0,太早\n"
        "2026-05-13,0,名,称\n".encode()
    )
    assert re.findall(r"第 (\d) 行：", "".join(found)) == list("345678")
    assert "无法识别日期“明天”" in found[0]
    assert "没有“2026-02-30”这一天" in found[1]
    assert "“2”应为 1（上班）或 0（休息）" in found[2]
    assert "三列" in found[3]
    assert "2000-01-01 至 2100-12-31" in found[4]
    assert "三列" in found[5]


def test_a_day_that_is_both_is_refused_and_both_lines_are_named():
    assert problems("2026-05-09,1,补班\n2026/5/9,0,放假\n".encode()) == [
        "第 2 行：2026-05-09 与第 1 行矛盾"
    ]


def test_a_day_listed_twice_alike_is_listed_once():
    days, _ = read("2026-05-09,1,补班\n20260509,1,补班\n".encode())
    assert len(days) == 1


def test_a_thousand_problems_are_kept_but_not_all_shown():
    with pytest.raises(CalendarFileError) as error:
        read("错,1,\n".encode() * 1000)
    assert len(error.value.problems) == 1000
    assert str(error.value).endswith("另有 980 处问题")
    assert isinstance(error.value, CalendarError)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "文件是空的"),
        (b" \r\n\n", "文件是空的"),
        (b"\xef\xbb\xbf", "没有任何日期"),
        (b"date,working,name\n", "没有任何日期"),
        (b"PK\x03\x04 a workbook", "另存为 CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1 an old workbook", "另存为 CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "不是文本文件"),
        ("2026-05-09,1,补班\n".encode("utf-16"), "不是文本文件"),
        (b"\xff\xff\xff", "不是文本文件"),
        (b"2026-05-09,1,a\x00b\n", "不是文本文件"),
        (b"1" * (MAX_BYTES + 1), "超过 2 MB"),
        (b'2026-05-09,1,"never closed\n', "引号或分隔符不完整"),
        (b"2026-05-09,1," + b"x" * 101, "名称超过 64 个字"),
        (b"2026-05-09,1," + b"x" * 200_000, "引号或分隔符不完整"),
        (b"2026-05-09;1;x\n", "三列"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_in_words(data, text):
    found = problems(data)
    assert len(found) == 1
    assert text in found[0]


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    assert problems(tmp_path / "nothing.csv") == ["无法读取文件 nothing.csv"]
    assert "无法读取文件" in problems(tmp_path)[0]
    assert "无法读取文件" in problems("a\0b")[0]


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_content_makes_it_crash(data):
    try:
        read(data)
    except CalendarFileError as error:
        assert error.problems  # noqa: PT017 - either outcome is right, a third is not


def test_the_file_alone_is_the_calendar():
    calendar = calendar_from(GOOD.encode(), revision=3)
    assert calendar.revision == 3
    assert calendar.is_workday(date(2026, 5, 9))
    assert calendar.is_workday(date(2026, 10, 2))  # not listed: a Friday like any other
    assert calendar.is_workday(date(2027, 1, 1))  # ... and no estimated New Year
    assert calendar.is_final(date(2026, 12, 31))
    assert not calendar.is_final(date(2027, 1, 1))


def test_a_deadline_by_a_file_follows_it():
    calendar = calendar_from("2026-09-20,1,补班\n2026-09-18,0,停电\n".encode())
    hall = Hours(time(9), time(17, 30), ZoneInfo("Asia/Shanghai"))
    answer = explain(calendar, datetime(2026, 9, 17, 2, tzinfo=UTC), 1, hall)
    assert answer["due_at"] == "2026-09-20T17:30:00+08:00"
    assert [day["reason"] for day in answer["days"]] == ["起算日不计入", "停电", "周末", "补班"]
