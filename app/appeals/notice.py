"""What stands on the printed notice that an appeal was taken in: plain values, fitted to a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.appeals.pages import UNITS
from app.cases.models import Case
from app.core.crud.present import local
from app.core.db import db
from app.core.language import N_, gettext
from app.papers.contents import name_for
from app.papers.rules import FLOWING, Type, fitting
from app.rulebook.rules import PeriodUnit, RemedyKind

if TYPE_CHECKING:
    from datetime import date

    from app.appeals.models import Appeal
    from app.core.scope import Person

TITLES = {
    RemedyKind.COMPLAINT: N_("申诉收件回执"),
    RemedyKind.RECONSIDERATION: N_("行政复议登记回执"),
    RemedyKind.LITIGATION: N_("行政诉讼登记回执"),
}

AROUND = 18.0
"""Lines of the title, the table, the headings and the paper's own sentences."""


@dataclass(frozen=True)
class Term:
    """A period as the applicant is told of it."""

    step: str
    length: str
    last_day: date
    provisional: bool
    basis: str


@dataclass(frozen=True)
class Notice:
    """A notice of one page, if it can be."""

    kind: str
    title: str
    hall: str
    number: str
    case_number: str
    matter: str
    name: str
    against: str
    told_on: date
    authority: str
    filed_on: date
    last_day: date | None
    basis: str
    grounds: str
    late_reason: str
    admitted: bool | None
    handler: str
    terms: tuple[Term, ...]
    dated: date
    type: Type
    fits: bool


def notice(appeal: Appeal, person: Person) -> Notice:
    """Return what stands on the notice of an appeal, for a reader."""
    case = db.session.get_one(Case, appeal.case_id)
    texts = [case.matter, appeal.grounds, appeal.authority, appeal.late_reason or ""]
    size = fitting(texts, AROUND + 2 * len(appeal.periods))
    return Notice(
        kind=appeal.kind.value,
        title=gettext(TITLES[appeal.kind]),
        hall=appeal.hall.name,
        number=appeal.number,
        case_number=appeal.case_number,
        matter=case.matter,
        name=name_for(case, person),
        against=gettext(appeal.occasion.label),
        told_on=appeal.told_on,
        authority=appeal.authority,
        filed_on=appeal.filed_on,
        last_day=appeal.last_day,
        basis=appeal.legal_basis,
        grounds=appeal.grounds,
        late_reason=appeal.late_reason or "",
        admitted=appeal.late_admitted,
        handler=appeal.handler.name if appeal.handler is not None else "",
        terms=tuple(
            Term(
                step=gettext(it.step.label),
                length=gettext(UNITS[PeriodUnit(it.unit)], number=it.number),
                last_day=it.last_day,
                provisional=it.provisional,
                basis=it.rule.legal_basis,
            )
            for it in appeal.periods
        ),
        dated=local(appeal.registered_at, appeal.hall.timezone).date(),
        type=size or FLOWING,
        fits=size is not None,
    )
