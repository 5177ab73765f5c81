"""A new calendar corrects the clocks of items that run, as it does those of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.correction import correct, shifts
from app.improvements.models import Improvement
from app.improvements.rules import FlagStage
from tests.cases.window import person
from tests.conftest import NOW
from tests.improvements.items import HOUR, OWNER, SUPERVISOR, completed, heard, moved, name, opened
from tests.improvements.test_clock import DUE, LONG_AFTER, flagged, flags

pytestmark = pytest.mark.usefixtures("demo")


def day(when, *, working):
    """Let a day be worked on or be off; a new revision."""
    with scope.everything(), transaction():
        db.session.add(CalendarDay(date=when, working=working, name="本地安排", source="local"))


def moves(row, now=NOW):
    """Return what the correction would do to an item: its new due time, and whether it is held."""
    db.session.rollback()
    with scope.everything():
        return [(it.new_due, bool(it.held)) for it in shifts(now) if it.number == row.number]


def corrected(row, now=NOW + HOUR, who="admin", **options):
    """Correct as somebody, in what they see; return the item as it is kept."""
    db.session.rollback()
    actor = person(who)
    with scope.everything() if who == "admin" else scope.working_for(actor), transaction():
        correct(actor=actor, now=now, **options)
    with scope.everything():
        return db.session.get_one(Improvement, row.id, populate_existing=True)


def test_a_day_off_moves_a_running_item_and_it_is_told_and_flagged_anew():
    row = opened()
    flagged(DUE)
    day(date(2026, 9, 18), working=False)
    new = DUE + timedelta(days=1)
    assert moves(row) == [(new, False)]
    row = corrected(row, DUE)
    assert (row.due_at, row.due_version) == (new, 2)
    assert "工作日历第" in row.reason
    assert name(OWNER) in heard("due_moved", row)
    assert moves(row) == []
    flagged(LONG_AFTER)
    assert flags(row) == [(FlagStage.WARNING, 1), *((stage, 2) for stage in FlagStage)]


def test_what_would_turn_late_waits_for_the_supervisor():
    row = opened()
    day(date(2026, 9, 19), working=True)
    now = DUE - HOUR
    assert moves(row, now) == [(datetime(2026, 9, 22, 9, 30, tzinfo=UTC), True)]
    assert corrected(row, now).due_at == DUE
    row = corrected(row, now, SUPERVISOR, confirming=True)
    assert row.due_at == datetime(2026, 9, 22, 9, 30, tzinfo=UTC)


def test_a_day_that_was_chosen_stays_until_it_is_a_day_off():
    row = opened()
    day(date(2026, 9, 18), working=False)
    chosen = date(2026, 9, 30)
    row = moved(row, "move_due", SUPERVISOR, due_on=chosen, reason="设备未到货")
    day(date(2026, 9, 22), working=False)
    assert moves(row) == []
    day(chosen, working=False)
    row = corrected(row)
    assert row.due_at == datetime(2026, 10, 8, 9, 30, tzinfo=UTC)


def test_a_completed_item_keeps_its_verdict():
    row = completed()
    day(date(2026, 9, 18), working=False)
    assert moves(row) == []
