"""The rules of supervision, as data; and the cards, each with its reply and its withdrawal."""

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
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.core.texts import MOST_TEXT
from app.deadlines.models import MAX_WORKING_DAYS
from app.departments.models import Department, Hall
from app.supervision.rules import CardKind

ONE_PAGE = N_("最多 2000 字，督办通知书印在一页纸上")


class SupervisionRule(Entity):
    """When a card is issued by itself: so many working days after the main clock ran out."""

    __tablename__ = "supervision_rule"
    __table_args__ = (
        CheckConstraint(f"days BETWEEN 1 AND {MAX_WORKING_DAYS}", name="days_in_bounds"),
        CheckConstraint(f"reply_days BETWEEN 1 AND {MAX_WORKING_DAYS}", name="reply_in_bounds"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
    )
    __panel__ = Panel(
        N_("督办规则"),
        "supervision-rules",
        columns=("name", "kind", "days", "hall", "reply_days", "valid_from", "valid_to"),
        form=(
            (N_("适用"), ("name", "kind", "hall", "days")),
            (N_("督办要求"), ("demand", "reply_days")),
            (N_("依据与有效期"), ("source", "valid_from", "valid_to")),
        ),
        search=("name", "source"),
        filters=("kind", "hall"),
        order=("days", "id"),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    kind: Mapped[CardKind] = field(CardKind, label=N_("督办种类"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(
        label=N_("大厅"), hint=N_("不选表示全部大厅；本厅同种类的规则优先")
    )
    days: Mapped[int] = field(
        Integer,
        label=N_("超期第几个工作日"),
        nullable=False,
        hint=N_("解决或释因答复时限到期的次日起算；到了那个工作日，上班时自动下发"),
    )
    demand: Mapped[str] = field(Text, label=N_("督办要求"), nullable=False, hint=ONE_PAGE)
    reply_days: Mapped[int] = field(
        Integer, label=N_("回复期限（工作日）"), nullable=False, default=2
    )
    source: Mapped[str] = field(String(255), label=N_("依据文件"), nullable=False)
    valid_from: Mapped[dt.date] = field(Date, label=N_("生效日期"), nullable=False)
    valid_to: Mapped[dt.date | None] = field(Date, label=N_("失效日期"))

    def problems(self) -> dict[str, str]:
        """Check the bounds and the validity."""
        found = {
            name: gettext("须在 1 至 %(most)d 之间", most=MAX_WORKING_DAYS)
            for name in ("days", "reply_days")
            if not 1 <= (getattr(self, name) or 0) <= MAX_WORKING_DAYS
        }
        if len(self.demand or "") > MOST_TEXT:
            found["demand"] = gettext("最多 %(most)d 个字", most=MOST_TEXT)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            found["valid_to"] = gettext("失效日期不能早于生效日期")
        return found

    def __str__(self) -> str:
        """Name the rule."""
        return self.name


class SupervisionCard(Entity):
    """A reminder, a yellow or red card, or a report to leadership. It is withdrawn, never deleted.

    By rule, with the clock that was late and the rule; by hand without a rule. The time for the
    reply stands as it was told on paper: a calendar that changes later does not move it.
    """

    __tablename__ = "supervision_card"
    __table_args__ = (
        UniqueConstraint("case_id", "serial"),
        UniqueConstraint("deadline_id", "rule_id"),
        CheckConstraint("rule_id IS NULL OR deadline_id IS NOT NULL", name="by_rule_of_a_clock"),
        CheckConstraint("length(demand) > 0", name="demands_something"),
        CheckConstraint("issued_at < reply_due", name="reply_after_issue"),
        CheckConstraint(
            "(replied_at IS NULL) = (reply IS NULL) AND (replied_at IS NULL) = (replied_by IS NULL)"
            " AND (reply IS NULL OR length(reply) > 0)",
            name="reply_whole",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_reason IS NULL OR length(withdrawn_reason) > 0)",
            name="withdrawn_with_reason",
        ),
        Index(
            "uq_supervision_card_one_open_by_hand",
            "case_id",
            "department_id",
            "kind",
            unique=True,
            postgresql_where=text(
                "rule_id IS NULL AND replied_at IS NULL AND withdrawn_at IS NULL"
            ),
            sqlite_where=text("rule_id IS NULL AND replied_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index(
            "ix_supervision_card_reply_to_flag",
            "reply_due",
            postgresql_where=text(
                "replied_at IS NULL AND withdrawn_at IS NULL AND late_flagged_at IS NULL"
            ),
            sqlite_where=text(
                "replied_at IS NULL AND withdrawn_at IS NULL AND late_flagged_at IS NULL"
            ),
        ),
        Index("ix_supervision_card_hall_id_id", "hall_id", "id"),
        Index("ix_supervision_card_department_id_id", "department_id", "id"),
    )
    __panel__ = Panel(
        N_("督办单"),
        "supervision-cards",
        columns=("number", "kind", "department", "issued_at", "reply_due", "standing"),
        form=(
            (
                N_("督办单"),
                (
                    "number",
                    "case_number",
                    "kind",
                    "hall",
                    "department",
                    "days_over",
                    "demand",
                    "rule",
                    "issued_at",
                    "issued_by",
                    "reply_due",
                ),
            ),
            (N_("回复"), ("reply", "replied_at", "replied_by", "late_flagged_at")),
            (N_("撤销"), ("withdrawn_reason", "withdrawn_at", "withdrawn_by")),
        ),
        search=("number",),
        filters=("hall", "kind", "department", "issued_at"),
        order=("-id",),
    )

    number: Mapped[str] = field(String(40), label=N_("督办单号"), unique=True, nullable=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("事项编号"), nullable=False)
    serial: Mapped[int] = mapped_column(Integer, nullable=False)
    """Counts the cards of a case from 1, under the case's lock."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[CardKind] = field(CardKind, label=N_("督办种类"), nullable=False)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), nullable=False)
    department: Mapped[Department] = link(label=N_("被督办科室"))
    deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_rule.id"), index=True)
    rule: Mapped[SupervisionRule | None] = link(label=N_("督办规则"))
    days_over: Mapped[int | None] = field(Integer, label=N_("超期工作日"))
    demand: Mapped[str] = field(Text, label=N_("督办要求"), nullable=False)
    issued_at: Mapped[dt.datetime] = field(Instant, label=N_("下发时间"), nullable=False)
    issued_by: Mapped[str] = field(String(64), label=N_("下发人"), nullable=False)
    reply_due: Mapped[dt.datetime] = field(Instant, label=N_("回复期限"), nullable=False)
    provisional: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)
    """Whether the holidays of the reply's year were not published yet when it was reckoned."""
    reply: Mapped[str | None] = field(Text, label=N_("回复内容"))
    replied_at: Mapped[dt.datetime | None] = field(Instant, label=N_("回复时间"))
    replied_by: Mapped[str | None] = field(String(64), label=N_("回复人"))
    late_flagged_at: Mapped[dt.datetime | None] = field(Instant, label=N_("标记逾期时间"))
    withdrawn_at: Mapped[dt.datetime | None] = field(Instant, label=N_("撤销时间"))
    withdrawn_by: Mapped[str | None] = field(String(64), label=N_("撤销人"))
    withdrawn_reason: Mapped[str | None] = field(Text, label=N_("撤销理由"))

    def late(self, now: dt.datetime) -> bool:
        """Say whether the reply came after its time, or is late now; never of a withdrawn one."""
        if self.replied_at is not None:
            return self.replied_at > self.reply_due
        return self.withdrawn_at is None and now > self.reply_due

    def __str__(self) -> str:
        """Name the card by its number and kind."""
        return f"{self.number} {gettext(self.kind.label)}"
