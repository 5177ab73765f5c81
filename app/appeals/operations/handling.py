"""The steps of whoever handles an appeal, and its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.appeals.operations.steps import conclude, held, refuse, tell, today, why_not_go_on
from app.appeals.periods import begin, meet
from app.appeals.queries import deciders, decision_of
from app.appeals.rules import MOST_NAME, AppealOutcome
from app.cases import operations as cases
from app.core import scope
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.texts import said
from app.rulebook.queries import period_for
from app.rulebook.rules import RemedyKind, RemedyStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.appeals.models import Appeal
    from app.cases.models import Case
    from app.core.scope import Person

WORKS_ON = ("clerk", "supervisor")
"""The roles that may handle an appeal."""


def why_not_handle(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not record a step of an appeal now; empty when they may."""
    if refusal := why_not_go_on(appeal):
        return refusal
    if appeal.handler_id is None:
        return gettext("还没有指派承办人")
    own = actor.id == appeal.handler_id
    if not own or not scope.within_as(actor, WORKS_ON, appeal):
        return gettext("只有承办人可以记录办理情况")
    if actor.id in deciders(appeal.case_id, apart_from=appeal.id):
        return gettext("您参与过对该事项的决定，须由督查人员改派")
    return ""


def why_not_accept(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not record the acceptance now; empty when they may."""
    if refusal := why_not_handle(appeal, actor):
        return refusal
    return gettext("已经受理") if appeal.accepted_on is not None else ""


def accept(
    appeal: Appeal, accepted_on: date, *, simplified: bool, actor: Person, now: datetime
) -> None:
    """Record that the organ took the appeal on; the time for its decision begins."""
    case = held(appeal)
    refuse(why_not_accept(appeal, actor))
    _check_day(case, "accepted_on", accepted_on, appeal.filed_on, now)
    step = RemedyStep.SIMPLIFIED if simplified else RemedyStep.DECIDE
    if period_for(case.hall_id, appeal.kind, step, accepted_on) is None:
        raise InvalidInputError(
            {"simplified": gettext("没有这一程序的办理期限，请核对救济办理期限")}
        )
    meet(case, appeal, accepted_on, now=now)
    appeal.accepted_on, appeal.simplified = accepted_on, simplified
    begin(case, appeal, step, accepted_on)
    told = {"accepted_on": accepted_on.isoformat(), "simplified": simplified}
    tell(case, appeal, "appeal_accepted", actor=actor, now=now, **told)


def note(appeal: Appeal, text: str, *, actor: Person, now: datetime) -> None:
    """Record how an appeal goes on."""
    case = held(appeal)
    refuse(why_not_handle(appeal, actor))
    tell(case, appeal, "appeal_noted", actor=actor, now=now, note=said("note", text))


def decide(
    appeal: Appeal, outcome: AppealOutcome, told: Mapping[str, Any], *, actor: Person, now: datetime
) -> None:
    """Record the outcome: `decided_on`, `delivered_on`, `decided_by`, `document`, `findings`.

    One that is upheld marks what was told as wrong and reopens the case at once, for the
    `lead_department`, under another `classification` if one is given.
    """
    case = held(appeal)
    refuse(why_not_handle(appeal, actor))
    if outcome.on_merits and appeal.accepted_on is None:
        raise InvalidInputError({"outcome": gettext("还没有受理，不能有这一结果")})
    if outcome is AppealOutcome.NOT_ACCEPTED and appeal.accepted_on is not None:
        raise InvalidInputError({"outcome": gettext("已经受理，不能有这一结果")})
    since = appeal.accepted_on or appeal.filed_on
    decided_on: Any = told.get("decided_on")
    _check_day(case, "decided_on", decided_on, since, now)
    delivered_on = told.get("delivered_on") or decided_on
    _check_day(case, "delivered_on", delivered_on, decided_on, now)
    kept: dict[str, Any] = {
        "decided_by": said("decided_by", told.get("decided_by"), MOST_NAME),
        "document": _document(appeal, outcome, told.get("document")),
        "findings": said("findings", told.get("findings")),
    }
    meet(case, appeal, decided_on, now=now)
    if outcome.founded:
        _reopen(case, appeal, {**told, "note": kept["findings"]}, actor, now)
        kept["wrong_at"] = now
    kept |= {"decided_on": decided_on, "delivered_on": delivered_on}
    conclude(appeal, outcome, kept, actor, now)
    tell(
        case,
        appeal,
        "appeal_decided",
        actor=actor,
        now=now,
        appeal_outcome=outcome.value,
        decided_on=decided_on.isoformat(),
        decided_by=appeal.decided_by,
        document=appeal.document,
        findings=appeal.findings,
    )


def _document(appeal: Appeal, outcome: AppealOutcome, given: Any) -> str | None:
    """Return the number of the decision: organs and courts give one, a hall need not."""
    free = appeal.kind is RemedyKind.COMPLAINT or outcome is AppealOutcome.WITHDRAWN
    if free and not given:
        return None
    return said("document", given, MOST_NAME)


def _reopen(
    case: Case, appeal: Appeal, told: Mapping[str, Any], actor: Person, now: datetime
) -> None:
    decision = decision_of(case)
    standing = decision is not None and decision.at == appeal.told_at
    asked = {name: told.get(name) for name in ("lead_department", "classification", "note")}
    cases.overturn(case, asked, standing=standing, appeal=appeal.number, actor=actor, now=now)


def _check_day(case: Case, name: str, day: Any, since: date, now: datetime) -> None:
    """Refuse a day that is missing, before another one or to come."""
    if day is None:
        raise InvalidInputError({name: gettext("必填")})
    if day < since:
        earliest = gettext("不能早于 %(day)s", day=since.isoformat())
        raise InvalidInputError({name: earliest})
    if day > today(case, now):
        raise InvalidInputError({name: gettext("不能晚于今天")})
