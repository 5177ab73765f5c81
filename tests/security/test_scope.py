"""Only one's own rows, on every path; what can't be seen can't be written; nothing private leaks."""

from __future__ import annotations

import re
import sys
import threading

import pytest
from flask_appbuilder.models.filters import Filters
from sqlalchemy import func, select, update

from app.cases.models import Assignment, Case
from app.cases.queries import counts
from app.cases.rules import OPEN, Status
from app.core import scope
from app.core.db import db
from app.core.errors import OutOfScopeError, ScopeMissingError
from app.core.timeline import Event
from app.core.transaction import transaction
from app.departments.models import Department, Hall, Membership, Staff
from app.departments.operations import add_staff, appoint
from app.departments.queries import person_named
from app.departments.rules import Role
from tests.security.routes import ROLES, ROUTES
from tests.security.test_matrix import Asker
from tests.security.world import (
    NOW,
    PASSWORD,
    PERSONS,
    another_city,
    case_at,
    cells_of,
    department_of,
    hall_of,
    looking,
    own_row,
    password_of,
    readable,
)

NUMBER = re.compile(r"\b(?:LC|LQ|YG|DZ)-\d{4}-\d{6}\b")
SEEING = ("clerk", "handler", "supervisor", "inspector")
TABS = ("all", "open", "overdue", "warning", "registered", "accepted", "dispatched", "signed",
        "finished", "closed", "refused")


def own_cases(role):
    """Return the cases in sight of a role's person, by a rule of the test's own."""
    with looking():
        found = db.session.scalars(select(Case)).all()
        if role == "handler":
            ours = department_of("linqing", "scjg").id
            return [case for case in found
                    if ours in {item.department_id for item in case.assignments}]
        halls = {"clerk": {"linqing"}, "supervisor": {"linqing"}, "admin": set(),
                 "inspector": {"liaocheng", "linqing", "yanggu"}}[role]
        return [case for case in found if case.hall.code in halls]


def numbers(role):
    return {case.number for case in own_cases(role)}


def told(answer):
    """Return the numbers of all cases that an answer names."""
    assert answer.status_code == 200, answer.status
    found = set(NUMBER.findall(readable(answer)))
    answer.close()
    return found


def enter(demo, login, role):
    username = PERSONS[role]
    return login(demo, username, password_of(username))


def number_of(model):
    with looking():
        return db.session.scalar(select(func.count()).select_from(model))


def snapshot():
    """Return everything that is in the database."""
    with db.engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in db.metadata.tables.values()}


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", SEEING)
def test_list_export_and_rest_give_exactly_the_own_cases(demo, login, token, role):
    another_city()
    browser, own = enter(demo, login, role), numbers(role)
    assert own
    assert told(browser.get("/cases/list/?size=100")) == own
    assert told(browser.get("/cases/export")) == own
    rows = demo.test_client().get("/api/v1/cases/?q=(page_size:100)",
                                  headers=token(demo, PERSONS[role]))
    assert {row["number"] for row in rows.json["result"]} == own
    assert rows.json["count"] == len(own)


@pytest.mark.parametrize("role", SEEING)
def test_tabs_sorts_events_clocks_and_workbench_keep_to_the_own_cases(demo, login, role):
    another_city()
    browser, own = enter(demo, login, role), numbers(role)
    paths = [f"/cases/list/?size=100&tab={tab}" for tab in TABS]
    paths += [f"/cases/list/?size=100&sort={sort}" for sort in ("number", "-clock", "due")]
    seen = [told(browser.get(path)) for path in [
        *paths, "/", "/events/list/?size=100", "/events/list/?size=100&page=2",
        "/deadlines/list/?size=100"]]
    assert set().union(*seen) <= own
    assert set().union(*seen[:len(TABS)]) == own


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
        wishes = [f"q={case.number}", f"q={case.phone}", f"q={case.description[:20]}",
                  f"f_lead_department={case.lead_department_id}"]
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
        own = {row.id for row in db.session.scalars(select(Department).where(
            Department.hall_id == hall_of("linqing").id))}
        foreign = {row.id for row in db.session.scalars(select(Hall).where(
            Hall.code != "linqing"))}
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
    info = demo.test_client().get("/api/v1/memberships/_info",
                                  headers=token(demo, "inspector.liaocheng"))
    assert "clerk.dezhou" not in info.text
    assert "clerk.linqing" not in info.text


def test_related_lists_show_what_is_in_scope(demo, login):
    another_city()
    with looking():
        department = department_of("linqing", "scjg").id
    page = login(demo, "supervisor.linqing").get(f"/departments/show/{department}")
    assert page.status_code == 200
    assert "德州独有事项" not in page.text


# --- writing -------------------------------------------------------------------------------------

INTAKE = {"channel": "window", "urgency": "normal", "applicant_kind": "individual",
          "applicant_name": "赵六", "matter": "公司设立登记", "situation": "not_accepted",
          "visits": "1", "description": "网上办不成"}


def test_a_case_is_not_registered_in_a_foreign_hall(demo, login, token):
    with looking():
        foreign, own = hall_of("yanggu").id, hall_of("linqing").id
    before = number_of(Case)
    clerk, headers = login(demo, "clerk.linqing"), token(demo, "clerk.linqing")
    assert clerk.post("/cases/add", data=INTAKE | {"hall": foreign}).status_code == 422
    body = INTAKE | {"visits": 1}
    rest = demo.test_client()
    for hall in (foreign, {"id": foreign}, 99999, {"name": "新", "code": "x", "prefix": "X"}):
        answer = rest.post("/api/v1/cases/", json=body | {"hall": hall}, headers=headers)
        assert answer.status_code == 422, answer.text
    assert (number_of(Case), number_of(Hall)) == (before, 3)
    assert rest.post("/api/v1/cases/", json=body | {"hall": own},
                     headers=headers).status_code == 201
    assert clerk.post("/cases/add", data=INTAKE | {"hall": own}).status_code == 302


def test_a_case_is_not_moved_to_a_foreign_hall_or_department(demo, login, token):
    with looking():
        case = case_at("linqing", Case.status == Status.SIGNED)
        number, version, hall = case.id, case.version, hall_of("yanggu").id
        department = department_of("yanggu", "scjg").id
        before = (case.hall_id, case.lead_department_id)
    clerk, headers = login(demo, "clerk.linqing"), token(demo, "clerk.linqing")
    clerk.post(f"/cases/edit/{number}", data=INTAKE | {
        "hall": hall, "lead_department": department, "version": version})
    for body in ({"hall": hall}, {"hall_id": hall}, {"lead_department": department}):
        answer = demo.test_client().put(f"/api/v1/cases/{number}", json=body, headers=headers)
        assert answer.status_code == 422
    with looking():
        case = db.session.get(Case, number)
        assert (case.hall_id, case.lead_department_id) == before
        assert case.applicant_name == "赵六"


def test_a_case_is_not_dispatched_to_a_foreign_department(demo, login, token):
    with looking():
        hall, foreign = hall_of("linqing"), department_of("yanggu", "scjg").id
        case = db.session.scalars(select(Case).where(
            Case.hall == hall, Case.status == Status.ACCEPTED)).first()
        number = case.id
    before = number_of(Assignment)
    form = login(demo, "clerk.linqing").post(f"/cases/{number}/dispatch",
                                             data={"lead_department": foreign})
    rest = demo.test_client().post(f"/api/v1/cases/{number}/moves/dispatch",
                                   json={"lead_department": foreign},
                                   headers=token(demo, "clerk.linqing"))
    assert (form.status_code, rest.status_code) == (422, 422)
    assert number_of(Assignment) == before
    with looking():
        assert db.session.get(Case, number).status is Status.ACCEPTED


def test_a_row_out_of_sight_is_not_written_even_when_it_is_in_hand(demo):
    with looking():
        case = case_at("yanggu")
    with pytest.raises(OutOfScopeError), transaction():
        with scope.working_for(person_named("clerk.linqing")):
            case.demand = "改一改"
            db.session.flush()


def test_a_role_that_only_reads_does_not_write_what_it_sees(demo):
    with looking():
        case = case_at("linqing")
    with pytest.raises(OutOfScopeError), transaction():
        with scope.working_for(person_named("inspector.liaocheng")):
            case.demand = "改一改"
            db.session.flush()


def test_an_update_in_one_statement_keeps_to_the_rows_in_sight(demo):
    with looking():
        foreign = case_at("yanggu").id
    with transaction(), scope.working_for(person_named("clerk.linqing")):
        db.session.execute(update(Case).values(visits=77))
    with looking():
        assert db.session.get(Case, foreign).visits != 77


@pytest.fixture
def hall_admin(demo, token):
    """An administrator of Linqing alone."""
    with looking(), transaction():
        person = add_staff(Staff(username="admin.linqing", first_name="临清管理员",
                                 active=True), PASSWORD)
        appoint(person, Role.ADMIN, hall_of("linqing"))
    return token(demo, "admin.linqing")


def test_an_administrator_of_a_hall_stays_in_that_hall(demo, hall_admin):
    with looking():
        foreign, own = hall_of("yanggu").id, hall_of("linqing").id
        me = person_named("admin.linqing").id
        department = department_of("linqing", "scjg").id
    before = snapshot()
    rest = demo.test_client()
    tries = (
        ("POST", "departments/", {"hall": foreign, "name": "新科室", "code": "new"}),
        ("POST", "memberships/", {"user": me, "role": "admin"}),
        ("POST", "memberships/", {"user": me, "role": "clerk", "hall": foreign}),
        ("PUT", f"departments/{department}", {"hall": foreign}),
        ("PUT", f"halls/{foreign}", {"name": "改名"}),
        ("DELETE", f"halls/{foreign}", None),
    )
    for method, path, body in tries:
        answer = rest.open(f"/api/v1/{path}", method=method, json=body, headers=hall_admin)
        assert answer.status_code in {404, 422}, (path, answer.text)
    assert snapshot() == before
    assert rest.post("/api/v1/departments/", headers=hall_admin, json={
        "hall": own, "name": "新科室", "code": "new"}).status_code == 201


def test_an_administrator_of_a_hall_takes_over_nobody_from_outside(demo, login, hall_admin):
    with looking():
        above, outside = person_named("admin").id, person_named("clerk.yanggu").id
        inside = person_named("clerk.linqing").id
    before = snapshot()
    browser = login(demo, "admin.linqing")
    before["ab_user"] = snapshot()["ab_user"]
    for number in (above, outside):
        form = {"first_name": "改名", "active": "1", "password": "taken-over-2026"}
        assert browser.post(f"/staff/edit/{number}", data=form).status_code == 404
        answer = demo.test_client().put(f"/api/v1/staff/{number}", json={"active": False},
                                        headers=hall_admin)
        assert answer.status_code == 404
        assert browser.post(f"/staff/delete/{number}").status_code == 404
    assert snapshot() == before
    assert browser.get(f"/staff/edit/{inside}").status_code == 200


# --- no scope, no rows -----------------------------------------------------------------------------


def test_a_statement_without_a_scope_is_refused(demo):
    members = select(Membership.user_id)
    for statement in (
        select(Case), select(Case.id), select(func.count()).select_from(Case),
        select(func.count(Case.id)), select(Case.__table__), select(Hall.__table__.alias()),
        select(Staff).join(Membership, Membership.user_id == Staff.id),
        select(Staff.id).where(Staff.id.in_(members)), update(Case).values(visits=1),
    ):
        with pytest.raises(ScopeMissingError):
            db.session.execute(statement)
    db.session.execute(select(Staff.id))


def test_nobody_sees_no_row_of_any_place(demo):
    with scope.working_for(scope.NOBODY):
        for model in scope.scoped_models():
            assert db.session.scalars(select(model)).all() == [], model


# --- several at once -------------------------------------------------------------------------------


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
        path = (f"/api/v1/cases/?q=(page_size:100,columns:!(status),"
                f"filters:!((col:status,opr:eq,value:{status})))")
        return lambda: demo.test_client().get(path, headers=headers[username]).json

    found = together(*(ask(*item) for item in people.items()))
    for (username, status), answer in zip(people.items(), found, strict=True):
        role = username.split(".", maxsplit=1)[0]
        right = sum(case.status.value == status for case in own_cases(role))
        assert {row["status"] for row in answer["result"]} == {status}
        assert answer["count"] == right


# --- those who only look ---------------------------------------------------------------------------


def test_an_inspector_changes_nothing_by_any_route(demo, login, token):
    asker = Asker(demo, "inspector", login, token)
    rows = {route.entity: own_row(route.entity, "inspector", demo.config["EXPORTS"])
            for route in ROUTES if route.about_a_row}
    before = snapshot()
    for route in ROUTES:
        if route.method != "GET" and route.need not in {"anybody", "nobody"}:
            for verb in ("accept", "sign") if "<verb>" in route.rule else ("accept",):
                asker.ask(route, rows.get(route.entity, 0), verb).close()
    assert snapshot() == before


@pytest.mark.parametrize("role", ROLES)
def test_reading_changes_nothing(demo, login, token, role):
    asker = Asker(demo, role, login, token)
    rows = {route.entity: own_row(route.entity, role, demo.config["EXPORTS"])
            for route in ROUTES if route.about_a_row}
    before = snapshot()
    for route in ROUTES:
        if route.method == "GET":
            asker.ask(route, rows.get(route.entity, 0)).close()
    assert snapshot() == before


# --- privacy ---------------------------------------------------------------------------------------


def private_words():
    with looking():
        cases = db.session.scalars(select(Case)).all()
        return {word for case in cases for word in (case.phone, case.id_number, case.address)
                if word}


@pytest.mark.parametrize("role", SEEING)
def test_phone_id_and_address_never_leave_unmasked(demo, login, token, role):
    private, asker = private_words(), Asker(demo, role, login, token)
    assert private
    cases = [case.id for case in own_cases(role)][:8]
    clocks = own_row("deadlines", role)
    for route in ROUTES:
        if route.method == "GET" and route.entity in {"cases", "deadlines", "events", "ledgers"}:
            numbers_asked = cases if route.entity == "cases" and route.about_a_row else [clocks]
            for number in numbers_asked:
                answer = asker.ask(route, number)
                text = readable(answer)
                answer.close()
                assert not [word for word in private if word in text], route


@pytest.mark.parametrize("role", ["supervisor", "inspector"])
def test_those_who_need_not_know_the_applicant_read_a_masked_name(demo, login, role):
    browser = enter(demo, login, role)
    for case in own_cases(role)[:8]:
        text = browser.get(f"/cases/show/{case.id}").text
        assert case.number in text
        assert case.applicant_name not in text


def test_personal_data_is_shown_once_for_a_reason_that_is_written_down(demo, login):
    with looking():
        case = case_at("linqing")
        number, phone = case.id, case.phone
    browser = login(demo, "supervisor.linqing")
    before = number_of(Event)
    assert phone not in browser.get(f"/cases/{number}/reveal").text
    silent = browser.post(f"/cases/{number}/reveal", data={"reason": "  "})
    assert silent.status_code == 422
    assert phone not in silent.text
    assert number_of(Event) == before
    assert phone in browser.post(f"/cases/{number}/reveal", data={"reason": "核对回访"}).text
    with looking():
        event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (event.kind, event.case_id, event.payload["reason"]) == (
            "revealed", number, "核对回访")
    assert phone not in browser.get(f"/cases/show/{number}").text


def test_an_edit_of_personal_data_is_told_masked(demo, login, token):
    with looking():
        number = case_at("linqing", Case.status == Status.SIGNED).id
    answer = demo.test_client().put(
        f"/api/v1/cases/{number}", headers=token(demo, "clerk.linqing"),
        json={"phone": "13811112222", "id_number": "371581199001011234",
              "address": "临清市新华路街道幸福小区三号楼"})
    assert answer.status_code == 200
    assert "13811112222" not in answer.text
    with looking():
        event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event.kind == "edited"
        told_of = str(event.payload)
    page = login(demo, "clerk.linqing").get(f"/cases/show/{number}").text
    for word in ("13811112222", "371581199001011234", "幸福小区三号楼"):
        assert word not in told_of
        assert word not in page


def test_the_database_keeps_personal_data_encrypted(demo):
    with looking():
        case = case_at("linqing")
        number, phone = case.id, case.phone
    with db.engine.connect() as connection:
        kept = connection.exec_driver_sql(
            f'SELECT phone, id_number, address FROM "case" WHERE id = {number}').one()
    assert phone not in str(kept)


def test_no_answer_of_rest_carries_a_password_or_an_index(demo, token):
    headers = token(demo, "admin", password_of("admin"))
    for entity in ("staff", "memberships"):
        for path in (f"/api/v1/{entity}/", f"/api/v1/{entity}/1"):
            text = demo.test_client().get(path, headers=headers).text
            assert "scrypt" not in text
            assert "password" not in text
    text = readable(demo.test_client().get("/api/v1/cases/1",
                                           headers=token(demo, "clerk.linqing")))
    assert "phone_index" not in text
