"""An item from its opening to its end: by whom, with what, and what the database refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.transaction import transaction
from app.departments.models import Membership
from app.departments.rules import Role
from app.improvements import operations
from app.improvements.models import Improvement
from app.improvements.moves import MOVES
from app.improvements.rules import ImprovementStatus
from app.notices.kinds import KINDS
from tests.cases.window import department, hall, person, staff
from tests.conftest import NOW
from tests.improvements.items import (
    ABOVE,
    HOUR,
    OWNER,
    SUPERVISOR,
    completed,
    heard,
    moved,
    name,
    opened,
    verified,
)

pytestmark = pytest.mark.usefixtures("demo")


def test_an_item_goes_its_whole_way_and_those_concerned_hear_of_it():
    row = opened()
    assert row.number.startswith("LQ-ZG-2026-")
    assert name(OWNER) in heard("opened", row)
    assert moved(row, "start").status is ImprovementStatus.IN_PROGRESS
    moved(row, "report", progress="手机已采购")
    moved(row, "complete", evidence="已配到每个镇")
    assert name(SUPERVISOR) in heard("completed", row)
    moved(row, "send_back", SUPERVISOR, review="还缺两个镇")
    assert (row.status, row.completed_at) == (ImprovementStatus.IN_PROGRESS, None)
    assert name(OWNER) in heard("sent_back", row)
    moved(row, "complete", evidence="全部配齐")
    moved(row, "verify", SUPERVISOR, review="属实")
    assert (row.status, row.verified_by) == (ImprovementStatus.VERIFIED, name(SUPERVISOR))
    assert row.days_late is None
    moved(row, "reopen", SUPERVISOR, reason="又有人反映", days=3)
    assert (row.status, row.reopenings, row.due_version) == (ImprovementStatus.OPENED, 1, 2)
    assert row.completed_at is not None
    assert row.verified_by_id is None
    assert name(OWNER) in heard("reopened", row)
    moved(row, "withdraw", SUPERVISOR, reason="并入另一项")
    assert row.status is ImprovementStatus.WITHDRAWN
    with pytest.raises(DomainError, match="已撤销"):
        moved(row, "reopen", SUPERVISOR, reason="再来", days=3)


def test_numbers_run_without_a_gap_in_a_hall_and_year():
    first, second = opened(), opened()
    assert second.serial == first.serial + 1
    assert opened(by=ABOVE, hall_code="yanggu", owner="yanggu").number == "YG-ZG-2026-001"


@pytest.mark.parametrize("by", ["clerk.linqing", OWNER, "supervisor.liaocheng.none"])
def test_a_supervisor_of_the_hall_alone_opens(by):
    if by == "supervisor.liaocheng.none":
        assert opened(by=ABOVE).id
        return
    with pytest.raises(OutOfScopeError):
        opened(by=by)


def test_the_owner_is_a_department_of_the_hall_or_below():
    with pytest.raises(InvalidInputError) as error:
        opened(owner="yanggu")
    assert set(error.value.problems) == {"department"}
    assert opened(by=ABOVE, hall_code="liaocheng", owner="yanggu").id


@pytest.mark.parametrize(
    ("verb", "by"),
    [("verify", OWNER), ("complete", SUPERVISOR), ("start", "handler.linqing.syk"),
     ("send_back", "clerk.linqing"), ("withdraw", "inspector.liaocheng")],
)  # fmt: skip
def test_a_move_of_somebody_else_is_refused(verb, by):
    row = completed() if verb in ("verify", "send_back") else opened()
    values = {"evidence": "做了", "review": "好", "reason": "理由"}
    with pytest.raises((DomainError, AttributeError)):
        moved(row, verb, by, **values)


def test_a_supervisor_who_also_works_in_the_owner_department_does_not_verify():
    row = completed()
    with scope.everything(), transaction():
        db.session.add(
            Membership(
                user=staff(SUPERVISOR), role=Role.HANDLER, hall=hall(), department=department()
            )
        )
    with pytest.raises(DomainError, match="其他督查"):
        moved(row, "verify", SUPERVISOR, review="属实")
    moved(row, "verify", ABOVE, review="属实")
    assert row.verified_by == name(ABOVE)


@pytest.mark.parametrize(
    ("user", "said"), [(OWNER, "verified"), ("clerk.linqing", "verif"), (SUPERVISOR, None)]
)
def test_the_database_lets_nobody_of_the_owner_department_verify(user, said):
    row = completed()
    number, who = row.id, staff(user).id
    db.session.rollback()
    statement = text(
        "UPDATE improvement SET status = 'verified', review = 'x', verified_at = completed_at,"
        " verified_by = 'x', verified_by_id = :who WHERE id = :id"
    )
    if said is None:
        db.session.execute(statement, {"who": who, "id": number})
        db.session.commit()
        return
    with pytest.raises(DBAPIError, match=said):
        db.session.execute(statement, {"who": who, "id": number})
    db.session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "status = 'completed', completed_at = opened_at",
        "status = 'verified'",
        "status = 'withdrawn'",
        "due_at = escalate_at, escalate_at = warn_at",
        "problem = ''",
    ],
)
def test_the_database_keeps_the_rules_too(change):
    row = opened()
    number = row.id
    db.session.rollback()
    with pytest.raises(DBAPIError):
        db.session.execute(
            text(f"UPDATE improvement SET {change} WHERE id = :id"),  # noqa: S608
            {"id": number},
        )
    db.session.rollback()


def test_what_is_missing_or_too_long_is_said_beside_its_field():
    row = opened()
    moved(row, "start")
    for text_, told in ((" ", "必填"), ("长" * 2001, "最多"), ("a\x00", "控制字符")):
        with pytest.raises(InvalidInputError) as error:
            moved(row, "complete", evidence=text_)
        assert told in error.value.problems["evidence"]
    for days in (0, 251, "3", None, True):
        with pytest.raises(InvalidInputError):
            opened(days=days)


def test_measure_and_owner_can_be_amended_and_the_new_owner_hears_of_it():
    row = opened()
    told = {"problem": "另一种说法", "measure": "改为一窗受理"}
    moved(row, "amend", SUPERVISOR, department=department("syk"), **told)
    assert (row.department_id, row.measure) == (department("syk").id, "改为一窗受理")
    assert heard("amended", row) == [name("handler.linqing.syk")]
    with pytest.raises((DomainError, AttributeError)):
        moved(row, "start", OWNER)  # theirs no more


def test_two_who_move_it_at_once_do_not_both():
    row = completed()
    stale = db.session.get(Improvement, row.id)
    moved(row, "send_back", SUPERVISOR, review="缺材料")
    with pytest.raises(DomainError, match="整改中"), scope.working_for(person(ABOVE)):
        operations.move(stale, "verify", {"review": "属实"}, actor=person(ABOVE), now=NOW)


def test_every_move_tells_of_a_kind_that_rules_know():
    assert {it.event for it in MOVES if it.event} <= set(KINDS)
    assert verified(NOW + HOUR).status is ImprovementStatus.VERIFIED
