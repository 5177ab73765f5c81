"""Plan a month: one place at a time and by a pattern, on working days, one person a place."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.history import Change
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.departments.operations import appoint
from app.departments.rules import Role
from app.roster import operations
from app.roster.models import Duty
from app.roster.queries import on_duty
from app.roster.rules import Half, Shift, dates
from tests.cases.window import at, hall, person, staff
from tests.conftest import NOW
from tests.core.screens import statements
from tests.roster.planning import (
    FRIDAY,
    MAKE_UP,
    PLANNER,
    QIU,
    TODAY,
    WANG,
    copy,
    leave,
    place,
    plan,
    turn,
    window,
    worker,
)

SATURDAY, HOLIDAY = date(2026, 9, 19), date(2026, 10, 1)


# --- one place ---------------------------------------------------------------------------------


def test_a_whole_day_is_two_halves_and_can_be_shared(blank):
    place(turn(), WANG)
    assert plan() == {"w1": (WANG, WANG)}
    place(turn(shift=Shift.AFTERNOON), QIU)
    assert plan() == {"w1": (WANG, QIU)}
    place(turn(shift=Shift.MORNING), None)
    assert plan() == {"w1": (None, QIU)}
    place(turn(), None)
    assert plan() == {}


@pytest.mark.parametrize("day", [SATURDAY, HOLIDAY])
def test_no_work_no_duty(blank, day):
    with pytest.raises(DomainError, match="不是工作日"):
        place(turn(day), WANG)
    assert plan(day) == {}


def test_a_make_up_sunday_is_planned_like_any_working_day(blank):
    place(turn(MAKE_UP), WANG)
    assert plan(MAKE_UP) == {"w1": (WANG, WANG)}


@pytest.mark.parametrize("who", ["clerk.yanggu", "handler.linqing.scjg", PLANNER])
def test_only_clerks_of_the_hall_are_planned(blank, who):
    with pytest.raises(InvalidInputError, match="本大厅的窗口人员"):
        place(turn(), who)


def test_a_window_that_is_closed_takes_nobody_more_but_can_be_cleared(blank):
    place(turn(), WANG)
    with scope.everything(), transaction():
        window().active = False
    with pytest.raises(DomainError, match="已停用"):
        place(turn(), QIU)
    place(turn(), None)
    assert plan() == {}


@pytest.mark.parametrize("who", [WANG, "supervisor.yanggu", "inspector.liaocheng"])
def test_whoever_does_not_plan_the_hall_changes_nothing(blank, who):
    with pytest.raises(OutOfScopeError):
        place(turn(), WANG, actor=who)
    with pytest.raises(OutOfScopeError):
        copy([TODAY], [FRIDAY], weekly=False, actor=who)
    assert plan() == {}


@pytest.mark.parametrize("who", ["supervisor.liaocheng", "admin"])
def test_whoever_is_above_plans_too(blank, who):
    place(turn(), WANG, actor=who)
    assert plan() == {"w1": (WANG, WANG)}


def test_what_changed_since_the_page_was_read_is_not_overwritten(blank):
    place(turn(), WANG)
    with pytest.raises(DomainError, match="他人刚刚改过"):
        place(turn(), QIU, seen={Half.MORNING: 0, Half.AFTERNOON: 0})
    assert plan() == {"w1": (WANG, WANG)}
    me = staff(WANG).id
    place(turn(), QIU, seen={Half.MORNING: me, Half.AFTERNOON: me})
    assert plan() == {"w1": (QIU, QIU)}


def test_two_windows_at_once_are_planned_and_told(blank):
    assert place(turn(), WANG) == []
    assert place(turn(number=2, shift=Shift.MORNING), WANG) == ["1 号窗口"]
    assert plan() == {"w1": (WANG, WANG), "w2": (WANG, None)}


def test_of_another_hall_it_is_only_said_that_there_is_one(blank):
    place(turn(), WANG)
    with scope.everything(), transaction():
        appoint(staff(WANG), Role.CLERK, hall("yanggu"))
    told = place(turn(code="yanggu"), WANG, actor="supervisor.yanggu")
    assert told == ["别的大厅"]


def test_the_database_takes_one_person_a_place(blank):
    place(turn(), WANG)
    with scope.everything():
        db.session.add(
            Duty(hall=hall(), window=window(), day=FRIDAY, half=Half.MORNING, staff=staff(QIU))
        )
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_two_who_plan_the_same_place_at_once_leave_one_of_them(blank):
    start, refused = threading.Barrier(2), []
    where = turn()

    def go(username):
        with blank.app_context():
            try:
                start.wait(10)
                place(where, username, seen={Half.MORNING: 0, Half.AFTERNOON: 0})
            except DomainError as error:
                refused.append(str(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=[name]) for name in (WANG, QIU)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert "他人刚刚改过" in refused[0]
    assert plan() in ({"w1": (WANG, WANG)}, {"w1": (QIU, QIU)})


def test_who_changed_the_plan_is_written_down(blank):
    place(turn(shift=Shift.MORNING), WANG)
    place(turn(shift=Shift.MORNING), QIU)
    with scope.everything():
        told = db.session.scalars(
            select(Change).where(Change.entity == "duties").order_by(Change.id.desc()).limit(2)
        ).all()
    assert {item.actor for item in told} == {person(PLANNER).name}
    assert [QIU in item.changes["staff"][1] for item in told] == [True, False]
    assert {item.hall_id for item in told} == {hall().id}


# --- a pattern ---------------------------------------------------------------------------------

WEEK = dates(date(2026, 9, 7), date(2026, 9, 13))
SEPTEMBER = dates(date(2026, 9, 1), date(2026, 9, 30))
AHEAD = [17, 18, 20, 21, 22, 23, 24, 28, 29, 30]
"""The working days of that September from its 17th on: the 25th to 27th are a holiday."""


def weekly():
    """Plan one week: Wang but for Wednesday, which is Qiu's."""
    for day in WEEK[:5]:
        place(turn(day), QIU if day.weekday() == 2 else WANG)


def test_a_week_is_copied_onto_the_working_days_that_are_left_of_a_month(blank):
    weekly()
    done = copy(WEEK, SEPTEMBER, weekly=True)
    planned = [day.day for day in SEPTEMBER if plan(day) and day >= TODAY]
    assert planned == AHEAD
    assert done.placed == 2 * len(AHEAD)
    assert plan(date(2026, 9, 23)) == {"w1": (QIU, QIU)}
    assert plan(MAKE_UP) == {"w1": (WANG, WANG)}
    assert plan(date(2026, 9, 16)) == {}


def test_a_month_is_copied_working_day_by_working_day(blank):
    august = dates(date(2026, 8, 1), date(2026, 8, 31))
    for day in august[:14]:
        if day.weekday() < 5:
            place(turn(day), QIU if day.day == 4 else WANG)
    copy(august, SEPTEMBER, weekly=False, since=SEPTEMBER[0])
    assert plan(date(2026, 9, 2)) == {"w1": (QIU, QIU)}  # the second of each month
    assert plan(date(2026, 9, 1)) == {"w1": (WANG, WANG)}


def test_what_is_planned_stays_unless_it_is_to_be_overwritten(blank):
    weekly()
    place(turn(FRIDAY), QIU)
    done = copy(WEEK, SEPTEMBER, weekly=True)
    assert (done.kept, plan(FRIDAY)) == (2, {"w1": (QIU, QIU)})
    again = copy(WEEK, SEPTEMBER, weekly=True, overwrite=True)
    assert (again.placed, plan(FRIDAY)) == (2, {"w1": (WANG, WANG)})


def test_whoever_has_left_is_not_copied_and_is_named(blank):
    weekly()
    leave(QIU)
    done = copy(WEEK, SEPTEMBER, weekly=True)
    assert done.left_out == {staff(QIU).name}
    assert plan(date(2026, 9, 23)) == {}


def test_an_empty_pattern_and_a_month_that_is_over_are_refused(blank):
    with pytest.raises(DomainError, match="没有排过"):
        copy(WEEK, SEPTEMBER, weekly=True)
    weekly()
    with pytest.raises(DomainError, match="没有还可以排的"):
        copy(WEEK, SEPTEMBER, weekly=True, since=date(2026, 10, 1))


def test_a_copy_that_fails_halfway_leaves_nothing(blank, monkeypatch):
    weekly()
    before, seat = [plan(day) for day in SEPTEMBER], operations._seat
    made = []

    def break_down(*given):
        made.append(given)
        if len(made) > 5:
            raise RuntimeError("power cut")
        seat(*given)

    monkeypatch.setattr(operations, "_seat", break_down)
    with pytest.raises(RuntimeError, match="power cut"):
        copy(WEEK, SEPTEMBER, weekly=True)
    assert [plan(day) for day in SEPTEMBER] == before


# --- who is on duty ----------------------------------------------------------------------------


def names(instant, code="linqing", **how):
    with scope.everything():
        return [it.username for it in on_duty(hall(code), instant, **how)]


def test_who_is_on_duty_by_window_and_half(blank):
    place(turn(TODAY, 2), WANG)
    place(turn(TODAY, 1, Shift.MORNING), QIU)
    assert names(NOW) == [QIU, WANG]
    assert names(at(2026, 9, 17, 14, 0)) == [WANG]
    assert names(at(2026, 9, 17, 20, 0)) == []
    assert names(NOW, "yanggu") == []


def test_ahead_it_is_whoever_opens_next(blank):
    place(turn(MAKE_UP), QIU)
    assert names(at(2026, 9, 18, 20, 0), ahead=True) == [QIU]


def test_midday_is_the_hall_s_own(blank):
    place(turn(TODAY, 1, Shift.MORNING), WANG)
    place(turn(TODAY, 1, Shift.AFTERNOON), QIU)
    assert names(at(2026, 9, 17, 12, 30)) == [QIU]
    with scope.everything(), transaction():
        hall().midday = at(2026, 9, 17, 13, 0).time()
    assert names(at(2026, 9, 17, 12, 30)) == [WANG]


def test_nobody_is_on_duty_twice_nor_after_leaving_nor_on_a_day_without_work(blank):
    place(turn(TODAY, 1), WANG)
    place(turn(TODAY, 2), WANG)
    assert names(NOW) == [WANG]
    with scope.everything(), transaction():
        db.session.add(CalendarDay(date=TODAY, name="停电", working=False))
    assert names(NOW) == []
    with scope.everything(), transaction():
        db.session.execute(delete(CalendarDay).where(CalendarDay.date == TODAY))
    leave(WANG)
    assert names(NOW) == []


def test_more_people_cost_no_more_statements(blank):
    place(turn(TODAY, 1), WANG)
    with statements() as few:
        names(NOW)
    worker("clerk.linqing.c")
    place(turn(TODAY, 2), "clerk.linqing.c")
    with statements() as many:
        names(NOW)
    assert len(many) <= len(few)
