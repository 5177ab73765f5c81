"""Windows of a hall, who is at them on which half day, and what people exchanged."""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, choice_type, field, link
from app.departments.models import CODE_HINT, Hall, Staff
from app.departments.rules import CODE
from app.roster.rules import Half, Shift, SwapState

MOST_REASON = 200


class Window(Entity):
    """A counter of a hall at which somebody is on duty."""

    __tablename__ = "hall_window"
    __table_args__ = (UniqueConstraint("hall_id", "code"), UniqueConstraint("hall_id", "name"))
    __panel__ = Panel(
        N_("值班窗口"),
        "windows",
        columns=("name", "code", "hall", "active"),
        form=((N_("值班窗口"), ("hall", "name", "code", "active")),),
        search=("name", "code"),
        filters=("hall", "active"),
        order=("hall_id", "code", "id"),
        frozen=("hall",),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    name: Mapped[str] = field(String(32), label=N_("名称"), nullable=False)
    code: Mapped[str] = field(String(32), label=N_("代码"), hint=CODE_HINT, nullable=False)
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check the code."""
        if CODE.fullmatch(self.code or ""):
            return {}
        return {"code": gettext("代码只能用小写字母、数字和 . - _，并以字母或数字开头")}

    def __str__(self) -> str:
        """Name the window."""
        return self.name


class Duty(Entity):
    """One person at one window for half a day; a whole day is two of them.

    Nobody else can be at that window then. That a person is at two windows at once is not for the
    database to refuse: it happens, and the plan shows it.
    """

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("window_id", "day", "half"),
        Index("ix_duty_hall_id_day", "hall_id", "day"),
        Index("ix_duty_staff_id_day", "staff_id", "day"),
    )
    __panel__ = Panel(
        N_("值班"),
        "duties",
        columns=("day", "half", "window", "staff", "hall"),
        form=((N_("值班"), ("hall", "window", "day", "half", "staff")),),
        filters=("hall", "window", "day"),
        order=("-day", "window_id", "half"),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    window_id: Mapped[int] = mapped_column(ForeignKey("hall_window.id"), nullable=False)
    window: Mapped[Window] = link(label=N_("值班窗口"), lazy="joined")
    day: Mapped[dt.date] = field(Date, label=N_("日期"), nullable=False)
    half: Mapped[Half] = field(Half, label=N_("班次"), nullable=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    staff: Mapped[Staff] = link(label=N_("值班人员"), lazy="joined")

    def __str__(self) -> str:
        """Say where and when."""
        return f"{self.day:%Y-%m-%d} {gettext(self.half.label)} {self.window.name}"


class Swap(Entity):
    """Two people exchange duties: asked by one and answered by the other, or set by a supervisor.

    It names windows, days and people itself, so that it stays true when the plan moves on.
    """

    __tablename__ = "duty_swap"
    __table_args__ = (
        CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = "
            "(decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("staff_id <> other_staff_id", name="between_two"),
        Index("ix_duty_swap_hall_id_id", "hall_id", "id"),
        Index(
            "uq_duty_swap_asked_once",
            "window_id",
            "day",
            "shift",
            "other_window_id",
            "other_day",
            "other_shift",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
        Index(
            "ix_duty_swap_waiting",
            "other_staff_id",
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
    )
    __panel__ = Panel(
        N_("换班"),
        "swaps",
        columns=("asked_at", "staff", "turn", "other_staff", "other_turn", "state", "hall"),
        form=(
            (N_("换出"), ("staff", "window", "day", "shift")),
            (N_("换入"), ("other_staff", "other_window", "other_day", "other_shift")),
            (N_("经过"), ("reason", "asked_by", "asked_at", "state", "decided_by", "decided_at")),
        ),
        filters=("hall", "state"),
        order=("-id",),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    staff: Mapped[Staff] = link(label=N_("换班人"), foreign_keys=[staff_id], lazy="joined")
    window_id: Mapped[int] = mapped_column(ForeignKey("hall_window.id"), nullable=False)
    window: Mapped[Window] = link(label=N_("换出窗口"), foreign_keys=[window_id], lazy="joined")
    day: Mapped[dt.date] = field(Date, label=N_("换出日期"), nullable=False)
    shift: Mapped[Shift] = field(Shift, label=N_("换出班次"), nullable=False)
    other_staff_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    other_staff: Mapped[Staff] = link(
        label=N_("对方"), foreign_keys=[other_staff_id], lazy="joined"
    )
    other_window_id: Mapped[int] = mapped_column(
        ForeignKey("hall_window.id"), nullable=False, index=True
    )
    other_window: Mapped[Window] = link(
        label=N_("换入窗口"), foreign_keys=[other_window_id], lazy="joined"
    )
    other_day: Mapped[dt.date] = field(Date, label=N_("换入日期"), nullable=False)
    other_shift: Mapped[Shift] = field(
        choice_type(Shift, "other_shift"), label=N_("换入班次"), nullable=False
    )
    reason: Mapped[str | None] = field(String(MOST_REASON), label=N_("换班原因"))
    asked_at: Mapped[dt.datetime] = field(Instant, label=N_("提出时间"), nullable=False)
    asked_by: Mapped[str] = field(String(64), label=N_("提出人"), nullable=False)
    asked_by_id: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[SwapState] = field(
        SwapState, label=N_("状态"), nullable=False, default=SwapState.ASKED
    )
    decided_at: Mapped[dt.datetime | None] = field(Instant, label=N_("答复时间"))
    decided_by: Mapped[str | None] = field(String(64), label=N_("答复人"))

    def __str__(self) -> str:
        """Say who exchanges with whom."""
        return gettext(
            "%(one)s 与 %(other)s 换班", one=self.staff.name, other=self.other_staff.name
        )
