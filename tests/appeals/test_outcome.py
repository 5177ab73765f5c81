"""What comes of an appeal: upheld it marks the reply as wrong and reopens the case, all at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.appeals.rules import AppealOutcome
from app.cases.rules import Status
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.timeline import Event
from app.deadlines.rules import Classification, ClockKind
from app.ledgers.columns import CASE_COLUMNS
from app.notices.fanout import fan_out
from app.notices.models import Notice
from tests.appeals.appeals import (
    COMPLAINT,
    HANDLER,
    LATER,
    RECONSIDERATION,
    REPLY,
    SOON,
    TODAY,
    accepted,
    appeal,
    case,
    concluded,
    decided,
    do,
    handled,
    offered,
    outcome,
    told,
)
from tests.cases.window import act, case_of, kinds, staff
from tests.core.screens import text_of

CLOSED = (*REPLY, "callback", "close")


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


@pytest.mark.parametrize("what", [AppealOutcome.UPHELD, AppealOutcome.PARTLY])
@pytest.mark.parametrize("way", [REPLY, CLOSED, (*CLOSED, "archive")])
def test_one_that_is_upheld_reopens_the_case_with_a_clock_linked_to_the_old(demo, way, what):
    number = decided(way=way)
    old = case(number).clock.id
    row = concluded(handled(number), what)
    kept = case(number)
    assert (kept.status, kept.overturned_at, kept.reopened_at) == (Status.DISPATCHED, LATER, LATER)
    assert (kept.outcome, kept.reasons, kept.remedies) == (None, None, None)
    assert (kept.clock.previous_id, kept.clock.start, kept.clock.met_at) == (old, LATER, None)
    assert kinds(kept)[-2:] == ["overturned", "appeal_decided"]
    row = appeal(row)
    assert (row.wrong_at, row.told, row.outcome) == (LATER, "不符合法定条件", what)
    [(_, payload)] = told(number, "overturned")
    assert payload["appeal"] == row.number
    assert offered(number) == []  # what was wrong stands no longer


def test_it_may_reopen_under_another_class(demo):
    number = decided()
    concluded(handled(number), classification=Classification.SHOULD_BE_DONE)
    kept = case(number)
    assert kept.classification is Classification.SHOULD_BE_DONE
    assert kept.clock.kind is ClockKind.RESOLVE


def test_a_refusal_that_was_wrong_goes_back_to_the_window(demo):
    number = decided("refusal", "archive")
    concluded(handled(number))
    kept = case(number)
    assert (kept.status, kept.overturned_at, kept.archived_at) == (Status.REGISTERED, LATER, None)
    assert (kept.refusal_reason, kept.remedy, kept.criterion) == (None, None, None)
    act(case_of(number), "accept", LATER)


def test_a_reply_that_was_given_up_already_is_marked_and_what_stands_is_left(demo):
    number = decided()
    row = handled(number)
    act(case_of(number), "reopen", SOON)
    before = case(number).clock.id
    concluded(row)
    kept = case(number)
    assert (kept.status, kept.overturned_at, kept.clock.id) == (Status.DISPATCHED, LATER, before)
    assert told(number, "overturned")


@pytest.mark.parametrize("what", [AppealOutcome.REJECTED, AppealOutcome.WITHDRAWN])
def test_any_other_leaves_the_case_as_it_is(demo, what):
    number = decided()
    row = concluded(handled(number), what)
    kept = case(number)
    assert (kept.status, kept.overturned_at) == (Status.REPLIED, None)
    assert (appeal(row).wrong_at, appeal(row).periods[0].met_on) == (None, TODAY)


def test_it_is_all_or_nothing(demo):
    number = decided()
    row = handled(number)
    with pytest.raises(InvalidInputError) as refused:
        concluded(row, lead_department=None)
    assert list(refused.value.problems) == ["lead_department"]
    kept = case(number)
    assert (kept.status, kept.overturned_at, appeal(row).outcome) == (Status.REPLIED, None, None)
    assert told(number, "appeal_decided") == []
    assert appeal(row).periods[0].met_on is None


def test_the_database_upholds_none_without_reopening_and_changes_no_outcome(demo):
    row = handled(decided())
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE appeal SET outcome = 'upheld', wrong_at = registered_at, "  # noqa: S608
            "decided_on = filed_on, delivered_on = filed_on, decided_by = 'x', findings = 'x', "
            "concluded_by = 'x', concluded_at = registered_at, concluded_by_id = handler_id "
            f"WHERE id = {row}"
        )
    concluded(row, AppealOutcome.REJECTED)
    for change in ("outcome = 'withdrawn'", "wrong_at = registered_at"):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE appeal SET {change} WHERE id = {row}")  # noqa: S608
    assert appeal(row).outcome is AppealOutcome.REJECTED


@pytest.mark.parametrize(
    ("what", "fields", "wrong"),
    [
        (AppealOutcome.UPHELD, {}, "outcome"),
        (AppealOutcome.WITHDRAWN, {"decided_on": None}, "decided_on"),
        (AppealOutcome.WITHDRAWN, {"decided_on": date(2026, 9, 16)}, "decided_on"),
        (AppealOutcome.WITHDRAWN, {"decided_on": date(2026, 9, 18)}, "decided_on"),
        (AppealOutcome.WITHDRAWN, {"delivered_on": date(2026, 9, 16)}, "delivered_on"),
        (AppealOutcome.NOT_ACCEPTED, {"document": None}, "document"),
        (AppealOutcome.NOT_ACCEPTED, {"findings": " "}, "findings"),
        (AppealOutcome.NOT_ACCEPTED, {"decided_by": "长" * 129}, "decided_by"),
    ],
)
def test_what_is_told_of_an_outcome_is_checked(demo, what, fields, wrong):
    row = handled(decided(), RECONSIDERATION)
    with pytest.raises(InvalidInputError) as refused:
        concluded(row, what, **fields)
    assert list(refused.value.problems) == [wrong]
    assert appeal(row).outcome is None


def test_one_that_was_taken_on_is_not_refused_acceptance(demo):
    row = accepted(handled(decided(), RECONSIDERATION))
    with pytest.raises(InvalidInputError):
        concluded(row, AppealOutcome.NOT_ACCEPTED)
    with pytest.raises(DomainError, match="已经受理"):
        accepted(row)


def test_an_outcome_is_recorded_once(demo):
    row = concluded(handled(decided()), AppealOutcome.REJECTED)
    with pytest.raises(DomainError, match="已有结果"):
        do("decide", row, AppealOutcome.REJECTED, outcome())


def test_the_mark_stands_on_the_page_and_in_the_ledger(demo, login):
    number = decided()
    concluded(handled(number))
    page = text_of(login(demo, "clerk.linqing").get(f"/cases/show/{number}"))
    assert "认定有误，事项已重新办理" in page
    assert "原答复认定有误时间" in page
    assert CASE_COLUMNS[-1].source.key == "overturned_at"


def test_who_handles_and_who_leads_is_told_once(demo):
    db.session.rollback()
    fan_out(SOON)
    number = decided()
    concluded(handled(number, COMPLAINT))
    fan_out(LATER)
    fan_out(LATER)
    rows = db.session.execute(
        select(Event.kind, Notice.user_id)
        .join(Event, Event.id == Notice.event_id)
        .where(Event.case_id == number, Event.kind.like("%appeal%") | (Event.kind == "overturned"))
    ).all()
    told_of = [tuple(it) for it in rows]
    assert told_of.count(("appeal_assigned", staff(HANDLER).id)) == 1
    assert ("appeal_registered", staff("supervisor.linqing").id) in told_of
    assert ("overturned", staff("handler.linqing.scjg").id) in told_of
    assert len(told_of) == len(set(told_of))
