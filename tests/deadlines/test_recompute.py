"""A new calendar corrects the open clocks; what would turn overdue waits for a supervisor."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.scope import Grant, Person
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.calendar import replace_years
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.correction import correct, shifts
from app.deadlines.flagging import flag
from app.deadlines.models import Deadline, DeadlineRule, Flag
from app.deadlines.queries import calendar, revision
from app.deadlines.rules import Verdict
from app.departments.models import Membership
from app.departments.operations import appoint
from app.departments.rules import Role
from tests.cases.window import act, acting, brought_to, hall, person, ready_for
from tests.conftest import NOW
from tests.core import screens

pytestmark = pytest.mark.usefixtures("unlimited", "main_clock_alone")

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 9, 17)


def at(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


DUE = at(2026, 9, 21, 17, 30)


# --- a new calendar corrects open clocks ---------------------------------------------------------


def off(day, name="本地停电"):
    """Make a working day a day off; a new revision."""
    with transaction():
        db.session.add(CalendarDay(date=day, working=False, name=name, source="local"))


def on(day, name="临时上班"):
    """Make a day off a working day; a new revision."""
    with transaction():
        db.session.add(CalendarDay(date=day, working=True, name=name, source="local"))


def changes(case, now=NOW):
    """Return what the correction would do to a case."""
    return [
        (shift.old_due, shift.new_due, bool(shift.held))
        for shift in shifts(now)
        if shift.number == case.number
    ]


def corrected(now=NOW, **options):
    with transaction():
        return correct(actor=acting("admin"), now=now, **options)


def told(case, kind="recomputed"):
    return db.session.scalars(
        select(Event).where(Event.case_id == case.id, Event.kind == kind).order_by(Event.id)
    ).all()


def test_a_day_off_moves_the_open_clocks_that_it_touches(demo):
    case = brought_to(Status.DISPATCHED)
    assert changes(case) == []
    off(date(2026, 9, 18))
    assert changes(case) == [(DUE, at(2026, 9, 22, 17, 30), False)]
    assert case.clock.due_at == DUE
    before = len(list(shifts(NOW)))
    assert corrected().applied == before
    db.session.refresh(case)
    clock = case.clock
    assert (clock.due_at, clock.due_version) == (at(2026, 9, 22, 17, 30), 2)
    assert clock.warn_at == at(2026, 9, 22, 9, 0)
    assert clock.calendar_revision == clock.evidence["revision"] == revision()
    assert clock.evidence["terms"]["working_days"] == 3
    assert {
        "date": "2026-09-18",
        "counted": False,
        "ordinal": None,
        "reason": "本地停电",
        "provisional": False,
    } in clock.evidence["days"]
    assert corrected().applied == 0


def test_the_correction_is_told_with_old_new_and_why(demo, login):
    case = brought_to(Status.DISPATCHED)
    off(date(2026, 9, 18))
    corrected(later := NOW + timedelta(minutes=9))
    [event] = told(case)
    assert (event.at, event.actor) == (later, acting("admin").name)
    assert datetime.fromisoformat(event.payload["old_due"]) == DUE
    assert datetime.fromisoformat(event.payload["new_due"]) == at(2026, 9, 22, 17, 30)
    assert event.payload["calendar_revision"] == revision()
    number = case.id
    db.session.remove()
    said = screens.text_of(login(demo, "clerk.linqing").get(f"/cases/show/{number}"))
    assert "09-21 17:30 → 09-22 17:30" in said
    assert "工作日历第" in said


def test_a_day_that_no_clock_touches_moves_nothing(demo):
    brought_to(Status.DISPATCHED)
    off(date(2026, 12, 1))
    assert list(shifts(NOW)) == []
    assert corrected().applied == 0


@pytest.mark.parametrize("verb", ["resolve", "reply"])
def test_a_closed_verdict_is_frozen(demo, verb):
    case = ready_for(verb)
    due = case.clock.due_at
    act(case, verb, due + timedelta(minutes=1))
    before = dict(case.clock.evidence)
    off(date(2026, 9, 18))
    assert changes(case, due + timedelta(days=1)) == []
    corrected(due + timedelta(days=1))
    db.session.refresh(case)
    assert (case.clock.verdict, case.clock.due_at) == (Verdict.BREACHED, due)
    assert (case.clock.due_version, case.clock.evidence) == (1, before)


def test_a_rule_that_is_edited_changes_no_running_clock(demo):
    case = brought_to(Status.DISPATCHED)
    with transaction():
        db.session.execute(update(DeadlineRule).values(working_days=30, escalate_days=9))
    off(date(2026, 9, 18))
    assert changes(case) == [(DUE, at(2026, 9, 22, 17, 30), False)]


def test_a_clock_that_was_flagged_is_flagged_again_at_its_new_time(demo):
    case = brought_to(Status.DISPATCHED)
    late = DUE + timedelta(minutes=5)
    flag(late)
    off(date(2026, 9, 18))
    corrected(late)
    number = case.clock.id
    stages = select(Flag.stage, Flag.due_version).where(Flag.deadline_id == number)
    assert set(db.session.execute(stages).all()) == {("warning", 1), ("overdue", 1)}
    flag(at(2026, 9, 22, 17, 31))
    assert set(db.session.execute(stages).all()) == {
        ("warning", 1),
        ("overdue", 1),
        ("warning", 2),
        ("overdue", 2),
    }


MONDAY = at(2026, 9, 21, 10, 0)
EARLIER = at(2026, 9, 20, 17, 30)
"""The due time of Thursday's cases once Saturday is worked: on Monday they are late."""


def test_what_would_turn_overdue_waits_for_a_supervisor(demo):
    case = brought_to(Status.DISPATCHED)
    on(date(2026, 9, 19))
    assert changes(case, MONDAY) == [(DUE, EARLIER, True)]
    done = corrected(MONDAY)
    assert done.held >= 1
    db.session.refresh(case)
    assert (case.clock.due_at, case.clock.due_version) == (DUE, 1)
    boss = person("supervisor.linqing")
    with scope.working_for(boss), transaction():
        confirmed = correct(actor=boss, now=MONDAY, confirming=True)
    assert confirmed.applied >= 1
    db.session.refresh(case)
    assert (case.clock.due_at, case.clock.due_version) == (EARLIER, 2)
    assert told(case)[-1].actor == boss.name


def test_a_clock_that_was_late_already_and_is_late_still_needs_no_supervisor_when_it_gains(demo):
    case = brought_to(Status.DISPATCHED)
    off(date(2026, 9, 18))
    long_after = at(2026, 9, 25, 10, 0)
    assert changes(case, long_after) == [(DUE, at(2026, 9, 22, 17, 30), False)]


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def monday(monkeypatch):
    monkeypatch.setattr("app.core.clock.now", lambda: MONDAY)


def clock_of(number):
    db.session.rollback()
    return db.session.scalars(
        select(Deadline).where(Deadline.case_id == number).execution_options(populate_existing=True)
    ).one()


def test_the_page_previews_and_each_confirms_the_own_part(demo, login, monday):
    case = brought_to(Status.DISPATCHED)
    number, name = case.id, case.number
    on(date(2026, 9, 19))
    off(date(2026, 9, 22))
    later = brought_to(Status.DISPATCHED, now=MONDAY - timedelta(hours=1))
    off(date(2026, 9, 23))
    later_number, later_name = later.id, later.number
    db.session.remove()
    admin, boss, other = (
        login(demo, who) for who in ("admin", "supervisor.linqing", "supervisor.yanggu")
    )
    lines = {row[0]: row[1:] for row in screens.rows(admin.get("/recompute/preview"))}
    assert lines[name][:3] == ["解决时限", "2026-09-21 17:30", "2026-09-20 17:30"]
    assert "督查" in lines[name][3]
    assert "督查" not in lines[later_name][3]
    assert clock_of(number).due_at == DUE
    assert admin.post("/recompute/preview").status_code == 302
    assert clock_of(number).due_at == DUE
    assert clock_of(later_number).due_version == 2
    assert name not in other.get("/recompute/preview").text
    assert other.post("/recompute/preview").status_code == 302
    assert clock_of(number).due_at == DUE
    assert name in boss.get("/recompute/preview").text
    assert boss.post("/recompute/preview").status_code == 302
    assert clock_of(number).due_at == EARLIER
    assert name not in boss.get("/recompute/preview").text


def test_a_supervisor_confirms_nothing_where_only_a_clerk(demo, login, monday):
    number = brought_to(Status.DISPATCHED).id
    on(date(2026, 9, 19))
    with transaction():
        who = db.session.scalars(
            select(Membership).where(
                Membership.role == Role.SUPERVISOR, Membership.hall_id == hall("yanggu").id
            )
        )
        appoint(who.one().user, Role.CLERK, hall("linqing"))
    db.session.remove()
    client = login(demo, "supervisor.yanggu")
    client.get("/recompute/preview")
    assert client.post("/recompute/preview").status_code == 302
    assert clock_of(number).due_at == DUE


def test_only_supervisors_and_administrators_correct(demo, login):
    for username in ("clerk.linqing", "handler.linqing.scjg", "inspector.liaocheng"):
        client = login(demo, username)
        assert client.get("/recompute/preview").status_code == 403
        assert client.post("/recompute/preview").status_code == 403


def test_a_correction_in_a_scope_leaves_the_rest_alone(demo):
    case = brought_to(Status.DISPATCHED)
    off(date(2026, 9, 18))
    stranger = Person(7, "x", "外人", (Grant("supervisor", frozenset({hall("yanggu").id})),))
    with scope.working_for(stranger), transaction():
        correct(actor=stranger, now=NOW)
    db.session.refresh(case)
    assert case.clock.due_version == 1


# --- a provisional year becomes final ------------------------------------------------------------


def test_a_year_without_a_notice_is_provisional_until_it_is_in(demo):
    start = at(2026, 12, 30, 10, 0)
    case = brought_to(Status.DISPATCHED, now=start - timedelta(minutes=2))
    assert (case.clock.start, case.clock.due_at) == (start, at(2027, 1, 5, 17, 30))
    assert case.clock.provisional
    assert any(day["provisional"] for day in case.clock.evidence["days"])
    with transaction():
        replace_years([], [2027], notice="国办发明电〔2026〕7 号")
    assert calendar().is_final(date(2027, 1, 1))
    assert corrected(start).applied >= 1
    db.session.refresh(case)
    assert not case.clock.provisional
    assert case.clock.due_at == at(2027, 1, 4, 17, 30)
    assert not any(day["provisional"] for day in case.clock.evidence["days"])


def test_a_year_that_becomes_final_without_moving_the_due_time_keeps_its_version(demo):
    start = at(2026, 12, 30, 10, 0)
    case = brought_to(Status.DISPATCHED, now=start - timedelta(minutes=2))
    days = calendar_days(2027)
    with transaction():
        replace_years(days, [2027], notice="国办发明电〔2026〕7 号")
    corrected(start)
    db.session.refresh(case)
    assert (case.clock.provisional, case.clock.due_version) == (False, 1)
    assert case.clock.due_at == at(2027, 1, 5, 17, 30)


def calendar_days(year):
    """Return the estimated holidays of a year, as its notice might give them."""
    first = date(year, 1, 1)
    return [
        day
        for day in (calendar().day(first + timedelta(n)) for n in range(365))
        if not day.working and day.source not in {"weekday", "weekend"}
    ]
