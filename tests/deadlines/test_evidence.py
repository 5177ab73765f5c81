"""The account of a deadline, as data, as a sentence and as a table."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.deadlines.clock import Terms, compute
from app.deadlines.evidence import evidence
from app.deadlines.evidence_in_words import REASONS, sentence, table
from app.deadlines.hours import Hours
from app.deadlines.statutory import default_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = default_calendar(1)
HALL = Hours(time(9), time(17, 30), SHANGHAI)
MIDNIGHT = Hours(time(9), time(17, 30), SHANGHAI, until_midnight=True)


def account(start, days, hall=HALL, source="临清市规则第 1 条"):
    return evidence(
        compute(CALENDAR, start, Terms(days), hall),
        {"name": "应办未办", "source": source, "working_days": days},
        hours=hall,
        revision=CALENDAR.revision,
        start_event="派发",
    )


def at(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_the_account_is_complete_and_survives_json():
    facts = account(at(2026, 9, 18, 10), 1)
    assert json.loads(json.dumps(facts, ensure_ascii=False)) == facts
    assert facts == {
        "rule": {"name": "应办未办", "source": "临清市规则第 1 条", "working_days": 1},
        "start": {"event": "派发", "at": "2026-09-18T10:00:00+08:00"},
        "hall": {
            "tz": "Asia/Shanghai",
            "opening": "09:00",
            "closing": "17:30",
            "day_end": "closing",
        },
        "revision": 1,
        "due_at": "2026-09-20T17:30:00+08:00",
        "warn_at": "2026-09-20T09:00:00+08:00",
        "escalate_at": "2026-09-21T17:30:00+08:00",
        "provisional": False,
        "days": [
            {
                "date": "2026-09-18",
                "counted": False,
                "ordinal": None,
                "reason": "起算日不计入",
                "provisional": False,
            },
            {
                "date": "2026-09-19",
                "counted": False,
                "ordinal": None,
                "reason": "周末",
                "provisional": False,
            },
            {
                "date": "2026-09-20",
                "counted": True,
                "ordinal": 1,
                "reason": "调休上班",
                "provisional": False,
            },
        ],
        "pauses": [],
        "extensions": [],
    }


def test_the_sentence_tells_the_days_counted_and_skipped():
    assert sentence(account(at(2026, 11, 18, 10, 20), 3)) == (
        "应办未办，3 个工作日（临清市规则第 1 条）。"
        "2026 年 11 月 18 日 10:20 派发，当日不计入；"
        "11 月 19、20、23 日为第 1、2、3 个工作日；"
        "11 月 21、22 日为周末，不计；"
        "到期 11 月 23 日 17:30（大厅下班时间）。"
        "工作日历第 1 版，未中止，未延期。"
    )


def test_the_sentence_names_the_holiday_and_the_make_up_day():
    text = sentence(account(at(2026, 9, 30, 9), 3))
    assert "10 月 8 至 10 日为第 1、2、3 个工作日；" in text
    assert "其中 10 月 10 日为调休上班；" in text
    assert "10 月 1 至 7 日为国庆节，不计；" in text


def test_the_sentence_says_when_it_is_provisional():
    text = sentence(account(at(2026, 12, 30, 10), 3))
    assert "12 月 31 日、2027 年 1 月 4、5 日为第 1、2、3 个工作日" in text
    assert "2027 年 1 月 1 日为元旦，不计" in text
    assert "到期 2027 年 1 月 5 日 17:30" in text
    assert "2027 年放假安排尚未公布，到期时间为暂定，公布后重新计算。" in text
    assert "暂定" not in sentence(account(at(2026, 11, 18), 3))


def test_the_sentence_ends_a_day_at_24_where_the_hall_does():
    text = sentence(account(at(2026, 9, 17, 10), 2, MIDNIGHT))
    assert "到期 9 月 20 日 24:00。" in text
    assert "大厅下班时间" not in text


def test_a_long_period_is_told_in_numbers():
    text = sentence(account(at(2026, 9, 25, 9), 45))
    assert "9 月 28 日至 12 月 3 日共 45 个工作日；" in text
    assert "15 天为周末，不计；" in text
    assert "10 月 1 至 7 日为国庆节，不计；" in text


def test_the_sentence_counts_pauses_and_extensions():
    facts = account(at(2026, 11, 18, 10, 20), 3)
    pause = {
        "began": "2026-11-19T17:50:00+08:00",
        "ended": "2026-11-23T12:30:00+08:00",
        "open": False,
        "seconds": 160 * 60,
        "reason": "等待补正材料",
        "approved_by": "王督查",
    }
    facts["pauses"] = [pause, {**pause, "open": True}]
    facts["extensions"] = [
        {
            "at": "2026-11-24T09:00:00+08:00",
            "days": 2,
            "reason": "需外省核实",
            "approved_by": "王督查",
            "old_due": "2026-11-27T11:40:00+08:00",
            "new_due": "2026-12-01T11:40:00+08:00",
        }
    ]
    facts["due_at"] = "2026-12-01T11:40:00+08:00"
    text = sentence(facts)
    assert "中止计时，合工作时间 2 小时 40 分钟（等待补正材料；王督查批准）。" in text
    assert "最迟 2026-11-23 12:30 自动恢复" in text
    assert "同意延期 2 个工作日，到期由 2026-11-27 11:40 改为 2026-12-01 11:40" in text
    assert "到期 12 月 1 日 11:40。" in text
    assert text.endswith("工作日历第 1 版，中止计时 2 次，延期 1 次。")


def test_a_rule_without_document_needs_no_brackets():
    assert sentence(account(at(2026, 11, 18), 3, source="")).startswith("应办未办，3 个工作日。")


def test_what_people_typed_is_told_as_they_typed_it():
    facts = account(at(2026, 11, 18), 3, source="100%(days)s <b>")
    assert "（100%(days)s <b>）" in sentence(facts)


def test_the_table_has_a_row_for_each_day():
    rows = table(account(at(2026, 9, 18, 10), 1))
    assert [(row.date, row.weekday, row.counted, row.ordinal, row.reason) for row in rows] == [
        (date(2026, 9, 18), "周五", False, None, "起算日不计入"),
        (date(2026, 9, 19), "周六", False, None, "周末"),
        (date(2026, 9, 20), "周日", True, 1, "调休上班"),
    ]


def test_every_plain_reason_is_marked_for_translation():
    rows = table(account(at(2026, 4, 20, 10), 20))
    assert {row.reason for row in rows} - set(REASONS) == {"劳动节"}


def test_both_festivals_of_a_day_are_shown():
    rows = table(account(at(2025, 9, 30, 10), 1))
    assert {row.reason for row in rows[1:-1]} == {"国庆节、中秋节"}
