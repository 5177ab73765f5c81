"""What the timeline tells by itself: old and new of what changed, on whichever path."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from app.cases.documents.models import Attachment
from app.cases.models import Case
from app.cases.records import Assignment, Callback, CaseCause, Visit
from app.cases.rules import Status
from app.core import chain, scope, timeline
from app.core.db import db
from app.core.panel import attributes
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline
from tests.cases.window import act, acting, brought_to, department, draft, hall
from tests.conftest import NOW

WHO = "database:postgres"


@pytest.fixture
def case(demo, unlimited):
    number = brought_to(Status.ACCEPTED, agent_name="张强", agent_relation="relative").id
    db.session.remove()
    return db.session.get_one(Case, number)


def last(case):
    """Return the latest event of a case, as it is kept."""
    return db.session.scalars(
        select(Event).where(Event.case_id == case.id).order_by(Event.sequence.desc()).limit(1)
    ).one()


def kinds(case):
    return list(
        db.session.scalars(
            select(Event.kind).where(Event.case_id == case.id).order_by(Event.sequence)
        )
    )


# --- through the models --------------------------------------------------------------------------


def test_a_move_tells_old_and_new_of_what_it_changed(case):
    act(case, "dispatch")
    told = last(case)
    assert told.kind == "dispatched"
    assert told.payload["changes"] == {
        "status": ["accepted", "dispatched"],
        "lead_department": ["", str(department())],
        "dispatched_at": ["", NOW.isoformat()],
    }


@pytest.mark.parametrize("order", ["record first", "flush first", "one flush", "record between"])
def test_an_event_tells_what_was_changed_whenever_it_is_recorded(case, order):
    actor = acting("clerk")
    with transaction():
        if order == "record first":
            timeline.record(case, "progress", actor=actor, now=NOW, note="说明")
        case.visits = 5
        if order in {"flush first", "record between"}:
            db.session.flush()
        if order == "record between":
            case.visits = 7
        if order != "record first":
            timeline.record(case, "progress", actor=actor, now=NOW, note="说明")
        db.session.flush()
    told = last(case)
    new = "7" if order == "record between" else "5"
    assert told.payload == {"note": "说明", "changes": {"visits": ["1", new]}}
    assert told.actor == actor.name


def test_a_change_that_nobody_recorded_is_an_edit_by_whoever_works(case):
    before = kinds(case)
    with scope.working_for(acting("clerk")), transaction():
        case.visits = 4
        db.session.flush()
        case.demand = "尽快"
    told = last(case)
    assert kinds(case) == [*before, "edited"]
    assert told.payload == {"changes": {"visits": ["1", "4"], "demand": ["", "尽快"]}}
    assert (told.actor, told.actor_id) == (acting("clerk").name, acting("clerk").id)


def test_what_is_changed_after_the_event_was_written_is_not_forgotten(case):
    with transaction():
        timeline.record(case, "progress", actor=acting("clerk"), now=NOW)
        db.session.flush()
        case.visits = 6
    assert kinds(case)[-2:] == ["progress", "edited"]
    assert last(case).payload["changes"] == {"visits": ["1", "6"]}


def test_a_change_that_was_taken_back_is_none(case):
    before = kinds(case)
    with transaction():
        case.visits = 9
        db.session.flush()
        case.visits = 1
    assert kinds(case) == before


def test_what_was_rolled_back_is_told_by_no_later_event(case):
    case.visits = 9
    db.session.flush()
    db.session.rollback()
    with transaction():
        case.demand = "尽快"
    assert last(case).payload["changes"] == {"demand": ["", "尽快"]}


def test_a_case_that_is_added_without_a_word_is_registered(demo, unlimited):
    with transaction():
        case = draft(number="LQ-2026-999999", year=2026, serial=999999)
        case.registered_at, case.registered_by = NOW, "李敏"
        db.session.add(case)
    assert kinds(case) == ["registered"]


def test_personal_data_is_told_masked(case):
    with transaction():
        case.phone, case.applicant_name = "13900001111", "李四海"
    told = last(case).payload["changes"]
    assert told == {"phone": ["138****2046", "139****1111"], "applicant_name": ["张**", "李**"]}


def test_the_old_value_is_told_of_what_nobody_had_read(case):
    db.session.expire(case)
    other = department("syk")
    with transaction():
        case.visits = 3
        case.lead_department_id = other.id
    told = last(case).payload["changes"]
    assert told == {"visits": ["1", "3"], "lead_department": ["", str(other)]}


def test_a_link_tells_whom_it_led_to(case):
    act(case, "dispatch")
    db.session.expire_all()
    with transaction():
        case.lead_department = department("syk")
    names = [str(department()), str(department("syk"))]
    assert last(case).payload["changes"] == {"lead_department": names}


def test_a_bulk_update_past_the_flush_is_told_by_the_database(case):
    with transaction():
        db.session.execute(update(Case).where(Case.id == case.id).values(visits=8))
    told = last(case)
    assert told.kind == "changed_outside"
    assert told.payload == {"table": "case", "changes": {"visits": ["1", "8"]}} or (
        told.payload["changes"]["visits"] == [1, 8]
    )


# --- past the application ------------------------------------------------------------------------


def outside(statement, **given):
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text(statement), given)


def test_a_change_in_the_database_itself_is_an_event(case, demo):
    outside('UPDATE "case" SET matter = :x, demand = NULL WHERE id = :id', x="改了", id=case.id)
    told = last(case)
    assert told.kind == "changed_outside"
    assert told.payload == {"table": "case", "changes": {"matter": ["企业开办登记", "改了"]}}
    assert told.actor == (WHO if demo.backend.name == "postgresql" else "database")
    assert (told.recorded_at - told.at).total_seconds() == 0


def test_a_clock_that_is_moved_in_the_database_itself_is_an_event(case):
    act(case, "dispatch")
    outside(
        "UPDATE deadline SET due_at = :x, escalate_at = :y WHERE case_id = :id AND current",
        x="2026-12-31 09:30:00.000000",
        y="2027-01-05 09:30:00.000000",
        id=case.id,
    )
    told = last(case).payload
    assert told["table"] == "deadline"
    assert set(told["changes"]) == {"due_at", "escalate_at"}
    assert told["changes"]["due_at"][0][:10] == "2026-09-21"
    outside("UPDATE assignment SET signed_by = 'x' WHERE case_id = :id", id=case.id)
    assert last(case).payload["changes"] == {"signed_by": ["", "x"]}


def test_of_personal_data_only_the_fact_is_told(case):
    personal = [name for name, known in attributes(Case).items() if known.mask]
    assert personal
    for name in personal:
        outside(f'UPDATE "case" SET {name} = :x WHERE id = :id', x="张三的新值", id=case.id)  # noqa: S608
        told = last(case).payload
        assert told["changes"] == {name: ["***", "***"]}, name


BESIDE = (Deadline, Assignment, Visit, Callback, Extension, Pause, Attachment, CaseCause)
WATCHED = {model.__tablename__: model for model in (Case, *BESIDE)}


def test_what_is_kept_beside_a_case_is_watched_too(case):
    for verb in ("dispatch", "sign", "plan_visit"):
        act(case, verb)
    outside("UPDATE visit SET place = :x, officer = 'x' WHERE case_id = :id", x="某村", id=case.id)
    told = last(case).payload
    assert told["table"] == "visit"
    assert told["changes"]["place"] == ["***", "***"]
    assert told["changes"]["officer"][1] == "x"


def test_what_is_taken_away_in_the_database_itself_is_an_event(case):
    for verb in ("dispatch", "sign", "plan_visit"):
        act(case, verb)
    outside("UPDATE visit SET place = :x WHERE case_id = :id", x="某村", id=case.id)
    before = len(kinds(case))
    outside("DELETE FROM visit WHERE case_id = :id", id=case.id)
    assert len(kinds(case)) == before + 1
    told = last(case).payload
    assert told["table"] == "visit"
    assert told["removed"] is True
    assert told["changes"]["place"] == ["***", "***"]
    assert told["changes"]["officer"][1] == ""
    assert told["changes"]["officer"][0]
    assert chain.first_break().broken is None


@pytest.mark.postgresql
def test_what_is_added_in_the_database_itself_is_an_event(case, demo):
    if demo.backend.name != "postgresql":
        pytest.skip("SQLite can't put a trigger off to the end of a transaction")
    for verb in ("dispatch", "sign", "plan_visit"):
        act(case, verb)
    assert "changed_outside" not in kinds(case)
    columns = "case_id, visit_at, place, officer, version"
    outside(
        f"INSERT INTO visit ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM visit WHERE case_id = :id",
        id=case.id,
    )
    told = last(case).payload
    assert (told["table"], told["added"]) == ("visit", True)
    assert told["changes"]["place"] == ["***", "***"]
    assert told["changes"]["officer"][0] == ""


def test_no_column_is_forgotten(case, demo):
    """A column that a later migration adds is watched, too."""
    quiet = {"version", "changed_at", "changed_by", "phone_index"}
    quiet |= {f"{stage}_flagged_at" for stage in ("warning", "overdue", "escalated")}
    catalogue = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = '{}_changed_outside'",
        "postgresql": "SELECT pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE tgname = '{}_changed_outside'",
    }[demo.backend.name]
    for name, model in WATCHED.items():
        with db.engine.connect() as connection:
            trigger = connection.scalar(text(catalogue.format(name)))
        names = {column.name for column in model.__table__.columns} - quiet
        assert {column for column in names if column in trigger} == names, name


def test_what_changes_nothing_is_no_event(case):
    before = kinds(case)
    outside('UPDATE "case" SET matter = matter, version = version WHERE id = :id', id=case.id)
    assert kinds(case) == before


@pytest.mark.postgresql
def test_a_case_that_is_added_in_the_database_itself_has_an_event(demo, unlimited):
    if demo.backend.name != "postgresql":
        pytest.skip("SQLite can't put a trigger off to the end of a transaction")
    outside(
        'INSERT INTO "case" (number, hall_id, year, serial, channel, urgency, applicant_kind, '
        "applicant_name, matter, situation, visits, description, status, registered_at, "
        "registered_by, version) VALUES ('LQ-2026-777777', :hall, 2026, 777777, 'window', "
        "'normal', 'individual', '王', 'x', 'not_accepted', 1, 'x', 'registered', now(), 'x', 1)",
        hall=hall().id,
    )
    [told] = db.session.scalars(select(Event).where(Event.case_number == "LQ-2026-777777"))
    assert (told.kind, told.payload["table"]) == ("changed_outside", "case")
    assert told.payload["added"] is True
    assert told.payload["changes"]["applicant_name"] == ["***", "***"]
    assert told.payload["changes"]["visits"] == ["", "1"]
