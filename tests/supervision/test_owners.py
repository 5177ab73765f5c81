"""Who owned a case when: from its assignments, and from the list as it was on that day."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.cases import operations
from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope, timeline
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Department, Responsibility, Staff
from app.departments.operations import add_staff, appoint
from app.departments.rules import Role
from app.supervision.as_of import ListThen
from app.supervision.owners import holdings
from tests.cases.ways import JOINT
from tests.cases.window import (
    ACTORS,
    COMPANY,
    act,
    acting,
    at,
    brought_to,
    case_of,
    department,
    hall,
    led,
    staff,
)
from tests.conftest import NOW
from tests.core.screens import rows, text_of, tree
from tests.supervision.cards import FIFTH, late, run

MINUTE = timedelta(minutes=1)
MATTER = "独有的一件事项"


@pytest.fixture(autouse=True)
def seeing(unlimited):
    """Look at everything."""


def told(number, now=NOW + timedelta(hours=5)):
    return [
        (it.role.value if it.role else "window", it.owner, it.person, it.began, it.ended)
        for it in holdings(case_of(number), now)
    ]


def who(number):
    return [it[:3] for it in told(number)]


WANG, QIU = "王秀芝", "邱淑敏"
ZHAO = "赵海燕"


def test_from_the_window_to_a_department_and_back_without_a_gap(demo):
    number = brought_to(Status.CLOSED).id
    assert told(number) == [
        ("window", "", WANG, NOW, NOW + 2 * MINUTE),
        ("lead", "市场监管科", "", NOW + 2 * MINUTE, NOW + 3 * MINUTE),
        ("lead", "市场监管科", ZHAO, NOW + 3 * MINUTE, NOW + 4 * MINUTE),
        ("window", "", WANG, NOW + 4 * MINUTE, NOW + 6 * MINUTE),
    ]


def test_while_it_runs_the_last_owner_has_it_still(demo):
    number = brought_to(Status.SIGNED).id
    assert told(number)[-1] == ("lead", "市场监管科", ZHAO, NOW + 3 * MINUTE, None)
    waiting = brought_to(Status.ACCEPTED).id
    assert told(waiting) == [("window", "", WANG, NOW, None)]


def test_a_return_gives_it_to_the_window_until_it_is_dispatched_again(demo):
    number = led(("accept", "dispatch", "return", "dispatch")).id
    assert who(number) == [
        ("window", "", WANG), ("lead", "市场监管科", ""),
        ("window", "", WANG), ("lead", "市场监管科", ""),
    ]  # fmt: skip
    spans = [it[3:] for it in told(number)]
    assert all(one[1] == two[0] for one, two in itertools.pairwise(spans))
    assert [it.returned for it in holdings(case_of(number), NOW)] == ["", "已联系申请人", "", ""]


def test_a_dispute_is_with_the_supervisors_until_they_rule(demo):
    number = led(("accept", "dispatch", "return", "dispatch", "return_again")).id
    [window, ruling] = holdings(case_of(number), NOW + timedelta(hours=5))[-2:]
    assert (window.owner, window.ruling, ruling.ruling, ruling.ended) == (
        "市场监管科",
        False,
        True,
        None,
    )
    with scope.everything():
        act(case_of(number), "settle", ruling.began + timedelta(hours=1))
    [ruling, again] = holdings(case_of(number), NOW + timedelta(hours=5))[-2:]
    assert (ruling.role, ruling.person, ruling.ended) == (None, "", again.began)
    assert (again.role.value, again.ruling) == ("lead", False)


def test_those_who_assist_stand_beside_the_lead(demo):
    number = led(JOINT).id
    assert [it[:2] for it in told(number)] == [
        ("window", ""), ("lead", "市场监管科"), ("assist", "食药科"),
    ]  # fmt: skip


def test_whom_it_was_taken_from_within_the_department_is_named_for_the_time_before(demo):
    with transaction():
        second = Staff(username="handler.second", first_name="handler.second", active=True)
        appoint(add_staff(second, "a-password"), Role.HANDLER, hall(), department())
    number = brought_to(Status.SIGNED).id
    with scope.everything():
        act(case_of(number), "reassign", NOW + 10 * MINUTE, handler=staff("handler.second"))
    assert told(number)[2:] == [
        ("lead", "市场监管科", ZHAO, NOW + 3 * MINUTE, NOW + 10 * MINUTE),
        ("lead", "市场监管科", "handler.second", NOW + 10 * MINUTE, None),
    ]


def test_one_that_was_recorded_before_it_named_the_assignment_is_known_by_its_department(demo):
    number = led(JOINT).id
    with scope.everything(), transaction():
        timeline.record(
            case_of(number), "reassigned", actor=scope.SYSTEM, now=NOW + 10 * MINUTE,
            department="食药科", handler="郑国强",
        )  # fmt: skip
    assert [it[:3] for it in told(number) if it[3] >= NOW + 10 * MINUTE] == [
        ("assist", "食药科", "郑国强")
    ]


def test_the_window_names_who_answered_for_the_case_then(demo):
    number = brought_to(Status.ACCEPTED).id
    clerk = acting("clerk")
    with scope.working_for(clerk), transaction():
        case, other = case_of(number), staff("clerk.linqing.b")
        changed = {"registrar": (case.registrar, other)}
        case.registrar = other
        operations.edit(case, changed, actor=clerk, now=NOW + 9 * MINUTE)
    with scope.everything():
        act(case_of(number), "dispatch", NOW + 20 * MINUTE)
    assert told(number)[:2] == [
        ("window", "", WANG, NOW, NOW + 9 * MINUTE),
        ("window", "", QIU, NOW + 9 * MINUTE, NOW + 20 * MINUTE),
    ]


def test_where_the_case_names_nobody_whoever_acted_at_the_window_had_it(demo):
    number = brought_to(Status.ACCEPTED).id
    with transaction():
        db.session.execute(update(Case).where(Case.id == number).values(registrar_id=None))
    assert who(number) == [("window", "", WANG)]


def test_a_department_is_called_what_it_was_called_then(demo, login, moment):
    number = brought_to(Status.SIGNED, matter=COMPANY).id
    moment(NOW + timedelta(days=1))
    with transaction():
        row = db.session.get_one(Department, department().id)
        row.name, row.head = "市场监督管理科", "新负责人"
    before = holdings(case_of(number), NOW + timedelta(days=2))[1]
    assert (before.owner, before.called_now) == ("市场监管科", "市场监督管理科")
    assert before.head not in ("", "新负责人")
    page = login(demo, ACTORS["supervisor"]).get(f"/accountability/{number}")
    assert f"未签收（负责人：{before.head}）" in text_of(page)
    assert not [it for it in tree(page).xpath("//td//span[@class='tone-warn']") if "监" in it.text]


def test_while_it_was_closed_nobody_had_it(demo):
    number = brought_to(Status.CLOSED).id
    with scope.everything():
        act(case_of(number), "reopen", NOW + 30 * MINUTE)
    ends = [(it[0], it[3], it[4]) for it in told(number)]
    assert ends[3:] == [
        ("window", NOW + 4 * MINUTE, NOW + 6 * MINUTE), ("lead", NOW + 30 * MINUTE, None),
    ]  # fmt: skip


def test_a_merged_case_is_nobodys_any_more(demo):
    number = led(("accept", "merge")).id
    assert told(number) == [("window", "", WANG, NOW, NOW + 2 * MINUTE)]


def test_what_was_late_is_counted_with_whoever_had_it_then(demo):
    number = late()
    window, waiting, lead = holdings(case_of(number), FIFTH)
    assert (window.late, waiting.late, lead.late) == (0, 0, 5)
    assert lead.days == 8  # 09-18, the make-up Sunday, 21 to 24, 28 and 29


# --- the list as of a day ------------------------------------------------------------------------


@pytest.fixture
def listed(demo, moment):
    """A matter that moves from one department to another, is renamed, and is taken off."""

    def change(when, **fields):
        moment(when)
        with transaction():
            row = db.session.scalars(
                select(Responsibility).where(Responsibility.code == "only-here")
            ).first()
            if row is None:
                row = Responsibility(code="only-here", legal_basis="旧法", **fields)
                db.session.add(row)
            for name, value in fields.items():
                setattr(row, name, value)
            db.session.flush()
        db.session.expire_all()

    change(at(2026, 3, 1, 9), department=department("scjg"), matter=MATTER)
    change(at(2026, 5, 1, 9), department=department("syk"), legal_basis="新法")
    change(at(2026, 7, 1, 9), active=False)
    change(at(2026, 8, 1, 9), active=True, matter="改名后的事项")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (at(2026, 2, 28, 9), []),
        (at(2026, 4, 1, 9), [("市场监管科", "旧法")]),
        (at(2026, 6, 1, 9), [("食药科", "新法")]),
        (at(2026, 7, 15, 9), []),
        (at(2026, 9, 1, 9), []),
    ],
)
def test_the_list_is_told_as_it_was_on_that_day(listed, when, said):
    lines = ListThen(hall().id, MATTER).at(when)
    assert [(it.department.partition(" · ")[0], it.legal_basis) for it in lines] == said


def test_where_the_list_said_nothing_it_is_told_when_it_first_did(listed):
    moment, lines = ListThen(hall().id, MATTER).first_after(at(2026, 1, 1, 9))
    assert moment == at(2026, 3, 1, 9)
    assert lines[0].legal_basis == "旧法"
    assert ListThen(hall().id, MATTER).first_after(at(2026, 9, 1, 9)) is None
    assert ListThen(hall().id, "从未有过的事项").at(NOW) == []


def test_a_line_that_was_deleted_is_known_for_the_days_before(listed, moment):
    moment(at(2026, 9, 1, 9))
    with transaction():
        db.session.delete(
            db.session.scalars(
                select(Responsibility).where(Responsibility.code == "only-here")
            ).one()
        )
    then = ListThen(hall().id, MATTER)
    assert [it.legal_basis for it in then.at(at(2026, 4, 1, 9))] == ["旧法"]


def test_another_halls_list_is_left_aside(listed):
    assert ListThen(hall("yanggu").id, MATTER).at(at(2026, 4, 1, 9)) == []


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["supervisor", "inspector"])
def test_the_page_tells_owners_cards_and_referrals(demo, login, moment, role):
    number = late()
    run(FIFTH)
    moment(FIFTH)
    page = login(demo, ACTORS[role]).get(f"/accountability/{number}")
    told = text_of(page)
    for words in ("谁在何时承办", "窗口", "市场监管科", "红牌", "没有移交"):
        assert words in told
    assert [row[4] for row in rows(page)[:3]] == ["0", "0", "5"]
    assert [row[5] for row in rows(page)[:3]][::2] == [WANG, ZHAO]
    links = tree(page).xpath("//div[@class='head']//a[not(starts-with(@href, '/help'))]/@href")
    assert bool(links) == (role == "supervisor")


@pytest.mark.parametrize("role", ["clerk", "handler", "admin"])
def test_nobody_else_opens_the_page(demo, login, role):
    number = late()
    client = login(demo, ACTORS[role])
    assert client.get(f"/accountability/{number}").status_code == 403
    if role != "admin":
        assert "/accountability/" not in client.get(f"/cases/show/{number}").text


def test_a_ruling_changes_whom_the_list_names_from_then_on(demo, moment):
    number = led(("accept", "dispatch", "return", "dispatch", "return_again"), matter=MATTER).id
    with scope.everything():
        moment(NOW + timedelta(hours=1))
        act(case_of(number), "settle", NOW + timedelta(hours=1), add_to_list=True)
    then = ListThen(hall().id, MATTER)
    assert then.at(NOW) == []
    assert [it.department.partition(" · ")[0] for it in then.at(NOW + timedelta(hours=1))] == [
        "市场监管科"
    ]


def test_a_lead_that_the_list_did_not_name_stands_out(demo, login, listed, moment):
    number = led(("accept", "dispatch"), matter="改名后的事项").id
    moment(NOW + timedelta(hours=1))
    page = login(demo, ACTORS["supervisor"]).get(f"/accountability/{number}")
    window, lead = rows(page)[:2]
    assert (window[-1], lead[-1]) == ("食药科", "食药科")
    toned = tree(page).xpath("//td//span[@class='tone-warn']")
    assert [it.text_content() for it in toned] == ["未签收（负责人：董国庆）", "食药科"]
