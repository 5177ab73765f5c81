"""Link two cases that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, OutOfScopeError
from app.core.language import gettext

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

MOST_WHY = 255


def link(case: Case, other: Case, *, actor: Person, now: datetime, why: str = "") -> CaseLink:
    """Link two cases, told on both timelines; refuse itself, a foreign one, and saying it twice."""
    row = join(case, other, actor=actor, now=now, why=why)
    timeline.record(case, "linked", actor=actor, now=now, other=other.number, why=row.why)
    db.session.flush()
    return row


def join(case: Case, other: Case, *, actor: Person, now: datetime, why: str = "") -> CaseLink:
    """Link two cases, told on the timeline of the other: the move itself tells on the one's."""
    if not (scope.within(actor, case) and scope.within(actor, other)):
        raise OutOfScopeError("case")
    if case.id == other.id:
        raise DomainError(gettext("事项不能与自己关联"))
    if len(why) > MOST_WHY:
        raise DomainError(gettext("最多 %(most)d 个字", most=MOST_WHY))
    first, second = sorted((case.id, other.id))
    claim(other)
    there = (CaseLink.case_id == first) & (CaseLink.other_id == second)
    if db.session.scalar(select(CaseLink.id).where(there)) is not None:
        raise DomainError(
            gettext("%(one)s 与 %(other)s 已经关联", one=case.number, other=other.number)
        )
    row = CaseLink(case_id=first, other_id=second, at=now, by=actor.name, why=why.strip())
    db.session.add(row)
    db.session.flush()
    timeline.record(other, "linked", actor=actor, now=now, other=case.number, why=row.why)
    return row


def claim(other: Case) -> None:
    """Lock the other case of a pair and read it anew; raise DomainError when somebody is at it.

    The first is locked already. Two clerks who meet crosswise are told so, where they would wait
    for each other.
    """
    free = db.session.scalar(
        select(Case)
        .where(Case.id == other.id)
        .with_for_update(of=Case, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if free is None:
        raise DomainError(gettext("%(number)s 正由他人办理，请稍后再试", number=other.number))
