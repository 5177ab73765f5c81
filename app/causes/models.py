"""A cause, and the one above it."""

from __future__ import annotations

import re

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link

CODE = re.compile(r"[0-9]{2,8}")


class Cause(Entity):
    """Why something could not be done; causes form a tree, the same for every hall.

    The codes put the tree in its order: what stands below 01 is 0101, 0102 and so on.
    """

    __tablename__ = "cause"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
    )
    __panel__ = Panel(
        N_("办不成的原因"),
        "causes",
        columns=("code", "name", "parent", "active"),
        form=((N_("办不成的原因"), ("code", "name", "parent", "hint", "active")),),
        search=("code", "name", "hint"),
        filters=("parent", "active"),
        order=("code",),
    )

    code: Mapped[str] = field(
        String(8),
        label=N_("代码"),
        unique=True,
        nullable=False,
        hint=N_("2 至 8 位数字，按它排列；下级以上级的代码开头，如 01 之下为 0101"),
    )
    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    parent: Mapped[Cause | None] = link(
        label=N_("上级原因"), remote_side="Cause.id", lazy="joined", join_depth=2
    )
    hint: Mapped[str | None] = field(String(255), label=N_("何时选用"))
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check the code, and that the tree has no circle."""
        found: dict[str, str] = {}
        above = self.parent
        while above is not None:
            if above is self:
                return {"parent": gettext("上级原因不能是它自己或它的下级")}
            above = above.parent
        if not CODE.fullmatch(self.code or ""):
            found["code"] = gettext("代码须为 2 至 8 位数字")
        elif self.parent is not None and not self.code.startswith(self.parent.code):
            found["code"] = gettext("代码须以上级原因的代码 %(code)s 开头", code=self.parent.code)
        return found

    def __str__(self) -> str:
        """Name the cause and the one above it."""
        if self.parent is None:
            return self.name
        return gettext("%(above)s：%(name)s", above=self.parent.name, name=self.name)
