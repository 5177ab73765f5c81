"""Templates of ledgers, and every version of each as it was saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity, Instant
from app.core.language import N_
from app.core.panel import Panel, field, link
from app.departments.models import Hall, Staff
from app.departments.rules import Role
from app.ledgers.models import LedgerKind

KINDS = {kind.value: kind.label for kind in LedgerKind}


class LedgerTemplate(Entity):
    """A ledger as somebody designed it; what it asks for is its current version."""

    __tablename__ = "ledger_template"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("number > 0", name="has_version"),
        CheckConstraint("shared OR (hall_id IS NULL AND role IS NULL)", name="shared_with"),
    )
    __panel__ = Panel(
        N_("台账模板"),
        "ledger-templates",
        columns=("name", "kind", "owner", "shared", "number", "active"),
        form=(
            (
                N_("台账模板"),
                ("name", "kind", "owner", "number", "shared", "hall", "role", "active"),
            ),
        ),
        search=("name",),
        filters=("kind", "active"),
        order=("name", "id"),
    )

    name: Mapped[str] = field(String(64), label=N_("模板名称"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("台账种类"), words=KINDS, nullable=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    owner: Mapped[Staff] = link(label=N_("制作人"))
    number: Mapped[int] = field(Integer, label=N_("版本"), nullable=False, default=1)
    shared: Mapped[bool] = field(Boolean, label=N_("共享"), nullable=False, default=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("共享给大厅"), hint=N_("不选表示全部大厅"))
    role: Mapped[Role | None] = field(Role, label=N_("共享给角色"), hint=N_("不选表示全部角色"))
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def __str__(self) -> str:
        """Name the template."""
        return self.name


class LedgerTemplateVersion(Model):
    """A template as it was saved once; the database refuses to change or delete it."""

    __tablename__ = "ledger_template_version"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("number > 0", name="numbered_from_one"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("ledger_template.id"), nullable=False)
    number: Mapped[int] = mapped_column(Integer, nullable=False)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    author: Mapped[str] = mapped_column(String(64), nullable=False)
    at: Mapped[datetime] = mapped_column(Instant, nullable=False)
