"""The case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    inspect,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from app.cases.identity import AgentRelation, credit_problem, phone_problem, resident_problem
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
from app.core.panel import Panel, attributes, field, link
from app.core.privacy import Secret
from app.core.timeline import Json
from app.deadlines.models import Deadline
from app.deadlines.rules import Classification
from app.departments.models import Department, Hall, Responsibility, Staff
from app.rulebook.models import Criterion

MAX_TEXT = 4000
MAX_BRIEF = 1000
"""Characters of a text that stands on a notice beside a long one: the notice is one page."""
MAX_VISITS = 999


class Case(Entity):
    """One reported matter, from the window to the closed file. Cases are never deleted."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("hall_id", "year", "serial"),
        CheckConstraint("(outcome IS NULL) = (finished_at IS NULL)", name="finished_with_outcome"),
        CheckConstraint(
            "status = 'archived' OR (outcome IS NOT NULL) = "
            "(status IN ('resolved', 'replied', 'called_back', 'closed'))",
            name="outcome_of_answered",
        ),
        CheckConstraint(
            "status = 'archived' OR (closed_at IS NOT NULL) = (status = 'closed')",
            name="closing_time_of_closed",
        ),
        CheckConstraint(
            "(archived_at IS NOT NULL) = (status = 'archived')", name="archiving_time_of_archived"
        ),
        CheckConstraint(
            "status <> 'merged' OR merged_into_id IS NOT NULL", name="merged_into_another"
        ),
        CheckConstraint(
            "status NOT IN ('dispatched', 'signed') OR lead_department_id IS NOT NULL",
            name="dispatched_to_a_department",
        ),
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
            "status IN ('registered', 'refused', 'merged', 'archived') "
            "OR classification IS NOT NULL",
            name="accepted_with_classification",
        ),
        CheckConstraint(
            "overturned_at IS NULL OR reopened_at IS NOT NULL", name="overturned_and_reopened"
        ),
        CheckConstraint("(agent_name IS NULL) = (agent_relation IS NULL)", name="agent_whole"),
        CheckConstraint(f"visits BETWEEN 0 AND {MAX_VISITS}", name="visits_in_bounds"),
        Index("ix_case_hall_id_status_id", "hall_id", "status", "id"),
        Index("ix_case_hall_id_registered_at", "hall_id", "registered_at"),
        Index("ix_case_phone_index", "phone_index"),
        Index("ix_case_applicant_name", "applicant_name"),
        Index("ix_case_matter_id", "matter", "id"),
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
            (N_("来源"), ("hall", "channel", "urgency", "registrar")),
            (
                N_("反映人"),
                (
                    "applicant_kind",
                    "applicant_name",
                    "phone",
                    "contact_name",
                    "id_number",
                    "address",
                ),
            ),
            (N_("代办人（代为反映时填写）"), ("agent_name", "agent_relation", "agent_phone")),
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
    contact_name: Mapped[str | None] = field(
        String(64), label=N_("联系人"), mask="name", hint=N_("反映人是企业时填写")
    )
    agent_name: Mapped[str | None] = field(String(64), label=N_("代办人"), mask="name")
    agent_phone: Mapped[str | None] = field(Secret, label=N_("代办人电话"), mask="phone")
    agent_relation: Mapped[AgentRelation | None] = field(AgentRelation, label=N_("与反映人的关系"))
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
    demand: Mapped[str | None] = field(Text, label=N_("诉求"), most=MAX_BRIEF)
    classification: Mapped[Classification | None] = field(Classification, label=N_("分类"))
    status: Mapped[Status] = field(
        Status, label=N_("状态"), nullable=False, default=Status.REGISTERED
    )
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    lead_department: Mapped[Department | None] = link(label=N_("主办科室"))
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criterion.id"), index=True)
    criterion: Mapped[Criterion | None] = link(label=N_("适用标准"))
    refusal_reason: Mapped[str | None] = field(Text, label=N_("不予受理的理由"))
    remedy: Mapped[str | None] = field(Text, label=N_("告知的救济途径"), most=MAX_BRIEF)
    outcome: Mapped[Outcome | None] = field(Outcome, label=N_("办理方式"))
    result: Mapped[str | None] = field(Text, label=N_("办理结果"))
    reasons: Mapped[str | None] = field(Text, label=N_("不能办理的原因"))
    legal_basis: Mapped[str | None] = field(Text, label=N_("法律依据"))
    remedies: Mapped[list[Any] | None] = mapped_column(Json)
    """The remedies that were told with a reply, a result or a refusal, as they stood then."""
    satisfaction: Mapped[Satisfaction | None] = field(Satisfaction, label=N_("满意度"))
    registered_at: Mapped[datetime] = field(Instant, label=N_("登记时间"), nullable=False)
    registered_by: Mapped[str] = field(String(64), label=N_("登记人"), nullable=False)
    registrar_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    registrar: Mapped[Staff | None] = link(
        label=N_("窗口责任人"), hint=N_("不选即为登记时的值班人员；无人值班时为登记人")
    )
    on_duty: Mapped[str | None] = field(String(255), label=N_("值班人员"))
    """Who was on duty when it was registered, as the plan stood then."""
    accepted_at: Mapped[datetime | None] = field(Instant, label=N_("受理时间"))
    dispatched_at: Mapped[datetime | None] = field(Instant, label=N_("派发时间"))
    signed_at: Mapped[datetime | None] = field(Instant, label=N_("签收时间"))
    finished_at: Mapped[datetime | None] = field(Instant, label=N_("办结时间"))
    closed_at: Mapped[datetime | None] = field(Instant, label=N_("结案时间"))
    raised_at: Mapped[datetime | None] = field(Instant, label=N_("提级办理时间"))
    reopened_at: Mapped[datetime | None] = field(Instant, label=N_("重新办理时间"))
    overturned_at: Mapped[datetime | None] = field(Instant, label=N_("原答复认定有误时间"))
    """When an appeal found wrong what the applicant was told; the case was reopened for it."""
    archived_at: Mapped[datetime | None] = field(Instant, label=N_("归档时间"))
    explanation: Mapped[str | None] = field(Text, label=N_("对不满意的解释"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    merged_into: Mapped[Case | None] = link(label=N_("并入"), remote_side="Case.id")
    progress_hash: Mapped[str | None] = mapped_column(String(64))
    """The blind index of the code on the applicant's receipt (app/papers)."""

    # What stands in app/cases/records.py is built upon this and named by it.
    assignments: Mapped[list[Any]] = relationship(
        "Assignment", back_populates="case", order_by="Assignment.id"
    )
    visits_made: Mapped[list[Any]] = relationship(
        "Visit", back_populates="case", order_by="Visit.id"
    )
    callbacks: Mapped[list[Any]] = relationship(
        "Callback", back_populates="case", order_by="Callback.id"
    )
    causes_named: Mapped[list[Any]] = relationship(
        "CaseCause", back_populates="case", order_by="CaseCause.id"
    )
    clocks: Mapped[list[Deadline]] = relationship(
        primaryjoin=lambda: foreign(Deadline.case_id) == Case.id,
        viewonly=True,
        order_by=lambda: Deadline.id,
    )
    clock: Mapped[Deadline | None] = relationship(
        primaryjoin=lambda: and_(foreign(Deadline.case_id) == Case.id, Deadline.current),
        viewonly=True,
        uselist=False,
    )

    @property
    def causes(self) -> list[Any]:
        """Why it could not be done, as was said last."""
        return [item.cause for item in self.causes_named if item.current]

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
            "explanation",
        ):
            most = attributes(Case)[name].max_length or MAX_TEXT
            if len(getattr(self, name) or "") > most:
                found[name] = gettext("最多 %(most)d 个字", most=most)
        return found | self._wrong_people()

    def _wrong_people(self) -> dict[str, str]:
        """Check who reports and for whom; numbers that were there before are left as they are."""
        found: dict[str, str] = {}
        if self.agent_name and not self.agent_relation:
            found["agent_relation"] = gettext("请选择代办人与反映人的关系")
        if not self.agent_name and (self.agent_relation or self.agent_phone):
            found["agent_name"] = gettext("请填写代办人姓名")
        kept: Any = inspect(self)
        fresh = {it.key for it in kept.attrs if it.history.has_changes()}
        for name in ("phone", "agent_phone"):
            number = getattr(self, name)
            if name in fresh and number and (wrong := phone_problem(number)):
                found[name] = gettext(wrong)
        if self.id_number and fresh & {"id_number", "applicant_kind"}:
            company = self.applicant_kind == ApplicantKind.COMPANY
            wrong = (credit_problem if company else resident_problem)(self.id_number)
            if wrong:
                found["id_number"] = gettext(wrong)
        return found

    def __str__(self) -> str:
        """Name the case."""
        return self.number
