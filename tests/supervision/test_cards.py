"""A card by hand, its reply, its withdrawal: who may, what must be there, two people at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.texts import MOST_TEXT
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.queries import person_named
from app.supervision import operations
from app.supervision.models import SupervisionCard
from app.supervision.rules import EVENTS, CardKind
from tests.cases.window import act, acting, at, case_of
from tests.conftest import NOW
from tests.supervision.cards import DUE, card, cards, do, issue, late, told

SOON = NOW + timedelta(hours=2)
LATER = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


@pytest.mark.parametrize("kind", CardKind)
def test_a_supervisor_issues_a_card_and_the_timeline_tells_of_it(demo, kind):
    number = late()
    made = card(issue(number, SOON, kind))
    assert made.number.endswith("-01")
    assert (made.kind, made.issued_by, made.rule_id) == (kind, "李卫民", None)
    assert made.days_over is None  # not late yet
    [(when, payload)] = told(number, EVENTS[kind])
    assert when == SOON
    assert payload["demand"] == "请说明原因"
    assert "by_rule" not in payload or payload["by_rule"] is None


def test_a_card_by_hand_about_a_late_clock_says_by_how_much(demo):
    number = late()
    assert card(issue(number, DUE + timedelta(minutes=1))).days_over == 0
    second = issue(number, at(2026, 9, 23, 10), CardKind.RED)
    assert card(second).days_over == 2


@pytest.mark.parametrize("role", ["clerk", "handler", "assist", "inspector", "admin"])
def test_nobody_else_issues_or_withdraws_a_card(demo, role):
    number = late()
    with pytest.raises((DomainError, OutOfScopeError)):
        issue(number, SOON, actor=acting(role))
    assert cards(number) == []
    made = issue(number, SOON)
    with pytest.raises((DomainError, OutOfScopeError)):
        do("withdraw", made, "不想要", LATER, role=role)
    assert card(made).withdrawn_at is None


def test_a_supervisor_of_another_hall_issues_none(demo):
    number = late()
    with pytest.raises((DomainError, OutOfScopeError)):
        issue(number, SOON, actor=person_named("supervisor.yanggu"))
    issue(number, SOON, actor=person_named("supervisor.liaocheng"))
    assert len(cards(number)) == 1


@pytest.mark.parametrize("role", ["clerk", "assist", "supervisor", "inspector", "admin"])
def test_nobody_but_the_department_replies(demo, role):
    made = issue(late(), SOON)
    with pytest.raises((DomainError, OutOfScopeError)):
        do("reply", made, "我来回复", LATER, role=role)
    assert card(made).replied_at is None


def test_a_department_replies_once(demo):
    number = late()
    made = issue(number, SOON)
    do("reply", made, "  已联系申请人，周一办结  ", LATER)
    kept = card(made)
    assert (kept.reply, kept.replied_at, kept.replied_by) == (
        "已联系申请人，周一办结", LATER, acting("handler").name,
    )  # fmt: skip
    with pytest.raises(DomainError, match="已经回复"):
        do("reply", made, "再回复一次", LATER)
    [(_, payload)] = told(number, "card_replied")
    assert payload["note"] == "已联系申请人，周一办结"


def test_a_department_that_gave_the_case_back_still_answers_its_card(demo):
    number = late(Status.DISPATCHED)
    made = issue(number, SOON)
    with scope.everything():
        act(case_of(number), "return", SOON + timedelta(minutes=1))
    with scope.working_for(acting("handler")):
        db.session.rollback()
        assert db.session.scalar(select(Event).where(Event.case_id == number)) is None
        assert db.session.scalars(select(SupervisionCard.id)).all().count(made) == 1
    do("reply", made, "已退回，不属本科室", LATER)
    assert told(number, "card_replied")


def test_a_withdrawn_card_stays_with_the_reason_and_takes_no_reply(demo):
    number = late()
    made = issue(number, SOON)
    with pytest.raises(InvalidInputError):
        do("withdraw", made, "   ", LATER, role="supervisor")
    do("withdraw", made, "下发有误", LATER, role="supervisor")
    kept = card(made)
    assert (kept.withdrawn_reason, kept.withdrawn_by) == ("下发有误", "李卫民")
    assert kept.late(at(2026, 12, 1, 9)) is False
    with pytest.raises(DomainError, match="不用回复"):
        do("reply", made, "回复", LATER)
    with pytest.raises(DomainError, match="已经撤销"):
        do("withdraw", made, "再撤销", LATER, role="supervisor")
    [(_, payload)] = told(number, "card_withdrawn")
    assert payload["reason"] == "下发有误"


def test_two_at_once_send_one_card_of_a_kind_to_a_department(demo):
    number = late()
    one = issue(number, SOON)
    with pytest.raises(DomainError, match="不能重复下发"):
        issue(number, SOON)
    issue(number, SOON, CardKind.RED)
    do("reply", one, "好", LATER)
    issue(number, LATER)
    assert [row.serial for row in cards(number)] == [1, 2, 3]


def test_the_database_keeps_the_second_of_two_out_as_well(demo):
    number = late()
    issue(number, SOON)
    again = text(
        "INSERT INTO supervision_card (number, case_id, case_number, serial, hall_id, kind, "
        "department_id, demand, issued_at, issued_by, reply_due, provisional, version) "
        "SELECT 'X-02', case_id, case_number, 2, hall_id, kind, department_id, demand, issued_at, "
        "issued_by, reply_due, provisional, 1 FROM supervision_card WHERE case_id = :case"
    )
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(again, {"case": number})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("demand", ""), ("demand", "  "), ("demand", None), ("demand", 7), ("demand", "\x00"),
        ("demand", "长" * (MOST_TEXT + 1)), ("reply_days", 0), ("reply_days", 251),
        ("reply_days", True), ("reply_days", "2"),
    ],
)  # fmt: skip
def test_what_can_not_be_taken_is_said_beside_its_field(demo, name, value):
    number = late()
    with pytest.raises(InvalidInputError) as refused:
        issue(number, SOON, **{name: value})
    assert set(refused.value.problems) == {name}
    assert cards(number) == []


def test_a_department_that_never_had_the_case_gets_no_card(demo):
    with pytest.raises(InvalidInputError) as refused:
        issue(late(), SOON, code="syk")
    assert set(refused.value.problems) == {"department"}


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.RESOLVED, Status.CLOSED])
def test_no_card_before_a_department_has_the_case_nor_after_its_result(demo, status):
    with pytest.raises(DomainError):
        issue(late(status), SOON)


def test_the_checks_hold_without_the_program_too(demo):
    made = issue(late(), SOON)
    for change in (
        "reply = 'x'",
        "replied_at = issued_at",
        "withdrawn_at = issued_at, withdrawn_by = 'x'",
        "withdrawn_reason = '', withdrawn_at = issued_at, withdrawn_by = 'x'",
        "demand = ''",
        "reply_due = issued_at",
        "rule_id = (SELECT min(id) FROM supervision_rule), deadline_id = NULL",
    ):
        statement = text(f"UPDATE supervision_card SET {change} WHERE id = :id")  # noqa: S608
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(statement, {"id": made})


def test_a_change_in_the_database_itself_is_told(demo):
    number = late()
    made = issue(number, SOON)
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE supervision_card SET issued_by = 'x' WHERE id = :id"), {"id": made}
        )
        connection.execute(text("DELETE FROM supervision_card WHERE id = :id"), {"id": made})
    changed, removed = (payload for _, payload in told(number, "changed_outside"))
    assert changed["table"] == removed["table"] == "supervision_card"
    assert removed["removed"]


def test_of_two_who_reply_at_the_same_moment_one_is_told_that_it_is_done(demo):
    number = late()
    made, who = issue(number, SOON), acting("handler")
    db.session.remove()
    start, found = threading.Barrier(2), []

    def attempt(words):
        with demo.app_context(), scope.working_for(who):
            start.wait()
            try:
                with transaction():
                    row = db.session.get_one(SupervisionCard, made)
                    operations.reply(row, words, actor=who, now=LATER)
                found.append(words)
            except DomainError as refused:
                found.append(str(refused))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=attempt, args=(words,)) for words in ("一", "二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=len)[1] == "督办单已经回复"
    assert card(made).reply == min(found, key=len)
    assert len(told(number, "card_replied")) == 1
