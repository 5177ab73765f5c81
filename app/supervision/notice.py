"""What stands on the printed notice of a card: plain values, fitted to one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cases.models import Case
from app.core import scope
from app.core.crud.present import local
from app.core.db import db
from app.core.language import N_, gettext
from app.papers.rules import FLOWING, Type, fitting
from app.supervision.rules import CardKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.supervision.models import SupervisionCard

TITLES = {
    CardKind.REMINDER: N_("催办通知书"),
    CardKind.YELLOW: N_("黄牌警示通知书"),
    CardKind.RED: N_("红牌警告通知书"),
    CardKind.REPORT: N_("督办呈报单"),
}

AROUND = 17.0
"""Lines of the title, the table, the headings and the paper's own sentences."""


@dataclass(frozen=True)
class Notice:
    """A notice of one page, if it can be."""

    kind: str
    title: str
    hall: str
    number: str
    case_number: str
    matter: str
    department: str
    due: datetime | None
    days_over: int | None
    demand: str
    basis: str
    reply_due: datetime
    provisional: bool
    reply: str
    replied: datetime | None
    replied_by: str
    late: bool
    withdrawn: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    dated: date
    type: Type
    fits: bool


def notice(card: SupervisionCard) -> Notice:
    """Return what stands on the notice of a card."""
    zone = card.hall.timezone
    with scope.everything():  # its department may no longer have the case, and still has the card
        case = db.session.scalars(select(Case).where(Case.id == card.case_id)).one()
        clock = next((it for it in case.clocks if it.id == card.deadline_id), None)
        matter, due = case.matter, clock.due_at if clock is not None else None
    texts = [matter, card.demand, card.reply or "", card.withdrawn_reason or ""]
    size = fitting(texts, AROUND)

    def when(instant: datetime | None) -> datetime | None:
        return local(instant, zone) if instant is not None else None

    return Notice(
        kind=card.kind.value,
        title=gettext(TITLES[card.kind]),
        hall=card.hall.name,
        number=card.number,
        case_number=card.case_number,
        matter=matter,
        department=card.department.name,
        due=when(due),
        days_over=card.days_over,
        demand=card.demand,
        basis=card.rule.source if card.rule is not None else "",
        reply_due=local(card.reply_due, zone),
        provisional=card.provisional,
        reply=card.reply or "",
        replied=when(card.replied_at),
        replied_by=card.replied_by or "",
        late=card.replied_at is not None and card.late(card.replied_at),
        withdrawn=when(card.withdrawn_at),
        withdrawn_by=card.withdrawn_by or "",
        withdrawn_reason=card.withdrawn_reason or "",
        dated=local(card.issued_at, zone).date(),
        type=size or FLOWING,
        fits=size is not None,
    )
