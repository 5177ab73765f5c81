"""Write down that a remedy was sought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.appeals.models import Appeal
from app.appeals.operations.steps import start, tell, today
from app.appeals.queries import decision_of, option_for
from app.cases.operations import lock
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.texts import said

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.appeals.queries import Option
    from app.cases.models import Case
    from app.core.scope import Person
    from app.rulebook.rules import RemedyKind


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
        start(case, appeal, filed_on)
    tell(
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
    if not scope.within_as(actor, ["clerk"], case):
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
