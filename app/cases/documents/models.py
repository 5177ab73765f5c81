"""The file of a case. Its bytes lie in the store, by their content; its row is never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.documents.rules import Purpose
from app.cases.models import Case
from app.core.db import Entity, Instant
from app.core.language import N_
from app.core.panel import Panel, field, link


class Attachment(Entity):
    """One file of one case; a removed one stays, with who removed it and why."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(
            "(removed_at IS NULL) = (removed_reason IS NULL)", name="removed_with_reason"
        ),
        CheckConstraint("size > 0", name="not_empty"),
        Index("ix_attachment_case_id_id", "case_id", "id"),
        Index("ix_attachment_sha256", "sha256"),
    )
    __panel__ = Panel(N_("材料"), "attachments", columns=("name", "purpose", "uploaded_at"))

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case: Mapped[Case] = link(label=N_("事项"))
    name: Mapped[str] = field(String(255), label=N_("文件名"), nullable=False)
    purpose: Mapped[Purpose] = field(
        Purpose, label=N_("用途"), nullable=False, default=Purpose.MATERIAL
    )
    media_type: Mapped[str] = field(String(128), label=N_("类型"), nullable=False)
    size: Mapped[int] = field(Integer, label=N_("大小"), nullable=False)
    sha256: Mapped[str] = field(String(64), label=N_("校验值"), nullable=False)
    uploaded_at: Mapped[datetime] = field(Instant, label=N_("上传时间"), nullable=False)
    uploaded_by: Mapped[str] = field(String(64), label=N_("上传人"), nullable=False)
    uploaded_by_id: Mapped[int | None] = mapped_column(Integer)
    removed_at: Mapped[datetime | None] = field(Instant, label=N_("移除时间"))
    removed_by: Mapped[str | None] = field(String(64), label=N_("移除人"))
    removed_reason: Mapped[str | None] = field(Text, label=N_("移除原因"))

    def __str__(self) -> str:
        """Name the file."""
        return self.name
