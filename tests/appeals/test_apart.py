"""Whoever decided a case, or ruled on it, takes no part in an appeal about it: on no path."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.appeals import operations
from app.appeals.models import Appeal
from app.appeals.queries import candidates, deciders
from app.appeals.rules import DECIDING, AppealOutcome
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.models import Membership
from app.departments.operations import appoint
from app.departments.rules import Role
from tests.appeals.appeals import (
    COMPLAINT,
    HANDLER,
    LATER,
    RECONSIDERATION,
    REPLY,
    SOON,
    TODAY,
    accepted,
    appeal,
    assigned,
    case,
    concluded,
    decided,
    do,
    handled,
    outcome,
    sought,
)
from tests.cases.window import ACTORS, act, acting, case_of, hall, person, staff
from tests.core.screens import choices, summary, text_of

CLERK, SUPERVISOR = ACTORS["clerk"], ACTORS["supervisor"]

SIGNED = ("accept", "dispatch", "sign")
DISPUTE = ("accept", "dispatch", "return", "dispatch", "return_again")
WAYS = {
    "refused": ("refuse",),
    "closed_on_the_spot": ("close_on_the_spot",),
    "resolved": ("accept", "dispatch", "sign", "resolve"),
    "replied": REPLY,
    "settled": (*DISPUTE, "settle", "sign", "resolve"),
    "instructed": ("accept", "dispatch", "instruct", "sign", "resolve"),
    "explained": (
        *("accept", "dispatch", "sign", "resolve"),
        ("callback", {"satisfaction": "1"}),
        "explain",
    ),
    "reclassified": (*SIGNED, "reclassify", "reply"),
    "extension_granted": (
        *SIGNED,
        *("ask_extension", "grant_extension", "tell_applicant", "resolve"),
    ),
    "extension_declined": (*SIGNED, "ask_extension", "decline_extension", "resolve"),
    "pause_granted": (*SIGNED, "ask_pause", "grant_pause", "resume", "resolve"),
    "pause_declined": (*SIGNED, "ask_pause", "decline_pause", "resolve"),
}
"""Kind of event → the way of a case in which somebody makes it."""


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything; what is done is done as somebody."""


def test_every_way_of_deciding_has_its_case():
    assert set(WAYS) == set(DECIDING)


def actor_of(number, kind):
    """Return the number of whoever made an event of a case."""
    events = select(Event.actor_id).where(Event.case_id == number, Event.kind == kind)
    return db.session.scalars(events.order_by(Event.id.desc())).first()


@pytest.mark.parametrize("kind", DECIDING)
def test_whoever_decided_is_offered_to_nobody_and_refused(demo, kind):
    number = decided(way=WAYS[kind])
    decider = actor_of(number, kind)
    assert decider in deciders(number)
    with transaction():  # may handle appeals by their role, whatever else they are
        if not any(it.role is Role.SUPERVISOR for it in memberships(decider)):
            appoint(db.session.get_one(type(staff(CLERK)), decider), Role.SUPERVISOR, hall())
    row = appeal(sought(number))
    who = db.session.get_one(type(staff(CLERK)), decider).username
    assert decider not in [it.id for it in candidates(row, person("supervisor.liaocheng"))]
    with pytest.raises(InvalidInputError, match="参与过"):
        assigned(row.id, who, actor=person("supervisor.liaocheng"))
    with pytest.raises(DBAPIError):
        by_hand(row.id, decider)
    assert appeal(row.id).handler_id is None


def memberships(number):
    return db.session.scalars(select(Membership).where(Membership.user_id == number)).all()


def by_hand(number, who):
    """Name a handler in the database itself."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE appeal SET handler_id = {who}, assigned_at = registered_at, "  # noqa: S608
            f"assigned_by = 'x', assigned_by_id = 0 WHERE id = {number}"
        )


# --- each path, at first and when it is given to another -----------------------------------------


@pytest.fixture(params=["at first", "again"])
def refused(demo, request):
    """An appeal against a refusal that the clerk made: not assigned yet, or given to another."""
    number = sought(decided("refusal"))
    return assigned(number) if request.param == "again" else number


def still_kept_out(number):
    """Say that the clerk who refused does not handle the appeal."""
    return appeal(number).handler_id != staff(CLERK).id


def test_the_operation_refuses_the_decider(refused):
    with pytest.raises(InvalidInputError) as wrong:
        assigned(refused, CLERK)
    assert "参与过对该事项的决定" in wrong.value.problems["handler"]
    assert still_kept_out(refused)


def test_the_form_offers_no_decider_and_takes_none(refused, demo, login):
    client, address = login(demo, SUPERVISOR), f"/appeals/{refused}/assign"
    offered = choices(client.get(address), "handler").values()
    assert "王秀芝" not in offered
    assert "李卫民" in offered
    answer = client.post(address, data={"handler": str(staff(CLERK).id)})
    assert answer.status_code == 422
    assert still_kept_out(refused)


def test_rest_refuses_the_decider(refused, demo, token):
    headers = token(demo, SUPERVISOR)
    address, body = f"/api/v1/appeals/{refused}/assign", {"handler": staff(CLERK).id}
    answer = demo.test_client().post(address, json=body, headers=headers)
    assert answer.status_code == 422
    assert "参与过" in answer.json["errors"]["handler"]
    assert still_kept_out(refused)


def test_a_flush_of_the_row_is_refused_by_the_database(refused):
    who = acting("supervisor")
    row, decider = appeal(refused), staff(CLERK)
    row.handler_id = decider.id
    row.assigned_at, row.assigned_by, row.assigned_by_id = LATER, who.name, who.id
    with pytest.raises(DBAPIError), scope.working_for(who):
        db.session.flush()
    assert still_kept_out(refused)


def test_a_statement_is_refused_whoever_sends_it(refused):
    for who in (acting("supervisor"), scope.SYSTEM):
        with pytest.raises(OutOfScopeError), scope.working_for(who):
            db.session.execute(update(Appeal).values(handler_id=staff(CLERK).id))
        db.session.rollback()
    with pytest.raises(DBAPIError):
        by_hand(refused, staff(CLERK).id)
    assert still_kept_out(refused)


def test_nothing_is_done_with_many_at_once(refused, demo, login, token):
    client, headers = login(demo, SUPERVISOR), token(demo, SUPERVISOR)
    assert 'name="ids"' not in client.get("/appeals/list/").text
    for verb in ("assign", "overturn", "overturn_refusal", "mark_wrong"):
        assert client.post(f"/cases/bulk/{verb}", data={"ids": "1"}).status_code == 404
        answer = demo.test_client().post(f"/api/v1/cases/moves/{verb}", json={}, headers=headers)
        assert answer.status_code in {404, 422}
        assert client.get(f"/cases/{appeal(refused).case_id}/{verb}").status_code == 404
        address = f"/api/v1/cases/{appeal(refused).case_id}/moves/{verb}"
        assert demo.test_client().post(address, json={}, headers=headers).status_code == 404
    assert still_kept_out(refused)


# --- who decides while an appeal is in hand ------------------------------------------------------


@pytest.fixture
def compromised(demo):
    """An appeal whose handler defended the result to the applicant after it was given to them."""
    way = ("accept", "dispatch", "sign", "resolve", ("callback", {"satisfaction": "1"}))
    number = decided(way=way)
    row = handled(number)
    act(case_of(number), "explain", SOON, actor=person(HANDLER))
    return row


def test_a_handler_who_decides_meanwhile_records_nothing_more(compromised):
    for verb, args in (("note", ["进展"]), ("decide", [AppealOutcome.REJECTED, outcome()])):
        with pytest.raises(DomainError, match="须由督查人员改派"):
            do(verb, compromised, *args)
    assert appeal(compromised).outcome is None
    assigned(compromised, SUPERVISOR, actor=person("supervisor.liaocheng"))
    concluded(compromised, AppealOutcome.REJECTED, actor=acting("supervisor"))


def test_nor_by_form_or_rest(compromised, demo, login, token):
    client, headers = login(demo, HANDLER), token(demo, HANDLER)
    told = {"outcome": "rejected", "decided_on": "2026-09-17", "decided_by": "督查室",
            "findings": "不成立"}  # fmt: skip
    page = client.post(f"/appeals/{compromised}/decide", data=told)
    assert page.status_code == 422
    assert any("须由督查人员改派" in line for line in summary(page))
    answer = demo.test_client().post(
        f"/api/v1/appeals/{compromised}/decide", json=told, headers=headers
    )
    assert answer.status_code == 409
    assert client.post(f"/appeals/{compromised}/note", data={"note": "x"}).status_code == 422
    assert "须由督查人员改派" in text_of(client.get(f"/appeals/show/{compromised}"))
    assert appeal(compromised).outcome is None


def test_nor_by_the_database(compromised):
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE appeal SET outcome = 'rejected', decided_on = filed_on, "  # noqa: S608
            "delivered_on = filed_on, decided_by = 'x', findings = 'x', concluded_by = 'x', "
            f"concluded_at = registered_at, concluded_by_id = handler_id WHERE id = {compromised}"
        )
    assert appeal(compromised).outcome is None


# --- who oversees, and who handles ---------------------------------------------------------------


def test_a_supervisor_who_instructed_neither_assigns_nor_rules(demo):
    number = sought(decided(way=WAYS["instructed"]))
    with pytest.raises(DomainError, match="其他督查人员"):
        assigned(number)
    with pytest.raises(DomainError, match="其他督查人员"):
        do("rule_on_lateness", number, admitted=True, note="准", actor=acting("supervisor"))
    assigned(number, actor=person("supervisor.liaocheng"))
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE appeal SET assigned_by_id = {acting('supervisor').id} WHERE id = {number}"  # noqa: S608
        )


def test_whoever_decided_a_complaint_handles_no_other_appeal_about_the_case(demo):
    number = decided()
    concluded(handled(number), AppealOutcome.REJECTED)
    second = sought(number, RECONSIDERATION)
    with pytest.raises(InvalidInputError, match="参与过"):
        assigned(second)
    with pytest.raises(DBAPIError):
        by_hand(second, staff(HANDLER).id)
    assigned(second, CLERK)


@pytest.mark.parametrize("username", [CLERK, SUPERVISOR, "handler.linqing.scjg", "admin"])
def test_nobody_but_its_handler_records_a_step(demo, username):
    number = handled(decided(), RECONSIDERATION)
    who = person(username)
    for verb, args, fields in (
        ("accept", [TODAY], {"simplified": False}),
        ("note", ["进展"], {}),
        ("decide", [AppealOutcome.WITHDRAWN, outcome()], {}),
    ):
        with pytest.raises((DomainError, OutOfScopeError)):
            do(verb, number, *args, actor=who, **fields)
    row = appeal(number)
    assert (row.accepted_on, row.outcome) == (None, None)


@pytest.mark.parametrize(
    "username", ["handler.linqing.syk", "clerk.yanggu", "supervisor.yanggu", "inspector.liaocheng"]
)
def test_nobody_from_elsewhere_or_of_another_role_handles_one(demo, username):
    number = sought(decided())
    with pytest.raises(InvalidInputError, match="窗口人员或督查人员"):
        assigned(number, username)


@pytest.mark.parametrize("username", [CLERK, HANDLER, "inspector.liaocheng", "supervisor.yanggu"])
def test_nobody_but_a_supervisor_of_the_place_assigns(demo, username):
    number = sought(decided())
    with pytest.raises((DomainError, OutOfScopeError)):
        assigned(number, actor=person(username))


def test_it_is_given_to_another_while_it_is_open(demo):
    number = handled(decided())
    with pytest.raises(InvalidInputError, match="已经由"):
        assigned(number)
    assigned(number, SUPERVISOR, note="回避")
    with pytest.raises(DomainError, match="只有承办人"):
        do("note", number, "进展")
    concluded(number, AppealOutcome.REJECTED, actor=acting("supervisor"))
    with pytest.raises(DomainError, match="已有结果"):
        assigned(number)


def test_the_verb_that_reopens_asks_for_the_place_too(demo):
    number = accepted(handled(decided(), RECONSIDERATION))
    assert case(appeal(number).case_id).overturned_at is None
    with pytest.raises((DomainError, OutOfScopeError)):
        concluded(number, actor=person("clerk.yanggu"))
    assert operations.why_not_handle(appeal(number), person(HANDLER)) == ""
    assert COMPLAINT.label == "申诉"
