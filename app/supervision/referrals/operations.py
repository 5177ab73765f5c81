"""Hand a case over for accountability, as a sealed file; record what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.operations import lock
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.core.texts import said
from app.supervision.referrals.models import Referral
from app.supervision.referrals.sealing import seal

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.supervision.referrals.rules import Body, Conclusion

MOST_NAME = 128


def refer(
    case: Case, body: Body, recipient: str, grounds: str, *, actor: Person, now: datetime
) -> Referral:
    """Seal a case as it is now and hand it over; the seal is told in its timeline.

    The grounds stay with the referral: who works on the case reads its timeline. The file is in
    its place before its row is committed. Raises DomainError for whoever does not supervise.
    """
    lock(case)
    refusal = why_not_refer(case, actor)
    if refusal:
        raise DomainError(refusal)
    recipient, grounds = said("recipient", recipient), said("grounds", grounds)
    if len(recipient) > MOST_NAME:
        raise InvalidInputError({"recipient": gettext("最多 %(most)d 个字", most=MOST_NAME)})
    with scope.everything():  # the whole case, whatever the person sees of it
        last = select(func.max(Referral.serial)).where(Referral.case_id == case.id)
        serial = (db.session.scalar(last) or 0) + 1
        number = f"{case.number}-R{serial:02d}"
        draft, told = seal(case, number, now=now)
    draft.keep()
    row = Referral(
        number=number,
        case_id=case.id,
        case_number=case.number,
        serial=serial,
        hall_id=case.hall_id,
        body=body,
        recipient=recipient,
        grounds=grounds,
        referred_at=now,
        referred_by=actor.name,
        referred_by_id=actor.id,
        seal=told,
        sha256=draft.sha256,
        size=draft.size,
    )
    db.session.add(row)
    db.session.flush()
    _tell(case, row, "referred", actor=actor, now=now)
    return row


def why_not_refer(case: Case, actor: Person) -> str:
    """Say why a person may not hand a case over; empty when they may."""
    if scope.within_as(actor, ["supervisor"], case):
        return ""
    return gettext("只有督查人员可以移交追责")


def conclude(
    row: Referral, outcome: Conclusion, findings: str, *, actor: Person, now: datetime
) -> None:
    """Record what came of a referral: once, by an inspector who did not make it."""
    refusal = why_not_conclude(row, actor)
    if refusal:
        raise DomainError(refusal)
    case = db.session.get_one(Case, row.case_id)
    lock(case)
    db.session.refresh(row)
    refusal = why_not_conclude(row, actor)
    if refusal:
        raise DomainError(refusal)
    row.outcome, row.findings = outcome, said("findings", findings)
    row.concluded_at, row.concluded_by, row.concluded_by_id = now, actor.name, actor.id
    db.session.flush()
    _tell(case, row, "referral_concluded", actor=actor, now=now)


def why_not_conclude(row: Referral, actor: Person) -> str:
    """Say why a person may not record the outcome now; empty when they may."""
    if actor.unlimited or not scope.within_as(actor, ["inspector"], row):
        return gettext("只有纪检监察人员可以记录处理结果")
    if actor.id == row.referred_by_id:
        return gettext("移交人不能记录自己移交的处理结果")
    return gettext("处理结果已经记录，不能更改") if row.outcome is not None else ""


def _tell(case: Case, row: Referral, kind: str, *, actor: Person, now: datetime) -> None:
    timeline.record(
        case,
        kind,
        actor=actor,
        now=now,
        referral=row.number,
        recipient=row.recipient,
        seal=row.seal,
    )
    db.session.flush()
