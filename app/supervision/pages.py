"""How a card stands, and what the page of a case shows of its cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.crud.pages import Button, Fact
from app.core.crud.present import EMPTY, local
from app.core.language import gettext
from app.core.security import may
from app.supervision.queries import cards_of
from app.supervision.rules import TONES

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case
    from app.core.scope import Person
    from app.supervision.models import SupervisionCard


def standing(card: SupervisionCard, now: datetime) -> tuple[str, str]:
    """Return how a card stands, as tone and text of its lamp."""
    if card.withdrawn_at is not None:
        return "idle", gettext("已撤销")
    late = card.late(now)
    if card.replied_at is not None:
        return ("warn", gettext("逾期回复")) if late else ("ok", gettext("已回复"))
    return ("late", gettext("逾期未回复")) if late else ("warn", gettext("待回复"))


def cards_on_page(case: Case, _actor: Person, now: datetime) -> list[tuple[str, list[list[Fact]]]]:
    """Return the cards of a case for its page; nothing where there are none."""
    rows = [_told(card, case.hall.timezone, now) for card in cards_of(case)]
    return [(gettext("督办"), rows)] if rows else []


def _told(card: SupervisionCard, zone: str, now: datetime) -> list[Fact]:
    def when(instant: datetime | None, who: str | None = "") -> str:
        return f"{local(instant, zone):%Y-%m-%d %H:%M} {who or ''}".strip() if instant else EMPTY

    tone, text = standing(card, now)
    facts = [
        Fact(gettext("督办种类"), gettext(card.kind.label), "lamp", tone=TONES[card.kind]),
        Fact(gettext("督办单号"), card.number, "mono", url=f"/supervision-cards/show/{card.id}"),
        Fact(gettext("被督办科室"), card.department.name),
        Fact(gettext("下发时间"), when(card.issued_at, card.issued_by), "mono"),
        Fact(gettext("回复期限"), when(card.reply_due), "mono"),
        Fact(gettext("督办状态"), text, "lamp", tone=tone),
    ]
    if card.reply:
        facts.append(Fact(gettext("回复内容"), card.reply, "long"))
    if card.withdrawn_reason:
        facts.append(Fact(gettext("撤销理由"), card.withdrawn_reason, "long"))
    return facts


def buttons_on_page(case: Case, _actor: Person, _now: datetime) -> list[Button]:
    """Return the way to what may be done about a case by those who oversee it."""
    if not may("accountability", "r", None):
        return []
    return [Button(gettext("督办与追责"), f"/accountability/{case.id}")]
