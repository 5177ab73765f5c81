"""Subscriptions of ledgers, their runs, and what became of each run for each recipient."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, between, field, link
from app.departments.models import Hall, Staff
from app.departments.rules import Role
from app.ledgers.models import LedgerKind
from app.ledgers.subscriptions.rules import (
    MOST_WORKDAYS,
    Cadence,
    Language,
    Plan,
    SendingState,
    Span,
    Weekday,
)
from app.ledgers.templates.models import LedgerTemplate

GOES_ALONG = {"goes_along": True}

SUBSCRIBER = Table(
    "ledger_subscription_person",
    Model.metadata,
    Column(
        "subscription_id",
        ForeignKey("ledger_subscription.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
    info=GOES_ALONG,
)


class LedgerSubscription(Entity):
    """A ledger that is sent on time: which, to whom, when, by what.

    To the people that it names, and to whoever holds `role` in the hall when it is sent.
    """

    __tablename__ = "ledger_subscription"
    __table_args__ = (
        CheckConstraint("(kind IS NULL) <> (template_id IS NULL)", name="one_ledger"),
        CheckConstraint("inbox OR mail", name="tells_somehow"),
        CheckConstraint(f"nth BETWEEN 1 AND {MOST_WORKDAYS}", name="nth_workday"),
    )
    __panel__ = Panel(
        N_("台账订阅"),
        "ledger-subscriptions",
        columns=("kind", "hall", "cadence", "inbox", "mail", "owner", "active"),
        form=(
            (N_("什么台账"), ("kind", "template", "hall", "span")),
            (N_("谁收"), ("role", "people")),
            (N_("何时发"), ("cadence", "weekday", "nth", "at", "active")),
            (N_("怎么发"), ("inbox", "mail", "language")),
        ),
        filters=("hall", "cadence", "active"),
        order=("-id",),
    )

    kind: Mapped[LedgerKind | None] = field(
        LedgerKind, label=N_("台账种类"), hint=N_("台账种类和台账模板，选其中一项")
    )
    template_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_template.id"), index=True)
    template: Mapped[LedgerTemplate | None] = link(
        label=N_("台账模板"), hint=N_("发送时用模板的最新版本；收件人须能看到这个模板")
    )
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(
        label=N_("大厅"), hint=N_("含其下级大厅；发送时间按这个大厅的时区和工作日")
    )
    span: Mapped[Span] = field(Span, label=N_("期间"), nullable=False, default=Span.ALL)
    role: Mapped[Role | None] = field(
        Role, label=N_("收件角色"), hint=N_("发送时在这个大厅任此职务的全部人员")
    )
    people: Mapped[list[Staff]] = between(
        label=N_("收件人"), secondary=SUBSCRIBER, order_by=Staff.username
    )
    cadence: Mapped[Cadence] = field(
        Cadence,
        label=N_("多久一次"),
        nullable=False,
        default=Cadence.DAILY,
        hint=N_("只在工作日发：逢休息日顺延到下一工作日"),
    )
    weekday: Mapped[Weekday] = field(
        Weekday, label=N_("周几"), nullable=False, default=Weekday.MONDAY, hint=N_("每周发送时")
    )
    nth: Mapped[int] = field(
        Integer, label=N_("当月第几个工作日"), nullable=False, default=1, hint=N_("每月发送时")
    )
    at: Mapped[time] = field(
        Time, label=N_("时间"), nullable=False, default=time(9), hint=N_("在大厅的工作时间之内")
    )
    inbox: Mapped[bool] = field(Boolean, label=N_("面板消息"), nullable=False, default=True)
    mail: Mapped[bool] = field(
        Boolean,
        label=N_("邮件"),
        nullable=False,
        default=True,
        hint=N_("文件不太大时作为附件，否则须登录下载"),
    )
    language: Mapped[Language] = field(
        Language, label=N_("语言"), nullable=False, default=Language.ZH
    )
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    owner: Mapped[Staff] = link(label=N_("设立人"))
    since: Mapped[datetime] = mapped_column(Instant, nullable=False)
    """What was planned up to then is not made up."""

    def problems(self) -> dict[str, str]:
        """Check that it is of one ledger, falls into working hours, and reaches somebody."""
        found: dict[str, str] = {}
        if self.kind is None and self.template is None:
            found["kind"] = gettext("请选择台账种类或台账模板")
        elif self.kind is not None and self.template is not None:
            found["template"] = gettext("台账种类和台账模板只能选一项")
        if self.role is Role.ADMIN:
            found["role"] = gettext("系统管理员不看台账，请选别的角色")
        if not 1 <= (self.nth or 0) <= MOST_WORKDAYS:
            found["nth"] = gettext("须在 1 至 %(most)d 之间", most=MOST_WORKDAYS)
        if self.hall is not None and not self.hall.opening <= self.at < self.hall.closing:
            found["at"] = gettext(
                "须在%(hall)s的工作时间 %(opening)s 至 %(closing)s 之内",
                hall=self.hall.name,
                opening=f"{self.hall.opening:%H:%M}",
                closing=f"{self.hall.closing:%H:%M}",
            )
        if not self.inbox and not self.mail:
            found["inbox"] = gettext("面板消息和邮件，至少选一种")
        return found

    @property
    def plan(self) -> Plan:
        """When it falls due."""
        return Plan(self.cadence, self.weekday, self.nth, self.at, ZoneInfo(self.hall.timezone))

    @property
    def title(self) -> str:
        """What its ledger is called."""
        if self.template is not None:
            return self.template.name
        return gettext(self.kind.label) if self.kind is not None else ""

    def __str__(self) -> str:
        """Say which ledger, of which hall."""
        return gettext("%(hall)s%(ledger)s", hall=self.hall, ledger=self.title)


class LedgerSubscriptionRun(Model):
    """One run of a subscription: whoever writes its row sends, and nobody else."""

    __tablename__ = "ledger_subscription_run"
    __table_args__ = (UniqueConstraint("subscription_id", "planned_for"), {"info": GOES_ALONG})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subscription_id: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_subscription.id", ondelete="SET NULL")
    )
    planned_for: Mapped[datetime] = mapped_column(Instant, nullable=False)
    complained_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the owner was told that somebody got nothing; told once."""


class LedgerSending(Model):
    """A ledger for one recipient of a run, and what became of it.

    The one sending of a run that reached nobody has no recipient.
    """

    __tablename__ = "ledger_sending"
    __table_args__ = (
        UniqueConstraint("run_id", "user_id"),
        CheckConstraint("(state = 'failed') = (reason IS NOT NULL)", name="failed_with_its_reason"),
        CheckConstraint("state = 'failed' OR task_id IS NOT NULL", name="of_a_ledger"),
        CheckConstraint("(state = 'making') = (ended_at IS NULL)", name="ended_with_its_time"),
    )
    __panel__ = Panel(
        N_("台账发送记录"),
        "ledger-sendings",
        columns=("planned_for", "title", "hall", "recipient", "state", "reason", "ended_at"),
        filters=("state", "hall", "planned_for"),
        search=("title", "recipient"),
        order=("-id",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("ledger_subscription_run.id"), nullable=False)
    planned_for: Mapped[datetime] = field(Instant, label=N_("计划时间"), nullable=False)
    title: Mapped[str] = field(String(128), label=N_("台账"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    recipient: Mapped[str] = field(String(128), label=N_("收件人"), nullable=False)
    language: Mapped[Language] = field(Language, label=N_("语言"), nullable=False)
    inbox: Mapped[bool] = field(Boolean, label=N_("面板消息"), nullable=False)
    mail: Mapped[bool] = field(Boolean, label=N_("邮件"), nullable=False)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_task.id"), index=True)
    state: Mapped[SendingState] = field(SendingState, label=N_("状态"), nullable=False)
    reason: Mapped[str | None] = field(Text, label=N_("未送达的原因"))
    begun_at: Mapped[datetime] = field(Instant, label=N_("开始时间"), nullable=False)
    ended_at: Mapped[datetime | None] = field(Instant, label=N_("结束时间"))

    def __str__(self) -> str:
        """Say what went to whom."""
        return gettext("%(what)s → %(whom)s", what=self.title, whom=self.recipient)
