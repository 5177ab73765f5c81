"""The outbox, the rules, the channels, and every notice with what became of it."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.core.privacy import Secret
from app.departments.models import Hall
from app.notices import sending
from app.notices.kinds import KINDS, WORDS
from app.notices.rules import Audience, Pace, State, TargetKind, Way

LONG = BigInteger().with_variant(Integer(), "sqlite")
CASES, CARDS = "cases", "supervision-cards"
"""What the notice of an event is about, as addresses name it: a case, or a card about one."""


def page_of(about: str, row_id: int) -> str:
    """Return the page of what a notice is about."""
    return f"/{about}/show/{row_id}"


def _index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Index some of the notices only: what is done with costs nothing any more."""
    condition = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


class Outbox(Model):
    """An event of which nobody has been told yet; written by a trigger with the event itself.

    No foreign key: events are append only, and the trigger writes nothing but their numbers.
    """

    __tablename__ = "outbox"
    __table_args__ = (_index("ix_outbox_waiting", "event_id", where="taken_at IS NULL"),)

    event_id: Mapped[int] = mapped_column(LONG, primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)


class NoticeTarget(Entity):
    """A channel out of the house: a mail server, a group's robot, an interface."""

    __tablename__ = "notice_target"
    __panel__ = Panel(
        N_("通知渠道"),
        "notice-targets",
        columns=("name", "kind", "hall", "active"),
        form=((N_("通知渠道"), ("name", "kind", "hall", "address", "active")),),
        search=("name",),
        filters=("kind", "hall", "active"),
        order=("name",),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), unique=True, nullable=False)
    kind: Mapped[TargetKind] = field(TargetKind, label=N_("种类"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅"))
    address: Mapped[str] = field(
        Secret,
        label=N_("地址"),
        mask="url",
        nullable=False,
        hint=N_(
            "机器人：粘贴群里给出的完整地址；邮件服务器：mailtos://用户:密码@服务器；"
            "接口：https://主机/路径。加密保存，保存后不再显示"
        ),
    )
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check that the address is one of its kind."""
        if self.kind is None or not self.address:
            return {}
        problem = sending.problem_of(self.kind, self.address)
        return {"address": problem} if problem else {}

    def __str__(self) -> str:
        """Name the channel."""
        return self.name


class NoticeRule(Entity):
    """Who is told of a kind of event, by which way, how soon."""

    __tablename__ = "notice_rule"
    __table_args__ = (
        CheckConstraint("inbox OR mail OR target_id IS NOT NULL", name="tells_somehow"),
        Index("ix_notice_rule_kind", "kind"),
    )
    __panel__ = Panel(
        N_("通知规则"),
        "notice-rules",
        columns=("kind", "audience", "hall", "inbox", "mail", "target", "pace", "active"),
        form=(
            (N_("什么事、告诉谁"), ("kind", "audience", "hall", "active")),
            (N_("怎么告诉"), ("inbox", "mail", "target", "pace")),
        ),
        filters=("kind", "audience", "hall", "active"),
        order=("kind", "audience", "id"),
    )

    kind: Mapped[str] = field(String(32), label=N_("事件"), words=KINDS, nullable=False)
    audience: Mapped[Audience] = field(
        Audience,
        label=N_("告诉谁"),
        nullable=False,
        hint=N_(
            "经办操作的本人不会收到；没有上级督查时告诉本厅督查；没有排班时，值班人员指本厅窗口人员"
        ),
    )
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅"))
    inbox: Mapped[bool] = field(Boolean, label=N_("面板消息"), nullable=False, default=True)
    mail: Mapped[bool] = field(Boolean, label=N_("邮件"), nullable=False, default=False)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("notice_target.id"), index=True)
    target: Mapped[NoticeTarget | None] = link(
        label=N_("群或接口"), hint=N_("同时发到这个渠道；一个事件在一个渠道只发一次")
    )
    pace: Mapped[Pace] = field(
        Pace,
        label=N_("时机"),
        nullable=False,
        default=Pace.AT_ONCE,
        hint=N_("都只在工作时间发出；汇总在上班时和 14:00 合并成一条"),
    )
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check the kind of event, that there is a way, and that the group is of the hall."""
        found: dict[str, str] = {}
        if self.kind not in KINDS:
            found["kind"] = gettext("没有这种事件，请重新选择")
        if self.target is None and self.audience is Audience.GROUP_ONLY:
            found["target"] = gettext("只发群或接口时，须选择群或接口")
        elif self.target is None and not self.inbox and not self.mail:
            found["inbox"] = gettext("面板消息、邮件、群或接口，至少选一种")
        elif self.target is not None and self.target.kind is TargetKind.MAIL:
            found["target"] = gettext("邮件服务器不是群：要发邮件请勾选“邮件”")
        elif self.target is not None and self.target.hall not in (None, self.hall):
            hall = self.target.hall
            found["target"] = gettext("这个渠道只属于%(hall)s，规则须选同一大厅", hall=hall)
        return found

    def __str__(self) -> str:
        """Say what is told to whom."""
        kind = gettext(KINDS.get(self.kind, self.kind))
        return gettext("%(kind)s → %(whom)s", kind=kind, whom=gettext(self.audience.label))


class Notice(Model):
    """One thing told to one person or group by one way, once; and what became of it.

    Whoever looks after delivery need not read of which case: what it says is hidden from the
    generated views, and shown by the feature's own to those who read cases.

    Exactly one of `user_id`, `target_id` and `place` says to whom; `place` is the number of an
    address in the setting. `about` and `row_id` name what it is about as addresses do. Of a case
    or of a card about one it names the event, like the outbox without a foreign key; what is about
    anything else was written with the change that it tells of, and has none.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "(user_id IS NULL AND way = 'group') OR (user_id IS NOT NULL AND way <> 'group')",
            name="people_or_groups",
        ),
        CheckConstraint(
            "way <> 'group' OR (target_id IS NULL) <> (place IS NULL)", name="one_group"
        ),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_when"),
        CheckConstraint(
            f"(about IN ('{CASES}', '{CARDS}')) = (case_id IS NOT NULL)"
            " AND (case_id IS NULL) = (event_id IS NULL)"
            f" AND (about <> '{CASES}' OR case_id = row_id)",
            name="about_one_thing",
        ),
        _index(
            "uq_notice_event_id_way_user_id",
            "event_id",
            "way",
            "user_id",
            where="user_id IS NOT NULL",
            unique=True,
        ),
        _index(
            "uq_notice_event_id_target_id",
            "event_id",
            "target_id",
            where="target_id IS NOT NULL",
            unique=True,
        ),
        _index(
            "uq_notice_event_id_place", "event_id", "place", where="place IS NOT NULL", unique=True
        ),
        Index("ix_notice_user_id_id", "user_id", "id"),
        _index("ix_notice_unread", "user_id", "way", where="read_at IS NULL"),
        _index("ix_notice_to_send", "send_after", "id", where="state = 'pending'"),
        _index("ix_notice_under_way", "claimed_at", where="state = 'sending'"),
        _index("ix_notice_stuck", "id", where="state IN ('dead', 'unknown')"),
        Index("ix_notice_hall_id_id", "hall_id", "id"),
    )
    __panel__ = Panel(
        N_("发送记录"),
        "deliveries",
        columns=(
            "created_at",
            "kind",
            "hall",
            "recipient",
            "way",
            "state",
            "attempts",
            "send_after",
            "last_error",
        ),
        form=(
            (N_("事件"), ("kind", "hall", "created_at")),
            (
                N_("发送"),
                (
                    "recipient",
                    "way",
                    "pace",
                    "state",
                    "send_after",
                    "sent_at",
                    "attempts",
                    "last_error",
                    "resent_by",
                    "resent_at",
                    "read_at",
                ),
            ),
        ),
        search=("recipient",),
        filters=("way", "kind", "hall"),
        order=("-id",),
        hidden=("case_number", "title", "body"),
    )

    id: Mapped[int] = mapped_column(LONG, primary_key=True)
    event_id: Mapped[int | None] = mapped_column(LONG)
    about: Mapped[str] = mapped_column(String(32), nullable=False, default="cases")
    row_id: Mapped[int] = mapped_column(Integer, nullable=False)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    case_number: Mapped[str] = field(String(40), label=N_("编号"), nullable=False)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    kind: Mapped[str] = field(String(32), label=N_("事件"), words=WORDS, nullable=False)
    way: Mapped[Way] = field(Way, label=N_("方式"), nullable=False)
    pace: Mapped[Pace] = field(Pace, label=N_("时机"), nullable=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("notice_target.id"), index=True)
    place: Mapped[int | None] = mapped_column(Integer)
    recipient: Mapped[str] = field(String(128), label=N_("收件人"), nullable=False)
    title: Mapped[str] = field(String(200), label=N_("标题"), nullable=False)
    body: Mapped[str] = field(Text, label=N_("内容"), nullable=False)
    file_name: Mapped[str | None] = mapped_column(String(255))
    file_key: Mapped[str | None] = mapped_column(String(255))
    """Under which name the store of produced files keeps what a letter carries."""
    created_at: Mapped[datetime] = field(Instant, label=N_("产生时间"), nullable=False)
    send_after: Mapped[datetime] = field(Instant, label=N_("最早发送时间"), nullable=False)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[State] = field(State, label=N_("状态"), nullable=False)
    attempts: Mapped[int] = field(Integer, label=N_("尝试次数"), nullable=False, default=0)
    last_error: Mapped[str | None] = field(String(255), label=N_("说明"))
    sent_at: Mapped[datetime | None] = field(Instant, label=N_("发送时间"))
    read_at: Mapped[datetime | None] = field(Instant, label=N_("已读时间"))
    resent_at: Mapped[datetime | None] = field(Instant, label=N_("重发时间"))
    resent_by: Mapped[str | None] = field(String(64), label=N_("重发人"))

    @property
    def url(self) -> str:
        """The page that it is about."""
        return page_of(self.about, self.row_id)

    def __str__(self) -> str:
        """Say what is told to whom."""
        kind = gettext(WORDS.get(self.kind, self.kind))
        return gettext("%(kind)s → %(whom)s", kind=kind, whom=self.recipient)
