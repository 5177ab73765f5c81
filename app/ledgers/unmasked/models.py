"""An unmasked ledger that somebody asked for: why, what was in it, when it was fetched."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant
from app.core.language import N_
from app.core.panel import Panel, field, link
from app.core.privacy import Secret
from app.departments.models import Hall
from app.ledgers.tasks.models import TITLES


class UnmaskedLedger(Model):
    """One request for personal data in clear."""

    __tablename__ = "unmasked_ledger"
    __panel__ = Panel(
        N_("未脱敏台账"),
        "unmasked-ledgers",
        columns=("at", "actor", "kind", "reason", "rows", "made_at", "fetched_at"),
        filters=("kind", "at"),
        search=("actor", "reason"),
        order=("-id",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = field(Instant, label=N_("申请时间"), nullable=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    actor: Mapped[str] = field(String(64), label=N_("申请人", "ledger"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[str] = field(String(32), label=N_("台账种类"), words=TITLES, nullable=False)
    about: Mapped[str] = field(Text, label=N_("筛选条件"), nullable=False)
    reason: Mapped[str] = field(Text, label=N_("未脱敏的原因"), nullable=False)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_task.id"), unique=True)
    """Its making in the background; none where a command made it."""
    rows: Mapped[int | None] = field(Integer, label=N_("行数"))
    checksum: Mapped[str | None] = field(String(64), label=N_("数据校验码（SHA-256）"))
    made_at: Mapped[datetime | None] = field(Instant, label=N_("生成时间"))
    password: Mapped[str | None] = mapped_column(Secret)
    """Until it is shown, or the file is gone."""
    shown_at: Mapped[datetime | None] = field(Instant, label=N_("口令显示时间"))
    fetched_at: Mapped[datetime | None] = field(Instant, label=N_("下载时间"))

    def __str__(self) -> str:
        """Name the entry."""
        return f"WTM-{self.id}"
