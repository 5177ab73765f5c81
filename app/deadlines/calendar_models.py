"""The working-day calendar as data, and its revisions."""

from __future__ import annotations

import datetime as dt

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, field
from app.deadlines.rules import DaySource


class CalendarYear(Entity):
    """A year of the working-day calendar: final once the State Council's notice is in."""

    __tablename__ = "calendar_year"
    __panel__ = Panel(
        N_("日历年度"),
        "calendar-years",
        columns=("year", "final", "notice"),
        form=((N_("日历年度"), ("year", "final", "notice")),),
        order=("-year",),
        frozen=("year",),
    )

    year: Mapped[int] = field(Integer, label=N_("年份"), unique=True, nullable=False)
    final: Mapped[bool] = field(
        Boolean,
        label=N_("已定"),
        nullable=False,
        default=False,
        hint=N_("国务院办公厅放假通知已录入；未定年份的时限标为“暂定”"),
    )
    notice: Mapped[str | None] = field(String(255), label=N_("依据文件"))

    def problems(self) -> dict[str, str]:
        """Check that the year is one that the calendar spans."""
        if 2000 <= (self.year or 0) <= 2100:  # noqa: PLR2004 - the span of the calendar
            return {}
        return {"year": gettext("年份须在 2000 至 2100 之间")}

    def __str__(self) -> str:
        """Name the year."""
        return str(self.year)


class CalendarDay(Entity):
    """A day that differs from Monday–Friday: a holiday, or a make-up working day."""

    __tablename__ = "calendar_day"
    __panel__ = Panel(
        N_("日历特殊日"),
        "calendar-days",
        columns=("date", "working", "name", "source"),
        form=((N_("日历特殊日"), ("date", "working", "name", "source")),),
        search=("name",),
        filters=("working", "source", "date"),
        order=("-date",),
    )

    date: Mapped[dt.date] = field(Date, label=N_("日期"), unique=True, nullable=False)
    working: Mapped[bool] = field(Boolean, label=N_("上班"), nullable=False, default=False)
    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    source: Mapped[DaySource] = field(
        DaySource, label=N_("来源"), nullable=False, default=DaySource.STATUTORY
    )

    def __str__(self) -> str:
        """Name the day."""
        return f"{self.date:%Y-%m-%d} {self.name}"


class CalendarRevision(Model):
    """One change of the calendar; deadlines remember the revision they were computed with."""

    __tablename__ = "calendar_revision"
    __panel__ = Panel(
        N_("日历修订"),
        "calendar-revisions",
        columns=("id", "at", "actor", "what"),
        order=("-id",),
        labels={"id": N_("修订号")},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[dt.datetime] = field(Instant, label=N_("时间"), nullable=False)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    what: Mapped[str] = field(String(255), label=N_("内容"), nullable=False)

    def __str__(self) -> str:
        """Name the revision."""
        return gettext("第 %(revision)d 版", revision=self.id)
