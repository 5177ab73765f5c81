"""Only one's own rows, on every path, for however many ask at once."""

from __future__ import annotations

import sys
import threading

import pytest
from flask_appbuilder.models.filters import Filters
from sqlalchemy import func, select, update

from app.cases.models import Case
from app.cases.queries import counts
from app.cases.records import Assignment, Callback, Visit
from app.cases.rules import OPEN, Status
from app.core import scope
from app.core.db import db
from app.core.errors import ScopeMissingError
from app.core.timeline import Event
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline
from app.departments.models import Department, Hall, Membership, Staff
from app.departments.queries import person_named
from tests.cases.window import ready_for
from tests.core import screens
from tests.security.seeing import NUMBER, SEEING, TABS, enter, numbers, own_cases, told
from tests.security.world import (
    NOW,
    PERSONS,
    another_city,
    case_at,
    cells_of,
    department_of,
    hall_of,
    looking,
    readable,
)


@pytest.mark.parametrize("role", SEEING)
def test_list_export_and_rest_give_exactly_the_own_cases(demo, login, token, role):
    another_city()
    browser, own = enter(demo, login, role), numbers(role)
    assert own
    assert told(browser.get("/cases/list/?size=100")) == own
    assert told(browser.get("/cases/export")) == own
    rows = demo.test_client().get(
        "/api/v1/cases/?q=(page_size:100)", headers=token(demo, PERSONS[role])
    )
    assert {row["number"] for row in rows.json["result"]} == own
    assert rows.json["count"] == len(own)


@pytest.mark.parametrize("role", SEEING)
def test_tabs_sorts_events_clocks_and_workbench_keep_to_the_own_cases(demo, login, role):
    another_city()
    browser, own = enter(demo, login, role), numbers(role)
    paths = [f"/cases/list/?size=100&tab={tab}" for tab in TABS]
    paths += [f"/cases/list/?size=100&sort={sort}" for sort in ("number", "-clock", "due")]
    seen = [
        told(browser.get(path))
        for path in [
            *paths,
            "/",
            "/events/list/?size=100",
            "/events/list/?size=100&page=2",
            "/deadlines/list/?size=100",
        ]
    ]
    assert set().union(*seen) <= own
    assert set().union(*seen[: len(TABS)]) == own


@pytest.mark.parametrize("role", SEEING)
def test_counts_on_workbench_and_menu_are_of_the_own_cases(demo, role):
    another_city()
    cases = own_cases(role)
    with scope.working_for(person_named(PERSONS[role])):
        found = counts(NOW)
    for status in OPEN:
        assert found[status.value] == sum(case.status is status for case in cases)


@pytest.mark.parametrize("role", SEEING)
def test_search_and_filters_never_reach_a_foreign_case(demo, login, role):
    another_city()
    place = {"handler": "linqing/syk", "inspector": "dezhou"}.get(role, "yanggu")
    with looking():
        case = case_at(place)
        wishes = [
            f"q={case.number}",
            f"q={case.phone}",
            f"q={case.description[:20]}",
            f"f_lead_department={case.lead_department_id}",
        ]
        wishes += [] if role == "handler" else [f"f_hall={case.hall_id}"]
    browser, own = enter(demo, login, role), numbers(role)
    for wish in wishes:
        page, file = (browser.get(f"/cases/{name}?{wish}") for name in ("list/", "export"))
        typed = {case.number} if case.number in wish else set()
        assert set(NUMBER.findall(page.text)) <= own | typed, wish
        assert f'/cases/show/{case.id}"' not in page.text
        assert case.number not in cells_of(file)
        file.close()


def test_a_case_of_ones_own_is_found_by_phone(demo, login):
    with looking():
        case = case_at("linqing")
    found = told(login(demo, "clerk.linqing").get(f"/cases/list/?q={case.phone}"))
    assert case.number in found


def test_select_boxes_offer_only_what_is_in_scope(demo, login):
    another_city()
    clerk = login(demo, "clerk.linqing")
    with looking():
        own = {
            row.id
            for row in db.session.scalars(
                select(Department).where(Department.hall_id == hall_of("linqing").id)
            )
        }
        foreign = {row.id for row in db.session.scalars(select(Hall).where(Hall.code != "linqing"))}
        ready = case_at("linqing", Case.status == Status.SIGNED).id
    offered = clerk.get("/cases/choices/lead_department").json["results"]
    assert {row["id"] for row in offered} == own
    assert clerk.get("/cases/choices/lead_department?q=yanggu").json["results"] == []
    assert clerk.get("/cases/choices/phone").status_code == 404
    for page in ("/cases/add", "/cases/list/", f"/cases/{ready}/dispatch"):
        text = clerk.get(page).text
        assert "德州" not in text
        assert "阳谷" not in text
    assert not {row["id"] for row in clerk.get("/cases/choices/hall").json["results"]} & foreign
    assert "德州独有事项" not in readable(clerk.get("/cases/matters?q=德州"))
    assert "阳谷" not in login(demo, "supervisor.linqing").get("/ledgers/take").text


def test_an_inspector_is_not_told_who_else_works_elsewhere(demo, login, token):
    another_city()
    inspector = login(demo, "inspector.liaocheng")
    assert inspector.get("/memberships/choices/user").status_code == 404
    assert "clerk.dezhou" not in inspector.get("/memberships/list/?size=100").text
    info = demo.test_client().get(
        "/api/v1/memberships/_info", headers=token(demo, "inspector.liaocheng")
    )
    assert "clerk.dezhou" not in info.text
    assert "clerk.linqing" not in info.text


def test_related_lists_show_what_is_in_scope(demo, login):
    another_city()
    with looking():
        department = department_of("linqing", "scjg").id
    page = login(demo, "supervisor.linqing").get(f"/departments/show/{department}")
    assert page.status_code == 200
    assert "德州独有事项" not in page.text


PEOPLE = (
    "clerk.linqing",
    "clerk.yanggu",
    "clerk.liaocheng",
    "handler.linqing.scjg",
    "handler.linqing.syk",
    "handler.linqing.bdc",
    "handler.yanggu.scjg",
    "supervisor.yanggu",
    "supervisor.linqing",
    "inspector.liaocheng",
    "admin",
)
HANGING = (Assignment, Callback, Deadline, Event, Extension, Pause, Visit)


def test_what_hangs_on_a_case_is_seen_with_it_and_not_without(demo):
    with looking():
        for verb in ("grant_extension", "grant_pause", "report_visit", "close", "settle"):
            ready_for(verb)
        ready_for("finish_assist")
        kept = {model: set(db.session.scalars(select(model.case_id))) for model in HANGING}
    assert all(kept.values()), kept
    for username in PEOPLE:
        with scope.working_for(person_named(username)):
            own = set(db.session.scalars(select(Case.id)))
            for model, numbers_ in kept.items():
                found = set(db.session.scalars(select(model.case_id)))
                assert found == numbers_ & own, (username, model)


# --- no scope, no rows ---------------------------------------------------------------------------


def test_a_statement_without_a_scope_is_refused(demo):
    members = select(Membership.user_id)
    for statement in (
        select(Case),
        select(Case.id),
        select(func.count()).select_from(Case),
        select(func.count(Case.id)),
        select(Case.__table__),
        select(Hall.__table__.alias()),
        select(Staff).join(Membership, Membership.user_id == Staff.id),
        select(Staff.id).where(Staff.id.in_(members)),
        update(Case).values(visits=1),
    ):
        with pytest.raises(ScopeMissingError):
            db.session.execute(statement)
    db.session.execute(select(Staff.id))


def test_nobody_sees_no_row_of_any_place(demo):
    with scope.working_for(scope.NOBODY):
        for model in scope.scoped_models():
            assert db.session.scalars(select(model)).all() == [], model


# --- asked once ----------------------------------------------------------------------------------


@pytest.fixture
def seen_once(demo):
    """A case that the clerk of Linqing sees, and the clerk."""
    with looking():
        case = case_at("linqing", Case.status == Status.SIGNED)
        yield case, person_named("clerk.linqing")


def test_a_page_that_is_read_asks_once_whether_a_row_is_seen(seen_once):
    case, clerk = seen_once
    with screens.statements() as sent, scope.reading():
        assert scope.within(clerk, case)
        assert scope.within(clerk, case)
    assert len(sent) == 1
    with screens.statements() as sent:
        assert scope.within(clerk, case)
        assert scope.within(clerk, case)
    assert len(sent) == 2


def test_what_was_answered_holds_for_one_person_and_until_something_is_written(seen_once):
    case, clerk = seen_once
    other = person_named("clerk.yanggu")
    with scope.reading():
        assert scope.within(clerk, case)
        assert not scope.within(other, case)
        case.hall_id = hall_of("yanggu").id
        db.session.flush()
        assert not scope.within(clerk, case)
        assert scope.within(other, case)
    db.session.rollback()


def test_nobody_is_asked_for_who_holds_none_of_the_roles(seen_once):
    case, clerk = seen_once
    with screens.statements() as sent:
        assert not scope.within_as(clerk, ("supervisor", "inspector"), case)
    assert not sent
    assert scope.within_as(clerk, ("clerk",), case)
    assert scope.within_as(scope.SYSTEM, ("supervisor",), case)


# --- several at once -----------------------------------------------------------------------------


@pytest.fixture
def impatient():
    """Let threads interrupt each other as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def together(*works):
    """Run each work in a thread of its own; return what each gave."""
    found, start = {}, threading.Barrier(len(works))

    def run(index, work):
        start.wait()
        found[index] = work()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[index] for index in range(len(works))]


def test_lists_asked_for_at_the_same_time_do_not_mix(demo, login, impatient):
    people = ("clerk", "inspector", "handler")
    browsers = {role: enter(demo, login, role) for role in people}
    db.session.rollback()

    def ask(role):
        return lambda: [told(browsers[role].get("/cases/list/?size=100")) for _ in range(6)]

    for role, lists in zip(people, together(*map(ask, people)), strict=True):
        assert all(found == numbers(role) for found in lists), role


def test_rest_filters_of_two_requests_at_the_same_time_do_not_mix(demo, token, monkeypatch):
    people = {"clerk.linqing": "closed", "inspector.liaocheng": "signed"}
    headers = {username: token(demo, username) for username in people}
    both, usual = threading.Barrier(2, timeout=30), Filters.rest_add_filters

    def add_and_wait(filters, wishes):
        usual(filters, wishes)
        both.wait()  # until the other request has its filters too

    monkeypatch.setattr(Filters, "rest_add_filters", add_and_wait)
    db.session.rollback()

    def ask(username, status):
        path = (
            f"/api/v1/cases/?q=(page_size:100,columns:!(status),"
            f"filters:!((col:status,opr:eq,value:{status})))"
        )
        return lambda: demo.test_client().get(path, headers=headers[username]).json

    found = together(*(ask(*item) for item in people.items()))
    for (username, status), answer in zip(people.items(), found, strict=True):
        role = username.split(".", maxsplit=1)[0]
        right = sum(case.status.value == status for case in own_cases(role))
        assert {row["status"] for row in answer["result"]} == {status}
        assert answer["count"] == right
