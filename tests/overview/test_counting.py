"""What is kept of cases is what there is, whatever was done to them and whoever did it."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.departments.models import Hall, Responsibility
from app.overview import queries
from app.overview.models import CaseFact, Recount
from app.overview.operations import check, fold, fold_some
from app.overview.rules import Facet, Period
from tests.cases.life.stepping import local
from tests.cases.life.walking import Tree
from tests.cases.life.world import opened
from tests.cases.window import act, cause, hall, led, register
from tests.conftest import NOW
from tests.core.screens import statements
from tests.overview.recounting import compare

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
CROOKED = Period(date(2026, 7, 14), date(2026, 9, 16))
"""Whole months in the middle, parts of months at both ends."""

SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(days=9)


@pytest.fixture(autouse=True)
def _everything():
    with scope.everything():
        yield


def halls():
    return set(db.session.scalars(select(Hall.id)))


def kept(model):
    return db.session.scalar(select(func.count()).select_from(model.__table__))


def test_a_new_database_is_counted_before_anything_was_counted(demo):
    assert kept(CaseFact) == 0
    assert compare(halls(), YEAR, NOW).all.registered == 60


@pytest.mark.parametrize("period", [YEAR, CROOKED, Period(date(2026, 9, 17), date(2026, 9, 17))])
def test_what_is_added_up_is_what_there_is(demo, period):
    assert fold(NOW) == 60
    assert kept(Recount) == 0
    shown = compare(halls(), period, NOW)
    assert shown.values[Facet.NEED]
    for some in ({hall().id}, set()):
        compare(some, period, NOW)


def test_facets_add_up_to_the_whole_and_causes_do_not(demo):
    fold(NOW)
    shown = compare(halls(), YEAR, NOW)
    for facet in (Facet.DEPARTMENT, Facet.MATTER, Facet.CLASSIFICATION):
        assert sum(it.registered for it in shown.values[facet].values()) == 60
    taken = sum(it.taken for it in shown.values[Facet.NEED].values())
    assert taken == shown.all.taken < 60


def two_causes():
    case = led(("accept", "dispatch", "sign"))
    act(case, "resolve", causes=[cause("0301"), cause("0302")])


def refused():
    act(register(), "refuse")


def returned():
    led(("accept", "dispatch", "return"))


def reclassified():
    act(led(("accept", "dispatch", "sign")), "reclassify", SOON)


def reopened():
    case = led(("accept", "dispatch", "sign", "resolve", "callback", "close"))
    fold(NOW)
    act(case, "reopen", SOON)


def merged():
    other = led(("accept",))
    act(register(), "merge", other_case=other)


def assisted():
    led(("accept", ("dispatch", {"assist_departments": ["syk"]}), "sign"))


def visited():
    act(led(("accept", "dispatch", "sign")), "plan_visit")


def on_the_spot():
    act(register(), "close_on_the_spot")


def listed_by_ruling():
    with scope.everything(), transaction():
        for line in db.session.scalars(select(Responsibility)):
            line.active = False
    led(("accept", "dispatch", "sign"))


def raw(*lines):
    def write():
        with transaction():
            for line in lines:
                db.session.execute(text(line))

    return write


WRITTEN = {
    "moved": "UPDATE \"case\" SET matter = '别的事项', hall_id = (SELECT min(id) FROM hall), "
    "serial = 9999, registered_at = '2026-08-03 02:00:00+00:00' "
    'WHERE id = (SELECT max(id) FROM "case")',
    "judged": "UPDATE deadline SET verdict = 'breached' WHERE verdict = 'met'",
    "causes gone": "DELETE FROM case_cause WHERE case_id IN "
    "(SELECT id FROM \"case\" WHERE status <> 'closed')",
    "another cause": "UPDATE case_cause SET cause_id = (SELECT max(id) FROM cause)",
    "graded": "UPDATE \"case\" SET satisfaction = '1' WHERE satisfaction IS NOT NULL",
    "assist": "UPDATE assignment SET role = 'assist' WHERE finished_at IS NOT NULL",
    "hours": "UPDATE hall SET opening = '08:00:00'",
}


@pytest.mark.parametrize(
    "change",
    [
        two_causes,
        refused,
        returned,
        reclassified,
        reopened,
        merged,
        assisted,
        visited,
        on_the_spot,
        listed_by_ruling,
    ],
)
def test_every_change_is_counted_at_once_and_for_good(demo, change):
    fold(NOW)
    change()
    assert kept(Recount)
    compare(halls(), YEAR, LATER)
    assert fold(LATER)
    compare(halls(), YEAR, LATER)
    assert check(LATER, mend=False).right


@pytest.mark.parametrize("name", WRITTEN)
def test_what_the_database_is_told_directly_is_counted_too(demo, name):
    fold(NOW)
    raw(WRITTEN[name])()
    if name != "hours":  # of a whole hall only the job takes notice
        compare(halls(), YEAR, NOW)
    assert fold(NOW)
    compare(halls(), YEAR, NOW)


def test_a_corrected_calendar_changes_the_working_time(demo):
    fold(NOW)
    with scope.everything(), transaction():
        for number in range(60):
            day = date(2026, 7, 14) + timedelta(days=number)
            if day.weekday() == 2:
                db.session.add(CalendarDay(date=day, working=False, name="停电"))
    assert kept(Recount)
    before = queries.counted(halls(), YEAR, NOW).all.seconds
    fold(NOW)
    assert check(NOW, mend=False).right
    assert queries.counted(halls(), YEAR, NOW).all.seconds == before


def test_time_makes_cases_late_with_nobody_counting(demo):
    case = led(("accept", "dispatch", "sign"))
    fold(NOW)
    due = case.clock.due_at
    assert kept(Recount) == 0
    before = compare(halls(), YEAR, due).all.open_late
    after = compare(halls(), YEAR, due + timedelta(seconds=1)).all.open_late
    assert after > before
    assert fold(due + timedelta(seconds=1))
    assert compare(halls(), YEAR, due).all.open_late == before  # and the clock set back


def test_a_check_finds_what_is_wrong_and_mends_it(demo):
    fold(NOW)
    assert check(NOW, mend=False).right
    raw(
        "UPDATE case_fact SET matter = 'x' WHERE case_id = (SELECT max(case_id) FROM case_fact)",
        "UPDATE tally SET taken = taken + 1 WHERE facet = 'all'",
        "DELETE FROM tally WHERE facet = 'cause' AND span = 'month'",
        "UPDATE tally SET late = late + 1 WHERE facet = 'matter' AND span = 'year'",
    )()
    found = check(NOW, mend=False)
    assert found.wrong_cases == 1
    assert found.wrong_sums >= 1
    assert not check(NOW, mend=True).right
    assert check(NOW, mend=False).right
    compare(halls(), YEAR, NOW)


def test_a_forgotten_mark_is_found(demo):
    fold(NOW)
    led(("accept", "dispatch"))
    raw("DELETE FROM recount")()
    assert check(NOW, mend=True).wrong_cases == 1
    compare(halls(), YEAR, NOW)


def test_too_much_to_count_while_somebody_waits_is_said(demo, monkeypatch):
    monkeypatch.setattr(queries, "MOST_WAITING", 10)
    shown = queries.counted(halls(), YEAR, NOW)
    assert shown.waiting == 60
    fold(NOW)
    assert queries.counted(halls(), YEAR, NOW).waiting == 0


def test_asking_costs_the_same_whatever_there_is(demo):
    def cost():
        with statements() as sent:
            queries.counted(halls(), CROOKED, NOW)
        return len(sent)

    fold(NOW)
    idle = cost()
    register()
    one = cost()
    for number in range(8):
        register(matter=f"事项 {number}")
    assert cost() == one <= idle + 9
    fold(NOW)
    assert cost() == idle <= 5


def test_two_who_count_at_once_count_once(house, demo):
    for number in range(6):
        register(matter=f"事项 {number}")
    done = []

    def work():
        with house.app_context():
            with scope.everything():
                done.append(fold(NOW))
            db.session.remove()

    crowd = [Thread(target=work) for _ in range(3)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(done) == len(crowd)
    compare(halls(), YEAR, NOW)
    assert check(NOW, mend=False).right


WALKS = 40


def test_no_walk_through_the_life_of_a_case_is_miscounted(demo):
    world = opened()
    fold(NOW)
    seen = set()

    def counted_right(tree, leaf, now):
        day = local(tree.start).date()
        period = Period(day, day)
        compare({tree.case.hall_id}, period, now)
        while fold_some(now):
            pass
        shown = compare({tree.case.hall_id}, period, now)
        seen.add(leaf.status)
        assert shown.all.registered

    walks = number = 0
    while walks < WALKS:
        number += 1
        tree = Tree(world, f"counted {number}", wild=0.02, at_leaf=counted_right)
        walks += tree.grow(min(6, WALKS - walks)).walks
    assert len(seen) > 4, seen
