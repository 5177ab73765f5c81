"""Timed jobs: run once whoever asks, taken up again when they die, seen by the administrator."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import scheduler
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.jobs import MOST_ATTEMPTS, PATIENCE, JobRun, RunState, claim, finish, forget
from app.core.transaction import transaction
from app.scheduler import Job, each_day, each_working_day, every_minute, run_job, tick
from tests.conftest import NOW
from tests.core import screens

pytestmark = pytest.mark.usefixtures("unlimited")

SECOND = timedelta(seconds=1)
EVENING = time(17, 40)


def at(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai"))


def take(now=NOW, planned=NOW, name="a-job", node="here"):
    return claim(name, "任务", planned, node=node, now=now)


def run(number):
    db.session.rollback()
    return db.session.get(JobRun, number, populate_existing=True)


def runs():
    db.session.rollback()
    return db.session.scalars(select(JobRun).order_by(JobRun.id)).all()


# --- claiming -----------------------------------------------------------------------------------


def test_of_many_schedulers_one_gets_the_run(app):
    def ask(number):
        with app.app_context(), scope.everything():
            try:
                return take(node=f"node-{number}")
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as crowd:
        got = list(crowd.map(ask, range(24)))
    [number] = [found for found in got if found is not None]
    assert [row.id for row in runs()] == [number]
    assert runs()[0].attempts == 1


def test_two_jobs_and_two_instants_are_four_runs(app):
    taken = {
        take(name=name, planned=planned)
        for name in ("one", "two")
        for planned in (NOW, NOW + SECOND)
    }
    assert len(taken) == 4
    assert None not in taken


def test_a_run_that_goes_on_is_left_alone(app):
    take()
    assert take(now=NOW + PATIENCE) is None


def test_a_dead_run_is_taken_up_again_by_one(app):
    number = take(node="died")
    later = NOW + PATIENCE + SECOND
    assert take(now=later, node="heir") == number
    assert take(now=later, node="late") is None
    again = run(number)
    assert (again.node, again.attempts, again.started_at) == ("heir", 2, later)
    assert again.state is RunState.RUNNING


def test_a_run_that_is_done_is_never_run_again(app):
    finish(take(), RunState.DONE, now=NOW, summary="")
    assert take(now=NOW + timedelta(days=1)) is None


def test_a_failed_run_is_tried_again_and_then_stays_failed(app, login):
    number = take()
    for attempt in range(2, MOST_ATTEMPTS + 1):
        finish(number, RunState.FAILED, now=NOW, summary="磁盘已满")
        assert take() == number
        assert run(number).attempts == attempt
        assert run(number).ended_at is None
    finish(number, RunState.FAILED, now=NOW, summary="磁盘已满")
    assert take() is None
    db.session.remove()
    shown = screens.rows(login(app, "admin").get("/jobs/list/?f_state=failed"))
    assert len(shown) == 1
    assert {"失败", "磁盘已满"} <= set(shown[0])


def test_a_run_that_died_on_its_last_attempt_is_seen_to_have_failed(app):
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        number = take(now=now)
        now += PATIENCE + SECOND
    assert take(now=now) is None
    assert run(number).state is RunState.FAILED
    assert run(number).ended_at == now


def test_a_dead_run_that_a_later_one_has_overtaken_is_seen_to_have_failed(app):
    dead = take()
    alive = take(planned=NOW + timedelta(minutes=14), now=NOW + timedelta(minutes=14))
    take(planned=NOW + timedelta(minutes=16), now=NOW + timedelta(minutes=16))
    assert run(dead).state is RunState.FAILED
    assert run(alive).state is RunState.RUNNING


def test_records_are_forgotten_when_they_are_old_and_went_well(app):
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=20)
    kept = []
    for state, begun, name in (
        (RunState.DONE, old, "a-job"),
        (RunState.FAILED, old, "a-job"),
        (RunState.DONE, new, "a-job"),
        (RunState.DONE, old, "other"),
    ):
        number = take(now=begun, planned=begun + SECOND * len(kept), name=name)
        finish(number, state, now=begun, summary="")
        kept.append(number)
    assert forget("a-job", before=NOW - timedelta(days=30)) == 1
    assert [row.id for row in runs()] == kept[1:]


# --- plans ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        (at(2026, 9, 18, 17, 39, 59), at(2026, 9, 17, 17, 40)),
        (at(2026, 9, 18, 17, 40), at(2026, 9, 18, 17, 40)),
        (at(2026, 9, 18, 23, 0), at(2026, 9, 18, 17, 40)),
        (at(2026, 9, 19, 9, 0), at(2026, 9, 18, 17, 40)),
        (at(2026, 9, 20, 17, 39), at(2026, 9, 18, 17, 40)),
        (at(2026, 9, 20, 17, 40), at(2026, 9, 20, 17, 40)),
        (at(2026, 9, 21, 8, 0), at(2026, 9, 20, 17, 40)),
        (at(2026, 10, 3, 18, 0), at(2026, 9, 30, 17, 40)),
        (at(2026, 9, 13, 12, 0), at(2026, 9, 11, 17, 40)),
    ],
    ids=[
        "friday-before",
        "friday-17:40",
        "friday-night",
        "missed-and-made-up-next-morning",
        "missed-and-made-up-after-saturday",
        "make-up-sunday",
        "monday-for-the-make-up-sunday",
        "missed-before-the-national-holiday",
        "missed-over-an-ordinary-weekend",
    ],
)
def test_a_job_of_working_days(app, now, planned):
    assert each_working_day(EVENING)(now) == planned


def test_the_plan_is_that_of_the_panels_time_zone(app):
    evening = datetime(2026, 9, 18, 9, 40, tzinfo=UTC)
    assert each_working_day(EVENING)(evening) == evening
    assert each_working_day(EVENING)(evening - SECOND) == evening - timedelta(days=1)


def test_a_job_of_each_day_names_the_last_one(app):
    night = each_day(time(3, 30))
    assert night(at(2026, 9, 20, 3, 30)) == at(2026, 9, 20, 3, 30)
    assert night(at(2026, 9, 20, 3, 29)) == at(2026, 9, 19, 3, 30)


def test_a_job_of_each_minute_names_the_full_one(app):
    assert every_minute(at(2026, 9, 20, 3, 29, 59, 7)) == at(2026, 9, 20, 3, 29)


# --- running -------------------------------------------------------------------------------------


@pytest.fixture
def jobs(monkeypatch):
    """Return a function that lets these be the only jobs: name → what it does."""

    def only(**work):
        monkeypatch.setattr(
            scheduler,
            "JOBS",
            tuple(Job(name, name, every_minute, body) for name, body in work.items()),
        )

    return only


def test_a_minute_is_worked_once(app, jobs):
    done = []
    jobs(
        flags=lambda planned, now: (
            done.append((planned, now)) or {"warning": 2, "overdue": 1, "escalated": 0}
        )
    )
    late = NOW + timedelta(seconds=42)
    for _ in range(3):
        tick(app, late)
    assert done == [(NOW, late)]
    [record] = runs()
    assert (record.state, record.planned_for) == (RunState.DONE, NOW)
    assert record.result == {"warning": 2, "overdue": 1, "escalated": 0}
    assert record.summary == "临期 2，超期 1，提级 0"
    tick(app, NOW + timedelta(minutes=1))
    assert len(done) == 2


def broken(_planned, _now):
    raise RuntimeError("a fault of the program")


def forbidden(_planned, _now):
    raise DomainError("导出目录不可写")


def lost_connection(_planned, _now):
    db.session.execute(db.text("SELECT nothing FROM nowhere"))


def test_a_job_that_fails_does_not_stop_the_next(app, jobs, caplog):
    done = []
    jobs(
        broken=broken,
        lost=lost_connection,
        forbidden=forbidden,
        last=lambda *_: done.append(1) or {},
    )
    tick(app, NOW)
    assert done == [1]
    states = {row.name: (row.state, row.summary) for row in runs()}
    assert states["broken"][0] is states["lost"][0] is states["forbidden"][0] is RunState.FAILED
    assert states["forbidden"][1] == "导出目录不可写"
    assert "nowhere" not in states["lost"][1]
    assert "fault" not in states["broken"][1]
    assert states["last"][0] is RunState.DONE
    assert "a fault of the program" in caplog.text


def test_a_plan_that_can_not_be_asked_does_not_stop_the_next(app, jobs, monkeypatch, caplog):
    done = []
    jobs(last=lambda *_: done.append(1) or {})
    monkeypatch.setattr(
        scheduler, "JOBS", (Job("unplanned", "x", lambda now: 1 // 0, broken), *scheduler.JOBS)
    )
    tick(app, NOW)
    assert done == [1]
    assert "unplanned" in caplog.text


def test_a_job_that_half_worked_leaves_nothing(app, jobs):
    def half(_planned, _now):
        with transaction():
            db.session.add(
                JobRun(
                    name="stray",
                    title="x",
                    planned_for=NOW,
                    node="x",
                    started_at=NOW,
                    state=RunState.DONE,
                )
            )
            db.session.flush()
            raise RuntimeError

    def careless(_planned, _now):
        db.session.add(
            JobRun(
                name="stray",
                title="x",
                planned_for=NOW,
                node="x",
                started_at=NOW,
                state=RunState.DONE,
            )
        )
        raise DomainError("半途而废")

    jobs(half=half, careless=careless)
    tick(app, NOW)
    assert [row.name for row in runs()] == ["half", "careless"]


def test_the_jobs_of_the_house_run_and_are_seen(demo, login):
    evening = at(2026, 9, 17, 17, 41)
    tick(demo, evening)
    states = {row.name: row.state for row in runs()}
    due = {job.name for job in scheduler.JOBS if job.planned(evening) is not None}
    assert states == dict.fromkeys(due, RunState.DONE)
    assert {it.name for it in scheduler.JOBS} - due <= {
        "ledgers-of-a-quarter", "ledgers-of-a-year",
    }  # fmt: skip
    db.session.remove()
    admin = login(demo, "admin")
    shown = screens.rows(admin.get("/jobs/list/"))
    assert len(shown) == len(due)
    assert all("完成" in row for row in shown)
    [flagging] = [row for row in shown if "临期与超期标记" in row]
    assert "2026-09-17 17:41" in flagging
    number = runs()[0].id
    assert admin.get(f"/jobs/show/{number}").status_code == 200
    for address in ("add", f"edit/{number}", f"delete/{number}"):
        assert admin.get(f"/jobs/{address}").status_code == 404


def test_a_job_names_where_it_runs(app):
    assert run_job(Job("one", "一", every_minute, lambda *_: {}), NOW)
    assert runs()[0].node == scheduler.node()
    assert not run_job(Job("one", "一", every_minute, lambda *_: {}), NOW)
