"""Ask what the papers and the public look-up need."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.privacy import keyring
from app.core.timeline import Event
from app.deadlines.models import Deadline
from app.papers.rules import KEPT_OPEN, as_meant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

NO_FINGERPRINT = "-" * 64
"""Compared with where there is nothing to compare with, so that it takes as long."""


def last_time(case: Case, kind: str) -> datetime | None:
    """Return when something last happened to a case."""
    return db.session.scalar(
        select(func.max(Event.at)).where(Event.case_id == case.id, Event.kind == kind)
    )


def steps_of(case: Case, kinds: Sequence[str]) -> Sequence[Any]:
    """Return what happened to a case of some kinds, and when: (kind, instant), the first first."""
    query = select(Event.kind, Event.at).where(Event.case_id == case.id, Event.kind.in_(kinds))
    return db.session.execute(query.order_by(Event.sequence)).all()


def clocks_of(case: Case) -> Sequence[Any]:
    """Return all clocks of a case, the first first."""
    query = select(Deadline).where(Deadline.case_id == case.id)
    return db.session.scalars(query.order_by(Deadline.start, Deadline.id)).all()


def can_be_looked_up(case: Case, now: datetime) -> bool:
    """Say whether the public may ask about a case: its hall lets it, and it is not long over."""
    if not case.hall.public_progress:
        return False
    ended = case.closed_at
    if case.status is Status.REFUSED:
        ended = last_time(case, "refused")
    return ended is None or now - ended < KEPT_OPEN


def fingerprint(number: str, code: str) -> str:
    """Return what is kept of a code; of no use for another case, and nothing shows from it."""
    return keyring().index(f"progress {as_meant(number)} {as_meant(code)}")


def looked_up(number: str, code: str, now: datetime) -> Case | None:
    """Return the case that a number and the code of its receipt name, for somebody unknown.

    A number that there is not, a code that is wrong, a hall that is not open: all the same, and
    all in the same time.
    """
    given = fingerprint(number, code)
    with scope.everything():  # who holds the code may ask, whoever they are
        case = db.session.scalar(
            select(Case)
            .where(Case.number == as_meant(number))
            .options(
                joinedload(Case.hall), joinedload(Case.lead_department), joinedload(Case.clock)
            )
        )
        kept = case.progress_hash if case is not None and can_be_looked_up(case, now) else None
    right = hmac.compare_digest(kept or NO_FINGERPRINT, given)
    return case if right else None
