"""Whoever is on duty answers for a new case, is told of it, and stands in the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from openpyxl import load_workbook

from app.cases import operations
from app.cases.rules import Status
from app.core import scope
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.ledgers.orders import Order
from app.ledgers.production import produce
from app.notices.rules import DEFAULTS, Audience
from app.roster.rules import Shift
from tests.cases.window import (
    TYPED,
    act,
    acting,
    at,
    brought_to,
    case_of,
    draft,
    hall,
    newest,
    person,
    register,
    staff,
)
from tests.conftest import NOW
from tests.core.screens import beside, choices, hints, text_of, typed
from tests.notices.telling import fan_out, run, told
from tests.roster.planning import FRIDAY, QIU, TODAY, WANG, place, turn

EVENING = at(2026, 9, 17, 20, 0)


def answering(case):
    """Return who answers for a case, and who was on duty."""
    case = case_of(case.id)
    with scope.everything():
        return case.registrar.username if case.registrar else None, case.on_duty


# --- the case ----------------------------------------------------------------------------------


def test_the_colleague_on_duty_answers_for_what_somebody_else_types(blank):
    place(turn(TODAY), QIU)
    case = register(channel="hotline")
    assert answering(case) == (QIU, staff(QIU).name)
    assert case_of(case.id).registered_by == staff(WANG).name


def test_whoever_types_and_is_on_duty_goes_first(blank):
    place(turn(TODAY, 1), QIU)
    place(turn(TODAY, 2), WANG)
    assert answering(register()) == (WANG, f"{staff(QIU).name}、{staff(WANG).name}")


@pytest.mark.parametrize("now", [NOW, EVENING])
def test_where_nobody_is_on_duty_whoever_types_answers(blank, now):
    place(turn(TODAY, shift=Shift.AFTERNOON), QIU)
    assert answering(register(now=now)) == (WANG, None)


def test_a_clerk_who_is_named_answers_and_nobody_else_can_be(blank):
    place(turn(TODAY), WANG)
    assert answering(register(registrar=staff(QIU)))[0] == QIU
    clerk = person(WANG)
    for username in ("clerk.yanggu", "supervisor.linqing"):
        refusing = pytest.raises(InvalidInputError)
        with scope.working_for(clerk), refusing as refused, transaction():
            operations.register(draft(registrar=staff(username)), actor=clerk, now=NOW)
        assert list(refused.value.problems) == ["registrar"]


def test_what_was_so_at_registration_stays_when_the_plan_changes(blank):
    place(turn(TODAY), QIU)
    case = register()
    place(turn(TODAY), WANG)
    assert answering(case) == (QIU, staff(QIU).name)


@pytest.fixture
def clerk(blank, login):
    return login(blank, WANG)


def test_the_form_says_who_it_will_be_and_lets_the_clerk_choose(clerk):
    page = clerk.get("/cases/add")
    assert "无人值班时为登记人" in hints(page)["registrar"]
    place(turn(TODAY), QIU)
    page = clerk.get("/cases/add")
    assert "现为邱淑敏" in hints(page)["registrar"]
    assert sorted(choices(page, "registrar").values()) == ["王秀芝", "请选择", "邱淑敏"]
    form = {**typed(page), **TYPED}
    assert clerk.post("/cases/add", data=form).status_code == 302
    assert answering(case_of(newest()))[0] == QIU
    chosen = form | {"registrar": staff(WANG).id}
    shown = clerk.get(clerk.post("/cases/add", data=chosen).location)
    assert answering(case_of(newest()))[0] == WANG
    assert "窗口责任人王秀芝" in text_of(shown)
    assert "值班人员邱淑敏" in text_of(shown)


def test_the_clerk_changes_it_later_and_it_is_an_event(clerk):
    case = register()
    form = typed(clerk.get(f"/cases/edit/{case.id}"))
    assert form["registrar"] == str(staff(WANG).id)
    wrong = clerk.post(f"/cases/edit/{case.id}", data=form | {"registrar": staff("admin").id})
    assert wrong.status_code == 422
    assert "本大厅的窗口人员" in beside(wrong)["registrar"][0]
    right = clerk.post(f"/cases/edit/{case.id}", data=form | {"registrar": staff(QIU).id})
    assert right.status_code == 302
    assert answering(case)[0] == QIU
    assert "窗口责任人" in text_of(clerk.get(f"/cases/show/{case.id}"))


def test_rest_takes_and_checks_it_too(blank, token):
    headers, client = token(blank, WANG), blank.test_client()
    body = {**TYPED, "visits": 3, "hall": hall().id, "situation": "other"}
    made = client.post("/api/v1/cases/", json=body | {"registrar": staff(QIU).id}, headers=headers)
    assert made.status_code == 201, made.text
    assert answering(case_of(made.json["id"]))[0] == QIU
    wrong = client.post(
        "/api/v1/cases/", json=body | {"registrar": staff("clerk.yanggu").id}, headers=headers
    )
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["registrar"])


# --- the ledger --------------------------------------------------------------------------------


def test_the_ledger_says_who_was_on_duty(blank, tmp_path):
    place(turn(TODAY, 1), QIU)
    number = case_of(register().id).number
    path = tmp_path / "cases.xlsx"
    produce(Order("cases"), path, person=person("supervisor.linqing"), now=NOW + timedelta(hours=1))
    page = load_workbook(path)["台账"]
    heads = [cell.value for cell in page[2]]
    [row] = [row for row in page.iter_rows(min_row=3, values_only=True) if row[0] == number]
    assert row[heads.index("值班人员")] == "邱淑敏"


# --- notices -----------------------------------------------------------------------------------


def settle():
    run("UPDATE outbox SET taken_at = :now", now=NOW)


def resolved():
    """Bring a case to its result, as the department does."""
    act(brought_to(Status.SIGNED), "resolve", actor=acting("handler"))


def test_by_default_what_goes_to_the_window_goes_to_whoever_is_on_duty():
    window_bound = {kind for kind, audience, _ in DEFAULTS if audience is Audience.ON_DUTY}
    assert window_bound == {"returned", "settled", "resolved", "replied", "appeal_decided"}
    assert Audience.HALL_CLERKS not in {audience for _, audience, _ in DEFAULTS}


def test_the_person_on_duty_gets_the_notices_and_colleagues_do_not(blank):
    place(turn(TODAY), QIU)
    settle()
    resolved()
    fan_out()
    assert set(told("resolved")) == {QIU}


def test_what_happens_at_night_goes_to_whoever_opens_in_the_morning(blank):
    place(turn(TODAY), QIU)
    place(turn(FRIDAY), WANG)
    settle()
    resolved()
    fan_out(EVENING)
    assert set(told("resolved")) == {WANG}


def test_without_a_plan_the_whole_window_is_told(blank):
    settle()
    resolved()
    fan_out()
    assert set(told("resolved")) == {WANG, QIU}


def test_a_plan_of_people_who_may_not_log_in_tells_the_window(blank):
    place(turn(TODAY), QIU)
    run("UPDATE ab_user SET active = :no WHERE username = :who", no=False, who=QIU)
    settle()
    resolved()
    fan_out()
    assert set(told("resolved")) == {WANG}


# --- the demonstration -------------------------------------------------------------------------


def test_the_demonstration_has_a_month_of_duty_with_a_gap_and_a_swap_to_answer(demo, login):
    page = text_of(login(demo, "supervisor.linqing").get("/roster/"))
    assert "1 个班次没有人" in page
    other = login(demo, WANG).get("/swaps/list/")
    assert "待对方同意" in text_of(other)
    who, names = answering(register(now=NOW))
    assert who == WANG
    assert sorted(names.split("、")) == ["王秀芝", "邱淑敏"]
