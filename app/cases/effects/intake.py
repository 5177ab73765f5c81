"""Take a matter in, refuse it, settle it on the spot, merge it into another or link it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.effects.causes import name_causes
from app.cases.linking import claim, join
from app.cases.rules import OPEN, Outcome, Satisfaction
from app.core import timeline
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.deadlines.rules import Classification
from app.rulebook.queries import criteria, remedies_for
from app.rulebook.rules import Finding, Occasion, as_data

if TYPE_CHECKING:
    from datetime import date

    from app.cases.models import Case
    from app.cases.standing import Standing
    from app.rulebook.models import Criterion


def _accept(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.classification = Classification(filled["classification"])
    case.accepted_at = met.now
    told = {"classification": case.classification.value}
    return {**told, **_apply(case, filled["criterion"], Finding.ACCEPT, _today(case, met))}


def _refuse(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    """Refuse by a criterion; what is not said otherwise is said in its words."""
    day = _today(case, met)
    told = _apply(case, filled["criterion"], Finding.REFUSE, day)
    case.refusal_reason = filled["refusal_reason"] or filled["criterion"].text
    case.remedy = filled["remedy"] or filled["criterion"].remedy
    case.remedies = as_data(remedies_for(None, day, case.hall, occasion=Occasion.REFUSAL))
    return {**told, "reason": case.refusal_reason, "remedy": case.remedy}


def _today(case: Case, met: Standing) -> date:
    """Return the day on the hall's clock."""
    return hours_of(case.hall).local(met.now).date()


def _apply(case: Case, criterion: Criterion | None, finding: Finding, day: date) -> dict[str, Any]:
    """Keep the criterion that applied, if it is one that leads to this in the hall on the day."""
    if criterion is None:
        return {}
    if criterion not in criteria(case.hall_id, finding, day):
        raise InvalidInputError({"criterion": gettext("没有这个选项，请重新选择")})
    case.criterion = criterion
    return {"criterion": criterion.name}


def _close_on_the_spot(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    grade = Satisfaction(filled["satisfaction"]) if filled["satisfaction"] else None
    if grade is not None and grade.dissatisfied:
        wrong = gettext("反映人不满意的，不能当场办结，请受理后派发办理")
        raise InvalidInputError({"satisfaction": wrong})
    case.classification = Classification(filled["classification"])
    case.accepted_at = case.accepted_at or met.now
    case.result, case.outcome = filled["result"], Outcome.ON_THE_SPOT
    told_of = remedies_for(
        case.classification, _today(case, met), case.hall, occasion=Occasion.RESULT
    )
    case.remedies = as_data(told_of)
    case.finished_at = case.closed_at = met.now
    case.satisfaction = grade
    told = {"result": case.result, "satisfaction": filled["satisfaction"]}
    return {**told, **name_causes(case, filled)}


def _merge(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    other: Case = filled["other_case"]
    try:
        if other is not case:
            claim(other)
    except DomainError as error:
        raise InvalidInputError({"other_case": str(error)}) from error
    if other is case or other.hall_id != case.hall_id or other.status not in OPEN:
        wrong = gettext("只能并入本大厅另一件还没有办结的事项")
        raise InvalidInputError({"other_case": wrong})
    case.merged_into = other
    timeline.record(
        other, "merged", actor=met.actor, now=met.now, other=case.number, note=filled["note"]
    )
    return {"other": other.number, "note": filled["note"]}


def _link(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    other: Case = filled["other_case"]
    try:
        join(case, other, actor=met.actor, now=met.now, why=filled["note"] or "")
    except DomainError as error:
        raise InvalidInputError({"other_case": str(error)}) from error
    return {"other": other.number, "why": filled["note"]}


EFFECTS = {
    "accept": _accept,
    "refuse": _refuse,
    "close_on_the_spot": _close_on_the_spot,
    "merge": _merge,
    "link": _link,
}
