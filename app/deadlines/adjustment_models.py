"""What was asked for about a clock and decided: more days, or a pause."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.core.db import Entity, Instant
from app.core.panel import choice_type
from app.deadlines.models import Deadline
from app.deadlines.rules import RequestState


def _one(name: str, where: str) -> Index:
    """Allow one row of a clock that meets a condition."""
    return Index(
        name, "deadline_id", unique=True, postgresql_where=text(where), sqlite_where=text(where)
    )


class Request(Entity):
    """A request about a clock: asked with a reason, decided by a supervisor."""

    __abstract__ = True

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), nullable=False)
    asked_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    asked_by: Mapped[str] = mapped_column(String(64), nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    days: Mapped[int] = mapped_column(Integer, nullable=False)
    """Working days asked for; once granted, those that were granted."""
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[str | None] = mapped_column(Text)

    @declared_attr
    def state(cls) -> Mapped[RequestState]:  # noqa: N805 - a class, as SQLAlchemy calls it
        """Say how the request stands."""
        return mapped_column(choice_type(RequestState), nullable=False, default=RequestState.ASKED)

    @declared_attr
    def deadline(cls) -> Mapped[Deadline]:  # noqa: N805 - a class, as SQLAlchemy calls it
        """Join the clock that it is about."""
        return relationship(Deadline)


class Extension(Request):
    """More working days for a clock: how far its due time moved."""

    __tablename__ = "extension"
    __table_args__ = (
        CheckConstraint("days > 0", name="days_positive"),
        CheckConstraint(
            "(state = 'granted') = (new_due IS NOT NULL) "
            "AND (state = 'granted') = (old_due IS NOT NULL)",
            name="moved_when_granted",
        ),
        Index("ix_extension_deadline_id", "deadline_id"),
        _one("uq_extension_one_asked", "state = 'asked'"),
    )

    old_due: Mapped[dt.datetime | None] = mapped_column(Instant)
    new_due: Mapped[dt.datetime | None] = mapped_column(Instant)


class Pause(Request):
    """A clock that stood still while the applicant was waited for."""

    __tablename__ = "pause"
    __table_args__ = (
        CheckConstraint("days > 0", name="days_positive"),
        CheckConstraint(
            "(state = 'granted') = (began_at IS NOT NULL) "
            "AND (began_at IS NULL) = (until IS NULL) AND (until IS NULL OR began_at < until)",
            name="began_when_granted",
        ),
        CheckConstraint(
            "ended_at IS NULL OR (ended_at >= began_at AND ended_at <= until)", name="ended_in_time"
        ),
        Index("ix_pause_deadline_id", "deadline_id"),
        _one("uq_pause_one_open", "state = 'asked' OR (state = 'granted' AND ended_at IS NULL)"),
        Index(
            "ix_pause_to_resume",
            "until",
            postgresql_where=text("state = 'granted' AND ended_at IS NULL"),
            sqlite_where=text("state = 'granted' AND ended_at IS NULL"),
        ),
    )

    began_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    until: Mapped[dt.datetime | None] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(String(64))
