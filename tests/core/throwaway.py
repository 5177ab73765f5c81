"""An entity that exists for one test alone: what a programmer writes, and nothing else."""

import datetime as dt

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.core.language import N_
from app.core.panel import Panel, field, link
from app.core.privacy import Secret
from app.core.words import Choice
from app.departments.models import Hall


class Size(Choice):
    SMALL = "small", N_("小摊")
    LARGE = "large", N_("大摊")


class Stall(Entity):
    __tablename__ = "stall"
    __panel__ = Panel(
        N_("摊位"),
        "stalls",
        search=("name",),
        order=("name",),
        filters=("hall", "size", "open", "since"),
    )
    name: Mapped[str] = field(String(20), label=N_("摊名"), hint=N_("招牌上的字"), unique=True)
    places: Mapped[int] = field(Integer, label=N_("座位数"), default=4)
    open: Mapped[bool] = field(Boolean, label=N_("营业"), default=True)
    since: Mapped[dt.date | None] = field(Date, label=N_("开张日期"))
    size: Mapped[Size] = field(Size, label=N_("大小"), default=Size.SMALL)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    hall: Mapped[Hall] = link(label=N_("大厅"))
    phone: Mapped[str | None] = field(Secret, label=N_("电话"), mask="phone")

    def __str__(self) -> str:
        return self.name
