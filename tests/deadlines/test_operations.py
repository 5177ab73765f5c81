"""Clocks of cases: which rule governs, what they remember, how a new calendar corrects them."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.cases.rules import Status
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.models import DeadlineRule
from app.deadlines.queries import revision, rule_for
from app.deadlines.rules import Classification, ClockKind
from tests.cases.window import act, brought_to, hall
from tests.core import screens

pytestmark = pytest.mark.usefixtures("unlimited")

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 9, 17)


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


DUE = at(2026, 9, 21, 17, 30)


# --- rules ---------------------------------------------------------------------------------------


def rule(name, days, **options):
    told = {"kind": ClockKind.RESOLVE, "valid_from": date(2020, 1, 1), "source": "试验", **options}
    row = DeadlineRule(name=name, working_days=days, **told)
    db.session.add(row)
    db.session.flush()
    return row


def governing(classification=Classification.SHOULD_BE_DONE, day=TODAY, code="linqing"):
    found = rule_for(hall(code).id, classification.clock, classification, day)
    return found.name if found else None


def test_the_default_rules_are_linqings(demo):
    assert governing() == "应办未办限期解决"
    assert (
        governing(Classification.UNLAWFUL)
        == governing(Classification.INFEASIBLE)
        == ("完全不能限期答复")
    )


def test_the_halls_own_rule_comes_before_the_general_one(demo):
    rule("本厅", 5, hall=hall())
    assert governing() == "本厅"
    assert governing(code="yanggu") == "应办未办限期解决"


def test_the_rule_of_a_class_comes_before_that_of_the_kind(demo):
    rule("依法不应办", 1, kind=ClockKind.REPLY, classification=Classification.UNLAWFUL)
    assert governing(Classification.UNLAWFUL) == "依法不应办"
    assert governing(Classification.INFEASIBLE) == "完全不能限期答复"


def test_the_halls_wide_rule_comes_before_the_narrow_one_of_all(demo):
    rule("通用分类", 1, classification=Classification.SHOULD_BE_DONE)
    rule("本厅", 5, hall=hall())
    assert governing() == "本厅"


def test_a_rule_is_valid_from_its_first_day_to_its_last(demo):
    rule("九月", 4, hall=hall(), valid_from=date(2026, 9, 1), valid_to=date(2026, 9, 30))
    days = {
        date(2026, 8, 31): "应办未办限期解决",
        date(2026, 9, 1): "九月",
        date(2026, 9, 30): "九月",
        date(2026, 10, 1): "应办未办限期解决",
    }
    assert {day: governing(day=day) for day in days} == days


def test_the_later_rule_replaces_the_earlier(demo):
    rule("旧", 4, hall=hall(), valid_from=date(2025, 1, 1))
    rule("新", 6, hall=hall(), valid_from=date(2026, 1, 1))
    assert governing() == "新"
    assert governing(day=date(2025, 6, 1)) == "旧"


def test_the_day_that_decides_is_the_halls_own(demo):
    with transaction():
        rule("新年", 9, hall=hall(), valid_from=date(2026, 9, 18))
    case = brought_to(Status.ACCEPTED, now=at(2026, 9, 17, 23, 0))
    act(case, "dispatch", at(2026, 9, 17, 23, 59, 59))
    assert case.clock.rule.name == "应办未办限期解决"
    other = brought_to(Status.ACCEPTED, now=at(2026, 9, 17, 23, 0))
    act(other, "dispatch", at(2026, 9, 18, 0, 0))
    assert (other.clock.rule.name, other.clock.working_days) == ("新年", 9)


def test_a_hall_that_works_until_midnight_has_until_midnight(demo):
    with transaction():
        hall().day_end = "midnight"
    assert brought_to(Status.DISPATCHED).clock.due_at == at(2026, 9, 22, 0, 0)


def test_the_warning_comes_as_early_as_the_rule_says(demo):
    with transaction():
        rule("早预警", 3, hall=hall(), warn_days=1, warn_time=time(14, 0), escalate_days=1)
    clock = brought_to(Status.DISPATCHED).clock
    assert clock.warn_at == at(2026, 9, 20, 14, 0)
    assert clock.escalate_at == at(2026, 9, 22, 17, 30)


# --- evidence ------------------------------------------------------------------------------------


def test_the_evidence_of_a_clock_is_complete(demo):
    clock = brought_to(Status.DISPATCHED).clock
    told = clock.evidence
    assert told["rule"] == {"name": clock.rule.name, "source": clock.rule.source, "working_days": 3}
    assert told["start"] == {"event": "派发", "at": "2026-09-17T10:02:00+08:00"}
    assert (told["due_at"], told["warn_at"]) == (
        "2026-09-21T17:30:00+08:00",
        "2026-09-21T09:00:00+08:00",
    )
    assert told["revision"] == clock.calendar_revision == revision()
    assert told["provisional"] is False
    assert told["terms"] == {
        "working_days": 3,
        "warn_days": 0,
        "warn_time": "09:00",
        "escalate_days": 2,
    }
    assert [(day["date"], day["counted"], day["ordinal"]) for day in told["days"]] == [
        ("2026-09-17", False, None),
        ("2026-09-18", True, 1),
        ("2026-09-19", False, None),
        ("2026-09-20", True, 2),
        ("2026-09-21", True, 3),
    ]
    assert all(day["reason"] for day in told["days"])
    assert told["days"][3]["reason"] == "调休上班"


def test_whoever_may_see_the_case_can_read_why(demo, login):
    number = brought_to(Status.DISPATCHED).id
    db.session.remove()
    for username in (
        "clerk.linqing",
        "handler.linqing.scjg",
        "supervisor.linqing",
        "inspector.liaocheng",
    ):
        said = screens.text_of(login(demo, username).get(f"/cases/show/{number}"))
        assert "调休上班" in said
        assert "2026-09-21 17:30" in said
