"""Work on a case: assists, handlers, leadership, visits, contact; one case and another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.records import Visit
from app.cases.rules import Status
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.transaction import transaction
from app.deadlines.rules import ClockKind, Verdict
from app.departments.models import Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from tests.cases.ways import JOINT, SENT
from tests.cases.window import (
    LATER,
    act,
    acting,
    at,
    brought_to,
    clock_of,
    department,
    hall,
    kinds,
    led,
    payload,
    person,
    ready_for,
    register,
    staff,
    wrong_field,
)

SECOND = timedelta(seconds=1)

pytestmark = [pytest.mark.usefixtures("unlimited"), pytest.mark.usefixtures("demo")]


def test_an_assist_finishes_before_the_lead_does(demo):
    case = led(("accept", ("dispatch", {"assist_departments": ("syk", "bdc")}), "sign"))
    name = department("syk").name
    with pytest.raises(DomainError, match=name):
        act(case, "resolve", LATER)
    with pytest.raises(DomainError, match="先签收"):
        act(case, "finish_assist", LATER)
    act(case, "sign_assist", LATER)
    act(case, "finish_assist", LATER, note="现场核验完成")
    act(case, "return_assist", LATER, actor=person("handler.linqing.bdc"), note="不涉及不动产")
    act(case, "resolve", LATER)
    assert case.status is Status.RESOLVED
    assert [item.finished_at for item in case.assignments] == [LATER, LATER, None]


def test_a_case_is_reassigned_to_a_handler_of_its_department_alone(demo):
    case = led((*JOINT, "sign"))
    other, clerk = staff("handler.linqing.syk"), staff("clerk.linqing")
    for chosen in (other, clerk):
        assert wrong_field(case, "reassign", handler=chosen) == "handler"
    with transaction():
        colleague = add_staff(Staff(username="second", first_name="新同事", active=True))
        appoint(colleague, Role.HANDLER, hall(), department())
    act(case, "reassign", LATER, handler=colleague)
    lead, assist = case.assignments
    assert (lead.handler_id, assist.handler_id) == (colleague.id, None)
    act(case, "reassign", LATER, actor=acting("assist"), handler=other)
    assert (lead.handler_id, assist.handler_id) == (colleague.id, other.id)
    with transaction():
        colleague.active = False
    with pytest.raises(InvalidInputError):
        act(case, "reassign", LATER, actor=acting("supervisor"), handler=colleague)


def test_a_hard_case_is_raised_and_leadership_instructs(demo):
    case = led(SENT)
    act(case, "raise", LATER, note="需局领导协调")
    act(case, "instruct", LATER + SECOND, note="请两科会商")
    assert (case.raised_at, case.status) == (LATER, Status.DISPATCHED)
    assert kinds(case)[-2:] == ["escalated_to_leadership", "instructed"]
    assert payload(case, "instructed")["note"] == "请两科会商"


def test_a_visit_is_planned_and_reported_and_its_place_stays_secret(demo):
    case, place = ready_for("plan_visit"), "临清市潘庄镇前村 12 号"
    with pytest.raises(DomainError, match="还没有安排"):
        act(case, "report_visit", LATER)
    when = LATER + timedelta(hours=1)
    act(case, "plan_visit", LATER, place=place, visit_at=when, officer="李建国（食药科）")
    table = Visit.__table__
    kept = db.session.connection().scalar(
        select(table.c.place).with_only_columns(table.c.place.cast(db.Text)).where(
            table.c.case_id == case.id
        )
    )  # fmt: skip
    assert "潘庄" not in kept
    assert case.visits_made[0].place == place
    told = payload(case, "visit_planned")
    assert "12" not in told["place"]
    assert told["place"].startswith("临清市")
    for verb in ("plan_visit", "resolve"):
        with pytest.raises(DomainError, match="先填写上门"):
            act(case, verb, LATER)
    act(case, "report_visit", when, note="已用单位手机完成人脸识别")
    assert (case.visits_made[0].done_at, case.visits_made[0].done) == (
        when,
        "已用单位手机完成人脸识别",
    )
    act(case, "plan_visit", when, visit_at=when)
    assert wrong_field(ready_for("plan_visit"), "plan_visit", visit_at=LATER - SECOND) == "visit_at"


@pytest.mark.parametrize(
    ("dispatched", "due"),
    [
        (at(2026, 9, 17, 10), at(2026, 9, 17, 17, 30)),
        (at(2026, 9, 17, 17, 30), at(2026, 9, 18, 17, 30)),
        (at(2026, 9, 18, 18), at(2026, 9, 20, 17, 30)),
        (at(2026, 9, 19, 9), at(2026, 9, 20, 17, 30)),
    ],
    ids=["same-day", "at-closing", "over-a-saturday", "on-a-day-off"],
)
def test_the_applicant_is_contacted_on_the_day_of_dispatch(demo, dispatched, due):
    case = led(("accept",), dispatched - timedelta(hours=1))
    act(case, "dispatch", dispatched)
    clock = clock_of(case, ClockKind.CONTACT)
    assert (clock.start, clock.due_at) == (dispatched, due)
    act(case, "contact", due, actor=acting("handler"), note="已电话联系")
    assert (clock.met_at, clock.verdict) == (due, Verdict.MET)
    act(case, "contact", due + SECOND)
    assert (clock.met_at, case.clock.met_at) == (due, None)


def test_who_was_not_contacted_that_day_was_contacted_late(demo):
    case = ready_for("resolve")
    act(case, "resolve", at(2026, 9, 18, 9))
    assert clock_of(case, ClockKind.CONTACT).verdict is Verdict.BREACHED
    assert case.clock.verdict is Verdict.MET


# --- one case and another ------------------------------------------------------------------------


def test_a_case_is_merged_into_an_open_one_of_the_hall(demo):
    case, other = ready_for("merge"), led(SENT)
    for wrong in (case, register(hall_code="yanggu"), brought_to(Status.CLOSED)):
        assert wrong_field(case, "merge", other_case=wrong) == "other_case"
    act(case, "merge", LATER, other_case=other)
    assert (case.status, case.merged_into) == (Status.MERGED, other)
    assert (other.status, kinds(other)[-1]) == (Status.DISPATCHED, "merged")
    assert payload(other, "merged")["other"] == case.number
    assert payload(case, "merged")["other"] == other.number


@pytest.mark.parametrize("verb", ["merge", "link"])
def test_a_case_that_somebody_is_at_takes_no_other(demo, verb):
    if demo.backend.name == "sqlite":
        return  # one writer at a time
    case, other = ready_for(verb), led(SENT)
    with db.engine.connect() as busy:
        busy.execute(select(Case.id).where(Case.id == other.id).with_for_update())
        assert wrong_field(case, verb, other_case=other) == "other_case"
    act(case, verb, LATER, other_case=other)


def test_linked_cases_tell_of_each_other(demo):
    case, other = ready_for("link"), brought_to(Status.CLOSED)
    assert wrong_field(case, "link", other_case=case) == "other_case"
    act(case, "link", LATER, other_case=other)
    assert (kinds(case)[-1], kinds(other)[-1]) == ("linked", "linked")
    assert (case.status, other.status) == (Status.REGISTERED, Status.CLOSED)
