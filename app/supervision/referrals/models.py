"""The referral: to whom a case was handed over, its sealed file, what the inspector recorded."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.departments.models import Hall
from app.supervision.referrals.rules import Body, Conclusion


class Referral(Entity):
    """A case handed over for accountability. Its outcome is written once, by an inspector alone.

    The triggers of app/core/guards hold that too, against whoever writes to the database.
    """

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("case_id", "serial"),
        CheckConstraint("length(grounds) > 0 AND length(recipient) > 0", name="said_why_and_to"),
        CheckConstraint("size > 0", name="sealed_something"),
        CheckConstraint(
            "(outcome IS NULL) = (findings IS NULL) AND (outcome IS NULL) = (concluded_at IS NULL)"
            " AND (outcome IS NULL) = (concluded_by IS NULL)"
            " AND (outcome IS NULL) = (concluded_by_id IS NULL)"
            " AND (findings IS NULL OR length(findings) > 0)",
            name="concluded_whole",
        ),
        CheckConstraint(
            "concluded_by_id IS NULL OR referred_by_id IS NULL"
            " OR concluded_by_id <> referred_by_id",
            name="concluded_by_another",
        ),
        Index("ix_referral_hall_id_id", "hall_id", "id"),
        Index("ix_referral_sha256", "sha256"),
    )
    __panel__ = Panel(
        N_("移交追责"),
        "referrals",
        columns=("number", "body", "recipient", "referred_at", "referred_by", "outcome"),
        form=(
            (
                N_("移交"),
                (
                    "number",
                    "case_number",
                    "hall",
                    "body",
                    "recipient",
                    "grounds",
                    "referred_at",
                    "referred_by",
                ),
            ),
            (N_("密封卷宗"), ("seal", "sha256", "size")),
            (N_("处理结果"), ("outcome", "findings", "concluded_at", "concluded_by")),
        ),
        search=("number", "recipient"),
        filters=("hall", "body", "outcome", "referred_at"),
        order=("-id",),
    )

    number: Mapped[str] = field(String(40), label=N_("移交编号"), unique=True, nullable=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("事项编号"), nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    """Counts the referrals of a case from 1, under the case's lock."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    body: Mapped[Body] = field(Body, label=N_("移交对象"), nullable=False)
    recipient: Mapped[str] = field(String(128), label=N_("接收单位"), nullable=False)
    grounds: Mapped[str] = field(Text, label=N_("移交理由"), nullable=False)
    referred_at: Mapped[dt.datetime] = field(Instant, label=N_("移交时间"), nullable=False)
    referred_by: Mapped[str] = field(String(64), label=N_("移交人"), nullable=False)
    referred_by_id: Mapped[int | None] = mapped_column(Integer)
    seal: Mapped[str] = field(String(64), label=N_("封签"), nullable=False)
    sha256: Mapped[str] = field(String(64), label=N_("文件校验值"), nullable=False)
    size: Mapped[int] = field(BigInteger, label=N_("文件大小（字节）"), nullable=False)
    outcome: Mapped[Conclusion | None] = field(Conclusion, label=N_("处理结果"))
    findings: Mapped[str | None] = field(Text, label=N_("处理情况"))
    concluded_at: Mapped[dt.datetime | None] = field(Instant, label=N_("记录时间"))
    concluded_by: Mapped[str | None] = field(String(64), label=N_("记录人"))
    concluded_by_id: Mapped[int | None] = mapped_column(Integer)

    def __str__(self) -> str:
        """Name the referral by its number and to whom it went."""
        return f"{self.number} {gettext(self.body.label)}"
