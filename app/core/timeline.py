"""The timeline of a case: what happened, when, by whom. Append only, in the database itself.

`at` is when a thing happened (for a flag: when the stage began), `recorded_at` when it was written.
Triggers on both databases refuse UPDATE and DELETE (migrations).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Instant, db
from app.core.language import N_, gettext
from app.core.panel import Panel, field

if TYPE_CHECKING:
    from app.core.scope import Person

Json = JSON().with_variant(JSONB(), "postgresql")

KINDS: dict[str, str] = {
    "registered": N_("登记"),
    "edited": N_("修改", "event"),
    "accepted": N_("受理"),
    "refused": N_("不予受理"),
    "closed_on_the_spot": N_("当场办结"),
    "dispatched": N_("派发"),
    "signed": N_("签收"),
    "progress": N_("反馈进展"),
    "resolved": N_("办结"),
    "replied": N_("答复释因"),
    "closed": N_("结案"),
    "revealed": N_("查看个人信息", "event"),
    "warning": N_("临期预警"),
    "overdue": N_("超期"),
    "escalated": N_("提级提醒"),
    "recomputed": N_("到期时间更正"),
}
"""The kinds of event, each with the word that the timeline shows."""


class Event(Model):
    """One entry of a case's timeline."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_case_id_id", "case_id", "id"),)
    __panel__ = Panel(
        N_("办理过程"),
        "events",
        columns=("at", "actor", "kind", "case_number"),
        order=("-id",),
        filters=("kind",),
        search=("case_number", "actor"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("编号"), nullable=False)
    at: Mapped[datetime] = field(Instant, label=N_("时间"), nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("事件"), words=KINDS, nullable=False)
    payload: Mapped[dict[str, Any]] = mapped_column(Json, nullable=False)

    def __str__(self) -> str:
        """Name the case and what happened to it."""
        return f"{self.case_number} {gettext(KINDS.get(self.kind, self.kind))}"


def record(case: Any, kind: str, *, actor: Person, now: datetime, **payload: Any) -> Event:
    """Write an event onto a case's timeline; it is committed with what it tells of."""
    event = Event(
        case_id=case.id,
        case_number=case.number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind=kind,
        payload=payload,
    )
    db.session.add(event)
    return event
