"""Flagging: each stage once, at the instant at which it began, whoever runs it and whoever dies."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.cases.models import Case
from app.cases.operations import lock
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.deadlines import flagging
from app.deadlines.clock import Stage, stage
from app.deadlines.flagging import Flagged, flag
from app.deadlines.models import OPEN_STAGES, Deadline, Flag
from app.deadlines.operations import meet
from app.deadlines.rules import Verdict
from tests.deadlines.flagging_support import (
    DUE,
    ESCALATE_AFTER,
    STAGES,
    WARN_BEFORE,
    change,
    events,
    flags,
    read,
    scheduler,
    statements,
    stored,
)
from tests.processes import Forked

WARN, ESCALATE = DUE - WARN_BEFORE, DUE + ESCALATE_AFTER
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
LONG_AFTER = ESCALATE + timedelta(days=3)
ALL = [("warning", WARN), ("overdue", DUE), ("escalated", ESCALATE)]

pytestmark = pytest.mark.usefixtures("app", "unlimited")


@pytest.fixture
def postgres(app):
    if app.backend.name != "postgresql":
        pytest.skip("SQLite has no row locks: one writer at a time")
    with db.engine.begin() as connection:
        name = connection.scalar(select(func.current_database()))
        connection.execute(text(f"ALTER DATABASE {name} SET lock_timeout = '5s'"))
    db.engine.dispose()


def told(clock, *stages, version=1):
    return [(clock, name, version, at) for name, at in stages]


def test_three_days_missed_tell_every_stage_at_the_instant_at_which_it_began():
    [clock] = stored(1)
    assert flag(LONG_AFTER) == Flagged(warning=1, overdue=1, escalated=1)
    assert flags() == events() == told(clock, *ALL)
    assert set(read(select(Flag.flagged_at))) == {(LONG_AFTER,)}


def test_the_timeline_says_what_is_late_and_that_the_system_noticed():
    [clock] = stored(1)
    flag(DUE + MINUTE)
    row = Event.__table__.c
    late = (
        row.case_id,
        row.case_number,
        row.at,
        row.recorded_at,
        row.actor,
        row.actor_id,
        row.payload,
    )
    assert read(select(*late).where(row.kind == "overdue")) == [
        (
            clock,
            "LQ-2026-000001",
            DUE,
            DUE + MINUTE,
            "系统",
            None,
            {"deadline_id": clock, "clock": "resolve", "due_at": DUE.isoformat(), "due_version": 1},
        )
    ]


@pytest.mark.parametrize("now", [WARN, DUE, ESCALATE], ids=STAGES)
@pytest.mark.parametrize("off", [-TICK, timedelta(0), TICK], ids=["before", "at", "after"])
def test_a_stage_is_flagged_from_the_instant_at_which_it_is_read(now, off):
    [clock] = stored(1)
    flag(now + off)
    reached = stage(now + off, WARN, DUE, ESCALATE)
    number = [Stage.ON_TRACK, Stage.WARNING, Stage.OVERDUE, Stage.ESCALATED].index(reached)
    assert flags() == events() == told(clock, *ALL[:number])


def test_a_second_run_tells_nothing_new():
    stored(3)
    flag(DUE + MINUTE)
    before = flags()
    assert flag(DUE + MINUTE) == flag(DUE + 2 * MINUTE) == Flagged()
    assert flags() == events() == before


def test_a_clock_that_jumps_back_takes_nothing_away_and_tells_nothing_twice():
    stored(1)
    flag(DUE + MINUTE)
    before = flags()
    for now in (WARN - MINUTE, WARN, DUE + 2 * MINUTE):
        assert flag(now) == Flagged()
    assert flags() == events() == before


def test_a_due_time_that_moved_is_flagged_anew_and_the_old_flags_stay():
    [clock] = stored(1)
    flag(DUE + MINUTE)
    day = timedelta(days=1)
    change(
        clock,
        warn_at=WARN + day,
        due_at=DUE + day,
        escalate_at=ESCALATE + day,
        due_version=2,
        warning_flagged_at=None,
        overdue_flagged_at=None,
    )
    later = DUE + day + MINUTE
    assert flag(later) == Flagged(warning=1, overdue=1)
    assert flag(later) == Flagged()
    moved = [("warning", WARN + day), ("overdue", DUE + day)]
    assert flags() == events() == told(clock, *ALL[:2]) + told(clock, *moved, version=2)


def test_a_mark_that_was_lost_is_set_again_and_nothing_told_twice():
    clocks = stored(5)
    flag(DUE + MINUTE)
    before = flags()
    change(*clocks, overdue_flagged_at=None)
    assert flag(DUE + MINUTE, batch=2) == Flagged()
    assert flags() == events() == before
    assert read(select(func.count(Deadline.overdue_flagged_at))) == [(5,)]


def test_a_case_that_was_settled_is_never_flagged():
    stored(2, met_at=DUE - MINUTE)
    assert flag(LONG_AFTER) == Flagged()
    assert flags() == events() == []


def test_only_what_is_due_is_flagged_in_any_number_of_batches():
    clocks = stored(12, apart=MINUTE)
    now = DUE + 6 * MINUTE + TICK
    assert flag(now, batch=3) == Flagged(warning=12, overdue=7)
    late = [line for line in events() if line[1] == "overdue"]
    assert late == [(clock, "overdue", 1, DUE + n * MINUTE) for n, clock in enumerate(clocks[:7])]


def test_flagging_is_no_edit_whoever_has_the_form_open_may_save_it():
    [clock] = stored(1)
    flag(LONG_AFTER)
    assert read(select(Deadline.version).where(Deadline.id == clock)) == [(1,)]


FORBID = {
    "sqlite": """
        CREATE TRIGGER torn BEFORE INSERT ON event WHEN NEW.case_id = {case}
        BEGIN SELECT RAISE(ABORT, 'torn'); END
    """,
    "postgresql": """
        CREATE FUNCTION tear() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'torn'; END $$;
        CREATE TRIGGER torn BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.case_id = {case})
        EXECUTE FUNCTION tear()
    """,
}
ALLOW = {"sqlite": "DROP TRIGGER torn", "postgresql": "DROP FUNCTION tear CASCADE"}


def test_a_batch_that_fails_leaves_no_flag_without_its_event(app):
    clocks = stored(6, apart=MINUTE)
    now = DUE + timedelta(hours=1)
    with db.engine.begin() as connection:
        connection.exec_driver_sql(FORBID[app.backend.name].format(case=clocks[3]))
    with pytest.raises(DatabaseError, match="torn"):
        flag(now, batch=2)
    assert (
        flags()
        == events()
        == [(clock, "warning", 1, WARN + n * MINUTE) for n, clock in enumerate(clocks[:2])]
    )
    with db.engine.begin() as connection:
        connection.exec_driver_sql(ALLOW[app.backend.name])
    assert flag(now, batch=2) == Flagged(warning=4, overdue=6)
    assert flags() == events()
    assert len(events()) == 12


# --- settling one clock ---------------------------------------------------------------------------


def settled(clock, now):
    with transaction():
        row = db.session.get_one(Deadline, clock)
        verdict = meet(row, now=now)
    marks = [getattr(row, f"{name}_flagged_at") for name in STAGES]
    db.session.rollback()
    return verdict, marks


def test_a_late_case_that_is_settled_while_no_scheduler_runs_was_late_all_the_same():
    clock, other = stored(2)
    now = DUE + timedelta(days=1)
    assert settled(clock, now) == (Verdict.BREACHED, [now, now, None])
    assert flags() == events() == told(clock, *ALL[:2])
    assert flag(now) == Flagged(warning=1, overdue=1)
    assert flags() == events() == told(clock, *ALL[:2]) + told(other, *ALL[:2])


def test_settling_keeps_what_a_run_flagged_before():
    [clock] = stored(1)
    flag(WARN)
    assert settled(clock, LONG_AFTER) == (Verdict.BREACHED, [WARN, LONG_AFTER, LONG_AFTER])
    assert flags() == events() == told(clock, *ALL)


def test_a_case_settled_in_time_is_neither_late_nor_warned_of():
    clock, warned = stored(2)
    assert settled(clock, WARN - TICK) == (Verdict.MET, [None, None, None])
    assert settled(warned, DUE) == (Verdict.MET, [DUE, None, None])
    assert flag(LONG_AFTER) == Flagged()
    assert flags() == events() == told(warned, ALL[0])


def test_settling_that_is_rolled_back_tells_nothing():
    [clock] = stored(1)
    flagging.settle(db.session.get_one(Deadline, clock), LONG_AFTER)
    db.session.rollback()
    assert flags() == events() == []


def test_a_due_time_that_is_moved_after_settling_begins_unflagged():
    [clock] = stored(1)
    with transaction():
        row = db.session.get_one(Deadline, clock)
        flagging.settle(row, DUE + MINUTE)
        row.due_version += 1
        row.warning_flagged_at = row.overdue_flagged_at = row.escalated_flagged_at = None
    marks = (Deadline.warning_flagged_at, Deadline.overdue_flagged_at, Deadline.due_version)
    assert read(select(*marks)) == [(None, None, 2)]
    assert flags() == events() == told(clock, *ALL[:2])


# --- cost -----------------------------------------------------------------------------------------


def test_an_idle_run_asks_once_and_writes_nothing():
    stored(30, due=LONG_AFTER + WARN_BEFORE + MINUTE, apart=MINUTE)
    with statements() as seen:
        assert flag(LONG_AFTER) == Flagged()
    assert [line.split()[0] for line in seen if not line.startswith("BEGIN")] == ["SELECT"]


@pytest.mark.parametrize("name", OPEN_STAGES)
def test_what_is_not_due_is_not_even_read(app, name):
    stored(1_000, due=LONG_AFTER, apart=MINUTE)
    given = {"now": DUE, "since": WARN, "batch": 50}
    explain = "EXPLAIN" if app.backend.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        for query in (flagging._first(), flagging._due(name, one=False)):
            sql = query.params(given).compile(db.engine, compile_kwargs={"literal_binds": True})
            plan = str(connection.exec_driver_sql(f"{explain} {sql}").all())
            assert f"ix_deadline_{name}_to_flag" in plan
            assert "Seq Scan" not in plan
            assert "SCAN deadline'" not in plan


def test_statements_grow_with_what_is_due_and_not_with_what_is_stored():
    def run(now):
        with statements() as seen:
            assert flag(now) == Flagged(warning=4)
        return len(seen)

    stored(4)
    few = run(WARN)
    stored(4, due=DUE + MINUTE)
    stored(400, due=LONG_AFTER)
    assert run(WARN + MINUTE) == few


# --- several at once ------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.usefixtures("postgres")
def test_a_clock_that_an_editor_holds_is_left_for_the_next_run():
    held, *rest = stored(5)
    with db.engine.connect() as editor:
        editor.execute(
            select(Deadline.__table__.c.id).where(Deadline.__table__.c.id == held).with_for_update()
        )
        assert flag(DUE + MINUTE, batch=2) == Flagged(warning=4, overdue=4)
    assert {line[0] for line in flags()} == set(rest)
    assert flag(DUE + MINUTE) == Flagged(warning=1, overdue=1)
    assert flags() == events()


@pytest.mark.postgresql
@pytest.mark.usefixtures("postgres")
def test_a_case_that_somebody_is_at_is_left_for_the_next_run(app):
    clocks = stored(3)
    lock(db.session.get_one(Case, clocks[1]))
    with app.app_context():
        assert flag(DUE + MINUTE) == Flagged(warning=2, overdue=2)
    assert {line[0] for line in flags()} == {clocks[0], clocks[2]}
    db.session.rollback()
    assert flag(DUE + MINUTE) == Flagged(warning=1, overdue=1)
    assert flags() == events()


ROWS = {"sqlite": 2_000, "postgresql": 6_000}
BATCHES = 7
"""What the scheduler that is killed has finished; the batch after it is done and not committed."""


def test_of_four_schedulers_one_is_killed_in_the_middle_and_each_clock_is_told_once(app):
    rows, now = ROWS[app.backend.name], DUE + timedelta(days=1)
    clocks = stored(rows, apart=timedelta(seconds=1))
    victim, *others = [Forked(app, scheduler, now, hang) for hang in (BATCHES + 2, 0, 0, 0)]
    victim.start()
    assert victim.heard() == "hanging"
    for process in others:
        process.start()
    if app.backend.name == "postgresql":  # on SQLite it keeps the others out
        while read(select(func.count(Flag.id)))[0][0] < rows // 2:
            pass
    victim.kill()
    runs = [*(process.result() for process in others), flag(now)]
    killed = BATCHES * flagging.BATCH
    assert sum(run.warning for run in runs) == rows - killed
    assert sum(run.overdue for run in runs) == rows
    assert Counter(line[:2] for line in flags()) == Counter(
        (clock, name) for clock in clocks for name in ("warning", "overdue")
    )
    assert flags() == events()
