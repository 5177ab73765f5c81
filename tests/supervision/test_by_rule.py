"""Cards by rule: each once for a clock and a rule, whoever runs, whatever happens in between."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.cases.rules import Status
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError
from app.core.jobs import JobRun
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.models import Deadline
from app.deadlines.queries import _calendar_of, calendar
from app.notices.fanout import fan_out
from app.notices.models import Notice, NoticeRule
from app.scheduler import JOBS, run_job
from app.supervision import operations
from app.supervision.jobs import supervise
from app.supervision.models import SupervisionCard, SupervisionRule
from app.supervision.queries import due
from app.supervision.rules import CardKind
from tests.cases.window import act, at, brought_to, case_of, hall
from tests.core import screens
from tests.processes import Forked
from tests.supervision.cards import (
    DUE,
    FIFTH,
    FIRST,
    SECOND,
    card,
    cards,
    do,
    issue,
    late,
    run,
    told,
)

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("unlimited")
JOB = next(job for job in JOBS if job.name == "supervise")


def kinds(number):
    return [row.kind.value for row in cards(number)]


# --- what is issued when -------------------------------------------------------------------------


def test_the_next_working_day_a_reminder_two_days_over_yellow_five_red_and_report(demo):
    number = late()
    found = {}
    for now in (DUE + MINUTE, FIRST - MINUTE, FIRST, SECOND - MINUTE, SECOND, FIFTH - MINUTE):
        run(now)
        found[now] = kinds(number)
    assert list(found.values()) == [
        [], [], ["reminder"], ["reminder"], ["reminder", "yellow"], ["reminder", "yellow"],
    ]  # fmt: skip
    assert run(FIFTH) == 2
    assert kinds(number) == ["reminder", "yellow", "red", "report"]
    assert run(FIFTH + timedelta(days=60)) == 0


def test_a_card_says_what_whom_when_and_by_which_rule(demo):
    number = late()
    run(SECOND)
    _, yellow = cards(number)
    with scope.everything():
        of = case_of(number)
        assert yellow.number == f"{of.number}-02"
        assert (yellow.hall_id, yellow.department_id) == (of.hall_id, of.lead_department_id)
        assert yellow.deadline_id == of.clock.id
        assert yellow.rule.kind is CardKind.YELLOW
        assert yellow.days_over == 2
    assert (yellow.issued_at, yellow.issued_by) == (SECOND, "系统")
    assert yellow.reply_due == at(2026, 9, 28, 17, 30)  # Thursday; Friday is Mid-Autumn; Monday
    [(when, payload)] = told(number, "yellow_card")
    assert when == SECOND
    assert payload["card"] == yellow.number
    assert payload["department"] == "市场监管科"
    assert payload["days_over"] == 2
    assert payload["by_rule"] == yellow.rule.name


def test_a_card_tells_its_department_in_a_notice(demo):
    number = late()
    db.session.remove()
    run(SECOND)
    with scope.everything():
        fan_out(SECOND)
        rows = db.session.scalars(select(Notice).where(Notice.case_id == number)).all()
        heard = {(row.kind, row.recipient) for row in rows}
    for kind in ("reminder_issued", "yellow_card"):
        assert any(it[0] == kind for it in heard), kind


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.RETURNED])
def test_what_is_answered_or_with_no_department_gets_none(demo, status):
    number = late(status)
    assert run(FIFTH) == 0
    assert cards(number) == []


def test_a_case_that_finds_a_department_again_is_made_up_for(demo):
    number = late(Status.RETURNED)
    assert run(FIRST) == 0
    with scope.everything():
        act(case_of(number), "dispatch", FIRST + MINUTE)
    assert run(FIRST + 2 * MINUTE) == 1


def test_a_clock_that_stands_still_gets_none(demo):
    number = late()
    with scope.everything():
        act(case_of(number), "ask_pause", at(2026, 9, 18, 10), days=5)
        act(case_of(number), "grant_pause", at(2026, 9, 18, 11), days=5)
    assert run(SECOND) == 0


# --- rules ---------------------------------------------------------------------------------------


def rule(**fields):
    known = {
        "name": "本厅规则", "kind": CardKind.YELLOW, "days": 1, "demand": "请说明", "reply_days": 3,
        "source": "本厅办法", "valid_from": date(2020, 1, 1),
    }  # fmt: skip
    with scope.everything(), transaction():
        row = SupervisionRule(**{**known, **fields})
        db.session.add(row)
        db.session.flush()
        return row.id


def test_a_halls_own_rule_stands_before_the_general_one_of_its_kind(demo):
    own = rule(hall=hall())
    number = late()
    assert run(FIRST) == 2
    assert kinds(number) == ["reminder", "yellow"]
    assert cards(number)[1].rule_id == own
    assert run(SECOND) == 0


def test_another_halls_rule_changes_nothing_here(demo):
    rule(hall=hall("yanggu"))
    number = late()
    run(FIRST)
    assert kinds(number) == ["reminder"]


def test_a_rule_that_is_not_in_force_on_the_day_issues_nothing(demo):
    with scope.everything(), transaction():
        db.session.execute(update(SupervisionRule).values(valid_to=date(2026, 9, 22)))
    number = late()
    run(FIFTH)
    assert kinds(number) == ["reminder"]


# --- once ----------------------------------------------------------------------------------------


def test_run_again_at_once_or_years_later_it_is_one(demo):
    number = late()
    for now in (FIRST, FIRST, FIRST - timedelta(hours=3), FIRST + MINUTE):
        run(now)
    assert kinds(number) == ["reminder"]
    assert len(told(number, "reminder_issued")) == 1


def test_a_withdrawn_card_is_not_issued_again(demo):
    number = late()
    run(FIRST)
    do("withdraw", cards(number)[0].id, "日历有误", FIRST + MINUTE, role="supervisor")
    assert run(FIRST + 2 * MINUTE) == 0


def test_a_calendar_that_changes_after_the_card_gives_no_second_one(demo):
    number = late()
    run(FIRST)
    with scope.everything(), transaction():
        db.session.add(CalendarDay(date=date(2026, 9, 22), name="本地假日", working=False))
    db.session.remove()
    _calendar_of.cache_clear()
    assert run(at(2026, 9, 23, 9)) == 0
    assert kinds(number) == ["reminder"]
    assert run(at(2026, 9, 24, 9)) == 1  # two working days over by now
    assert kinds(number) == ["reminder", "yellow"]


def test_the_database_keeps_a_second_card_of_a_clock_and_a_rule_out(demo):
    number = late()
    run(FIRST)
    one = cards(number)[0]
    twin = {
        column.key: getattr(one, column.key)
        for column in SupervisionCard.__table__.columns
        if column.key not in {"id", "serial", "number"}
    }
    with pytest.raises(IntegrityError), scope.everything(), transaction():
        db.session.add(SupervisionCard(**twin, serial=9, number="X-09"))


def test_of_two_schedulers_that_found_the_same_the_second_issues_nothing(demo):
    number = late()
    with scope.everything():
        [wanted] = due(FIRST, calendar(), 10)
        run(FIRST)
        with scope.everything(), transaction():
            assert operations.issue_by_rule(case_of(number), wanted, now=FIRST) is None
    assert kinds(number) == ["reminder"]


def node(_say):
    with scope.everything():
        return supervise(FIFTH, FIFTH)


def test_two_processes_at_once_issue_each_card_once(demo):
    numbers = [late() for _ in range(3)]
    with scope.everything(), transaction():  # `late` met the clocks of those before
        clock = Deadline.__table__
        reopened = update(clock).where(clock.c.current, clock.c.case_id.in_(numbers))
        db.session.connection().execute(reopened.values(met_at=None, verdict=None))
    db.session.remove()
    two = [Forked(demo, node) for _ in range(2)]
    for process in two:
        process.start()
    made = [process.result()["cards"] for process in two]
    assert sum(made) == 4 * len(numbers)
    for number in numbers:
        assert kinds(number) == ["reminder", "yellow", "red", "report"]
        assert len(told(number, "red_card")) == 1


@pytest.mark.parametrize("where", ["record", "flush"])
def test_a_crash_between_any_two_lines_leaves_no_card_and_the_next_run_issues_it(
    demo, monkeypatch, where
):
    number = late()
    broken = {"record": (timeline, "record"), "flush": (operations, "compute")}[where]

    def crash(*_args, **_options):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(*broken, crash)
        with pytest.raises(DomainError):
            run(FIRST)
    assert cards(number) == []
    assert told(number, "reminder_issued") == []
    assert run(FIRST + MINUTE) == 1


def test_one_that_fails_stops_no_other(demo, monkeypatch):
    bad, good = late(), None
    with scope.everything():
        good = brought_to(Status.SIGNED).id
    db.session.remove()
    usual = operations.compute

    def fails(days, now, terms, hours):
        if fails.first:
            fails.first = False
            raise RuntimeError("unlucky")
        return usual(days, now, terms, hours)

    fails.first = True
    monkeypatch.setattr(operations, "compute", fails)
    with pytest.raises(DomainError, match="1"):
        run(FIRST)
    assert sorted(map(len, (cards(bad), cards(good)))) == [0, 1]
    assert run(FIRST) == 1


def test_the_scheduler_runs_it_and_says_how_many(demo):
    late()
    run_job(JOB, FIRST)
    db.session.rollback()
    with scope.everything():
        [done] = db.session.scalars(select(JobRun).where(JobRun.name == "supervise"))
    assert done.state.value == "done"
    assert done.result == {"cards": 1, "late_replies": 0}


def test_asking_costs_the_same_however_many_are_late(demo):
    def cost():
        db.session.remove()
        with screens.statements() as sent:
            found = due(FIFTH, calendar(), 1000)
        return len(found), len([it for it in sent if not it.startswith("BEGIN")])

    late()
    few = cost()
    for _ in range(5):
        brought_to(Status.SIGNED)
    many = cost()
    assert (few[0], many[0]) == (4, 24)
    assert many[1] == few[1]


def test_an_installation_that_is_there_already_is_told_of_cards_too(demo):
    with transaction():
        db.session.execute(delete(NoticeRule).where(NoticeRule.kind != "overdue"))
    db.session.remove()
    downgrade(revision="0007")
    upgrade()
    rules = db.session.scalars(select(NoticeRule).where(NoticeRule.kind == "red_card")).all()
    assert {rule.audience.value for rule in rules} == {
        "lead_handlers", "assisting_handlers", "hall_supervisors",
    }  # fmt: skip
    assert all(rule.active and rule.inbox for rule in rules)


# --- replies that are late -----------------------------------------------------------------------


def test_a_reply_that_is_late_is_flagged_once(demo):
    number = late()
    made = issue(number, at(2026, 9, 17, 11), reply_days=1)
    due = card_due(made)
    assert due == at(2026, 9, 18, 17, 30)
    run(due)
    assert told(number, "card_reply_late") == []
    for _ in range(2):
        run(due + MINUTE)
    [(when, payload)] = told(number, "card_reply_late")
    assert when == due + MINUTE
    assert payload["card"].endswith("-01")


def card_due(made):
    with scope.everything():
        return card(made).reply_due


def test_who_answers_in_time_is_not_flagged_and_who_answers_late_is_told_so(demo):
    number = late()
    one = issue(number, at(2026, 9, 17, 11), reply_days=1)
    do("reply", one, "已联系", at(2026, 9, 18, 17, 30))
    two = issue(number, at(2026, 9, 17, 12), reply_days=1)
    run(at(2026, 9, 19, 9))
    do("reply", two, "迟复", at(2026, 9, 19, 10))
    late_reply = [payload.get("late_reply") for _, payload in told(number, "card_replied")]
    assert late_reply == [None, True]
    [(_, payload)] = told(number, "card_reply_late")
    assert payload["card"].endswith("-02")
