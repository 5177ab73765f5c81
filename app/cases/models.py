"""The case, the counter of its numbers, and the departments it was dispatched to."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.cases.rules import (
    ApplicantKind,
    Channel,
    Outcome,
    Satisfaction,
    Situation,
    Status,
    Urgency,
)
from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.core.privacy import Secret
from app.core.words import Choice
from app.deadlines.models import Deadline
from app.deadlines.rules import Classification
from app.departments.models import Department, Hall, Responsibility

MAX_TEXT = 4000
MAX_VISITS = 999


class AssignmentRole(Choice):
    """What a department is to a case."""

    LEAD = "lead", N_("主办")
    ASSIST = "assist", N_("协办")


class Case(Entity):
    """One reported matter, from the window to the closed file. Cases are never deleted."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("hall_id", "year", "serial"),
        CheckConstraint("(outcome IS NULL) = (finished_at IS NULL)", name="finished_with_outcome"),
        CheckConstraint(
            "status <> 'closed' OR (closed_at IS NOT NULL AND outcome IS NOT NULL)",
            name="closed_with_result",
        ),
        CheckConstraint("status = 'closed' OR closed_at IS NULL", name="closing_time_of_closed"),
        CheckConstraint(
            "outcome IS NULL OR outcome = 'replied' OR coalesce(length(result), 0) > 0",
            name="resolved_with_result",
        ),
        CheckConstraint(
            "outcome IS NULL OR outcome <> 'replied' OR coalesce(length(reasons), 0) > 0",
            name="cannot_be_done_with_reasons",
        ),
        CheckConstraint(
            "status <> 'refused' OR (coalesce(length(refusal_reason), 0) > 0 "
            "AND coalesce(length(remedy), 0) > 0)",
            name="refused_with_reason_and_remedy",
        ),
        CheckConstraint(
            "status IN ('registered', 'refused') OR classification IS NOT NULL",
            name="accepted_with_classification",
        ),
        CheckConstraint(f"visits BETWEEN 0 AND {MAX_VISITS}", name="visits_in_bounds"),
        Index("ix_case_hall_id_status_id", "hall_id", "status", "id"),
        Index("ix_case_hall_id_registered_at", "hall_id", "registered_at"),
        Index("ix_case_phone_index", "phone_index"),
    )
    __panel__ = Panel(
        N_("事项"),
        "cases",
        columns=(
            "number",
            "matter",
            "description",
            "classification",
            "lead_department",
            "clock",
            "due",
            "status",
        ),
        form=(
            (N_("来源"), ("hall", "channel", "urgency")),
            (N_("反映人"), ("applicant_kind", "applicant_name", "phone", "id_number", "address")),
            (N_("事项"), ("matter", "situation", "visits", "description", "demand")),
        ),
        search=("number", "matter", "applicant_name", "description"),
        filters=(
            "hall",
            "status",
            "classification",
            "lead_department",
            "situation",
            "channel",
            "registered_at",
        ),
        order=("-id",),
        frozen=("hall",),
    )

    number: Mapped[str] = field(String(32), label=N_("编号"), unique=True, nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    year: Mapped[int] = mapped_column(Integer, nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    channel: Mapped[Channel] = field(
        Channel, label=N_("来源渠道"), nullable=False, default=Channel.WINDOW
    )
    urgency: Mapped[Urgency] = field(
        Urgency, label=N_("紧急程度"), nullable=False, default=Urgency.NORMAL
    )
    applicant_kind: Mapped[ApplicantKind] = field(
        ApplicantKind, label=N_("反映人类型"), nullable=False, default=ApplicantKind.INDIVIDUAL
    )
    applicant_name: Mapped[str] = field(String(64), label=N_("反映人"), nullable=False, mask="name")
    phone: Mapped[str | None] = field(Secret, label=N_("联系电话"), mask="phone")
    phone_index: Mapped[str | None] = mapped_column(String(64))
    id_number: Mapped[str | None] = field(
        Secret, label=N_("证件号码"), mask="id_number", hint=N_("居民身份证号或统一社会信用代码")
    )
    address: Mapped[str | None] = field(Secret, label=N_("联系地址"), mask="address")
    matter: Mapped[str] = field(
        String(128),
        label=N_("事项名称"),
        nullable=False,
        hint=N_("可从权责清单中选择，也可直接填写"),
    )
    responsibility_id: Mapped[int | None] = mapped_column(
        ForeignKey("responsibility.id"), index=True
    )
    responsibility: Mapped[Responsibility | None] = link(label=N_("权责依据"))
    situation: Mapped[Situation] = field(
        Situation, label=N_("情形"), nullable=False, default=Situation.NOT_ACCEPTED
    )
    visits: Mapped[int] = field(Integer, label=N_("到厅次数"), nullable=False, default=1)
    description: Mapped[str] = field(Text, label=N_("反映内容"), nullable=False)
    demand: Mapped[str | None] = field(Text, label=N_("诉求"))
    classification: Mapped[Classification | None] = field(Classification, label=N_("分类"))
    status: Mapped[Status] = field(
        Status, label=N_("状态"), nullable=False, default=Status.REGISTERED
    )
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    lead_department: Mapped[Department | None] = link(label=N_("主办科室"))
    refusal_reason: Mapped[str | None] = field(Text, label=N_("不予受理的理由"))
    remedy: Mapped[str | None] = field(Text, label=N_("告知的救济途径"))
    outcome: Mapped[Outcome | None] = field(Outcome, label=N_("办理方式"))
    result: Mapped[str | None] = field(Text, label=N_("办理结果"))
    reasons: Mapped[str | None] = field(Text, label=N_("不能办理的原因"))
    legal_basis: Mapped[str | None] = field(Text, label=N_("法律依据"))
    satisfaction: Mapped[Satisfaction | None] = field(Satisfaction, label=N_("满意度"))
    registered_at: Mapped[datetime] = field(Instant, label=N_("登记时间"), nullable=False)
    registered_by: Mapped[str] = field(String(64), label=N_("登记人"), nullable=False)
    accepted_at: Mapped[datetime | None] = field(Instant, label=N_("受理时间"))
    dispatched_at: Mapped[datetime | None] = field(Instant, label=N_("派发时间"))
    signed_at: Mapped[datetime | None] = field(Instant, label=N_("签收时间"))
    finished_at: Mapped[datetime | None] = field(Instant, label=N_("办结时间"))
    closed_at: Mapped[datetime | None] = field(Instant, label=N_("结案时间"))

    assignments: Mapped[list[Assignment]] = relationship(
        back_populates="case", order_by="Assignment.id"
    )
    clock: Mapped[Deadline | None] = relationship(
        primaryjoin=lambda: and_(foreign(Deadline.case_id) == Case.id, Deadline.current),
        viewonly=True,
        uselist=False,
    )

    def problems(self) -> dict[str, str]:
        """Check lengths and bounds that the form and REST share."""
        found: dict[str, str] = {}
        if not 0 <= self.visits <= MAX_VISITS:
            found["visits"] = gettext("到厅次数须在 0 至 %(most)d 之间", most=MAX_VISITS)
        for name in (
            "description",
            "demand",
            "result",
            "reasons",
            "legal_basis",
            "refusal_reason",
            "remedy",
        ):
            if len(getattr(self, name) or "") > MAX_TEXT:
                found[name] = gettext("最多 %(most)d 个字", most=MAX_TEXT)
        return found

    def __str__(self) -> str:
        """Name the case."""
        return self.number


class CaseCounter(Model):
    """The last serial given out in a hall and year; its row lock makes the numbers gapless."""

    __tablename__ = "case_counter"

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer, nullable=False)


class Assignment(Entity):
    """A department that a case was dispatched to. Joint handling and return use the same rows."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("case_id", "department_id"),
        Index("ix_assignment_department_id_case_id", "department_id", "case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case: Mapped[Case] = relationship(back_populates="assignments")
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), nullable=False)
    department: Mapped[Department] = relationship()
    role: Mapped[AssignmentRole] = field(
        AssignmentRole, label=N_("承办方式"), nullable=False, default=AssignmentRole.LEAD
    )
    dispatched_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    signed_by: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
