"""Who logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Mapped

from app.core.language import N_, gettext
from app.core.panel import Panel, link
from app.departments.rules import ADDRESS, STAND_IN, real_address

if TYPE_CHECKING:
    from app.departments.models import Membership  # noqa: TC004 - SQLAlchemy finds it by its name


class Staff(User):
    """A person who logs in. What they may do where is said by their memberships."""

    __panel__ = Panel(
        N_("人员"),
        "staff",
        columns=("username", "first_name", "active", "last_login"),
        form=((N_("人员"), ("username", "first_name", "email", "active")),),
        search=("username", "first_name"),
        filters=("active",),
        order=("username",),
        related=("memberships",),
        frozen=("username",),
        labels={
            "username": N_("登录名"),
            "first_name": N_("姓名"),
            "email": N_("电子邮箱"),
            "active": N_("启用"),
            "last_login": N_("上次登录"),
        },
        stand_ins={"email": STAND_IN},
    )

    memberships: Mapped[list[Membership]] = link(
        label=N_("任职"), back_populates="user", passive_deletes="all"
    )

    def problems(self) -> dict[str, str]:
        """Check the mail address, if there is one."""
        if real_address(self.email) is None or ADDRESS.fullmatch(self.email):
            return {}
        return {"email": gettext("电子邮箱的格式不正确，例如 name@example.gov.cn")}

    @property
    def name(self) -> str:
        """The name as it is shown and recorded."""
        return f"{self.first_name} {self.last_name}".strip()

    def __str__(self) -> str:
        """Name the person, with the log-in name that tells two of a name apart."""
        return gettext("%(name)s（%(username)s）", name=self.name, username=self.username)
