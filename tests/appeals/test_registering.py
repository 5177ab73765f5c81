"""What may be sought about a case, until when; what was filed late; nothing that isn't given."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from app.appeals.models import Appeal
from app.appeals.rules import AppealOutcome
from app.cases.rules import Status
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.timeline import Event
from app.rulebook.rules import from_data
from tests.appeals.appeals import (
    COMPLAINT,
    HANDLER,
    LITIGATION,
    RECONSIDERATION,
    SOON,
    TODAY,
    accepted,
    appeal,
    assigned,
    case,
    closed,
    concluded,
    decided,
    do,
    handled,
    offered,
    sought,
    told,
)
from tests.cases.window import acting, at, made, person

SIXTY, SIX_MONTHS = date(2026, 11, 16), date(2027, 3, 17)


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


@pytest.mark.parametrize(
    ("occasion", "given"),
    [
        (
            "reply",
            [
                ("complaint", "reply", None, True),
                ("reconsideration", "reply", SIXTY, True),
                ("litigation", "reply", SIX_MONTHS, True),
            ],
        ),
        ("refusal", [("complaint", "refusal", None, True)]),
        ("result", [("complaint", "result", None, True)]),
    ],
)
def test_what_was_told_on_paper_may_be_sought_and_nothing_else(demo, occasion, given):
    number = decided(occasion)
    assert offered(number) == given
    assert [it.code.value for it in from_data(case(number).remedies)] == [it[0] for it in given]
    for kind in (COMPLAINT, RECONSIDERATION, LITIGATION):
        if kind.value not in [it[0] for it in given]:
            with pytest.raises(DomainError):
                sought(number, kind)
    assert sought(number)


def test_a_reply_that_is_no_decision_opens_no_way_to_court(demo):
    way = (("accept", {"classification": "infeasible"}), "dispatch", "sign", "reply")
    number = decided(way=(*way[:3], ("reply", {"decision": False})))
    assert [it[0] for it in offered(number)] == ["complaint"]
    with pytest.raises(DomainError, match="没有“行政诉讼”"):
        sought(number, LITIGATION)
    number = decided(way=(*way[:3], ("reply", {"decision": True})))
    assert [it[0] for it in offered(number)] == ["complaint", "reconsideration", "litigation"]


@pytest.mark.parametrize("status", [Status.REGISTERED, Status.SIGNED, Status.RETURNED])
def test_nothing_is_sought_before_something_is_decided(demo, status):
    number = made(status)
    assert offered(number) == []
    with pytest.raises(DomainError, match="没有可以申请救济的决定"):
        sought(number)


@pytest.mark.parametrize("role", ["handler", "supervisor", "inspector", "admin"])
def test_nobody_but_the_window_registers(demo, role):
    number = decided()
    with pytest.raises((DomainError, OutOfScopeError)):
        sought(number, actor=acting(role))
    with pytest.raises((DomainError, OutOfScopeError)):
        sought(number, actor=person("clerk.yanggu"))


def test_a_complaint_is_taken_on_at_once_and_ends_after_fifteen_working_days(demo):
    number = decided()
    row = appeal(sought(number))
    assert (row.number, row.accepted_on, row.simplified) == (
        f"{case(number).number}-A01", TODAY, False,
    )  # fmt: skip
    assert row.told == "不符合法定条件"
    [period] = row.periods
    assert (period.step.value, period.last_day) == ("decide", date(2026, 10, 14))
    assert period.rule.legal_basis == "本窗口工作规则（本厅自定）"
    [(when, payload)] = told(number, "appeal_registered")
    assert (when, payload["remedy_kind"], payload["authority"]) == (
        SOON, "complaint", "本大厅督查部门",
    )  # fmt: skip


def test_what_goes_to_an_organ_is_reviewed_first(demo):
    number = decided()
    row = appeal(sought(number, RECONSIDERATION, authority="临清市人民政府"))
    assert (row.accepted_on, row.last_day, row.authority) == (None, SIXTY, "临清市人民政府")
    assert [(it.step.value, it.last_day) for it in row.periods] == [("accept", date(2026, 9, 23))]


def test_the_same_is_not_sought_twice_against_one_decision(demo):
    number = decided()
    first = sought(number)
    with pytest.raises(DomainError, match="不能重复提出"):
        sought(number)
    values = {
        column.name: getattr(appeal(first), column.key)
        for column in Appeal.__table__.columns
        if column.name != "id"
    }
    with pytest.raises(DBAPIError):
        db.session.connection().execute(
            Appeal.__table__.insert().values({**values, "number": "X-A02", "serial": 2})
        )
    db.session.rollback()


def test_a_reconsideration_and_a_lawsuit_shut_each_other_out(demo):
    number = decided()
    accepted(handled(number, RECONSIDERATION))
    assert "复议期间不得提起行政诉讼" in closed(number, LITIGATION)
    with pytest.raises(DomainError, match="复议期间"):
        sought(number, LITIGATION)
    other = decided()
    accepted(handled(other, LITIGATION))
    assert "不得再申请行政复议" in closed(other, RECONSIDERATION)
    with pytest.raises(DomainError, match="不得再申请"):
        sought(other, RECONSIDERATION)


def test_after_a_reconsideration_there_are_fifteen_days_to_go_to_court(demo):
    number = decided()
    first = accepted(handled(number, RECONSIDERATION))
    now, day = at(2026, 9, 18, 10), date(2026, 9, 18)
    concluded(first, AppealOutcome.REJECTED, now, decided_on=day, delivered_on=day)
    way = [it for it in offered(number, now) if it[0] == "litigation"]
    assert way == [
        ("litigation", "reply", SIX_MONTHS, False),
        ("litigation", "reconsideration", date(2026, 10, 8), True),  # 10-03 is in the holidays
    ]
    second = appeal(sought(number, LITIGATION, now, filed_on=day))
    assert (second.previous_id, second.told_on, second.last_day) == (first, day, date(2026, 10, 8))
    assert "第四十五条" in second.legal_basis


def test_a_reconsideration_out_of_time_opens_the_way_to_court_too(demo):
    number = decided()
    accepted(handled(number, RECONSIDERATION))
    before, after = at(2026, 11, 16, 17), at(2026, 11, 17, 10)
    assert ("litigation", "reconsideration") not in [it[:2] for it in offered(number, before)]
    assert offered(number, after)[-1] == (
        "litigation", "reconsideration", date(2026, 12, 1), True,
    )  # fmt: skip


# --- in time, and late ---------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2026, 9, 16), date(2026, 9, 18)])
def test_a_day_before_the_telling_or_to_come_is_refused(demo, day):
    number = decided()
    with pytest.raises(InvalidInputError) as refused:
        sought(number, filed_on=day)
    assert list(refused.value.problems) == ["filed_on"]


def test_on_the_last_day_it_is_in_time_and_on_the_next_it_is_late(demo):
    number, now = decided(), at(2026, 11, 20, 10)
    in_time = appeal(sought(number, RECONSIDERATION, now, filed_on=SIXTY))
    assert in_time.late_reason is None
    other = decided()
    with pytest.raises(InvalidInputError) as refused:
        sought(other, RECONSIDERATION, now, filed_on=SIXTY + timedelta(days=1))
    assert list(refused.value.problems) == ["late_reason"]
    with pytest.raises(InvalidInputError) as refused:
        sought(other, RECONSIDERATION, now, filed_on=SIXTY, late_reason="洪水")
    assert list(refused.value.problems) == ["late_reason"]


@pytest.fixture
def late(demo):
    """A reconsideration that was sought after its last day, and the instant of its registration."""
    now = at(2026, 11, 20, 10)
    reason = "因洪水道路中断，障碍于 11 月 18 日消除"
    return sought(decided(), RECONSIDERATION, now, filed_on=date(2026, 11, 20), late_reason=reason)


NEXT = at(2026, 11, 20, 15)


def ruled(number, role="supervisor", *, admitted=True, note="第二十条"):
    """Rule on a late appeal; committed."""
    do("rule_on_lateness", number, admitted=admitted, note=note, actor=acting(role), now=NEXT)


def test_nothing_runs_of_a_late_one_until_a_supervisor_admits_it(late):
    assert appeal(late).periods == []
    with pytest.raises(DomainError, match="先由督查人员裁定"):
        assigned(late, now=NEXT)
    ruled(late)
    row = appeal(late)
    assert (row.late_admitted, row.late_ruled_by) == (True, "李卫民")
    assert [it.begins_on for it in row.periods] == [date(2026, 11, 20)]
    assigned(late, now=NEXT)
    with pytest.raises(DomainError, match="已经裁定"):
        ruled(late, admitted=False)


def test_one_that_is_not_admitted_is_over(late):
    ruled(late, admitted=False, note="无正当理由")
    row = appeal(late)
    told_of = (row.outcome, row.handler_id, row.findings)
    assert told_of == (AppealOutcome.NOT_ACCEPTED, None, "无正当理由")
    with pytest.raises(DomainError, match="已有结果"):
        assigned(late, now=NEXT)


@pytest.mark.parametrize("username", ["clerk.linqing", HANDLER, "inspector.liaocheng"])
def test_nobody_but_a_supervisor_rules_on_lateness(late, username):
    with pytest.raises((DomainError, OutOfScopeError)):
        do("rule_on_lateness", late, admitted=True, note="准", actor=person(username), now=NEXT)
    assert appeal(late).late_admitted is None


BY_HAND = "handler_id = 1, assigned_at = registered_at, assigned_by = 'x', assigned_by_id = 1"


@pytest.mark.parametrize("change", ["late_reason = NULL", BY_HAND, "late_admitted = TRUE"])
def test_the_database_keeps_what_is_late_apart(late, change):
    with pytest.raises(DBAPIError):
        db.session.connection().exec_driver_sql(f"UPDATE appeal SET {change} WHERE id = {late}")  # noqa: S608
    db.session.rollback()


def test_the_timeline_tells_each_registration_once(demo):
    number = decided()
    sought(number)
    sought(number, RECONSIDERATION)
    kinds = [it for it, in db.session.execute(
        db.select(Event.kind).where(Event.case_id == number, Event.kind.like("appeal%"))
    )]  # fmt: skip
    assert kinds == ["appeal_registered"] * 2
