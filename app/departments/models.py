"""Halls as a tree, their departments, who works where, and who is responsible for which matter."""

from __future__ import annotations

from datetime import time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    Time,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.core.language import N_, gettext
from app.core.panel import Panel, field, link
from app.departments.rules import CODE, PREFIX, DayEnd, HallLevel, Role, is_time_zone
from app.departments.staff_models import Staff

__all__ = ["Department", "Hall", "Membership", "Responsibility", "Staff"]

CODE_HINT = N_("小写字母、数字和 . - _，用于命令、网址和文件名")


def _code_problem(code: str) -> dict[str, str]:
    if CODE.fullmatch(code or ""):
        return {}
    return {"code": gettext("代码只能用小写字母、数字和 . - _，并以字母或数字开头")}


class Hall(Entity):
    """A place that runs a window; halls form a tree: province, city, county, town."""

    __tablename__ = "hall"
    __table_args__ = (
        CheckConstraint("opening < closing", name="opens_before_it_closes"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
    )
    __panel__ = Panel(
        N_("大厅"),
        "halls",
        columns=("code", "name", "level", "parent", "prefix", "opening", "closing", "active"),
        form=(
            (N_("大厅"), ("name", "code", "prefix", "level", "parent", "active")),
            (N_("时间"), ("timezone", "opening", "midday", "closing", "day_end")),
            (N_("对外公开"), ("public_progress", "public_rules")),
        ),
        search=("code", "name"),
        filters=("level", "active"),
        order=("code",),
        related=("departments",),
        frozen=("code", "prefix"),
    )

    name: Mapped[str] = field(String(64), label=N_("名称"), unique=True, nullable=False)
    code: Mapped[str] = field(
        String(32), label=N_("代码"), hint=CODE_HINT, unique=True, nullable=False
    )
    prefix: Mapped[str] = field(
        String(6),
        label=N_("编号字头"),
        unique=True,
        nullable=False,
        hint=N_("事项编号以它开头，如 LQ-2026-000318；启用后不能改"),
    )
    level: Mapped[HallLevel] = field(
        HallLevel, label=N_("层级"), nullable=False, default=HallLevel.COUNTY
    )
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    parent: Mapped[Hall | None] = link(label=N_("上级大厅"), remote_side="Hall.id")
    timezone: Mapped[str] = field(
        String(64), label=N_("时区"), nullable=False, default="Asia/Shanghai"
    )
    opening: Mapped[time] = field(Time, label=N_("上班时间"), nullable=False, default=time(9))
    closing: Mapped[time] = field(Time, label=N_("下班时间"), nullable=False, default=time(17, 30))
    midday: Mapped[time | None] = field(
        Time, label=N_("午间换班"), hint=N_("上午班到此为止，下午班从此开始；不填为 12:00")
    )
    day_end: Mapped[DayEnd] = field(
        DayEnd, label=N_("期限最后一日截至"), nullable=False, default=DayEnd.CLOSING
    )
    public_progress: Mapped[bool] = field(
        Boolean,
        label=N_("公开查询进度"),
        nullable=False,
        default=True,
        server_default=true(),
        hint=N_("反映人凭回执上的编号和查询码，不登录即可查询进度"),
    )
    public_rules: Mapped[bool] = field(
        Boolean,
        label=N_("公开规则文件"),
        nullable=False,
        default=True,
        server_default=true(),
        hint=N_("任何人不登录即可查看本大厅已发布的受理标准、办理流程、权责清单和隐私告知"),
    )
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)
    departments: Mapped[list[Department]] = link(
        label=N_("科室"), back_populates="hall", passive_deletes="all", order_by="Department.code"
    )

    def problems(self) -> dict[str, str]:
        """Check the code, the prefix, the time zone, the hours and the tree."""
        found = _code_problem(self.code)
        if not PREFIX.fullmatch(self.prefix or ""):
            found["prefix"] = gettext("编号字头须为 1 至 6 个大写字母")
        if not is_time_zone(self.timezone):
            found["timezone"] = gettext("没有这个时区，例如 Asia/Shanghai")
        if self.opening >= self.closing:
            found["closing"] = gettext("下班时间须晚于上班时间")
        elif self.midday is not None and not self.opening < self.midday < self.closing:
            found["midday"] = gettext("午间换班须在上班时间和下班时间之间")
        above = self.parent
        while above is not None and "parent" not in found:
            if above is self:
                found["parent"] = gettext("上级大厅不能是它自己或它的下级")
            above = above.parent
        return found

    def __str__(self) -> str:
        """Name the hall."""
        return self.name


class Department(Entity):
    """A department of a hall: whoever must act on a case."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("hall_id", "code"), UniqueConstraint("hall_id", "name"))
    __panel__ = Panel(
        N_("科室"),
        "departments",
        columns=("hall", "code", "name", "parent", "head", "phone", "active"),
        form=(
            (N_("科室"), ("hall", "name", "code", "parent", "active")),
            (N_("联系"), ("head", "phone")),
        ),
        search=("code", "name", "head"),
        filters=("hall", "active"),
        order=("hall_id", "code"),
        related=("responsibilities",),
        frozen=("hall",),
    )

    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), nullable=False)
    hall: Mapped[Hall] = link(label=N_("大厅"), back_populates="departments")
    name: Mapped[str] = field(String(64), label=N_("名称"), nullable=False)
    code: Mapped[str] = field(String(32), label=N_("代码"), hint=CODE_HINT, nullable=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    parent: Mapped[Department | None] = link(label=N_("上级科室"), remote_side="Department.id")
    head: Mapped[str | None] = field(String(64), label=N_("负责人"))
    phone: Mapped[str | None] = field(String(32), label=N_("办公电话"))
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)
    responsibilities: Mapped[list[Responsibility]] = link(
        label=N_("权责清单"), back_populates="department", passive_deletes="all"
    )

    def problems(self) -> dict[str, str]:
        """Check the code and that the department above is of the same hall."""
        found = _code_problem(self.code)
        if self.parent is self:
            found["parent"] = gettext("上级科室不能是它自己")
        elif self.parent is not None and self.parent.hall is not self.hall:
            found["parent"] = gettext("上级科室须属于同一大厅")
        return found

    def __str__(self) -> str:
        """Name the department with its hall, because every hall has one of that name."""
        return f"{self.name} · {self.hall}" if self.hall else self.name


def _one_of_a_kind(columns: tuple[str, ...], where: str) -> Index:
    """Hold a membership once: to a unique key over all its columns, two NULLs are not the same."""
    name = f"uq_membership_{'_'.join(columns)}"
    return Index(
        name, *columns, unique=True, postgresql_where=text(where), sqlite_where=text(where)
    )


class Membership(Entity):
    """Who holds which role where: a person ↔ a hall or a department."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "role <> 'handler' OR department_id IS NOT NULL", name="a_handler_has_a_department"
        ),
        CheckConstraint("role = 'admin' OR hall_id IS NOT NULL", name="all_but_admin_have_a_hall"),
        _one_of_a_kind(("user_id", "role", "department_id"), "department_id IS NOT NULL"),
        _one_of_a_kind(
            ("user_id", "role", "hall_id"), "department_id IS NULL AND hall_id IS NOT NULL"
        ),
        _one_of_a_kind(("user_id", "role"), "department_id IS NULL AND hall_id IS NULL"),
    )
    __panel__ = Panel(
        N_("任职"),
        "memberships",
        columns=("user", "role", "hall", "department"),
        form=((N_("任职"), ("user", "role", "hall", "department")),),
        filters=("role", "hall"),
        order=("hall_id", "role", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False, index=True)
    user: Mapped[Staff] = link(label=N_("人员"), back_populates="memberships")
    role: Mapped[Role] = field(Role, label=N_("角色"), nullable=False)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"), index=True)
    hall: Mapped[Hall | None] = link(label=N_("大厅"), hint=N_("系统管理员可以不填，表示全部大厅"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    department: Mapped[Department | None] = link(
        label=N_("科室"), hint=N_("科室经办人必填，其他角色不填")
    )

    def problems(self) -> dict[str, str]:
        """Check that a handler has a department of the hall, and everybody else has none."""
        if self.role is Role.HANDLER and self.department is None:
            return {"department": gettext("科室经办人须选择科室")}
        if self.role is not Role.HANDLER and self.department is not None:
            return {"department": gettext("只有科室经办人才选择科室")}
        if self.role is not Role.ADMIN and self.hall is None:
            return {"hall": gettext("请选择大厅")}
        if self.department is not None and self.department.hall is not self.hall:
            return {"department": gettext("科室须属于所选大厅")}
        return {}

    def __str__(self) -> str:
        """Name the role and the place."""
        place = self.department or self.hall or gettext("全部大厅")
        return f"{gettext(self.role.label)} · {place}"


class Responsibility(Entity):
    """One line of the list of powers and responsibilities: matter → department, legal basis."""

    __tablename__ = "responsibility"
    __table_args__ = (
        UniqueConstraint("department_id", "code"),
        UniqueConstraint("department_id", "matter"),
    )
    __panel__ = Panel(
        N_("权责清单"),
        "responsibilities",
        columns=("code", "matter", "department", "legal_basis", "active"),
        form=((N_("权责"), ("department", "matter", "code", "legal_basis", "duty", "active")),),
        search=("code", "matter", "legal_basis"),
        filters=("department", "active"),
        order=("department_id", "code"),
    )

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), nullable=False)
    department: Mapped[Department] = link(label=N_("责任科室"), back_populates="responsibilities")
    matter: Mapped[str] = field(String(128), label=N_("事项名称"), nullable=False, index=True)
    code: Mapped[str] = field(String(32), label=N_("代码"), hint=CODE_HINT, nullable=False)
    legal_basis: Mapped[str] = field(String(255), label=N_("法律依据"), nullable=False)
    duty: Mapped[str | None] = field(Text, label=N_("职责内容"))
    active: Mapped[bool] = field(Boolean, label=N_("启用"), nullable=False, default=True)

    def problems(self) -> dict[str, str]:
        """Check the code."""
        return _code_problem(self.code)

    def __str__(self) -> str:
        """Name the matter."""
        return self.matter
