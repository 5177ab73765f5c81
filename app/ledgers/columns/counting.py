"""Count the cases that somebody sees by department, cause and hall, in the overview's figures.

What is kept of whole halls serves those who see all of them; where somebody sees some of their
cases, where departments narrow, or where much is still to be counted, the cases themselves do.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.cases.models import Case
from app.cases.visibility import HALL_ROLES
from app.core import scope
from app.core.crud.present import local
from app.core.db import db
from app.ledgers.columns.cases import SUBJECT
from app.overview.facts import facts_of
from app.overview.queries import Counted, counted
from app.overview.rules import Period, next_month

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from app.ledgers.choosing import Chosen

AT_ONCE = 2000
DAY = timedelta(days=1)


def counted_of(chosen: Chosen, now: datetime) -> Counted:
    """Return the figures of the chosen cases at an instant, as far as they are in sight."""
    halls = {hall.id for hall in chosen.halls}
    if halls and chosen.departments is None and _sees_all(halls):
        period = _period(chosen.since, chosen.until)
        found = counted(halls, period, now) if period is not None else Counted()
        if not found.waiting:
            return found
    found = Counted()
    ids = db.session.scalars(select(Case.id).where(*chosen.criteria(SUBJECT))).all()
    for first in range(0, len(ids), AT_ONCE):
        for fact in facts_of(ids[first : first + AT_ONCE], now):
            found.put(fact, fact.figures)
    return found.tidy()


def _sees_all(halls: Collection[int]) -> bool:
    """Say whether the person sees every case of some halls."""
    person = scope.current()
    theirs = person.halls(*HALL_ROLES)
    return person.unlimited or theirs is None or theirs.issuperset(halls)


def _period(since: date | None, until: date | None) -> Period | None:
    """Return the days asked for, no further than there are cases, in whole months where open."""
    query = select(func.min(Case.registered_at), func.max(Case.registered_at))
    first, last = db.session.execute(query).one()
    if first is None:
        return None
    begins = (local(first).date() - DAY).replace(day=1)  # somewhere it was the day before
    ends = next_month((local(last).date() + DAY).replace(day=1)) - DAY
    begins, ends = max(begins, since or begins), min(ends, until or ends)
    return Period(begins, ends) if begins <= ends else None
