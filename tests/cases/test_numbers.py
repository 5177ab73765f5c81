"""Case numbers: gapless within hall and year, whoever registers at the same time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.cases import operations
from app.cases.models import Case
from app.cases.records import CaseCounter
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.window import draft, hall, person, register
from tests.conftest import NOW
from tests.processes import Forked

pytestmark = pytest.mark.usefixtures("unlimited")

CROWDS = {"sqlite": (4, 25), "postgresql": (8, 50)}
"""Database → how many processes register how many cases each."""


def serial_of(case):
    return int(case.number.rsplit("-", 1)[1])


def last_of(code, year):
    return (
        db.session.scalar(
            select(CaseCounter.last).where(
                CaseCounter.hall_id == hall(code).id, CaseCounter.year == year
            )
        )
        or 0
    )


def test_a_number_names_hall_and_year_and_counts_up(demo):
    before = last_of("linqing", 2026)
    cases = [register() for _ in range(3)]
    assert [case.number for case in cases] == [f"LQ-2026-{before + nth:06d}" for nth in (1, 2, 3)]


def test_each_hall_counts_for_itself(demo):
    first, other = last_of("linqing", 2026), last_of("yanggu", 2026)
    assert serial_of(register()) == first + 1
    assert register(hall_code="yanggu").number == f"YG-2026-{other + 1:06d}"
    assert serial_of(register()) == first + 2


def test_a_registration_that_is_rolled_back_loses_no_number(demo):
    before = last_of("linqing", 2026)
    register()

    def change_of_mind():
        with transaction():
            assert serial_of(register()) == before + 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change_of_mind()
    assert serial_of(register()) == before + 2


@pytest.mark.parametrize(
    ("instant", "year"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), 2026),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), 2027),
    ],
    ids=["a-second-before-midnight", "at-midnight-in-linqing"],
)
def test_the_year_is_that_of_the_halls_own_clock(demo, instant, year):
    case = register(now=instant)
    assert (case.year, case.registered_at) == (year, instant)
    assert case.number.startswith(f"LQ-{year}-")


def test_a_hall_in_another_time_zone_has_its_own_new_year(demo):
    with transaction():
        hall("yanggu").timezone = "Asia/Urumqi"
    instant = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert register(now=instant).year == 2027
    assert register(now=instant, hall_code="yanggu").year == 2026


def test_a_new_year_begins_at_one(demo):
    register()
    assert register(now=NOW + timedelta(days=365)).number == "LQ-2027-000001"


def test_the_demo_has_no_gap(demo):
    for hall_id, most, number in db.session.execute(
        select(Case.hall_id, func.max(Case.serial), func.count()).group_by(Case.hall_id)
    ):
        assert most == number, hall_id


def window(_say, each):
    """Register so many cases at Linqing, as fast as it goes; return their numbers."""
    clerk, numbers = person("clerk.linqing"), []
    for _ in range(each):
        db.session.remove()
        with scope.working_for(clerk), transaction():
            numbers.append(operations.register(draft(), actor=clerk, now=NOW).number)
    return numbers


def test_many_windows_at_once_lose_no_number(demo):
    windows, each = CROWDS[demo.backend.name]
    before = last_of("linqing", 2026)
    db.session.rollback()
    crowd = [Forked(demo, window, each) for _ in range(windows)]
    for process in crowd:
        process.start()
    given = [number for process in crowd for number in process.result()]
    assert sorted(given) == [f"LQ-2026-{before + nth:06d}" for nth in range(1, windows * each + 1)]
    kept = db.session.scalars(
        select(Case.serial)
        .where(Case.hall_id == hall().id, Case.year == 2026)
        .order_by(Case.serial)
    ).all()
    assert kept == list(range(1, before + windows * each + 1))
    assert last_of("linqing", 2026) == before + windows * each
