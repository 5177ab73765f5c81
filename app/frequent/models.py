"""The setting from when on a problem is frequent, and the problems that were found."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.articles.models import Article
from app.cases.models import Case
from app.causes.models import Cause
from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, between, field, link
from app.departments.models import Hall
from app.frequent.rules import (
    LEAST_CASES,
    LEAST_DAYS,
    MOST_CASES,
    MOST_DAYS,
    USUAL_CASES,
    USUAL_DAYS,
    Decision,
)
from app.improvements.models import Improvement


def _one_open(name: str, columns: tuple[str, ...], cause: str) -> Index:
    """Allow a problem to be open once."""
    where = text(f"state = 'open' AND cause_id {cause}")
    return Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class FrequencyRule(Entity):
    """From how many cases in how many days on a problem is frequent; a hall's own goes first."""

    __tablename__ = "frequency_rule"
    __table_args__ = (
        CheckConstraint(f"cases BETWEEN {LEAST_CASES} AND {MOST_CASES}", name="cases_in_bounds"),
        CheckConstraint(f"days BETWEEN {LEAST_DAYS} AND {MOST_DAYS}", name="days_in_bounds"),
        UniqueConstraint("hall_id"),
        Index(
            "uq_frequency_rule_general",
            "active",
            unique=True,
            postgresql_where=text("hall_id IS NULL AND active"),
            sqlite_where=text("hall_id IS NULL AND active"),
        ),
    )
    __panel__ = Panel(
        N_("高频问题标准"),
        "frequency-rules",
        columns=("hall", "cases", "days", "active"),
        form=((N_("高频问题标准"), ("hall", "cases", "days", "active")),),
        filters=("hall", "active"),
    )

    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"))
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("不选表示全部大厅；本厅规则优先"))
    cases: Mapped[int] = field(
        Integer, label=N_("达到件数"), nullable=False, default=USUAL_CASES,
        hint=N_("同一事项、同一原因的事项达到这个件数，就提示为高频问题"),
    )  # fmt: skip
    days: Mapped[int] = field(
        Integer, label=N_("统计天数"), nullable=False, default=USUAL_DAYS,
        hint=N_("只统计最近这些天登记的事项"),
    )  # fmt: skip
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check the bounds."""
        told = gettext("须在 %(least)d 至 %(most)d 之间", least=LEAST_CASES, most=MOST_CASES)
        found = {} if LEAST_CASES <= (self.cases or 0) <= MOST_CASES else {"cases": told}
        if not LEAST_DAYS <= (self.days or 0) <= MOST_DAYS:
            found["days"] = gettext(
                "须在 %(least)d 至 %(most)d 之间", least=LEAST_DAYS, most=MOST_DAYS
            )
        return found

    def __str__(self) -> str:
        """Say it in a line."""
        return gettext("%(days)d 天内 %(cases)d 件", days=self.days, cases=self.cases)


PROBLEM_CASE = Table(
    "frequent_problem_case",
    Model.metadata,
    Column("problem_id", ForeignKey("frequent_problem.id"), primary_key=True),
    Column("case_id", ForeignKey("case.id"), primary_key=True, index=True),
)


class FrequentProblem(Entity):
    """A matter that keeps failing for one cause in one hall, and the cases that say so.

    Where no cause is known yet it is the words of the cases that are alike: a matter may have
    several such problems.
    """

    __tablename__ = "frequent_problem"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_with_its_time"),
        CheckConstraint(
            "state <> 'dismissed' OR coalesce(length(note), 0) > 0", name="dismissed_with_reason"
        ),
        CheckConstraint(
            "(state = 'accepted') = (article_id IS NOT NULL OR improvement_id IS NOT NULL)"
            " AND (article_id IS NULL OR improvement_id IS NULL)",
            name="accepted_as",
        ),
        CheckConstraint("(cause_id IS NULL) = (anchor_id IS NOT NULL)", name="anchored"),
        _one_open("uq_frequent_problem_open", ("hall_id", "matter", "cause_id"), "IS NOT NULL"),
        _one_open(
            "uq_frequent_problem_open_causeless", ("hall_id", "matter", "anchor_id"), "IS NULL"
        ),
    )
    __panel__ = Panel(
        N_("高频问题"),
        "frequent-problems",
        columns=("matter", "cause", "number", "hall", "found_at", "state"),
        search=("matter",),
        filters=("hall", "state"),
        order=("-number", "-id"),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    matter: Mapped[str] = field(String(128), label=N_("事项名称"), nullable=False)
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    cause: Mapped[Cause | None] = link(label=N_("办不成的原因"))
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """Without a cause: the first of its cases, which no other problem of the kind rests on."""
    number: Mapped[int] = field(Integer, label=N_("件数"), nullable=False)
    days: Mapped[int] = field(Integer, label=N_("统计天数"), nullable=False)
    found_at: Mapped[datetime] = field(Instant, label=N_("发现时间"), nullable=False)
    state: Mapped[Decision] = field(
        Decision, label=N_("处理结果"), nullable=False, default=Decision.OPEN
    )
    decided_at: Mapped[datetime | None] = field(Instant, label=N_("处理时间"))
    decided_by: Mapped[str | None] = field(String(64), label=N_("处理人"))
    note: Mapped[str | None] = field(Text, label=N_("未采纳的理由"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article | None] = link(label=N_("知识库文章"))
    improvement_id: Mapped[int | None] = mapped_column(ForeignKey("improvement.id"), index=True)
    improvement: Mapped[Improvement | None] = link(label=N_("整改事项"))
    cases: Mapped[list[Case]] = between(
        label=N_("依据的事项"), secondary=PROBLEM_CASE, order_by=Case.id
    )

    def __str__(self) -> str:
        """Name the problem."""
        return f"{self.matter} · {self.cause}" if self.cause else self.matter
