"""The rules as data, the clocks of the cases and the flags they raised."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.core.timeline import Json
from app.deadlines.rules import Classification, ClockKind, Verdict
from app.departments.models import Hall

MAX_WORKING_DAYS = 250
MOST_TIMES = 9
LIMITS = {
    "extensions": MOST_TIMES,
    "extension_days": MAX_WORKING_DAYS,
    "pauses": MOST_TIMES,
    "pause_days": MAX_WORKING_DAYS,
}
"""What a rule allows of extensions and pauses → the most that it may allow."""

OPEN_STAGES = {"warning": "warn_at", "overdue": "due_at", "escalated": "escalate_at"}
"""Stage → the column that holds the instant at which it begins."""


class DeadlineRule(Entity):
    """How long a clock runs: per hall or for all, for one classification or a whole kind."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        CheckConstraint(f"working_days BETWEEN 0 AND {MAX_WORKING_DAYS}", name="days_in_bounds"),
        CheckConstraint(
            "warn_days >= 0 AND (warn_days = 0 OR warn_days < working_days)", name="warns_in_time"
        ),
        CheckConstraint(
            f"extensions BETWEEN 0 AND {MOST_TIMES} AND pauses BETWEEN 0 AND {MOST_TIMES}",
            name="times_in_bounds",
        ),
        CheckConstraint(
            f"extension_days BETWEEN 0 AND {MAX_WORKING_DAYS} "
            f"AND pause_days BETWEEN 0 AND {MAX_WORKING_DAYS}",
            name="adjustments_in_bounds",
        ),
        CheckConstraint(
            f"escalate_days BETWEEN 1 AND {MAX_WORKING_DAYS}", name="escalates_in_bounds"
        ),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
    )
    __panel__ = Panel(
        N_("时限规则"),
        "deadline-rules",
        columns=(
            "name",
            "kind",
            "hall",
            "classification",
            "working_days",
            "valid_from",
            "valid_to",
        ),
        form=(
            (N_("适用"), ("name", "kind", "hall", "classification")),
            (N_("时限"), ("working_days", "warn_days", "warn_time", "escalate_days")),
            (N_("延期与中止"), ("extensions", "extension_days", "pauses", "pause_days")),
            (N_("依据与有效期"), ("source", "valid_from", "valid_to")),
        ),
        search=("name", "source"),
        filters=("kind", "hall"),
        order=("kind", "-valid_from"),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    kind: Mapped[ClockKind] = field(ClockKind, label=N_("时限种类"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅；本厅规则优先"))
    classification: Mapped[Classification | None] = field(
        Classification, label=N_("分类"), hint=N_("不选表示该时限种类的全部分类")
    )
    working_days: Mapped[int] = field(
        Integer, label=N_("工作日数"), nullable=False, hint=N_("0 表示当日下班前")
    )
    warn_days: Mapped[int] = field(
        Integer,
        label=N_("提前预警（工作日）"),
        nullable=False,
        default=0,
        hint=N_("0 表示最后一个工作日当天"),
    )
    warn_time: Mapped[dt.time] = field(
        Time, label=N_("预警时刻"), nullable=False, default=dt.time(9)
    )
    escalate_days: Mapped[int] = field(
        Integer, label=N_("超期几个工作日后提级"), nullable=False, default=2
    )
    extensions: Mapped[int] = field(
        Integer, label=N_("最多延期几次"), nullable=False, default=1, hint=N_("0 表示不得延期")
    )
    extension_days: Mapped[int] = field(
        Integer, label=N_("每次最多延长（工作日）"), nullable=False, default=5
    )
    pauses: Mapped[int] = field(
        Integer, label=N_("最多中止几次"), nullable=False, default=2, hint=N_("0 表示不得中止")
    )
    pause_days: Mapped[int] = field(
        Integer,
        label=N_("每次最长中止（工作日）"),
        nullable=False,
        default=10,
        hint=N_("到期未恢复的，自动恢复计时"),
    )
    source: Mapped[str] = field(String(255), label=N_("依据文件"), nullable=False)
    valid_from: Mapped[dt.date] = field(Date, label=N_("生效日期"), nullable=False)
    valid_to: Mapped[dt.date | None] = field(Date, label=N_("失效日期"))

    def problems(self) -> dict[str, str]:
        """Check the bounds, the validity, and that the classification runs on this clock."""
        found: dict[str, str] = {}
        if not 0 <= self.working_days <= MAX_WORKING_DAYS:
            found["working_days"] = gettext(
                "工作日数须在 0 至 %(most)d 之间", most=MAX_WORKING_DAYS
            )
        elif not 0 <= self.warn_days <= max(self.working_days - 1, 0):
            found["warn_days"] = gettext("提前预警须少于工作日数，且不能为负")
        for name, most in LIMITS.items():
            if not 0 <= getattr(self, name) <= most:
                found[name] = gettext("须在 0 至 %(most)d 之间", most=most)
        if not 1 <= self.escalate_days <= MAX_WORKING_DAYS:
            found["escalate_days"] = gettext(
                "提级天数须在 1 至 %(most)d 之间", most=MAX_WORKING_DAYS
            )
        if self.valid_to is not None and self.valid_to < self.valid_from:
            found["valid_to"] = gettext("失效日期不能早于生效日期")
        if (
            self.classification is not None
            and self.kind.main
            and self.classification.clock is not self.kind
        ):
            found["classification"] = gettext(
                "“%(classification)s”不适用这一时限种类",
                classification=gettext(self.classification.label),
            )
        return found

    def __str__(self) -> str:
        """Name the rule."""
        return self.name


def _stage_index(stage: str) -> Index:
    """Index what a stage has yet to flag, and nothing else: an idle run reads nothing."""
    where = text(f"{stage}_flagged_at IS NULL AND met_at IS NULL")
    return Index(
        f"ix_deadline_{stage}_to_flag",
        OPEN_STAGES[stage],
        postgresql_where=where,
        sqlite_where=where,
    )


class Deadline(Entity):
    """A clock on a case, with everything that its due time rests on.

    `due_version` counts how often the due time moved; a stage is flagged once for each of them.
    `current` marks the clock that the case's lamp and ledgers show. While it is paused, `due_at`
    is when it would run out if the pause lasted to `paused_until`: a clock that nobody resumes
    runs on by itself. `previous` is the clock that a reopening or a reclassification ended.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        CheckConstraint("(met_at IS NULL) = (verdict IS NULL)", name="judged_when_met"),
        CheckConstraint(
            "(paused_at IS NULL) = (paused_until IS NULL) "
            "AND (paused_at IS NULL OR met_at IS NULL)",
            name="paused_while_open",
        ),
        CheckConstraint(
            "start < due_at AND warn_at <= due_at AND due_at < escalate_at", name="stages_in_order"
        ),
        Index(
            "uq_deadline_one_open_of_a_kind",
            "case_id",
            "kind",
            unique=True,
            postgresql_where=text("met_at IS NULL"),
            sqlite_where=text("met_at IS NULL"),
        ),
        Index(
            "uq_deadline_one_current",
            "case_id",
            unique=True,
            postgresql_where=text("current"),
            sqlite_where=text("current"),
        ),
        *(_stage_index(stage) for stage in OPEN_STAGES),
        Index("ix_deadline_hall_id_due_at", "hall_id", "due_at"),
        Index(
            "ix_deadline_open",
            "hall_id",  # first: flagging, which asks for no hall, has indexes of its own
            "due_at",
            postgresql_where=text("met_at IS NULL"),
            sqlite_where=text("met_at IS NULL"),
        ),
    )
    __panel__ = Panel(
        N_("时限"),
        "deadlines",
        columns=(
            "case_number",
            "hall",
            "kind",
            "start",
            "due_at",
            "met_at",
            "verdict",
            "provisional",
        ),
        search=("case_number",),
        filters=("hall", "kind", "verdict", "provisional"),
        order=("-due_at", "-id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    case_number: Mapped[str] = field(String(32), label=N_("编号"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[ClockKind] = field(ClockKind, label=N_("时限种类"), nullable=False)
    current: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("deadline_rule.id"), nullable=False)
    rule: Mapped[DeadlineRule] = link(label=N_("规则"))
    working_days: Mapped[int] = field(Integer, label=N_("工作日数"), nullable=False)
    start: Mapped[dt.datetime] = field(Instant, label=N_("起算时间"), nullable=False)
    warn_at: Mapped[dt.datetime] = field(Instant, label=N_("预警时间"), nullable=False)
    due_at: Mapped[dt.datetime] = field(Instant, label=N_("到期时间"), nullable=False)
    escalate_at: Mapped[dt.datetime] = field(Instant, label=N_("提级时间"), nullable=False)
    due_version: Mapped[int] = mapped_column(Integer, nullable=False, default=1)
    paused_at: Mapped[dt.datetime | None] = field(Instant, label=N_("中止时间"))
    paused_until: Mapped[dt.datetime | None] = field(Instant, label=N_("最迟恢复时间"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"), index=True)
    warning_flagged_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    overdue_flagged_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    escalated_flagged_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    met_at: Mapped[dt.datetime | None] = field(Instant, label=N_("办结时间"))
    verdict: Mapped[Verdict | None] = field(Verdict, label=N_("结论"))
    days_late: Mapped[int | None] = field(Integer, label=N_("超期工作日"))
    provisional: Mapped[bool] = field(Boolean, label=N_("暂定"), nullable=False, default=False)
    calendar_revision: Mapped[int] = mapped_column(Integer, nullable=False)
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, nullable=False)

    def __str__(self) -> str:
        """Name the clock by its case."""
        return f"{self.case_number} {gettext(self.kind.label)}"


class Flag(Model):
    """A stage that a clock reached, once per due-version, with the instant at which it began."""

    __tablename__ = "flag"
    __table_args__ = (UniqueConstraint("deadline_id", "stage", "due_version"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id"), nullable=False)
    stage: Mapped[str] = mapped_column(String(16), nullable=False)
    due_version: Mapped[int] = mapped_column(Integer, nullable=False)
    began_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    flagged_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
