"""Swaps: asked for by one, agreed to by the other or set by whoever plans; and written down."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.roster.models import Swap
from app.roster.queries import waiting_for
from app.roster.rules import Shift, SwapState
from app.roster.swapping import operations as swapping
from tests.cases.window import person, staff
from tests.conftest import NOW
from tests.roster.planning import (
    FRIDAY,
    MAKE_UP,
    PLANNER,
    QIU,
    TODAY,
    WANG,
    answer,
    ask,
    exchange,
    leave,
    place,
    plan,
    swap,
    turn,
    worker,
)

DONE, DECLINED, WITHDRAWN = SwapState.DONE, SwapState.DECLINED, SwapState.WITHDRAWN


@pytest.fixture
def planned(blank):
    """Wang is there on Friday, Qiu on the make-up Sunday."""
    place(turn(FRIDAY), WANG)
    place(turn(MAKE_UP), QIU)
    return blank


def both():
    return plan(FRIDAY), plan(MAKE_UP)


BEFORE = ({"w1": (WANG, WANG)}, {"w1": (QIU, QIU)})
AFTER = ({"w1": (QIU, QIU)}, {"w1": (WANG, WANG)})


def test_one_asks_the_other_agrees_and_both_duties_change_hands(planned):
    number = ask(turn(FRIDAY), turn(MAKE_UP), reason="孩子开家长会")
    assert both() == BEFORE
    answer(number, DONE)
    assert both() == AFTER
    made = swap(number)
    assert (made.state, made.decided_at, made.reason) == (DONE, NOW, "孩子开家长会")
    assert (made.asked_by, made.decided_by) == (staff(WANG).name, staff(QIU).name)
    assert (made.staff_id, made.other_staff_id) == (staff(WANG).id, staff(QIU).id)


def test_a_morning_goes_for_an_afternoon_of_the_same_day(blank):
    place(turn(shift=Shift.MORNING), WANG)
    place(turn(shift=Shift.AFTERNOON), QIU)
    answer(ask(turn(shift=Shift.MORNING), turn(shift=Shift.AFTERNOON)), DONE)
    assert plan() == {"w1": (QIU, WANG)}


@pytest.mark.parametrize(("state", "who"), [(DECLINED, QIU), (WITHDRAWN, WANG)])
def test_what_is_declined_or_withdrawn_leaves_the_plan_alone(planned, state, who):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    answer(number, state, actor=who)
    assert (both(), swap(number).state) == (BEFORE, state)
    with pytest.raises(DomainError, match="不用再答复"):
        answer(number, DONE)


@pytest.mark.parametrize(
    ("state", "who", "told"),
    [
        (DONE, WANG, "对方本人或督查"),
        (DECLINED, WANG, "对方本人或督查"),
        (WITHDRAWN, QIU, "提出换班的人"),
        (WITHDRAWN, PLANNER, "提出换班的人"),
    ],
)
def test_nobody_answers_for_somebody_else(planned, state, who, told):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    with pytest.raises(DomainError, match=told):
        answer(number, state, actor=who)
    assert (both(), swap(number).state) == (BEFORE, SwapState.ASKED)


def test_whoever_plans_may_agree_or_set_a_swap_at_once(planned):
    answer(ask(turn(FRIDAY), turn(MAKE_UP)), DONE, actor=PLANNER)
    assert both() == AFTER
    made = swap(exchange(turn(FRIDAY), turn(MAKE_UP)))
    assert both() == BEFORE
    assert (made.state, made.asked_by) == (DONE, person(PLANNER).name)
    with pytest.raises(OutOfScopeError):
        exchange(turn(FRIDAY), turn(MAKE_UP), actor=WANG)


def test_one_gives_away_ones_own_duty_alone(planned):
    with pytest.raises(InvalidInputError, match="自己的班"):
        ask(turn(MAKE_UP), turn(FRIDAY))
    with pytest.raises(DomainError, match="同一个人"):
        ask(turn(FRIDAY, shift=Shift.MORNING), turn(FRIDAY, shift=Shift.AFTERNOON))


def test_the_same_swap_is_asked_for_once(planned):
    ask(turn(FRIDAY), turn(MAKE_UP))
    with pytest.raises(DomainError, match="已经提出"):
        ask(turn(FRIDAY), turn(MAKE_UP))


def test_a_plan_that_moved_on_is_not_exchanged(planned):
    worker("clerk.linqing.c")
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    place(turn(FRIDAY), "clerk.linqing.c")
    with pytest.raises(DomainError, match="已经改变"):
        answer(number, DONE)
    place(turn(FRIDAY), None)
    with pytest.raises(DomainError, match="已经改变"):
        answer(number, DONE)
    assert swap(number).state is SwapState.ASKED


def test_what_is_over_is_not_exchanged(planned):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    with pytest.raises(DomainError, match="已经过去"):
        answer(number, DONE, now=NOW + timedelta(days=2))
    place(turn(date(2026, 9, 16)), WANG)
    with pytest.raises(DomainError, match="已经过去"):
        ask(turn(date(2026, 9, 16)), turn(MAKE_UP))


def test_a_swap_never_puts_one_person_at_two_windows(planned):
    place(turn(MAKE_UP, 2), WANG)
    with pytest.raises(DomainError, match="同时在两个窗口"):
        ask(turn(FRIDAY), turn(MAKE_UP))
    assert both()[0] == BEFORE[0]


def test_two_at_the_same_hour_exchange_their_windows(blank):
    place(turn(number=1), WANG)
    place(turn(number=2), QIU)
    answer(ask(turn(number=1), turn(number=2)), DONE)
    assert plan() == {"w1": (QIU, QIU), "w2": (WANG, WANG)}


def test_a_day_that_became_free_is_not_exchanged(planned):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    with scope.everything(), transaction():
        db.session.add(CalendarDay(date=FRIDAY, name="停电", working=False))
    with pytest.raises(DomainError, match="不是工作日"):
        answer(number, DONE)
    assert both() == BEFORE


def test_with_somebody_who_has_left_nothing_is_exchanged(planned):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    leave(WANG)
    with pytest.raises(DomainError, match="不在本大厅窗口"):
        answer(number, DONE)


def test_of_two_answers_at_once_one_counts(planned):
    number = ask(turn(FRIDAY), turn(MAKE_UP))
    start, refused = threading.Barrier(2), []
    people = {QIU: person(QIU), PLANNER: person(PLANNER)}
    db.session.rollback()

    def go(username):
        with planned.app_context():
            try:
                start.wait(10)
                with scope.working_for(people[username]), transaction():
                    swapping.answer(
                        db.session.get_one(Swap, number), DONE, actor=people[username], now=NOW
                    )
            except DomainError as error:
                refused.append(str(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=[name]) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert "不用再答复" in refused[0]
    assert both() == AFTER


def test_whoever_is_asked_is_counted_until_it_is_answered_or_over(planned):
    def waiting(username, today=TODAY):
        with scope.working_for(person(username)):
            return waiting_for(person(username), today)

    number = ask(turn(FRIDAY), turn(MAKE_UP))
    assert [waiting(who) for who in (WANG, QIU, PLANNER)] == [0, 1, 0]
    assert waiting(QIU, MAKE_UP) == 0
    answer(number, DECLINED)
    assert waiting(QIU) == 0


def shift(one, other):
    planner = person(PLANNER)
    db.session.rollback()
    with scope.working_for(planner), transaction():
        return swapping.shift_over(one, other, actor=planner, now=NOW)


def test_whoever_is_moved_to_an_empty_place_leaves_the_other_empty(planned):
    morning = turn(FRIDAY, shift=Shift.MORNING)
    assert shift(morning, turn(FRIDAY, 2, Shift.MORNING)) is None
    assert plan(FRIDAY) == {"w1": (None, WANG), "w2": (WANG, None)}
    with pytest.raises(DomainError, match="已经改变"):
        shift(morning, turn(MAKE_UP, 2, Shift.MORNING))


def test_whoever_is_moved_onto_somebody_exchanges_with_them(planned):
    morning, other = turn(FRIDAY, shift=Shift.MORNING), turn(MAKE_UP, shift=Shift.MORNING)
    made = shift(morning, other)
    assert both() == ({"w1": (QIU, WANG)}, {"w1": (WANG, QIU)})
    assert swap(made.id).state is DONE


def test_a_move_that_can_not_be_made_leaves_everybody_where_they_were(planned):
    with pytest.raises(DomainError, match="不是工作日"):
        shift(turn(FRIDAY, shift=Shift.MORNING), turn(date(2026, 9, 19), 1, Shift.MORNING))
    assert both() == BEFORE
