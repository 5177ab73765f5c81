"""What was produced: each ledger that the scheduler wrote, for which hall, with what in it."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant
from app.core.language import N_
from app.core.panel import Panel, field, link
from app.core.words import Choice
from app.departments.models import Hall
from app.ledgers.rules import LedgerPeriod


class LedgerKind(Choice):
    """Which ledger."""

    CASES = "cases", N_("办不成事台账")
    OVERDUE = "overdue", N_("超期台账")
    DEPARTMENTS = "departments", N_("科室评价台账")
    CAUSES = "causes", N_("原因台账")
    CALLBACKS = "callbacks", N_("回访与满意度台账")
    RETURNS = "returns", N_("退回与延期台账")
    IMPROVEMENTS = "improvements", N_("整改台账")
    APPEALS = "appeals", N_("申诉台账")
    SUPERVISION = "supervision", N_("督办台账")
    DUTY = "duty", N_("值班台账")


class LedgerRun(Model):
    """One ledger that was produced on time; made once for each kind, hall, period and instant."""

    __tablename__ = "ledger_run"
    __table_args__ = (UniqueConstraint("kind", "hall_id", "period", "planned_for"),)
    __panel__ = Panel(
        N_("台账"),
        "ledgers",
        columns=("planned_for", "hall", "kind", "period", "rows", "file_name"),
        filters=("kind", "period", "hall", "planned_for"),
        order=("-planned_for", "hall_id", "kind"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    planned_for: Mapped[datetime] = field(Instant, label=N_("计划时间"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[LedgerKind] = field(LedgerKind, label=N_("台账种类"), nullable=False)
    period: Mapped[LedgerPeriod] = field(
        LedgerPeriod, label=N_("周期"), nullable=False, default=LedgerPeriod.DAY
    )
    produced_at: Mapped[datetime] = field(Instant, label=N_("生成时间"), nullable=False)
    rows: Mapped[int] = field(Integer, label=N_("行数"), nullable=False)
    checksum: Mapped[str] = field(String(64), label=N_("数据校验码（SHA-256）"), nullable=False)
    file_name: Mapped[str] = field(String(255), label=N_("文件"), nullable=False)

    def __str__(self) -> str:
        """Name the file."""
        return self.file_name
