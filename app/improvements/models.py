"""An improvement item with its clock, the flags of its stages, its evidence, its cases."""

from __future__ import annotations

import datetime as dt

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.articles.models import Article
from app.cases.models import Case
from app.causes.models import Cause
from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, between, choice_type, field, link
from app.core.texts import MOST_TEXT
from app.departments.models import Department, Hall
from app.improvements.rules import MOST_MATTER, FlagStage, ImprovementStatus

RUNS = text("status IN ('opened', 'in_progress')")

IMPROVEMENT_CASE = Table(
    "improvement_case",
    Model.metadata,
    Column("improvement_id", ForeignKey("improvement.id"), primary_key=True),
    Column("case_id", ForeignKey("case.id"), primary_key=True, index=True),
)


class Improvement(Entity):
    """A change of procedure that a department owes by a date; never deleted.

    A calendar that changes while the clock runs corrects its times; a supervisor moves them with a
    reason. `completed_at` is the latest completion: it stays when
    the item is reopened, for its effect is read from there.
    """

    __tablename__ = "improvement"
    __table_args__ = (
        UniqueConstraint("hall_id", "year", "serial"),
        CheckConstraint("length(problem) > 0 AND length(measure) > 0", name="says_what_and_how"),
        CheckConstraint("warn_at <= due_at AND due_at <= escalate_at", name="stages_in_order"),
        CheckConstraint(
            "status NOT IN ('completed', 'verified') OR (completed_at IS NOT NULL"
            " AND completed_by_id IS NOT NULL AND coalesce(length(evidence), 0) > 0)",
            name="completed_with_evidence",
        ),
        CheckConstraint(
            "status <> 'verified' OR (verified_at IS NOT NULL AND verified_by_id IS NOT NULL"
            " AND coalesce(length(review), 0) > 0)",
            name="verified_by_somebody",
        ),
        CheckConstraint(
            "status <> 'verified' OR verified_by_id <> completed_by_id", name="verified_by_another"
        ),
        CheckConstraint(
            "status <> 'withdrawn' OR coalesce(length(reason), 0) > 0", name="withdrawn_with_reason"
        ),
        Index("ix_improvement_hall_id_status", "hall_id", "status"),
        Index("ix_improvement_department_id_status", "department_id", "status"),
        Index("ix_improvement_running", "warn_at", postgresql_where=RUNS, sqlite_where=RUNS),
    )
    __panel__ = Panel(
        N_("整改事项"),
        "improvements",
        columns=("number", "matter", "cause", "department", "clock", "due_at", "status"),
        form=(
            (
                N_("问题与措施"),
                ("number", "status", "hall", "department", "matter", "cause", "article", "problem",
                 "measure"),
            ),
            (
                N_("期限"),
                ("opened_at", "opened_by", "due_at", "days_late", "reopenings", "reopened_at",
                 "reason"),
            ),
            (N_("整改情况"), ("progress", "evidence", "completed_at", "completed_by")),
            (N_("验收"), ("review", "verified_at", "verified_by")),
        ),
        search=("number", "matter", "problem"),
        filters=("hall", "status", "department", "due_at"),
        order=("-id",),
    )  # fmt: skip

    number: Mapped[str] = field(String(32), label=N_("整改编号"), unique=True, nullable=False)
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    """Counts the items of a hall in a year from 1, under the hall's lock."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"), hint=N_("效果按这个大厅及其下级大厅的事项统计"))
    matter: Mapped[str] = field(
        String(MOST_MATTER), label=N_("事项名称"), nullable=False, index=True,
        hint=N_("与登记的事项名称一致，整改前后的件数按它统计"),
    )  # fmt: skip
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    cause: Mapped[Cause | None] = link(
        label=N_("办不成的原因"), hint=N_("不选时，统计这一事项的所有原因")
    )
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), nullable=False)
    department: Mapped[Department] = link(label=N_("责任科室"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article | None] = link(label=N_("知识库文章"))
    problem: Mapped[str] = field(Text, label=N_("存在的问题"), nullable=False)
    measure: Mapped[str] = field(Text, label=N_("整改措施"), nullable=False)
    status: Mapped[ImprovementStatus] = field(
        ImprovementStatus, label=N_("状态"), nullable=False, default=ImprovementStatus.OPENED
    )
    opened_at: Mapped[dt.datetime] = field(Instant, label=N_("下达时间"), nullable=False)
    opened_by: Mapped[str] = field(String(64), label=N_("下达人"), nullable=False)
    days: Mapped[int] = mapped_column(Integer, nullable=False)
    """Working days that were given, at the opening or at the latest reopening."""
    warn_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    due_at: Mapped[dt.datetime] = field(Instant, label=N_("整改期限"), nullable=False)
    escalate_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    due_version: Mapped[int] = mapped_column(Integer, nullable=False, default=0)
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    """The due day that a supervisor chose; None while working days are counted."""
    calendar_revision: Mapped[int] = mapped_column(
        Integer, nullable=False, default=0, server_default="0"
    )
    provisional: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    """Whether the holidays of the due year were not published yet when it was reckoned."""
    days_late: Mapped[int | None] = field(Integer, label=N_("超期工作日"))
    """Frozen when it is completed: None in time, else the working days after the due day."""
    reopenings: Mapped[int] = field(Integer, label=N_("重新整改次数"), nullable=False, default=0)
    reopened_at: Mapped[dt.datetime | None] = field(Instant, label=N_("重新整改时间"))
    reason: Mapped[str | None] = field(Text, label=N_("调整、重新整改或撤销的理由"))
    progress: Mapped[str | None] = field(Text, label=N_("最新进展"))
    evidence: Mapped[str | None] = field(Text, label=N_("完成情况"))
    completed_at: Mapped[dt.datetime | None] = field(Instant, label=N_("完成时间"))
    completed_by: Mapped[str | None] = field(String(64), label=N_("报告人"))
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    review: Mapped[str | None] = field(Text, label=N_("验收意见"))
    verified_at: Mapped[dt.datetime | None] = field(Instant, label=N_("销号时间"))
    verified_by: Mapped[str | None] = field(String(64), label=N_("验收人"))
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    cases: Mapped[list[Case]] = between(
        label=N_("依据的事项"), secondary=IMPROVEMENT_CASE, order_by=Case.id
    )
    files: Mapped[list[ImprovementFile]] = relationship(
        back_populates="improvement", order_by="ImprovementFile.id"
    )
    flags: Mapped[list[ImprovementFlag]] = relationship(order_by="ImprovementFlag.id")

    def problems(self) -> dict[str, str]:
        """Check the lengths of the texts, and that the owner department is of the hall or below."""
        found = {
            name: gettext("最多 %(most)d 个字", most=MOST_TEXT)
            for name in ("problem", "measure")
            if len(getattr(self, name) or "") > MOST_TEXT
        }
        place = self.department.hall if self.department else None
        while place is not None and place is not self.hall:
            place = place.parent
        if self.department is not None and self.hall is not None and place is None:
            found["department"] = gettext("责任科室须属于这个大厅或其下级大厅")
        return found

    def __str__(self) -> str:
        """Name the item by its number and matter."""
        return f"{self.number} {self.matter}" if self.number else self.matter


class ImprovementFlag(Model):
    """A stage that a clock reached: once for each item, stage and due-version."""

    __tablename__ = "improvement_flag"
    __table_args__ = (UniqueConstraint("improvement_id", "stage", "due_version"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    improvement_id: Mapped[int] = mapped_column(ForeignKey("improvement.id"), nullable=False)
    stage: Mapped[FlagStage] = mapped_column(choice_type(FlagStage), nullable=False)
    due_version: Mapped[int] = mapped_column(Integer, nullable=False)
    due_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    began_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    flagged_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)


class ImprovementFile(Entity):
    """A file that shows what was done; a removed one stays, with who removed it."""

    __tablename__ = "improvement_file"
    __table_args__ = (Index("ix_improvement_file_sha256", "sha256"),)

    improvement_id: Mapped[int] = mapped_column(
        ForeignKey("improvement.id"), nullable=False, index=True
    )
    improvement: Mapped[Improvement] = relationship(back_populates="files")
    name: Mapped[str] = mapped_column(String(255), nullable=False)
    media_type: Mapped[str] = mapped_column(String(128), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    uploaded_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    uploaded_by: Mapped[str] = mapped_column(String(64), nullable=False)
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    removed_by: Mapped[str | None] = mapped_column(String(64))
