"""Field history of reference data: who changed what, on every path, and who may read it."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from app.articles.models import Article
from app.cases.models import Case
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.history import Action, Change, kept
from app.core.panel import entities, joined
from app.core.transaction import transaction
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.models import DeadlineRule
from app.departments.models import Department, Hall, Membership, Staff
from app.departments.operations import set_password
from app.frequent.models import FrequentProblem
from app.improvements.models import Improvement
from app.ledgers.models import LedgerKind
from app.ledgers.subscriptions.models import LedgerSubscription
from app.ledgers.subscriptions.rules import Cadence
from tests.cases.window import COMPANY, acting, department, hall, person, staff
from tests.conftest import NOW
from tests.core import screens


def changes_of(model, number):
    db.session.remove()
    with scope.everything():
        found = select(Change).where(Change.entity == model.__panel__.code, Change.row_id == number)
        return list(db.session.scalars(found.order_by(Change.id)))


def test_everything_but_cases_and_what_runs_by_itself_is_kept():
    codes = {model.__panel__.code for model in entities() if kept(model)}
    assert {"halls", "departments", "responsibilities", "memberships", "staff"} <= codes
    assert {"deadline-rules", "calendar-days", "calendar-years"} <= codes
    assert codes.isdisjoint({"cases", "deadlines", "events", "jobs", "changes"})


def test_adding_editing_and_deleting_are_told_with_old_and_new(demo):
    who, place = acting("admin"), (hall().id, hall().name)
    with scope.working_for(who):
        with transaction():
            row = Department(hall=db.session.get_one(Hall, place[0]), name="新科", code="xin")
            db.session.add(row)
        with transaction():
            row.head, row.phone = "赵明", "0635-1"
            db.session.flush()
            row.phone = "0635-2"
        number = row.id
        with transaction():
            db.session.delete(row)
    added, head, phone, deleted = changes_of(Department, number)
    assert [item.action for item in (added, head, deleted)] == list(Action)
    assert added.changes["name"] == ["", "新科"]
    assert added.changes["hall"] == ["", place[1]]
    assert added.changes["active"] == ["", True]
    assert head.changes == {"head": ["", "赵明"], "phone": ["", "0635-1"]}
    assert phone.changes == {"phone": ["0635-1", "0635-2"]}
    assert deleted.changes["head"] == ["赵明", ""]
    for item in (added, head, phone, deleted):
        assert (item.actor, item.actor_id, item.hall_id) == (who.name, who.id, place[0])
        assert item.row_name.startswith("新科")


def test_a_change_that_is_not_committed_is_not_told(demo, unlimited):
    row = db.session.get_one(Hall, hall().id)
    row.closing = time(16)
    db.session.flush()
    db.session.rollback()
    assert not [item for item in changes_of(Hall, row.id) if item.action is Action.EDITED]


def test_the_form_and_rest_are_told(demo, admin, token):
    number = department().id
    form = screens.typed(admin.get(f"/departments/edit/{number}"))
    admin.post(f"/departments/edit/{number}", data={**form, "head": "钱学"})
    edited = changes_of(Department, number)[-1]
    assert edited.changes["head"][1] == "钱学"
    assert edited.actor == person("admin").name
    answer = demo.test_client().put(
        f"/api/v1/departments/{number}", json={"head": "孙立"}, headers=token(demo, "admin")
    )
    assert answer.status_code == 200, answer.text
    assert changes_of(Department, number)[-1].changes == {"head": ["钱学", "孙立"]}


def test_bulk_statements_are_told_row_by_row(demo, unlimited):
    day = db.session.scalars(select(CalendarDay).where(CalendarDay.date == date(2026, 10, 1))).one()
    number, rule = day.id, db.session.scalars(select(DeadlineRule)).first()
    with transaction():
        db.session.execute(update(DeadlineRule).values(escalate_days=4))
        db.session.execute(delete(CalendarDay).where(CalendarDay.id == number))
    assert changes_of(DeadlineRule, rule.id)[-1].changes == {"escalate_days": ["2", "4"]}
    gone = changes_of(CalendarDay, number)[-1]
    assert gone.action is Action.DELETED
    assert gone.changes["date"] == ["2026-10-01", ""]


def test_of_a_password_only_the_fact_is_told_and_of_a_log_in_nothing(demo, login):
    number = person("clerk.linqing").id
    before = len(changes_of(Staff, number))
    login(demo, "clerk.linqing")
    assert len(changes_of(Staff, number)) == before
    with scope.everything(), transaction():
        set_password(db.session.get_one(Staff, number), "another-password-1")
    told = changes_of(Staff, number)[-1]
    assert told.changes == {"password": ["***", "***"]}
    with db.engine.connect() as connection:
        everything = str(connection.execute(text("SELECT changes FROM change")).fetchall())
    assert "scrypt" not in everything
    assert "pbkdf2" not in everything


REWRITING = {
    "sqlite": ("INSERT OR REPLACE INTO change SELECT * FROM change",),
    "postgresql": ("TRUNCATE change",),
}


def test_the_database_keeps_the_history_as_it_was_written(demo):
    for statement in (
        "UPDATE change SET actor = 'nobody'",
        "DELETE FROM change",
        *REWRITING[demo.backend.name],
    ):
        with (
            pytest.raises(DBAPIError, match="change is append only"),
            db.engine.begin() as connection,
        ):
            connection.execute(text(statement))


# --- the pages -----------------------------------------------------------------------------------


def test_the_page_of_a_row_shows_its_history_to_those_who_look_back(demo, admin, login):
    number = hall().id
    form = screens.typed(admin.get(f"/halls/edit/{number}"))
    admin.post(f"/halls/edit/{number}", data={**form, "closing": "16:45", "day_end": "midnight"})
    said = screens.text_of(admin.get(f"/halls/show/{number}"))
    assert "变更记录" in said
    assert "17:30 → 16:45" in said
    clerk = screens.text_of(login(demo, "clerk.linqing").get(f"/halls/show/{number}"))
    assert "变更记录" not in clerk
    listed = screens.text_of(admin.get("/changes/list/?f_entity=halls&f_action=edited"))
    assert "17:30 → 16:45" in listed
    newest = changes_of(Hall, number)[-1].id
    assert "17:30 → 16:45" in screens.text_of(admin.get(f"/changes/show/{newest}"))


def test_each_sees_the_history_of_the_own_halls(demo):
    own = {hall(code).id for code in ("liaocheng", "linqing", "yanggu")}
    with scope.working_for(person("inspector.liaocheng")):
        seen = set(db.session.scalars(select(Change.hall_id)))
    assert seen == own
    with scope.working_for(person("admin")):
        assert None in set(db.session.scalars(select(Change.hall_id)))
    for name in ("clerk.linqing", "supervisor.linqing", "handler.linqing.scjg"):
        with scope.working_for(person(name)):
            assert not db.session.scalars(select(Change.id)).all()


def test_a_membership_that_was_given_is_told(demo):
    with scope.everything():
        number = db.session.scalars(
            select(Membership.id).where(Membership.user_id == person("clerk.linqing").id)
        ).one()
    [added] = changes_of(Membership, number)
    assert added.changes["role"] == ["", "clerk"]
    assert added.hall_id == hall().id


# --- what a table between holds ------------------------------------------------------------------


def row_of(model):
    """Return a row of a model, of the demo or a new one."""
    row = db.session.scalars(select(model).order_by(model.id)).first()
    if row is None:
        made = {
            FrequentProblem: {"matter": COMPANY, "number": 1, "days": 90, "found_at": NOW},
            LedgerSubscription: {
                "kind": LedgerKind.OVERDUE,
                "owner": staff("admin"),
                "since": NOW,
                "cadence": Cadence.DAILY,
            },
        }[model]
        row = model(hall=db.session.get_one(Hall, hall().id), **made)
        db.session.add(row)
        db.session.flush()
    return row


BETWEEN = [
    (model, name)
    for model, names in {
        Article: ("causes", "departments", "cases"),
        Improvement: ("cases",),
        FrequentProblem: ("cases",),
        LedgerSubscription: ("people",),
    }.items()
    for name in names
]


def test_every_table_between_is_told():
    found = {
        (model, name)
        for model in entities()
        if kept(model)
        for name, relation in inspect(model).relationships.items()
        if relation.secondary is not None and model is not Staff  # the library's, used nowhere
    }
    assert found == set(BETWEEN)
    assert all(name in joined(model) for model, name in found)


@pytest.mark.parametrize(("model", "name"), BETWEEN)
def test_joining_and_parting_rows_is_told_with_both_lists(demo, unlimited, model, name):
    with transaction():
        row = row_of(model)
        number, before = row.id, sorted(map(str, getattr(row, name)))
    target = joined(model)[name].target
    with transaction():
        held = getattr(row, name)
        other = db.session.scalars(
            select(target).where(target.id.not_in([it.id for it in held])).limit(1)
        ).one()
        held.append(other)
        both = sorted([*before, str(other)])
    assert changes_of(model, number)[-1].changes == {name: [before, both]}
    with transaction():
        setattr(db.session.get_one(model, number), name, [])
    assert changes_of(model, number)[-1].changes == {name: [both, []]}
    told = len(changes_of(model, number))
    with transaction():
        setattr(db.session.get_one(model, number), name, [])
    assert len(changes_of(model, number)) == told


def test_the_history_names_what_is_joined_to_those_who_may_read_it(demo, login):
    with scope.everything(), transaction():
        row = row_of(Article)
        case = db.session.scalars(
            select(Case).where(
                Case.hall_id == row.hall_id, Case.id.not_in([it.id for it in row.cases])
            )
        ).first()
        row.cases = [case]
        row.causes = [db.session.scalars(select(Cause)).first()]
        address, number, cause = f"/articles/show/{row.id}", case.number, str(row.causes[0])
    inspector = screens.text_of(login(demo, "inspector.liaocheng").get("/changes/list/"))
    assert f"→ {number}" in inspector
    admin = screens.text_of(login(demo, "admin").get("/changes/list/"))
    assert number not in admin
    assert "→ 1 项" in admin
    assert f"→ {cause}" in admin
    assert number not in screens.text_of(login(demo, "admin").get(address)).partition("变更记录")[2]
