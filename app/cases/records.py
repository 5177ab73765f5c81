"""What is kept about a case beside it: its departments, home visits, callbacks, its causes."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case
from app.cases.rules import Satisfaction
from app.causes.models import Cause
from app.core.db import Entity, Instant
from app.core.language import N_
from app.core.panel import choice_type, field
from app.core.privacy import Secret
from app.core.words import Choice
from app.departments.models import Department, Staff


def _one_running(name: str, columns: tuple[str, ...], further: str = "") -> Index:
    """Allow one row at a time of those that are neither returned nor finished."""
    conditions = ["returned_at IS NULL", "finished_at IS NULL", *([further] if further else [])]
    where = text(" AND ".join(conditions))
    return Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class AssignmentRole(Choice):
    """What a department is to a case."""

    LEAD = "lead", N_("主办")
    ASSIST = "assist", N_("协办")


class Assignment(Entity):
    """A department that a case was dispatched to: once more after a return or a reopening."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint(
            "returned_at IS NULL OR coalesce(length(return_reason), 0) > 0",
            name="returned_with_reason",
        ),
        CheckConstraint("returned_at IS NULL OR finished_at IS NULL", name="returned_or_finished"),
        Index("ix_assignment_department_id_case_id", "department_id", "case_id"),
        _one_running("uq_assignment_once_a_department", ("case_id", "department_id")),
        _one_running("uq_assignment_one_lead", ("case_id",), "role = 'lead'"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    case: Mapped[Case] = relationship(back_populates="assignments")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), nullable=False)
    department: Mapped[Department] = relationship(lazy="joined")
    role: Mapped[AssignmentRole] = field(
        AssignmentRole, label=N_("承办方式"), nullable=False, default=AssignmentRole.LEAD
    )
    dispatched_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_by: Mapped[str | None] = mapped_column(String(64))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    handler: Mapped[Staff | None] = relationship(lazy="joined")
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_by: Mapped[str | None] = mapped_column(String(64))
    return_reason: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def running(self) -> bool:
        """Whether the department still has something to do."""
        return self.returned_at is None and self.finished_at is None


class Visit(Entity):
    """An officer who goes to the applicant (上门帮办): who, where, when, what was done."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done IS NULL)", name="done_with_account"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    case: Mapped[Case] = relationship(back_populates="visits_made")
    officer: Mapped[str] = mapped_column(String(64), nullable=False)
    place: Mapped[str] = mapped_column(Secret, nullable=False)
    visit_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done: Mapped[str | None] = mapped_column(Text)


class Callback(Entity):
    """A call after the result: reached or not, how satisfied, what was said."""

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint("reached = (satisfaction IS NOT NULL)", name="rated_when_reached"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    case: Mapped[Case] = relationship(back_populates="callbacks")
    at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    by: Mapped[str] = mapped_column(String(64), nullable=False)
    reached: Mapped[bool] = mapped_column(Boolean, nullable=False)
    satisfaction: Mapped[Satisfaction | None] = mapped_column(choice_type(Satisfaction))
    note: Mapped[str | None] = mapped_column(Text)


class CaseCause(Entity):
    """A cause that was named for a case; one that is named no longer is kept, but not current."""

    __tablename__ = "case_cause"
    __table_args__ = (
        UniqueConstraint("case_id", "cause_id"),
        Index("ix_case_cause_cause_id_current_case_id", "cause_id", "current", "case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case: Mapped[Case] = relationship(back_populates="causes_named")
    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"), nullable=False)
    cause: Mapped[Cause] = relationship(lazy="joined")
    current: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)


class CaseCounter(Model):
    """The last serial given out in a hall and year; its row lock makes the numbers gapless."""

    __tablename__ = "case_counter"

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer, nullable=False)
