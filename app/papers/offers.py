"""Which papers there are of a case, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cases.rules import Outcome, Status
from app.core import scope
from app.core.crud.pages import Button
from app.core.language import gettext
from app.core.security import holders
from app.papers.queries import can_be_looked_up
from app.papers.rules import PaperKind

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case
    from app.core.scope import Person


def applies(kind: PaperKind, case: Case) -> bool:
    """Say whether a case has come to where a paper tells something true; receipts have codes."""
    if kind is PaperKind.ACCEPTANCE:
        taken = case.status is not Status.REFUSED and case.accepted_at is not None
        return taken and case.outcome is not Outcome.ON_THE_SPOT
    if kind is PaperKind.REFUSAL:
        return case.status is Status.REFUSED
    if kind is PaperKind.REPLY:
        return case.outcome is Outcome.REPLIED
    if kind is PaperKind.RESULT:
        return case.outcome in {Outcome.RESOLVED, Outcome.ON_THE_SPOT}
    return kind is PaperKind.FILE


def gives_receipt(case: Case, person: Person, now: datetime) -> bool:
    """Say whether a person may print the receipt with its code: whoever edits the case may."""
    return scope.within_as(person, holders("cases", "e"), case) and can_be_looked_up(case, now)


def papers_of(case: Case, person: Person, now: datetime) -> list[Button]:
    """Return what can be printed about a case, as buttons of its page."""
    kinds = [kind for kind in PaperKind if applies(kind, case)]
    if gives_receipt(case, person, now):
        kinds.insert(0, PaperKind.RECEIPT)
    return [Button(gettext(kind.label), f"/papers/{case.id}/{kind.value}") for kind in kinds]
