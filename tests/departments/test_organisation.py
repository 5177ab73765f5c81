"""Halls, departments, memberships and responsibilities: what fits together and what can't."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from app.departments.operations import appoint
from app.departments.queries import person_named, person_of
from app.departments.rules import Role
from tests.core import screens


@pytest.fixture
def admin(demo, login):
    return login(demo, "admin")


def found(model, **wanted):
    db.session.rollback()
    with scope.everything():
        return db.session.scalars(
            select(model).filter_by(**wanted).execution_options(populate_existing=True)
        ).one()


def id_of(model, **wanted):
    return str(found(model, **wanted).id)


def department_id(code, hall):
    return id_of(Department, code=code, hall_id=found(Hall, code=hall).id)


def saved(client, entity, number, **typed):
    """Edit a row through its form; return the answer."""
    address = f"/{entity}/edit/{number}"
    return client.post(address, data={**screens.typed(client.get(address)), **typed})


# --- halls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("liaocheng", "liaocheng"), ("liaocheng", "linqing")],
    ids=["itself", "one-below"],
)
def test_the_tree_of_halls_has_no_circle(admin, lower, upper):
    answer = saved(admin, "halls", id_of(Hall, code=lower), parent=id_of(Hall, code=upper))
    assert answer.status_code == 422
    assert "下级" in screens.beside(answer)["parent"][0]
    assert found(Hall, code=lower).parent_id is None


def test_a_circle_three_halls_long_is_found(admin):
    town = {
        "name": "潘庄镇便民中心",
        "code": "panzhuang",
        "prefix": "PZ",
        "level": "town",
        "parent": id_of(Hall, code="linqing"),
        "active": "y",
        "timezone": "Asia/Shanghai",
        "opening": "09:00",
        "closing": "17:30",
        "day_end": "closing",
    }
    assert admin.post("/halls/add", data=town).status_code == 302
    answer = saved(
        admin, "halls", id_of(Hall, code="liaocheng"), parent=id_of(Hall, code="panzhuang")
    )
    assert set(screens.beside(answer)) == {"parent"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("opening", "17:30"),
        ("closing", "09:00"),
        ("closing", "25:00"),
        ("timezone", "Mars/Base"),
        ("timezone", "Asia/Shanghai\x00"),
        ("timezone", "../../etc/passwd"),
        ("name", "阳谷县政务服务大厅"),
    ],
)
def test_a_hall_refuses_what_can_not_be(admin, name, value):
    answer = saved(admin, "halls", id_of(Hall, code="linqing"), **{name: value})
    assert answer.status_code == 422
    assert set(screens.beside(answer)) <= {name, "closing"}
    assert screens.beside(answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", "Upper"),
        ("code", "带字"),
        ("code", "-a"),
        ("code", "a/b"),
        ("code", "a b"),
        ("prefix", "lq"),
        ("prefix", "LQ1"),
        ("prefix", "ABCDEFG"),
        ("prefix", "临"),
    ],
)
def test_codes_and_prefixes_are_plain(admin, name, value):
    form = {
        **screens.typed(admin.get("/halls/add")),
        "name": "新大厅",
        "code": "new",
        "prefix": "NEW",
        name: value,
    }
    answer = admin.post("/halls/add", data=form)
    assert answer.status_code == 422
    assert set(screens.beside(answer)) == {name}


def test_code_and_prefix_of_a_hall_are_never_edited(admin):
    number = id_of(Hall, code="linqing")
    assert (
        saved(admin, "halls", number, code="other", prefix="XX", name="临清大厅").status_code == 302
    )
    hall = found(Hall, code="linqing")
    assert (hall.prefix, hall.name) == ("LQ", "临清大厅")


def test_a_halls_page_lists_its_departments(admin):
    shown = screens.text_of(admin.get(f"/halls/show/{id_of(Hall, code='linqing')}"))
    assert "市场监管科" in shown


@pytest.mark.parametrize(
    "values",
    [{"opening": "closing"}, {"parent_id": "id"}],
    ids=["closed-all-day", "its-own-parent"],
)
def test_the_database_refuses_an_impossible_hall(demo, values):
    table = Hall.__table__
    with pytest.raises(IntegrityError):
        db.session.connection().execute(
            update(table).values({name: table.c[other] for name, other in values.items()})
        )
    db.session.rollback()


# --- departments and responsibilities ------------------------------------------------------------


def test_a_department_stands_below_one_of_its_own_hall(admin):
    number = department_id("scjg", "linqing")
    for parent in (number, department_id("scjg", "yanggu")):
        answer = saved(admin, "departments", number, parent=parent)
        assert set(screens.beside(answer)) == {"parent"}
    assert (
        saved(admin, "departments", number, parent=department_id("xzsp", "linqing")).status_code
        == 302
    )


def test_a_department_never_moves_to_another_hall(admin):
    number = department_id("scjg", "linqing")
    saved(admin, "departments", number, hall=id_of(Hall, code="yanggu"))
    assert found(Department, id=int(number)).hall_id == found(Hall, code="linqing").id


def test_two_halls_may_have_a_department_of_one_name(demo):
    with scope.everything():
        assert (
            db.session.scalar(
                select(func.count()).select_from(Department).where(Department.code == "scjg")
            )
            == 3
        )


def test_a_matter_is_named_once_for_a_department(admin):
    with scope.everything():
        known = db.session.scalars(select(Responsibility)).first()
        typed = {
            "department": str(known.department_id),
            "matter": known.matter,
            "code": "other-code",
            "legal_basis": "某法",
            "active": "y",
        }
    answer = admin.post("/responsibilities/add", data=typed)
    assert answer.status_code == 422
    assert set(screens.beside(answer)) == {"matter"}


# --- memberships ---------------------------------------------------------------------------------


def membership(admin, user="clerk.linqing", **typed):
    return admin.post(
        "/memberships/add",
        data={
            "user": id_of(Staff, username=user),
            "role": "",
            "hall": "",
            "department": "",
            **typed,
        },
    )


def test_a_handler_has_a_department_of_the_hall_and_nobody_else_has_one(admin):
    linqing, yanggu = id_of(Hall, code="linqing"), id_of(Hall, code="yanggu")
    ours = department_id("scjg", "linqing")
    for typed, field in (
        ({"role": "handler", "hall": linqing}, "department"),
        ({"role": "handler", "hall": yanggu, "department": ours}, "department"),
        ({"role": "handler", "department": ours}, None),
        ({"role": "clerk", "hall": linqing, "department": ours}, "department"),
        ({"role": "clerk"}, "hall"),
        ({"role": "supervisor"}, "hall"),
        ({"role": "inspector"}, "hall"),
        ({"role": "boss", "hall": linqing}, "role"),
        ({"hall": linqing}, "role"),
    ):
        answer = membership(admin, **typed)
        assert answer.status_code == 422, typed
        assert len(screens.beside(answer)) == 1
        assert field is None or set(screens.beside(answer)) == {field}, typed
    assert membership(admin, role="handler", hall=linqing, department=ours).status_code == 302
    assert membership(admin, role="admin").status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        {"role": "handler", "hall": "linqing", "department": "scjg"},
        {"role": "supervisor", "hall": "linqing"},
        {"role": "admin"},
    ],
    ids=["of-a-department", "of-a-hall", "of-everything"],
)
def test_the_same_role_in_the_same_place_is_held_once(admin, typed):
    told = {**typed}
    if "hall" in told:
        told["hall"] = id_of(Hall, code=typed["hall"])
    if "department" in told:
        told["department"] = department_id("scjg", "linqing")
    assert membership(admin, **told).status_code == 302
    again = membership(admin, **told)
    assert again.status_code == 422
    assert "已有相同" in screens.text_of(again)


@pytest.mark.parametrize(
    "values",
    [{"role": Role.HANDLER, "department_id": None}, {"role": Role.CLERK, "hall_id": None}],
    ids=["handler-of-nothing", "clerk-of-nowhere"],
)
def test_the_database_refuses_an_impossible_membership(demo, values):
    with pytest.raises(IntegrityError):
        db.session.connection().execute(update(Membership.__table__).values(**values))
    db.session.rollback()


def test_a_supervisor_of_the_city_reaches_every_hall_below_and_a_clerk_only_the_own(demo):
    with scope.everything():
        everywhere = {hall.id for hall in db.session.scalars(select(Hall))}
        city = found(Hall, code="liaocheng").id
    assert person_named("supervisor.liaocheng").halls("supervisor") == everywhere
    assert person_named("clerk.liaocheng").halls("clerk") == {city}


def test_a_hall_that_moves_in_the_tree_moves_what_is_seen(demo):
    with scope.everything(), transaction():
        found(Hall, code="yanggu").parent = None
    yanggu = found(Hall, code="yanggu").id
    assert yanggu not in person_named("supervisor.liaocheng").halls()


def test_one_person_may_hold_several_roles(demo):
    with scope.everything(), transaction():
        clerk = found(Staff, username="clerk.linqing")
        appoint(clerk, Role.INSPECTOR, found(Hall, code="yanggu"))
    person = person_of(found(Staff, username="clerk.linqing"))
    assert person.roles == {"clerk", "inspector"}
    assert person.halls("clerk") == {found(Hall, code="linqing").id}
    assert person.halls("inspector") == {found(Hall, code="yanggu").id}
