"""The appeal: against what, before whom, handled by whom, with which outcome; and its periods."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.appeals.rules import MOST_NAME, AppealOutcome
from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.departments.models import Hall, Staff
from app.rulebook.models import RemedyPeriod
from app.rulebook.rules import Occasion, RemedyKind, RemedyStep

STANDING = text("outcome IS NULL OR outcome <> 'not_accepted'")
"""Of these there is one of a kind against one decision."""


def _whole(first: str, *others: str) -> str:
    """Return the condition that columns are filled in together."""
    return " AND ".join(f"({first} IS NULL) = ({other} IS NULL)" for other in others)


class Appeal(Entity):
    """A remedy that an applicant sought. It is registered, decided, and never deleted.

    Nobody who decided the case, or ruled on it, assigns, handles or concludes it: operations refuse
    it, and triggers do (app/core/guards/deciders.py), whoever writes to the database.
    """

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("case_id", "serial"),
        CheckConstraint(
            "length(authority) > 0 AND length(grounds) > 0", name="said_to_whom_and_why"
        ),
        CheckConstraint("filed_on >= told_on", name="filed_after_the_telling"),
        CheckConstraint(
            "(late_reason IS NOT NULL) = (last_day IS NOT NULL AND filed_on > last_day)",
            name="late_with_reason",
        ),
        CheckConstraint(
            _whole(
                "late_ruled_at", "late_admitted", "late_ruled_by", "late_ruled_by_id", "late_note"
            )
            + " AND (late_ruled_at IS NULL OR late_reason IS NOT NULL)",
            name="lateness_ruled_whole",
        ),
        CheckConstraint(
            "handler_id IS NULL OR late_reason IS NULL OR late_admitted IS TRUE",
            name="handled_if_admitted",
        ),
        CheckConstraint(
            _whole("handler_id", "assigned_at", "assigned_by", "assigned_by_id"),
            name="assigned_whole",
        ),
        CheckConstraint(
            "accepted_on IS NULL OR (accepted_on >= filed_on AND simplified IS NOT NULL)",
            name="accepted_after_filing",
        ),
        CheckConstraint(
            _whole(
                "outcome",
                *("decided_on", "delivered_on", "decided_by", "findings"),
                *("concluded_at", "concluded_by", "concluded_by_id"),
            ),
            name="concluded_whole",
        ),
        CheckConstraint(
            "outcome IS NULL OR late_admitted IS FALSE"
            " OR (handler_id IS NOT NULL AND concluded_by_id = handler_id)",
            name="concluded_by_its_handler",
        ),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('not_accepted', 'withdrawn')"
            " OR accepted_on IS NOT NULL",
            name="decided_after_acceptance",
        ),
        CheckConstraint(
            "outcome IS NULL OR (decided_on >= coalesce(accepted_on, filed_on)"
            " AND delivered_on >= decided_on)",
            name="decided_in_order",
        ),
        CheckConstraint(
            "kind = 'complaint' OR outcome IS NULL OR outcome = 'withdrawn'"
            " OR late_admitted IS FALSE OR document IS NOT NULL",
            name="decided_by_a_document",
        ),
        CheckConstraint(
            "(wrong_at IS NOT NULL) = (outcome IS NOT NULL AND outcome IN ('upheld', 'partly'))",
            name="upheld_marks_wrong",
        ),
        CheckConstraint(
            "(occasion = 'reconsideration') = (previous_id IS NOT NULL)",
            name="after_reconsideration",
        ),
        Index(
            "uq_appeal_one_of_a_kind",
            "case_id",
            "kind",
            "told_at",
            unique=True,
            postgresql_where=STANDING,
            sqlite_where=STANDING,
        ),
        Index("ix_appeal_hall_id_id", "hall_id", "id"),
        Index("ix_appeal_handler_id_outcome", "handler_id", "outcome"),
    )
    __panel__ = Panel(
        N_("申诉与复议"),
        "appeals",
        columns=("number", "kind", "occasion", "authority", "filed_on", "handler", "period"),
        form=(
            (
                N_("申请"),
                (
                    *("number", "case_number", "hall", "kind", "occasion", "previous"),
                    *("told_on", "told", "authority", "legal_basis", "filed_on", "last_day"),
                    *("grounds", "registered_at", "registered_by"),
                ),
            ),
            (
                N_("逾期提出"),
                ("late_reason", "late_admitted", "late_note", "late_ruled_at", "late_ruled_by"),
            ),
            (N_("承办"), ("handler", "assigned_at", "assigned_by", "accepted_on", "simplified")),
            (
                N_("申诉结果"),
                (
                    *("outcome", "decided_on", "delivered_on", "decided_by", "document"),
                    *("findings", "wrong_at", "concluded_at", "concluded_by"),
                ),
            ),
        ),
        search=("number", "authority", "document"),
        filters=("hall", "kind", "outcome", "filed_on"),
        order=("-id",),
    )

    number: Mapped[str] = field(String(40), label=N_("申诉编号"), unique=True, nullable=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("事项编号"), nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    """Counts the appeals about a case from 1, under the case's lock."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[RemedyKind] = field(RemedyKind, label=N_("种类"), nullable=False)
    occasion: Mapped[Occasion] = field(Occasion, label=N_("针对"), nullable=False)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("appeal.id"), index=True)
    previous: Mapped[Appeal | None] = link(label=N_("所诉复议"), remote_side="Appeal.id")
    """The reconsideration that a lawsuit follows."""
    told_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    """When the case was decided: which reply, refusal or result it is about."""
    told_on: Mapped[dt.date] = field(Date, label=N_("告知日期"), nullable=False)
    told: Mapped[str] = field(Text, label=N_("原答复"), nullable=False)
    """What the applicant was told; a case that is reopened keeps it no longer."""
    authority: Mapped[str] = field(String(255), label=N_("向谁提出"), nullable=False)
    legal_basis: Mapped[str] = field(String(255), label=N_("法律依据"), nullable=False)
    filed_on: Mapped[dt.date] = field(Date, label=N_("提出日期"), nullable=False)
    last_day: Mapped[dt.date | None] = field(Date, label=N_("提出期限最后一日"))
    grounds: Mapped[str] = field(Text, label=N_("请求和理由"), nullable=False)
    registered_at: Mapped[dt.datetime] = field(Instant, label=N_("登记时间"), nullable=False)
    registered_by: Mapped[str] = field(String(64), label=N_("登记人"), nullable=False)
    late_reason: Mapped[str | None] = field(Text, label=N_("逾期提出的理由"))
    late_admitted: Mapped[bool | None] = field(Boolean, label=N_("准予逾期提出"))
    late_note: Mapped[str | None] = field(Text, label=N_("裁定意见"))
    late_ruled_at: Mapped[dt.datetime | None] = field(Instant, label=N_("裁定时间"))
    late_ruled_by: Mapped[str | None] = field(String(64), label=N_("裁定人"))
    late_ruled_by_id: Mapped[int | None] = mapped_column(Integer)
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    handler: Mapped[Staff | None] = link(label=N_("承办人"))
    assigned_at: Mapped[dt.datetime | None] = field(Instant, label=N_("指派时间"))
    assigned_by: Mapped[str | None] = field(String(64), label=N_("指派人"))
    assigned_by_id: Mapped[int | None] = mapped_column(Integer)
    accepted_on: Mapped[dt.date | None] = field(Date, label=N_("受理日期"))
    simplified: Mapped[bool | None] = field(Boolean, label=N_("简易程序"))
    outcome: Mapped[AppealOutcome | None] = field(AppealOutcome, label=N_("申诉结果"))
    decided_on: Mapped[dt.date | None] = field(Date, label=N_("决定日期"))
    delivered_on: Mapped[dt.date | None] = field(Date, label=N_("送达日期"))
    decided_by: Mapped[str | None] = field(String(MOST_NAME), label=N_("作出决定的机关或人员"))
    document: Mapped[str | None] = field(String(MOST_NAME), label=N_("文书号"))
    findings: Mapped[str | None] = field(Text, label=N_("决定内容和理由"))
    wrong_at: Mapped[dt.datetime | None] = field(Instant, label=N_("认定有误时间"))
    concluded_at: Mapped[dt.datetime | None] = field(Instant, label=N_("记录时间"))
    concluded_by: Mapped[str | None] = field(String(64), label=N_("记录人"))
    concluded_by_id: Mapped[int | None] = mapped_column(Integer)
    periods: Mapped[list[AppealPeriod]] = relationship(
        back_populates="appeal", order_by="AppealPeriod.id", lazy="selectin"
    )

    @property
    def period(self) -> AppealPeriod | None:
        """The period that runs, or else the last that ran."""
        running = next((it for it in self.periods if it.met_on is None), None)
        return running or (self.periods[-1] if self.periods else None)

    def __str__(self) -> str:
        """Name the appeal by its number and kind."""
        return f"{self.number} {gettext(self.kind.label)}"


class AppealPeriod(Entity):
    """A period of an appeal that ran or runs; each stage of it is flagged once.

    Late is told by dates: what was done on the last day is in time, however late it is recorded.
    """

    __tablename__ = "appeal_period"
    __table_args__ = (
        UniqueConstraint("appeal_id", "step"),
        CheckConstraint("warn_at <= due_at", name="warns_before"),
        CheckConstraint("met_on IS NULL OR met_on >= begins_on", name="met_after_it_began"),
        Index(
            "ix_appeal_period_warning_to_flag",
            "warn_at",
            postgresql_where=text("met_on IS NULL AND warning_flagged_at IS NULL"),
            sqlite_where=text("met_on IS NULL AND warning_flagged_at IS NULL"),
        ),
        Index(
            "ix_appeal_period_overdue_to_flag",
            "due_at",
            postgresql_where=text("met_on IS NULL AND overdue_flagged_at IS NULL"),
            sqlite_where=text("met_on IS NULL AND overdue_flagged_at IS NULL"),
        ),
    )

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), nullable=False)
    appeal: Mapped[Appeal] = relationship(back_populates="periods")
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    step: Mapped[RemedyStep] = field(RemedyStep, label=N_("环节"), nullable=False)
    rule_id: Mapped[int] = mapped_column(ForeignKey("remedy_period.id"), nullable=False, index=True)
    rule: Mapped[RemedyPeriod] = relationship(lazy="joined")
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    unit: Mapped[str] = mapped_column(String(16), nullable=False)
    begins_on: Mapped[dt.date] = field(Date, label=N_("起算日期"), nullable=False)
    last_day: Mapped[dt.date] = field(Date, label=N_("最后一日"), nullable=False)
    provisional: Mapped[bool] = field(Boolean, label=N_("暂定"), nullable=False, default=False)
    warn_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    due_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    met_on: Mapped[dt.date | None] = field(Date, label=N_("完成日期"))
    warning_flagged_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    overdue_flagged_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    @property
    def late(self) -> bool:
        """Whether it was met after its last day."""
        return self.met_on is not None and self.met_on > self.last_day
