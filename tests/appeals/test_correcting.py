"""A new calendar corrects what is open of appeals: previewed, confirmed, told, flagged anew."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

import run
from app.appeals.rules import AppealOutcome
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar import replace_years
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.correction import correct, shifts
from app.rulebook.rules import RemedyStep
from tests.appeals.appeals import (
    COMPLAINT,
    LITIGATION,
    RECONSIDERATION,
    UNLAWFUL,
    accepted,
    appeal,
    concluded,
    decided,
    handled,
    sought,
    told,
    watch,
)
from tests.cases.window import at, person
from tests.core import screens

pytestmark = pytest.mark.usefixtures("unlimited", "demo")

WARNS, DUE = at(2026, 10, 11, 9), at(2026, 10, 14, 17, 30)
"""Of a complaint of 2026-09-17: its 15th working day, and three days before it."""


def day(when, *, working):
    """Let a day be worked on or be off; a new revision."""
    with transaction():
        db.session.add(CalendarDay(date=when, working=working, name="本地安排", source="local"))


def moves(number, now):
    """Return what the correction would do to an appeal: old, new, and whether it is held."""
    row = appeal(number)
    return [
        (it.what, it.old_due, it.new_due, bool(it.held))
        for it in shifts(now)
        if it.number == row.number
    ]


def corrected(now, who="admin", **options):
    """Correct as somebody, in what they see; committed."""
    db.session.rollback()
    actor = person(who)
    with scope.everything() if who == "admin" else scope.working_for(actor), transaction():
        return correct(actor=actor, now=now, **options)


def test_a_day_off_moves_a_period_and_is_told_and_flagged_anew():
    about = decided()
    number = handled(about, COMPLAINT)
    assert watch(WARNS, about) == 1
    day(date(2026, 9, 18), working=False)
    later = WARNS + timedelta(hours=1)
    new = DUE + timedelta(days=1)
    assert moves(number, later) == [("申诉 · 作出决定", DUE, new, False)]
    corrected(later)
    [period] = appeal(number).periods
    assert (period.last_day, period.due_at) == (date(2026, 10, 15), new)
    assert period.warn_at == WARNS + timedelta(days=1)
    [(when, payload)] = told(about, "appeal_recomputed")
    assert (when, payload["step"], payload["appeal"]) == (later, "decide", appeal(number).number)
    assert payload["old_due"] == "2026-10-14T09:30:00+00:00"
    assert payload["new_due"] == "2026-10-15T09:30:00+00:00"
    assert moves(number, later) == []
    assert watch(DUE + timedelta(hours=1), about) == 1
    assert watch(new + timedelta(minutes=1), about) == 1
    assert [it[0] for it in told(about, "appeal_warning")] == [WARNS, WARNS + timedelta(days=1)]
    assert [it[0] for it in told(about, "appeal_overdue")] == [new]


def test_what_a_period_went_through_unseen_is_told_before_it_moves():
    about = decided()
    number = handled(about)
    day(date(2026, 9, 18), working=False)
    corrected(DUE + timedelta(hours=20))
    assert [it[0] for it in told(about, "appeal_overdue")] == [DUE]
    assert appeal(number).periods[0].overdue_flagged_at is None


def test_a_last_day_that_becomes_a_day_off_gives_way_and_a_met_period_stands():
    number = accepted(handled(decided(), RECONSIDERATION))
    day(date(2026, 9, 18), working=False)
    day(date(2026, 11, 16), working=False)
    soon = at(2026, 9, 19, 10)
    assert moves(number, soon) == [
        ("行政复议 · 作出决定", at(2026, 11, 16, 17, 30), at(2026, 11, 17, 17, 30), False)
    ]
    review, decision = appeal(number).periods
    kept = review.last_day
    corrected(soon)
    review, decision = appeal(number).periods
    assert (review.last_day, decision.last_day) == (kept, date(2026, 11, 17))
    assert decision.warn_at == at(2026, 11, 7, 9)


def test_a_concluded_appeal_stands_as_it_was_judged():
    number = concluded(handled(decided()), AppealOutcome.REJECTED)
    day(date(2026, 9, 18), working=False)
    assert moves(number, DUE) == []
    corrected(DUE)
    assert appeal(number).periods[0].last_day == date(2026, 10, 14)


def test_a_year_whose_notice_comes_is_no_longer_provisional():
    number = accepted(handled(decided(), LITIGATION))
    period = appeal(number).periods[1]
    assert (period.step, period.provisional) == (RemedyStep.DECIDE, True)
    due = period.due_at
    with transaction():
        replace_years([], [2027], notice="国办发明电〔2026〕7 号")
    assert [it[1:3] for it in moves(number, DUE)] == [(due, due)]
    corrected(DUE)
    assert (appeal(number).periods[1].provisional, appeal(number).periods[1].due_at) == (False, due)


def test_a_period_that_would_turn_overdue_waits_for_a_supervisor(login, demo, moment):
    number = handled(decided())
    day(date(2026, 9, 19), working=True)
    name, morning = appeal(number).number, moment(at(2026, 10, 14, 10))
    db.session.remove()
    admin, boss = login(demo, "admin"), login(demo, "supervisor.linqing")
    line = next(row for row in screens.rows(admin.get("/recompute/preview")) if row[0] == name)
    assert line[1:4] == ["申诉 · 作出决定", "2026-10-14 17:30", "2026-10-13 17:30"]
    assert "督查" in line[4]
    admin.post("/recompute/preview")
    assert appeal(number).periods[0].due_at == DUE
    assert name in boss.get("/recompute/preview").text
    assert boss.post("/recompute/preview").status_code == 302
    assert appeal(number).periods[0].last_day == date(2026, 10, 13)
    [(when, _)] = told(appeal(number).case_id, "appeal_recomputed")
    assert when == morning
    said = screens.text_of(boss.get(f"/cases/show/{appeal(number).case_id}"))
    assert "申诉期限更正" in said
    assert "2026-10-13 17:30" in said


def test_the_command_previews_and_corrects_appeals_too(demo, monkeypatch):
    monkeypatch.setattr(run, "_create_app", lambda: demo)

    def call(*words):
        db.session.remove()
        return CliRunner().invoke(run.cli, ["calendar", "recompute", *words])

    number = handled(decided())
    day(date(2026, 9, 18), working=False)
    name = appeal(number).number
    told_of = json.loads(call("--json").stdout)
    [change] = [it for it in told_of["changes"] if it["number"] == name]
    assert (change["kind"], change["needs_confirmation"]) == ("appeal", False)
    assert appeal(number).periods[0].due_at == DUE
    assert name in call("--apply").stdout
    assert appeal(number).periods[0].last_day == date(2026, 10, 15)


# --- appeals that came late ----------------------------------------------------------------------

LATE = {"filed_on": date(2026, 11, 17), "late_reason": "当日大厅停电"}
"""A reconsideration of what was told on 2026-09-17, a day after its 60th."""
THEN = at(2026, 11, 17, 11)


def test_what_came_late_by_a_day_that_turns_out_to_be_off_came_in_time():
    about = decided()
    number = sought(about, RECONSIDERATION, THEN, **LATE)
    assert moves(number, THEN) == []
    day(date(2026, 11, 16), working=False)
    [(what, old, new, held)] = moves(number, THEN)
    assert (what, held) == ("行政复议 · 提出期限", True)
    assert (old, new) == (at(2026, 11, 16, 17, 30), at(2026, 11, 17, 17, 30))
    corrected(THEN)
    assert appeal(number).late_reason == LATE["late_reason"]
    corrected(THEN, "supervisor.linqing", confirming=True)
    row = appeal(number)
    assert (row.last_day, row.late_reason) == (date(2026, 11, 17), None)
    assert [it.begins_on for it in row.periods] == [date(2026, 11, 17)]
    [(_, payload)] = told(about, "appeal_recomputed")
    assert (payload["old_last_day"], payload["new_last_day"]) == ("2026-11-16", "2026-11-17")
    assert payload["late"] is False


def test_what_is_late_all_the_same_stays_late():
    later = LATE | {"filed_on": date(2026, 11, 19)}
    number = sought(decided(), RECONSIDERATION, at(2026, 11, 19, 11), **later)
    day(date(2026, 11, 16), working=False)
    corrected(at(2026, 11, 19, 12))
    row = appeal(number)
    assert (row.last_day, row.periods) == (date(2026, 11, 17), [])
    assert row.late_reason


def test_what_was_told_is_not_taken_back():
    day(date(2026, 11, 16), working=False)
    later = LATE | {"filed_on": date(2026, 11, 18)}
    number = sought(decided(), RECONSIDERATION, at(2026, 11, 18, 11), **later)
    with transaction():
        db.session.delete(db.session.query(CalendarDay).filter_by(date=date(2026, 11, 16)).one())
    assert moves(number, at(2026, 11, 18, 12)) == []
    corrected(at(2026, 11, 18, 12))
    assert appeal(number).last_day == date(2026, 11, 17)


def test_who_ruled_on_the_case_does_not_confirm_that_an_appeal_came_in_time():
    ruling = ("ask_extension", "grant_extension", "tell_applicant", "reply")
    about = decided(way=(UNLAWFUL, "dispatch", "sign", *ruling))
    number = sought(about, RECONSIDERATION, THEN, **LATE)
    last = appeal(number).last_day
    day(last, working=False)
    corrected(THEN, "supervisor.linqing", confirming=True)
    assert appeal(number).last_day == last
    corrected(THEN, "supervisor.liaocheng", confirming=True)
    assert appeal(number).late_reason is None
