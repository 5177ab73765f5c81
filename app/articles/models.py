"""The article of the knowledge base, its versions, its files, and what it was good for."""

from __future__ import annotations

import datetime as dt

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.articles.rules import ArticleStatus
from app.cases.models import Case
from app.causes.models import Cause
from app.core.db import Entity, Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, between, field, link
from app.departments.models import Department, Hall, Staff

MAX_TEXT = 4000
LONGEST_QUESTION = 255


def _beside(name: str, other: str) -> Table:
    """Return the table of what belongs to articles, many to many."""
    return Table(
        f"article_{name}",
        Model.metadata,
        Column("article_id", ForeignKey("article.id"), primary_key=True),
        Column(f"{name}_id", ForeignKey(other), primary_key=True, index=True),
    )


ARTICLE_CAUSE = _beside("cause", "cause.id")
ARTICLE_DEPARTMENT = _beside("department", "department.id")
ARTICLE_CASE = _beside("case", "case.id")

VERSION_FILE = Table(
    "article_version_file",
    Model.metadata,
    Column("version_id", ForeignKey("article_version.id"), primary_key=True),
    Column("file_id", ForeignKey("article_file.id"), primary_key=True, index=True),
)
"""The files that were published with a version: those that were reviewed with its texts."""


class Article(Entity):
    """A problem as people put it, and how it is solved; the columns hold what is worked on.

    What everybody reads is an `ArticleVersion`: a published article that is written anew stays as
    it was published until it has been reviewed again.
    """

    __tablename__ = "article"
    __table_args__ = (
        CheckConstraint(
            "reviewed_by_id IS NULL OR reviewed_by_id <> written_by_id", name="reviewed_by_another"
        ),
        CheckConstraint(
            "status NOT IN ('reviewed', 'published') OR reviewed_by_id IS NOT NULL",
            name="published_after_review",
        ),
        CheckConstraint(
            "status <> 'published' OR (published_version IS NOT NULL AND review_due IS NOT NULL)",
            name="published_with_version",
        ),
        Index("ix_article_status_review_due", "status", "review_due"),
    )
    __panel__ = Panel(
        N_("知识库文章"),
        "articles",
        columns=("question", "matter", "hall", "status", "written_by", "review_due"),
        form=(
            (N_("问题"), ("hall", "matter", "question")),
            (N_("办法"), ("solution", "legal_basis")),
        ),
        search=("question",),
        filters=("hall", "status"),
        order=("-id",),
        frozen=("hall",),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    matter: Mapped[str | None] = field(
        String(128), label=N_("事项名称"), hint=N_("与权责清单上的名称一致，登记这一事项时就会推荐")
    )
    question: Mapped[str] = field(
        String(LONGEST_QUESTION), label=N_("问题"), nullable=False, hint=N_("照群众的说法写")
    )
    solution: Mapped[str] = field(
        Text, label=N_("解决办法"), nullable=False, hint=N_("分步骤写，一步一行；可直接插入答复")
    )
    legal_basis: Mapped[str | None] = field(Text, label=N_("法律依据"))
    status: Mapped[ArticleStatus] = field(
        ArticleStatus, label=N_("状态"), nullable=False, default=ArticleStatus.DRAFT
    )
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    written_by: Mapped[Staff | None] = link(label=N_("撰写人"), foreign_keys=[written_by_id])
    writers: Mapped[list[int]] = mapped_column(JSON, nullable=False, default=list)
    """Whoever wrote at it since it was published last: none of them reviews it."""
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reviewed_by: Mapped[Staff | None] = link(label=N_("审核人"), foreign_keys=[reviewed_by_id])
    note: Mapped[str | None] = field(Text, label=N_("审核意见"))
    published_version: Mapped[int | None] = field(Integer, label=N_("已发布版本"))
    review_due: Mapped[dt.date | None] = field(Date, label=N_("应复审日期"))
    causes: Mapped[list[Cause]] = between(
        label=N_("办不成的原因"), secondary=ARTICLE_CAUSE, order_by=Cause.code
    )
    departments: Mapped[list[Department]] = between(
        label=N_("负责科室"), secondary=ARTICLE_DEPARTMENT, order_by=Department.code
    )
    cases: Mapped[list[Case]] = between(
        label=N_("关联事项"), secondary=ARTICLE_CASE, order_by=Case.id
    )
    versions: Mapped[list[ArticleVersion]] = relationship(
        back_populates="article", order_by="ArticleVersion.number.desc()"
    )
    files: Mapped[list[ArticleFile]] = relationship(
        back_populates="article", order_by="ArticleFile.id"
    )

    def problems(self) -> dict[str, str]:
        """Check the lengths of the texts."""
        return {
            name: gettext("最多 %(most)d 个字", most=MAX_TEXT)
            for name in ("solution", "legal_basis", "note")
            if len(getattr(self, name) or "") > MAX_TEXT
        }

    def __str__(self) -> str:
        """Name the article."""
        return self.question


class ArticleVersion(Model):
    """An article as it was published: what everybody reads and finds.

    Its texts and its files never change.
    """

    __tablename__ = "article_version"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        Index(
            "uq_article_version_current",
            "article_id",
            unique=True,
            postgresql_where=text("current"),
            sqlite_where=text("current"),
        ),
        Index("ix_article_version_matter", "matter"),
    )
    __panel__ = Panel(
        N_("知识库"),
        "knowledge",
        columns=("question", "matter", "causes", "hall", "published_at", "shown", "used"),
        form=(
            (N_("问题"), ("question", "matter", "causes", "departments", "hall")),
            (N_("办法"), ("solution", "legal_basis")),
            (
                N_("发布"),
                (
                    "number",
                    "published_at",
                    "published_by",
                    "written_by",
                    "reviewed_by",
                    "shown",
                    "used",
                ),
            ),
        ),
        search=("question",),
        filters=("hall",),
        order=("-id",),
        hidden=("current",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), nullable=False)
    article: Mapped[Article] = relationship(back_populates="versions")
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False, index=True)
    hall: Mapped[Hall] = link(label=N_("大厅"))
    number: Mapped[int] = field(Integer, label=N_("版本"), nullable=False)
    current: Mapped[bool] = mapped_column(Boolean, nullable=False)
    """Whether it is the one that holds: not while a later one does, nor once out of use."""
    question: Mapped[str] = field(String(255), label=N_("问题"), nullable=False)
    matter: Mapped[str | None] = field(String(128), label=N_("事项名称"))
    causes: Mapped[str] = field(Text, label=N_("办不成的原因"), nullable=False)
    departments: Mapped[str | None] = field(Text, label=N_("负责科室"))
    solution: Mapped[str] = field(Text, label=N_("解决办法"), nullable=False)
    legal_basis: Mapped[str | None] = field(Text, label=N_("法律依据"))
    published_at: Mapped[dt.datetime] = field(Instant, label=N_("发布时间"), nullable=False)
    published_by: Mapped[str] = field(String(64), label=N_("发布人"), nullable=False)
    reviewed_by: Mapped[str] = field(String(64), label=N_("审核人"), nullable=False)
    written_by: Mapped[str] = field(String(64), label=N_("撰写人"), nullable=False)
    shown: Mapped[int] = field(Integer, label=N_("推荐次数"), nullable=False, default=0)
    used: Mapped[int] = field(Integer, label=N_("采用次数"), nullable=False, default=0)
    files: Mapped[list[ArticleFile]] = relationship(
        secondary=VERSION_FILE, order_by="ArticleFile.id"
    )

    def __str__(self) -> str:
        """Name the article."""
        return self.question


class ArticleGram(Model):
    """What a published article is found by (`rules.grams`)."""

    __tablename__ = "article_gram"
    __table_args__ = (Index("ix_article_gram_version_id", "version_id"),)

    gram: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("article_version.id"), primary_key=True)
    weight: Mapped[int] = mapped_column(Integer, nullable=False)


class ArticleFile(Entity):
    """A file of an article; one taken off stays, with who did it, for what was published."""

    __tablename__ = "article_file"
    __table_args__ = (Index("ix_article_file_sha256", "sha256"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), nullable=False, index=True)
    article: Mapped[Article] = relationship(back_populates="files")
    name: Mapped[str] = mapped_column(String(255), nullable=False)
    media_type: Mapped[str] = mapped_column(String(128), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    uploaded_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)
    uploaded_by: Mapped[str] = mapped_column(String(64), nullable=False)
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    removed_by: Mapped[str | None] = mapped_column(String(64))


class ArticleReminder(Model):
    """That it was told that an article is due for review: once for each day it fell due on."""

    __tablename__ = "article_reminder"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    due: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    told_at: Mapped[dt.datetime] = mapped_column(Instant, nullable=False)


class ArticleUse(Model):
    """What an article was for a case: shown once, used once."""

    __tablename__ = "article_use"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, index=True)
    shown_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    used_by: Mapped[str | None] = mapped_column(String(64))
