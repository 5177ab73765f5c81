"""A ledger that somebody asked for: what, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.core.timeline import Json
from app.departments.models import Hall
from app.ledgers.models import LedgerKind
from app.ledgers.tasks.rules import MOST_ATTEMPTS, TaskState

TITLES = {kind.value: kind.label for kind in LedgerKind}
WAITING = text("state IN ('queued', 'running')")


class LedgerTask(Model):
    """One ledger in the making, or made."""

    __tablename__ = "ledger_task"
    __table_args__ = (
        CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)"
            " AND (state <> 'running' OR (started_at IS NOT NULL AND node IS NOT NULL))",
            name="running_by_somebody",
        ),
        CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)",
            name="ended_with_its_time",
        ),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", name="failed_with_its_reason"),
        CheckConstraint(
            "(state = 'done') = (checksum IS NOT NULL)"
            " AND (state = 'done') = (file_name IS NOT NULL)"
            " AND (state = 'done') = (expires_at IS NOT NULL)"
            " AND (file_key IS NULL OR state = 'done')",
            name="done_with_its_file",
        ),
        CheckConstraint(
            f"rows_done >= 0 AND attempts >= 0 AND attempts <= {MOST_ATTEMPTS}", name="in_bounds"
        ),
        Index("ix_ledger_task_waiting", "id", postgresql_where=WAITING, sqlite_where=WAITING),
    )
    __panel__ = Panel(
        N_("我的台账"),
        "ledger-tasks",
        columns=("requested_at", "kind", "about", "actor", "state", "rows_done", "expires_at"),
        filters=("state", "kind", "requested_at"),
        search=("about", "actor"),
        order=("-id",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    requested_at: Mapped[datetime] = field(Instant, label=N_("申请时间"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("台账种类"), words=TITLES, nullable=False)
    about: Mapped[str] = field(Text, label=N_("筛选条件"), nullable=False)
    asked: Mapped[dict[str, Any]] = mapped_column(Json, nullable=False)
    """The order, as JSON."""
    language: Mapped[str] = mapped_column(String(8), nullable=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    username: Mapped[str] = mapped_column(String(64), nullable=False)
    actor: Mapped[str] = field(String(64), label=N_("申请人", "ledger"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    state: Mapped[TaskState] = field(
        TaskState, label=N_("状态"), nullable=False, default=TaskState.QUEUED
    )
    rows_expected: Mapped[int | None] = mapped_column(Integer)
    rows_done: Mapped[int] = field(Integer, label=N_("行数"), nullable=False, default=0)
    attempts: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    node: Mapped[str | None] = mapped_column(String(128))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = field(Instant, label=N_("开始时间"))
    ended_at: Mapped[datetime | None] = field(Instant, label=N_("结束时间"))
    reason: Mapped[str | None] = field(Text, label=N_("未能生成的原因"))
    file_name: Mapped[str | None] = field(String(255), label=N_("文件"))
    file_key: Mapped[str | None] = mapped_column(String(255))
    """Under which name the store keeps it; none once it is removed."""
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    """In bytes."""
    figures: Mapped[list[list[str]] | None] = mapped_column(Json)
    """What the cover says of the rows, label and text, in `language`."""
    quiet: Mapped[bool] = mapped_column(
        Boolean, nullable=False, default=False, server_default=false()
    )
    """Whether somebody else tells what came of it: who queued it did not ask for it just now."""
    checksum: Mapped[str | None] = field(String(64), label=N_("数据校验码（SHA-256）"))
    expires_at: Mapped[datetime | None] = field(Instant, label=N_("保留至"))

    @property
    def number(self) -> str:
        """How it is called."""
        return f"TZ-{self.id}"

    def __str__(self) -> str:
        """Say which ledger it is."""
        return gettext(
            "%(ledger)s（%(number)s）",
            ledger=gettext(TITLES.get(self.kind, self.kind)),
            number=self.number,
        )
