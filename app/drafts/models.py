"""A form that somebody has begun to fill in."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant
from app.core.privacy import Secret
from app.drafts.rules import MOST_PATH


class FormDraft(Model):
    """What one person has typed into the form at an address; `content` is JSON, encrypted."""

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("staff_id", "path"), {"info": {"goes_along": True}})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), nullable=False
    )
    path: Mapped[str] = mapped_column(String(MOST_PATH), nullable=False)
    content: Mapped[str] = mapped_column(Secret, nullable=False)
    saved_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
