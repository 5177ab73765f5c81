"""Ask for the figures of halls by week, from the same facts and as right as those of a period."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.core.db import db
from app.overview.queries import FACT, Changed, figures_of
from app.overview.rules import NAMES, Figures

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.overview.rules import Period


def by_week(halls: Collection[int], period: Period, changed: Changed) -> dict[date, Figures]:
    """Return Monday → the figures of the cases registered in its week, for each week touched."""
    days: defaultdict[date, Figures] = defaultdict(Figures)
    rows = db.session.execute(
        select(FACT.day, *(func.sum(FACT[name]).label(name) for name in NAMES))
        .where(
            FACT.hall_id.in_(halls),
            FACT.month.in_(list(period.months())),
            FACT.day.between(period.since, period.until),
        )
        .group_by(FACT.day)
    )
    for row in rows:
        days[row.day] += figures_of(row)
    for fact, given in changed.corrections(halls, period):
        days[fact.day] += given
    weeks = {monday: Figures() for monday in _mondays(period)}
    for day, figures in days.items():
        weeks[_monday(day)] += figures
    return weeks


def _mondays(period: Period) -> list[date]:
    first, last = _monday(period.since), _monday(period.until)
    return [first + timedelta(weeks=at) for at in range((last - first).days // 7 + 1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
