"""Cases that belong together: an unordered pair, once, with who said so and why."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant


class CaseLink(Model):
    """Two cases about one thing. The smaller number comes first, so that a pair is there once."""

    __tablename__ = "case_link"
    __table_args__ = (
        UniqueConstraint("case_id", "other_id"),
        CheckConstraint("case_id < other_id", name="smaller_first"),
        Index("ix_case_link_other_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    by: Mapped[str] = mapped_column(String(64), nullable=False)
    why: Mapped[str] = mapped_column(String(255), nullable=False, default="")
