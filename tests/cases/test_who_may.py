"""Who may move or edit a case beyond what the table says: of which department, of which hall."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases import operations
from app.cases.guards import why_not
from app.cases.models import Case
from app.cases.moves import MOVE
from app.cases.records import Assignment, AssignmentRole
from app.cases.rules import ENDED, Status
from app.cases.standing import Standing
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.scope import Grant, Person
from app.core.timeline import Event
from app.core.transaction import transaction
from tests.cases.window import (
    LATER,
    act,
    acting,
    brought_to,
    department,
    draft,
    hall,
    kinds,
    person,
)
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")


def test_only_the_lead_departments_handler_signs(demo):
    case = brought_to(Status.DISPATCHED)
    stranger = person("handler.linqing.syk")
    with pytest.raises(DomainError):
        act(case, "sign", LATER, actor=stranger)
    with scope.everything(), transaction():
        db.session.add(
            Assignment(
                case_id=case.id,
                department=department("syk"),
                role=AssignmentRole.ASSIST,
                dispatched_at=LATER,
            )
        )
    with pytest.raises(DomainError, match="主办科室"):
        act(case, "sign", LATER, actor=stranger)
    act(case, "sign", LATER)
    assert case.status is Status.SIGNED


@pytest.mark.parametrize("code", ["yanggu", "liaocheng"])
def test_a_clerk_of_another_hall_can_neither_register_nor_move(demo, code):
    stranger = person(f"clerk.{code}")
    case = brought_to(Status.REGISTERED)
    with pytest.raises(DomainError):
        act(case, "accept", LATER, actor=stranger)
    with pytest.raises(OutOfScopeError), scope.working_for(stranger), transaction():
        operations.register(draft("linqing"), actor=stranger, now=NOW)
    assert case.status is Status.REGISTERED


def test_a_role_in_one_hall_gives_nothing_in_another_that_is_only_seen(demo):
    case = brought_to(Status.REGISTERED)
    both = Person(
        1,
        "two",
        "两处任职",
        (
            Grant("clerk", frozenset({hall("yanggu").id})),
            Grant("inspector", frozenset({hall("linqing").id})),
        ),
    )
    with scope.working_for(both):
        assert db.session.get(Case, case.id) is not None
        refusal = why_not(MOVE["accept"], Standing(case, both, LATER))
    assert "角色" in refusal


def test_the_department_is_an_active_one_of_the_same_hall(demo):
    case = brought_to(Status.ACCEPTED)
    with pytest.raises(InvalidInputError) as refused:
        act(case, "dispatch", LATER, lead_department=department("scjg", "yanggu"))
    assert set(refused.value.problems) == {"lead_department"}
    with scope.everything(), transaction():
        department("syk").active = False
    with pytest.raises(InvalidInputError) as refused:
        act(case, "dispatch", LATER, lead_department=department("syk"))
    assert set(refused.value.problems) == {"lead_department"}


def test_a_finished_case_is_edited_no_more(cases):
    clerk, change = acting("clerk"), {"visits": (1, 2)}
    for status, case in cases.items():
        before = kinds(case)
        with scope.working_for(clerk):
            if status in ENDED:
                with pytest.raises(DomainError, match="已结束"), transaction():
                    operations.edit(case, change, actor=clerk, now=LATER)
                assert kinds(case) == before
            else:
                with transaction():
                    operations.edit(case, change, actor=clerk, now=LATER)
                assert kinds(case) == [*before, "edited"]


def test_an_edit_tells_personal_data_masked(demo):
    case, clerk = brought_to(Status.REGISTERED), acting("clerk")
    with scope.working_for(clerk), transaction():
        operations.edit(case, {"phone": ("13812342046", "13900001111")}, actor=clerk, now=LATER)
    told = db.session.scalars(
        select(Event).where(Event.case_id == case.id, Event.kind == "edited")
    ).one()
    assert told.payload["changes"] == {"phone": ["138****2046", "139****1111"]}
