"""Ask for the figures of halls over a period: sums that are kept, put right by what just changed.

Years and months that are wholly in the period are read from `tally`, the days of others from
`case_fact`. Cases that something was done to since they were counted, and those whose time ran out
since, are counted here and now, in place of what is kept of them: so the answer is right at every
instant, however late the job that counts is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, case, func, literal, or_, select, union_all

from app.core.db import db
from app.overview.facts import Fact, facts_of
from app.overview.models import CaseFact, CauseFact, Recount, Tally
from app.overview.rules import NAMES, Facet, Figures, Period, Span, total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select

MOST_WAITING = 2000
"""Cases that are counted while somebody waits; where there are more, the page says so."""

KEYS = ("hall_id", "month", "facet", "value")
"""What a sum is of."""

FACT, CAUSED, TALLY, AGAIN = (model.__table__.c for model in (CaseFact, CauseFact, Tally, Recount))


@dataclass
class Counted:
    """The figures of some halls over a period, by everything that they are asked by."""

    halls: dict[int, Figures] = field(default_factory=lambda: defaultdict(Figures))
    months: dict[date, Figures] = field(default_factory=lambda: defaultdict(Figures))
    values: dict[Facet, dict[str, Figures]] = field(
        default_factory=lambda: {facet: defaultdict(Figures) for facet in Facet}
    )
    unlisted: dict[tuple[int, str], Figures] = field(default_factory=lambda: defaultdict(Figures))
    """By hall and matter: what the list of responsibilities of the hall did not name."""
    waiting: int = 0
    """Cases that are still to be counted; 0 when the figures are those of this instant."""

    @property
    def all(self) -> Figures:
        """The figures of all halls together."""
        return total(self.halls.values())

    def put(self, fact: Fact, given: Figures) -> None:
        """Add figures, which may be less than nothing, where a case counts."""
        self.halls[fact.hall_id] += given
        self.months[fact.month] += given
        for facet, value in fact.values():
            if facet is not Facet.ALL:
                self.values[facet][value] += given
            if facet is Facet.UNLISTED:
                self.unlisted[fact.hall_id, value] += given

    def tidy(self) -> Counted:
        """Forget what came to nothing."""
        for kept in (self.halls, self.months, self.unlisted, *self.values.values()):
            for key in [key for key, figures in kept.items() if not figures]:  # type: ignore[attr-defined]
                del kept[key]  # type: ignore[attr-defined]
        return self


def counted(
    halls: Collection[int], period: Period, now: datetime, changed: Changed | None = None
) -> Counted:
    """Return the figures of the cases that were registered in some halls in a period.

    `changed` spares looking for what changed where it is known for these halls and this instant.
    """
    found = Counted()
    if not halls:
        return found
    for row in db.session.execute(_sums(_kept(halls, period))):
        figures = figures_of(row)
        if row.facet == Facet.ALL:
            found.halls[row.hall] += figures
            found.months[row.month] += figures
            continue
        found.values[Facet(row.facet)][row.value] += figures
        if row.facet == Facet.UNLISTED:
            found.unlisted[row.hall, row.value] += figures
    changed = changed or Changed(now, halls)
    for fact, given in changed.corrections(halls, period):
        found.put(fact, given)
    found.waiting = changed.waiting
    return found.tidy()


def figures_of(row: Any) -> Figures:
    """Read sums by their names."""
    return Figures(*(int(getattr(row, name) or 0) for name in NAMES))


def _sums(kept: Any) -> Select[Any]:
    """Select the sums by facet and value; by hall and by month where that is asked for."""
    of_hall = case((kept.c.facet.in_((Facet.ALL, Facet.UNLISTED)), kept.c.hall_id))
    of_month = case((kept.c.facet == Facet.ALL, kept.c.month))
    by = (kept.c.facet, kept.c.value, of_hall.label("hall"), of_month.label("month"))
    sums = (func.sum(kept.c[name]).label(name) for name in NAMES)
    return select(*by, *sums).group_by("facet", "value", "hall", "month")


def _kept(halls: Collection[int], period: Period) -> Any:
    """Select what is kept of the period: whole years and months, and the days of the others."""
    whole = [month for month in period.months() if period.whole(month)]
    parts = [month for month in period.months() if not period.whole(month)]
    years = period.years()
    rest = [month for month in whole if month.replace(month=1) not in years]
    chosen = (
        and_(TALLY.span == Span.MONTH, TALLY.month.in_(whole), TALLY.facet == Facet.ALL),
        and_(TALLY.span == Span.MONTH, TALLY.month.in_(rest), TALLY.facet != Facet.ALL),
        and_(TALLY.span == Span.YEAR, TALLY.month.in_(years)),
    )
    columns = [TALLY[it] for it in (*KEYS, *NAMES)]
    found = [select(*columns).where(TALLY.hall_id.in_(halls), which) for which in chosen]
    if parts:
        days = and_(
            FACT.hall_id.in_(halls),
            FACT.month.in_(parts),
            FACT.day.between(period.since, period.until),
        )
        found += by_facet(days)
    return union_all(*found).cte("kept")


def by_facet(which: ColumnElement[bool]) -> list[Select[Any]]:
    """Select the sums of some facts by hall and month, for each facet and value."""
    values: dict[Facet, tuple[Any, Any]] = {
        Facet.ALL: (literal("", String), None),
        Facet.DEPARTMENT: (FACT.department, None),
        Facet.MATTER: (FACT.matter, None),
        Facet.CLASSIFICATION: (FACT.classification, None),
        Facet.CAUSE: (CAUSED.cause_id.cast(String), None),
        Facet.NEED: (FACT.need, FACT.need != ""),
        Facet.UNLISTED: (FACT.matter, FACT.need == "unlisted"),
    }
    found = []
    for facet, (value, narrowed) in values.items():
        query = select(
            FACT.hall_id,
            FACT.month,
            literal(facet.value, String).label("facet"),
            value.label("value"),
            *(func.sum(FACT[name]).label(name) for name in NAMES),
        ).where(which)
        if facet is Facet.CAUSE:
            query = query.join(CauseFact.__table__, CAUSED.case_id == FACT.case_id)
        if narrowed is not None:
            query = query.where(narrowed)
        by = [FACT.hall_id, FACT.month, *([] if facet is Facet.ALL else [value])]
        found.append(query.group_by(*by))
    return found


# --- what changed since it was counted -----------------------------------------------------------


class Changed:
    """The cases that have to be counted again by now: as they are kept, and as they are."""

    def __init__(self, now: datetime, halls: Collection[int]) -> None:
        """Find them, as many as anybody will wait for."""
        self.ids = list(db.session.scalars(_marked().limit(MOST_WAITING + 1)))
        self.ids += db.session.scalars(
            ran_out(now).where(FACT.hall_id.in_(halls)).limit(MOST_WAITING + 1)
        )
        self.ids = sorted(set(self.ids))
        self.waiting = 0
        if len(self.ids) > MOST_WAITING:
            self.waiting = db.session.scalar(select(func.count(AGAIN.case_id.distinct()))) or len(
                self.ids
            )
            self.ids = []
        self.live = facts_of(self.ids, now)

    def corrections(self, halls: Collection[int], period: Period) -> Iterable[tuple[Fact, Figures]]:
        """Yield each fact with the figures to add: what is kept is taken away.

        It is read anew each time, after the sums it stands in: the job may have counted meanwhile.
        """
        for facts, sign in ((kept_facts(self.ids), -1), (self.live, 1)):
            for fact in facts:
                if fact.hall_id in halls and period.since <= fact.day <= period.until:
                    yield fact, fact.figures if sign > 0 else Figures() - fact.figures


def _marked() -> Select[Any]:
    return select(AGAIN.case_id).where(AGAIN.case_id.is_not(None)).distinct()


def ran_out(now: datetime) -> Select[Any]:
    """Select the cases whose time ran out since they were counted.

    If the clock was set back, also those that were counted as late and are not yet.
    """
    return select(FACT.case_id).where(
        or_(
            and_(FACT.open_late == 0, FACT.due_at < now),
            and_(FACT.open_late == 1, FACT.due_at >= now),
        )
    )


def kept_facts(case_ids: Collection[int]) -> list[Fact]:
    """Return what is kept of cases."""
    if not case_ids:
        return []
    causes: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(
        select(CAUSED.case_id, CAUSED.cause_id).where(CAUSED.case_id.in_(case_ids))
    ):
        causes[row.case_id].append(row.cause_id)
    rows = db.session.execute(select(CaseFact.__table__).where(FACT.case_id.in_(case_ids)))
    return [
        Fact(
            case_id=row.case_id,
            hall_id=row.hall_id,
            day=row.day,
            figures=figures_of(row),
            department=row.department,
            matter=row.matter,
            classification=row.classification,
            need=row.need,
            causes=tuple(sorted(causes[row.case_id])),
            due_at=row.due_at,
            last_day=row.last_day,
        )
        for row in rows
    ]
