"""The same statement, asked by one person after another: each gets the own rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.cases.models import Case
from app.cases.records import Assignment
from app.core import scope
from app.core.db import db
from app.departments.models import Hall
from app.departments.queries import person_named
from tests.security.world import hall_of

LINQING, YANGGU = "clerk.linqing", "clerk.yanggu"
"""Two people whose rules look alike and name different halls."""


ORDERS = ((LINQING, YANGGU), (YANGGU, LINQING))


def _own(username):
    """Return the cases of a clerk's hall."""
    with scope.everything():
        hall = hall_of(username.split(".")[1])
        return set(db.session.scalars(select(Case.id).where(Case.hall_id == hall.id)))


@pytest.mark.parametrize("asked", ORDERS)
def test_a_statement_that_is_kept_compiled_is_run_for_whoever_asks(demo, asked):
    own = {name: _own(name) for name in asked}
    assert all(own.values())
    for name in (*asked, *asked):
        with scope.working_for(person_named(name)):
            assert set(db.session.scalars(select(Case.id))) == own[name]
            joined = db.session.scalars(select(Assignment).options(joinedload(Assignment.case)))
            assert {row.case_id for row in joined.unique()} <= own[name]
        db.session.expunge_all()


@pytest.mark.parametrize("asked", ORDERS)
def test_what_is_loaded_later_is_narrowed_to_whoever_asks_by_then(demo, asked):
    own = {name: _own(name) for name in asked}
    for name in (*asked, *asked):
        db.session.expunge_all()
        with scope.everything():
            rows = db.session.scalars(select(Assignment)).all()
        with scope.working_for(person_named(name)):
            assert {row.case_id for row in rows if row.case is not None} <= own[name]
            assert any(row.case is not None for row in rows)


def test_a_row_loaded_for_one_shows_another_no_more_than_both_may_see(demo):
    first, then = person_named(LINQING), person_named(YANGGU)
    with scope.working_for(first):
        hall = db.session.scalars(select(Hall).where(Hall.code == "linqing")).one()
        cases = db.session.scalars(
            select(Case).where(Case.hall_id == hall.id).options(selectinload(Case.assignments))
        ).all()
        assert any(case.assignments for case in cases)
    with scope.working_for(then):
        for case in cases:
            db.session.expire(case, ["assignments"])
            assert not case.assignments


def test_the_rules_are_put_together_once_and_said_once(demo, monkeypatch):
    with scope.working_for(person_named(LINQING)):
        case = db.session.scalars(select(Case).limit(1)).one()
    asked = []
    monkeypatch.setitem(scope._rules, Case, asked.append)
    with scope.working_for(person_named(LINQING)):
        statement = scope._criteria(scope.current(), frozenset()).added_to(select(Case))
        again = scope._criteria(scope.current(), frozenset()).added_to(statement)
        assert case.assignments is not None
        assert again is statement
    assert not asked
