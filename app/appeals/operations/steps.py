"""What the verbs of an appeal share: lock, begin its first period, conclude, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.appeals.periods import begin
from app.cases.models import Case
from app.cases.operations import lock
from app.core import timeline
from app.core.db import db
from app.core.errors import DomainError, OutOfScopeError
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.rulebook.queries import period_for
from app.rulebook.rules import RemedyStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.appeals.models import Appeal
    from app.appeals.rules import AppealOutcome
    from app.core.scope import Person


def today(about: Case | Appeal, now: datetime) -> date:
    """Return the hall's date."""
    return hours_of(about.hall).local(now).date()


def held(appeal: Appeal) -> Case:
    """Lock the case of an appeal, and read what whoever was at it left; return the case."""
    case = db.session.get(Case, appeal.case_id)
    if case is None:
        raise OutOfScopeError(str(appeal.case_id))
    lock(case)
    db.session.refresh(appeal)
    return case


def refuse(refusal: str) -> None:
    """Raise DomainError with the reason, if there is one."""
    if refusal:
        raise DomainError(refusal)


def tell(
    case: Case, appeal: Appeal, kind: str, *, actor: Person, now: datetime, **told: Any
) -> None:
    """Tell of an appeal on the timeline of its case."""
    db.session.flush()
    told = {
        "appeal": appeal.number,
        "remedy_kind": appeal.kind.value,
        "person_id": appeal.handler_id,
        **told,
    }
    timeline.record(case, kind, actor=actor, now=now, **told)
    db.session.flush()


def why_not_go_on(appeal: Appeal) -> str:
    """Say why nothing can be done about an appeal by anyone; empty when something can."""
    if appeal.outcome is not None:
        return gettext("已有结果，不能再改")
    if appeal.late_reason is not None and not appeal.late_admitted:
        return gettext("逾期提出，须先由督查人员裁定是否准予")
    return ""


def start(case: Case, appeal: Appeal, day: date) -> None:
    """Start the first period: of the review, or where there is none, of the decision."""
    if period_for(case.hall_id, appeal.kind, RemedyStep.ACCEPT, day) is not None:
        begin(case, appeal, RemedyStep.ACCEPT, day)
        return
    appeal.accepted_on, appeal.simplified = day, False
    begin(case, appeal, RemedyStep.DECIDE, day)


def conclude(
    appeal: Appeal, outcome: AppealOutcome, kept: Mapping[str, Any], actor: Person, now: datetime
) -> None:
    """Write the outcome, all of it at once: half of it the database refuses."""
    for name, value in kept.items():
        setattr(appeal, name, value)
    appeal.outcome = outcome
    appeal.concluded_at, appeal.concluded_by, appeal.concluded_by_id = now, actor.name, actor.id
