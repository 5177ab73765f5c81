"""Register an appeal, rule on a late one, assign it, record its steps and its outcome.

Every verb locks the case first. Whoever decided the case takes part in none of them but the
registration, which nobody may refuse an applicant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.appeals.models import Appeal
from app.appeals.periods import begin, meet
from app.appeals.queries import candidates, deciders, decision_of, option_for
from app.appeals.rules import MOST_NAME, AppealOutcome
from app.cases import operations as cases
from app.cases.models import Case
from app.cases.operations import lock
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.texts import said
from app.deadlines.queries import hours_of
from app.rulebook.queries import period_for
from app.rulebook.rules import RemedyKind, RemedyStep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.appeals.queries import Option
    from app.core.scope import Person
    from app.departments.models import Staff

WORKS_ON = ("clerk", "supervisor")
"""The roles that may handle an appeal."""


def today(about: Case | Appeal, now: datetime) -> date:
    """Return the hall's date."""
    return hours_of(about.hall).local(now).date()


# --- register ------------------------------------------------------------------------------------


def register(
    case: Case,
    kind: RemedyKind,
    *,
    filed_on: date,
    grounds: str,
    authority: str | None = None,
    late_reason: str | None = None,
    actor: Person,
    now: datetime,
) -> Appeal:
    """Write down that a remedy was sought: one that the law gives here, and while it is open.

    A late one needs the reason for the lateness; a supervisor rules on it before anything runs.
    Raises DomainError for any other remedy.
    """
    lock(case)
    option = option_for(case, kind, now)
    refusal = why_not_register(case, kind, option, actor)
    if refusal or option is None:
        raise DomainError(refusal)
    _check_filing(case, option, filed_on, now)
    appeal = _drafted(case, option, filed_on, actor, now)
    appeal.grounds = said("grounds", grounds)
    appeal.authority = said("authority", authority or option.remedy.authority, 255)
    if option.late(filed_on):
        appeal.late_reason = said("late_reason", late_reason)
    elif late_reason:
        raise InvalidInputError({"late_reason": gettext("没有逾期，不用填写逾期理由")})
    db.session.add(appeal)
    db.session.flush()
    if appeal.late_reason is None:
        _start(case, appeal, filed_on)
    _tell(
        case,
        appeal,
        "appeal_registered",
        actor=actor,
        now=now,
        filed_on=filed_on.isoformat(),
        authority=appeal.authority,
        late_reason=appeal.late_reason,
    )
    return appeal


def why_not_register(case: Case, kind: RemedyKind, option: Option | None, actor: Person) -> str:
    """Say why a person may not register a remedy about a case; empty when they may."""
    if not scope.within(actor.only(["clerk"]), case):
        return gettext("只有窗口人员可以登记申诉、复议和诉讼")
    if decision_of(case) is None:
        return gettext("事项还没有答复、办结或不予受理，没有可以申请救济的决定")
    if option is None:
        return gettext("对这一决定没有“%(kind)s”这一救济途径", kind=gettext(kind.label))
    return option.closed


def _check_filing(case: Case, option: Option, filed_on: date, now: datetime) -> None:
    if filed_on < option.remedy.told_on:
        raise InvalidInputError({"filed_on": gettext("提出日期不能早于告知日期")})
    if filed_on > today(case, now):
        raise InvalidInputError({"filed_on": gettext("提出日期不能晚于今天")})


def _drafted(case: Case, option: Option, filed_on: date, actor: Person, now: datetime) -> Appeal:
    decision: Any = decision_of(case)
    last = select(func.max(Appeal.serial)).where(Appeal.case_id == case.id)
    with scope.everything():
        serial = (db.session.scalar(last) or 0) + 1
    return Appeal(
        number=f"{case.number}-A{serial:02d}",
        case_id=case.id,
        case_number=case.number,
        serial=serial,
        hall_id=case.hall_id,
        hall=case.hall,
        kind=option.remedy.code,
        occasion=option.occasion,
        previous=option.previous,
        told_at=decision.at,
        told_on=option.remedy.told_on,
        told=decision.told,
        legal_basis=option.remedy.legal_basis,
        filed_on=filed_on,
        last_day=option.remedy.until,
        registered_at=now,
        registered_by=actor.name,
    )


def _start(case: Case, appeal: Appeal, day: date) -> None:
    """Start the first period: of the review, or where there is none, of the decision."""
    if period_for(case.hall_id, appeal.kind, RemedyStep.ACCEPT, day) is not None:
        begin(case, appeal, RemedyStep.ACCEPT, day)
        return
    appeal.accepted_on, appeal.simplified = day, False
    begin(case, appeal, RemedyStep.DECIDE, day)


# --- rule on a late one, assign ------------------------------------------------------------------


def rule_on_lateness(
    appeal: Appeal, *, admitted: bool, note: str, actor: Person, now: datetime
) -> None:
    """Admit an appeal that came late, or not, with the reason; a supervisor does, once."""
    case = held(appeal)
    _refuse(why_not_rule(appeal, actor))
    day, note = today(case, now), said("note", note)
    appeal.late_admitted, appeal.late_note = admitted, note
    appeal.late_ruled_at, appeal.late_ruled_by, appeal.late_ruled_by_id = now, actor.name, actor.id
    if admitted:
        _start(case, appeal, day)
    else:
        kept = {"decided_on": day, "delivered_on": day, "decided_by": actor.name, "findings": note}
        _conclude(appeal, AppealOutcome.NOT_ACCEPTED, kept, actor, now)
    _tell(case, appeal, "appeal_late_ruled", actor=actor, now=now, admitted=admitted, note=note)


def why_not_rule(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not rule on the lateness now; empty when they may."""
    if refusal := _why_not_oversee(appeal, actor):
        return refusal
    if appeal.late_reason is None:
        return gettext("没有逾期提出，不用裁定")
    return gettext("已经裁定") if appeal.late_ruled_at is not None else ""


def assign(
    appeal: Appeal, handler: Staff | None, *, note: str = "", actor: Person, now: datetime
) -> None:
    """Give an appeal to whoever handles it, or to another: never to who decided the case."""
    case = held(appeal)
    _refuse(why_not_assign(appeal, actor))
    if handler is None or handler not in candidates(appeal, actor):
        if handler is not None and handler.id in deciders(case.id, apart_from=appeal.id):
            wrong = gettext("%(name)s参与过对该事项的决定，不能承办", name=handler.name)
            raise InvalidInputError({"handler": wrong})
        wrong = gettext("请选择本大厅窗口人员或督查人员")
        raise InvalidInputError({"handler": wrong})
    if handler.id == appeal.handler_id:
        raise InvalidInputError({"handler": gettext("已经由%(name)s承办", name=handler.name)})
    appeal.handler = handler
    appeal.assigned_at, appeal.assigned_by, appeal.assigned_by_id = now, actor.name, actor.id
    kept = said("note", note) if note else None
    _tell(case, appeal, "appeal_assigned", actor=actor, now=now, handler=handler.name, note=kept)


def why_not_assign(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not assign an appeal now; empty when they may."""
    if refusal := _why_not_oversee(appeal, actor):
        return refusal
    return _why_not_go_on(appeal)


def _why_not_oversee(appeal: Appeal, actor: Person) -> str:
    if not scope.within(actor.only(["supervisor"]), appeal):
        return gettext("只有督查人员可以指派和裁定")
    if actor.id in deciders(appeal.case_id, apart_from=appeal.id):
        return gettext("您参与过对该事项的决定，须由其他督查人员指派和裁定")
    return gettext("已有结果，不能再改") if appeal.outcome is not None else ""


def _why_not_go_on(appeal: Appeal) -> str:
    if appeal.outcome is not None:
        return gettext("已有结果，不能再改")
    if appeal.late_reason is not None and not appeal.late_admitted:
        return gettext("逾期提出，须先由督查人员裁定是否准予")
    return ""


# --- its handler's steps -------------------------------------------------------------------------


def why_not_handle(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not record a step of an appeal now; empty when they may."""
    if refusal := _why_not_go_on(appeal):
        return refusal
    if appeal.handler_id is None:
        return gettext("还没有指派承办人")
    own = actor.id == appeal.handler_id
    if not own or not scope.within(actor.only(WORKS_ON), appeal):
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
    _refuse(why_not_accept(appeal, actor))
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
    _tell(case, appeal, "appeal_accepted", actor=actor, now=now, **told)


def note(appeal: Appeal, text: str, *, actor: Person, now: datetime) -> None:
    """Record how an appeal goes on."""
    case = held(appeal)
    _refuse(why_not_handle(appeal, actor))
    _tell(case, appeal, "appeal_noted", actor=actor, now=now, note=said("note", text))


def decide(
    appeal: Appeal, outcome: AppealOutcome, told: Mapping[str, Any], *, actor: Person, now: datetime
) -> None:
    """Record the outcome: `decided_on`, `delivered_on`, `decided_by`, `document`, `findings`.

    One that is upheld marks what was told as wrong and reopens the case at once, for the
    `lead_department`, under another `classification` if one is given.
    """
    case = held(appeal)
    _refuse(why_not_handle(appeal, actor))
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
    _conclude(appeal, outcome, kept, actor, now)
    _tell(
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


def _conclude(
    appeal: Appeal, outcome: AppealOutcome, kept: Mapping[str, Any], actor: Person, now: datetime
) -> None:
    """Write the outcome, all of it at once: half of it the database refuses."""
    for name, value in kept.items():
        setattr(appeal, name, value)
    appeal.outcome = outcome
    appeal.concluded_at, appeal.concluded_by, appeal.concluded_by_id = now, actor.name, actor.id


def _check_day(case: Case, name: str, day: Any, since: date, now: datetime) -> None:
    """Refuse a day that is missing, before another one or to come."""
    if day is None:
        raise InvalidInputError({name: gettext("必填")})
    if day < since:
        earliest = gettext("不能早于 %(day)s", day=since.isoformat())
        raise InvalidInputError({name: earliest})
    if day > today(case, now):
        raise InvalidInputError({name: gettext("不能晚于今天")})


# --- what they share -----------------------------------------------------------------------------


def held(appeal: Appeal) -> Case:
    """Lock the case of an appeal, and read what whoever was at it left; return the case."""
    case = db.session.get(Case, appeal.case_id)
    if case is None:
        raise OutOfScopeError(str(appeal.case_id))
    lock(case)
    db.session.refresh(appeal)
    return case


def _refuse(refusal: str) -> None:
    if refusal:
        raise DomainError(refusal)


def _tell(
    case: Case, appeal: Appeal, kind: str, *, actor: Person, now: datetime, **told: Any
) -> None:
    db.session.flush()
    told = {
        "appeal": appeal.number,
        "remedy_kind": appeal.kind.value,
        "person_id": appeal.handler_id,
        **told,
    }
    timeline.record(case, kind, actor=actor, now=now, **told)
    db.session.flush()
