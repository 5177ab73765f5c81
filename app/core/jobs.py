"""The record of every run of every timed job: planned for when, run by whom, with what result.

A run is claimed by inserting its row: of any number of schedulers one gets it. A run whose
scheduler died is taken up again by the next one that asks, once its claim is old.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Integer, String, UniqueConstraint, delete, or_, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant, db
from app.core.language import N_, gettext
from app.core.panel import Panel, field
from app.core.timeline import Json
from app.core.transaction import transaction
from app.core.words import Choice

PATIENCE = timedelta(minutes=15)
"""How long a run may go on before it counts as dead."""

LOOKING_BACK = timedelta(days=3)
"""How far back runs that died are looked for: no further, so that it costs nothing."""

MOST_ATTEMPTS = 3


class RunState(Choice):
    """How a run stands."""

    RUNNING = "running", N_("运行中")
    DONE = "done", N_("完成")
    FAILED = "failed", N_("失败")


class JobRun(Model):
    """One run of one job."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("name", "planned_for"),)
    __panel__ = Panel(
        N_("定时任务"),
        "jobs",
        columns=("title", "planned_for", "started_at", "ended_at", "state", "summary", "node"),
        filters=("state", "started_at"),
        search=("title",),
        order=("-id",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), nullable=False)
    title: Mapped[str] = field(String(64), label=N_("任务"), nullable=False)
    planned_for: Mapped[datetime] = field(Instant, label=N_("计划时间"), nullable=False)
    node: Mapped[str] = field(String(128), label=N_("运行节点"), nullable=False)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    started_at: Mapped[datetime] = field(Instant, label=N_("开始时间"), nullable=False, index=True)
    ended_at: Mapped[datetime | None] = field(Instant, label=N_("结束时间"))
    state: Mapped[RunState] = field(RunState, label=N_("结果"), nullable=False)
    summary: Mapped[str | None] = field(String(255), label=N_("说明"))
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)

    def __str__(self) -> str:
        """Name the job that ran."""
        return gettext(self.title)


def claim(name: str, title: str, planned_for: datetime, *, node: str, now: datetime) -> int | None:
    """Claim a run; return its id, or None when somebody else has or had it."""
    db.session.rollback()  # planning only read; under WAL a reader can't become the writer
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    with transaction():
        _unhurried()
        _bury(name, planned_for, now)
        fresh = (
            dialect.insert(JobRun)
            .values(
                name=name,
                title=title,
                planned_for=planned_for,
                node=node,
                attempts=1,
                started_at=now,
                state=RunState.RUNNING,
            )
            .on_conflict_do_nothing()
            .returning(JobRun.id)
        )
        run: int | None = db.session.scalar(fresh)
        if run is not None:
            return run
        abandoned = or_(
            JobRun.state == RunState.FAILED,
            (JobRun.state == RunState.RUNNING) & (JobRun.started_at < now - PATIENCE),
        )
        again = (
            update(JobRun)
            .where(
                JobRun.name == name,
                JobRun.planned_for == planned_for,
                abandoned,
                JobRun.attempts < MOST_ATTEMPTS,
            )
            .values(
                started_at=now,
                node=node,
                attempts=JobRun.attempts + 1,
                state=RunState.RUNNING,
                ended_at=None,
            )
            .returning(JobRun.id)
        )
        return db.session.scalar(again)


def _unhurried() -> None:
    """Let PostgreSQL acknowledge a record of a run before it is on disk.

    After a crash of the server the last one may be gone and its run be done again, which every job
    takes: what it does is unique by keys of its own.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL synchronous_commit TO off"))


def _bury(name: str, planned_for: datetime, now: datetime) -> None:
    """Write down as failed which runs died and will not be taken up again."""
    dead = JobRun.started_at.between(now - LOOKING_BACK, now - PATIENCE)
    done_with = or_(JobRun.planned_for < planned_for, JobRun.attempts >= MOST_ATTEMPTS)
    db.session.execute(
        update(JobRun)
        .where(JobRun.name == name, JobRun.state == RunState.RUNNING, dead, done_with)
        .values(state=RunState.FAILED, ended_at=now, summary=gettext("运行中断，没有结果"))
    )


def finish(
    run: int, state: RunState, *, now: datetime, summary: str, result: dict[str, Any] | None = None
) -> None:
    """Write down how a run ended."""
    with transaction():
        _unhurried()
        db.session.execute(
            update(JobRun)
            .where(JobRun.id == run)
            .values(ended_at=now, state=state, summary=summary[:255], result=result)
        )


def forget(name: str, *, before: datetime) -> int:
    """Delete the records of a job's runs that went well and are old; return how many."""
    with transaction():
        gone = db.session.execute(
            delete(JobRun).where(
                JobRun.name == name, JobRun.state == RunState.DONE, JobRun.started_at < before
            )
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]
