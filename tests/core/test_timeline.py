"""What the timeline tells by itself: old and new of what changed, on whichever path."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.appeals.models import Appeal, AppealPeriod
from app.cases.documents.models import Attachment
from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.cases.records import Assignment, Callback, CaseCause, Visit
from app.cases.rules import Status
from app.core import chain, scope, timeline
from app.core.db import db
from app.core.guards import watched
from app.core.panel import attributes
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import Deadline
from app.supervision.models import SupervisionCard
from app.supervision.referrals.models import Referral
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


def events_of(case):
    return db.session.scalars(
        select(Event).where(Event.case_id == case.id).order_by(Event.sequence)
    ).all()


def kinds(case):
    return [event.kind for event in events_of(case)]


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
    was = {"case": {str(case.id): {"visits": 1}}}
    assert told.payload == {"note": "说明", "changes": {"visits": ["1", new]}, "was": was}
    assert told.actor == actor.name


def test_a_change_that_nobody_recorded_is_an_edit_by_whoever_works(case):
    before = kinds(case)
    with scope.working_for(acting("clerk")), transaction():
        case.visits = 4
        db.session.flush()
        case.demand = "尽快"
    told = last(case)
    assert kinds(case) == [*before, "edited"]
    assert told.payload == {
        "changes": {"visits": ["1", "4"], "demand": ["", "尽快"]},
        "was": {"case": {str(case.id): {"visits": 1, "demand": None}}},
    }
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
    assert told.payload["changes"] == {"visits": ["1", "8"]} or (
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
    changes = {"matter": ["企业开办登记", "改了"]}
    assert told.payload == {"table": "case", "row_id": case.id, "changes": changes}
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


BESIDE = (
    Deadline, Assignment, Visit, Callback, Extension, Pause, Attachment, CaseCause,
    CaseLink, SupervisionCard, Referral, Appeal, AppealPeriod,
)  # fmt: skip
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


def copied_visit(case):
    """Add a visit like the one that there is, past the application."""
    columns = "case_id, visit_at, place, officer, version"
    return (
        f"INSERT INTO visit ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM visit WHERE case_id = {case.id} LIMIT 1"
    )


def visited(case):
    for verb in ("dispatch", "sign", "plan_visit"):
        act(case, verb)


def test_what_is_added_in_the_database_itself_is_an_event(case):
    for verb in ("dispatch", "sign", "plan_visit"):
        act(case, verb)
    assert "changed_outside" not in kinds(case)
    outside(copied_visit(case))
    told = last(case).payload
    assert (told["table"], told["added"]) == ("visit", True)
    assert told["changes"]["place"] == ["***", "***"]
    assert told["changes"]["officer"][0] == ""
    assert chain.first_break().broken is None


def test_an_addition_without_a_word_through_the_models_is_an_event(case):
    visited(case)
    before = kinds(case)
    with transaction():
        place = {"visit_at": NOW, "place": "某村", "officer": "李建国"}
        db.session.add(Visit(case_id=case.id, **place))
    assert kinds(case) == [*before, "changed_outside"]


@pytest.mark.parametrize("order", ["event first", "row first", "event in a savepoint"])
def test_an_addition_is_told_by_an_event_of_its_transaction_alone(case, order):
    visited(case)
    before = kinds(case)
    actor = acting("clerk")
    with transaction():
        if order == "event first":
            timeline.record(case, "progress", actor=actor, now=NOW)
            db.session.flush()
        db.session.execute(text(copied_visit(case)))
        if order == "row first":
            timeline.record(case, "progress", actor=actor, now=NOW)
        if order == "event in a savepoint":
            with db.session.begin_nested() as undone:
                timeline.record(case, "progress", actor=actor, now=NOW)
                db.session.flush()
                undone.rollback()
    kind = "changed_outside" if order == "event in a savepoint" else "progress"
    assert kinds(case) == [*before, kind]


def test_an_addition_that_is_taken_back_is_no_event(case):
    visited(case)
    before = kinds(case)
    db.session.execute(text(copied_visit(case)))
    db.session.rollback()
    with transaction():
        with db.session.begin_nested() as undone:
            db.session.execute(text(copied_visit(case)))
            undone.rollback()
        db.session.execute(text("UPDATE hall SET name = name"))
    assert kinds(case) == before


def test_a_program_of_its_own_can_add_nothing_to_a_case_of_sqlite(case, demo):
    if demo.backend.name != "sqlite":
        return  # who connects to PostgreSQL is told by its triggers
    visited(case)
    statements = (copied_visit(case), "UPDATE visit SET officer = 'x'")
    db.session.remove()
    with closing(sqlite3.connect(demo.backend.file)) as alone:
        for statement in statements:
            with pytest.raises(sqlite3.OperationalError, match="no such function"):
                alone.execute(statement)


def test_what_replaces_a_row_is_told_as_what_went_and_what_came(case, demo):
    if demo.backend.name != "sqlite":
        return  # PostgreSQL replaces nothing
    visited(case)
    before = len(kinds(case))
    outside("INSERT OR REPLACE INTO visit SELECT * FROM visit WHERE case_id = :id", id=case.id)
    came, went = events_of(case)[-1 : before - 1 : -1]
    assert went.payload["removed"] is True
    assert came.payload["added"] is True


def test_no_table_of_a_case_is_emptied_at_once(case, demo):
    if demo.backend.name != "postgresql":
        return  # SQLite has no TRUNCATE
    for table in WATCHED:
        with pytest.raises(DBAPIError, match=r"truncated|append only"):
            outside(f'TRUNCATE "{table}" CASCADE')


def test_no_case_is_deleted_in_the_database_itself(case):
    with pytest.raises(DBAPIError):
        outside('DELETE FROM "case" WHERE id = :id', id=case.id)


def test_every_table_of_a_case_is_watched_or_of_no_account_to_it():
    """A new table that refers to cases is to be watched too, or to be named here."""
    of_no_account = {
        "event": "the timeline itself",
        "timeline_head": "kept by the timeline",
        "notice": "written from the events, by the outbox",
        "article_use": "a count of what was read",
        "article_case": "what an article rests on, told by the article",
        "improvement_case": "what an improvement item rests on, told by the item",
        "frequent_problem": "a finding of the night, named after a case",
        "frequent_problem_case": "a finding of the night, with a history of its own",
        "import_line": "which row of a file it came from, told by the event of its import",
    }
    refer = {
        table.name
        for table in db.metadata.tables.values()
        if any(key.column.table.name == "case" for key in table.foreign_keys)
    }
    assert refer - {"case"} == {*watched.WATCHED, *of_no_account} - {"case"}
    assert {*WATCHED} == {*watched.WATCHED}


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


def test_a_case_that_is_added_in_the_database_itself_has_an_event(demo, unlimited):
    outside(
        'INSERT INTO "case" (number, hall_id, year, serial, channel, urgency, applicant_kind, '
        "applicant_name, matter, situation, visits, description, status, registered_at, "
        "registered_by, version) VALUES ('LQ-2026-777777', :hall, 2026, 777777, 'window', "
        "'normal', 'individual', '王', 'x', 'not_accepted', 1, 'x', 'registered', "
        "'2026-09-17 02:00:00.000000', 'x', 1)",
        hall=hall().id,
    )
    [told] = db.session.scalars(select(Event).where(Event.case_number == "LQ-2026-777777"))
    assert (told.kind, told.payload["table"]) == ("changed_outside", "case")
    assert told.payload["added"] is True
    assert told.payload["changes"]["applicant_name"] == ["***", "***"]
    assert [str(value) for value in told.payload["changes"]["visits"]] == ["", "1"]
    assert chain.first_break().broken is None
