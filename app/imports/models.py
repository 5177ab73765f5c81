"""What was taken in from files: who, when, which file, what came of it; rows by their content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.core.db import Instant
from app.core.language import N_, gettext
from app.core.panel import Panel, choice_type, field, link
from app.core.privacy import Secret
from app.core.timeline import Json
from app.departments.models import Hall
from app.imports.rules import TITLES, ImportState, LineKind


class ImportRun(Model):
    """One file that somebody uploaded: checked, and perhaps taken in, once."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (applied_at IS NOT NULL)", name="done_with_its_time"),
        CheckConstraint("added >= 0 AND added <= total", name="added_in_bounds"),
    )
    __panel__ = Panel(
        N_("导入记录"),
        "imports",
        columns=(
            "created_at",
            "kind",
            "file_name",
            "actor",
            "state",
            "total",
            "added",
            "known",
            "wrong",
        ),
        filters=("state", "created_at"),
        search=("file_name", "actor"),
        order=("-id",),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    created_at: Mapped[datetime] = field(Instant, label=N_("时间"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("内容"), nullable=False, words=TITLES)
    file_name: Mapped[str] = field(String(255), label=N_("文件"), nullable=False)
    sha256: Mapped[str] = field(
        String(64), label=N_("文件校验码（SHA-256）"), nullable=False, index=True
    )
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer, index=True)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"))
    """The one hall that the rows are of; none, where they are of several or of all."""
    state: Mapped[ImportState] = field(
        ImportState, label=N_("状态"), nullable=False, default=ImportState.CHECKED
    )
    total: Mapped[int] = field(Integer, label=N_("行数"), nullable=False)
    added: Mapped[int] = field(Integer, label=N_("已导入", "count"), nullable=False, default=0)
    known: Mapped[int] = field(Integer, label=N_("无需导入"), nullable=False)
    wrong: Mapped[int] = field(Integer, label=N_("有问题"), nullable=False)
    whole: Mapped[bool | None] = mapped_column(Boolean)
    """Whether it was all or nothing; False for the good rows only."""
    applied_at: Mapped[datetime | None] = field(Instant, label=N_("导入时间"))
    applied_by: Mapped[str | None] = field(String(64), label=N_("确认人"))
    report: Mapped[dict[str, Any]] = mapped_column(Json, nullable=False)
    """What the check or the import found, as the page shows it; personal data masked."""
    content: Mapped[str | None] = deferred(mapped_column(Secret))
    """The file itself, in base64 and encrypted, until it is a few days old."""

    def __str__(self) -> str:
        """Name the file."""
        return self.file_name


class ImportLine(Model):
    """A row that was taken in, by its content: the same row never comes in twice."""

    __tablename__ = "import_line"
    __table_args__ = (UniqueConstraint("kind", "digest"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), nullable=False, index=True)
    run: Mapped[ImportRun] = link(label=N_("导入记录"))
    kind: Mapped[LineKind] = mapped_column(choice_type(LineKind), nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    """The blind index of the row's content: nothing of it can be guessed from outside."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False, index=True)
    page: Mapped[str] = mapped_column(Text, nullable=False)
    row: Mapped[int] = mapped_column(Integer, nullable=False)

    def __str__(self) -> str:
        """Name the place in the file."""
        return gettext("“%(page)s”第 %(row)d 行", page=self.page, row=self.row)
