"""Count again what changed, and check that what is kept is what there is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, String, and_, delete, func, insert, literal, select, text, union_all

from app.cases.models import Case
from app.core.db import db
from app.core.transaction import transaction
from app.overview.facts import facts_of
from app.overview.models import CaseFact, CauseFact, Recount, Tally
from app.overview.queries import AGAIN, CAUSED, FACT, KEYS, TALLY, by_facet, kept_facts, ran_out
from app.overview.rules import NAMES, Facet, Period, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from app.overview.facts import Fact

AT_ONCE = 2000
"""Cases in one transaction; whoever works on cases waits for none of it."""

LOCK = 0x62617465
"""The number of the advisory lock: one counts at a time, on any number of nodes."""


def fold(now: datetime, *, most: int = 100 * AT_ONCE) -> int:
    """Count again what was marked and what ran out by now; return how many cases that was."""
    done = 0
    while done < most:
        with transaction():
            some = fold_some(now)
        done += some
        if some == 0:
            return done
    return done


def fold_some(now: datetime) -> int:
    """Count one batch again, in the transaction at hand."""
    _alone()
    _spread_halls()
    ids = set(db.session.scalars(_marked()))
    ids |= set(db.session.scalars(ran_out(now).limit(AT_ONCE - len(ids))))
    if not ids:
        return 0
    # First the marks, then the cases: whatever was marked by now is seen by what is read next.
    db.session.execute(delete(Recount.__table__).where(AGAIN.case_id.in_(ids)))
    _replace(ids, facts_of(ids, now))
    return len(ids)


def _marked() -> Select[Any]:
    """Select the next cases; those of a hall and month together, so that few sums are touched."""
    it = Case.__table__.c
    return (
        select(AGAIN.case_id)
        .outerjoin(Case.__table__, it.id == AGAIN.case_id)
        .group_by(AGAIN.case_id, it.hall_id, it.registered_at)
        .order_by(it.hall_id, it.registered_at)
        .limit(AT_ONCE)
    )


def _alone() -> None:
    """Let one count at a time; on SQLite there is one writer anyhow."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _spread_halls() -> None:
    """Put the cases of a hall that measures otherwise now in its place."""
    marked = db.session.execute(
        delete(Recount.__table__).where(AGAIN.hall_id.is_not(None)).returning(AGAIN.hall_id)
    )
    halls = {row.hall_id for row in marked}
    if halls:
        case = Case.__table__.c
        of_halls = select(case.id).where(case.hall_id.in_(halls))
        db.session.execute(insert(Recount.__table__).from_select(["case_id"], of_halls))


def _replace(ids: Collection[int], facts: Collection[Fact]) -> None:
    """Put new facts in the place of the old, and add up anew what either touches."""
    old = db.session.execute(
        select(FACT.hall_id, FACT.month).where(FACT.case_id.in_(ids)).distinct()
    )
    touched = {(row.hall_id, row.month) for row in old}
    touched |= {(fact.hall_id, fact.month) for fact in facts}
    db.session.execute(delete(CauseFact.__table__).where(CAUSED.case_id.in_(ids)))
    db.session.execute(delete(CaseFact.__table__).where(FACT.case_id.in_(ids)))
    if facts:
        db.session.execute(insert(CaseFact.__table__), [fact.columns() for fact in facts])
    causes = [
        {"case_id": fact.case_id, "cause_id": cause} for fact in facts for cause in fact.causes
    ]
    if causes:
        db.session.execute(insert(CauseFact.__table__), causes)
    _add_up(touched)


def _add_up(touched: Collection[tuple[int, date]]) -> None:
    """Add up the facts of some halls and months anew, and the months of their years."""
    names = [*KEYS, *NAMES]
    for month, halls in _by_span(touched):
        _forget(Span.MONTH, month, halls)
        sums = union_all(*by_facet(and_(FACT.month == month, FACT.hall_id.in_(halls)))).subquery()
        columns = (literal(Span.MONTH.value, String), *(sums.c[name] for name in names))
        _insert(select(*columns))
    for year, halls in _by_span((hall, month.replace(month=1)) for hall, month in touched):
        _forget(Span.YEAR, year, halls)
        which = and_(TALLY.hall_id.in_(halls), TALLY.month.in_(list(Period.of_year(year).months())))
        _insert(of_years(which, year))


def _by_span(pairs: Iterable[tuple[int, date]]) -> list[tuple[date, list[int]]]:
    """Group halls by the first day of a span."""
    found: dict[date, set[int]] = defaultdict(set)
    for hall, first in pairs:
        found[first].add(hall)
    return [(first, sorted(halls)) for first, halls in sorted(found.items())]


def _forget(span: Span, first: date, halls: Collection[int]) -> None:
    db.session.execute(
        delete(Tally.__table__).where(
            TALLY.span == span, TALLY.month == first, TALLY.hall_id.in_(halls)
        )
    )


def _insert(sums: Select[Any]) -> None:
    db.session.execute(insert(Tally.__table__).from_select(["span", *KEYS, *NAMES], sums))


def of_years(which: ColumnElement[bool], year: date) -> Select[Any]:
    """Select the sums of months as those of their year."""
    by = (TALLY.hall_id, TALLY.facet, TALLY.value)
    return (
        select(
            literal(Span.YEAR.value, String),
            TALLY.hall_id,
            literal(year, Date).label("month"),
            TALLY.facet,
            TALLY.value,
            *(func.sum(TALLY[name]).label(name) for name in NAMES),
        )
        .where(which, TALLY.span == Span.MONTH, TALLY.facet != Facet.ALL)
        .group_by(*by)
    )


# --- whether it is right -------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """What a recount of everything found."""

    cases: int
    wrong_cases: int
    wrong_sums: int

    @property
    def right(self) -> bool:
        """Whether what is kept is what there is."""
        return not (self.wrong_cases or self.wrong_sums)


def check(now: datetime, *, mend: bool) -> Check:
    """Count every case anew and compare; where it is to be mended, what differs is counted again.

    What is marked already is not wrong: everybody who asks counts it anew.
    """
    cases = wrong = 0
    last = 0
    while True:
        with transaction():
            _alone()
            ids = db.session.scalars(_every_case(last)).all()
            differing = _differing(ids, now)
            if mend and differing:
                _mark(differing)
        if not ids:
            break
        cases, wrong, last = cases + len(ids), wrong + len(differing), ids[-1]
    with transaction():
        _alone()
        sums = wrong_sums()
        if mend and sums:
            _add_up(sums)
    if mend:
        fold(now)
    return Check(cases, wrong, len(sums))


def _every_case(last: int) -> Select[Any]:
    """Select the numbers of cases, and of what is kept of cases that there are not."""
    case = Case.__table__.c
    there = select(case.id).where(case.id > last).order_by(case.id).limit(AT_ONCE)
    kept = select(FACT.case_id).where(FACT.case_id > last).order_by(FACT.case_id).limit(AT_ONCE)
    both = there.subquery(), kept.subquery()
    every = both[0].select().union(both[1].select()).subquery()
    return select(every.c[0]).order_by(every.c[0]).limit(AT_ONCE)


def _differing(ids: Collection[int], now: datetime) -> list[int]:
    """Return the cases that are kept otherwise than they are, and not marked."""
    live = {fact.case_id: fact for fact in facts_of(ids, now)}
    kept = {fact.case_id: fact for fact in kept_facts(ids)}
    marked = set(db.session.scalars(select(AGAIN.case_id).where(AGAIN.case_id.in_(ids))))
    marked |= set(db.session.scalars(ran_out(now).where(FACT.case_id.in_(ids))))
    return [it for it in ids if live.get(it) != kept.get(it) and it not in marked]


def _mark(ids: Collection[int]) -> None:
    db.session.execute(insert(Recount.__table__), [{"case_id": it} for it in ids])


def wrong_sums() -> set[tuple[int, date]]:
    """Return the halls and months whose sums are not those of their facts, or their years'."""
    names = [*KEYS, *NAMES]
    every = union_all(*by_facet(FACT.case_id.is_not(None))).subquery()
    months = select(*(every.c[name] for name in names))
    found = _unlike(months, _of(Span.MONTH, names))
    years = {month.year for month in db.session.scalars(select(TALLY.month).distinct())}
    for first in (date(year, 1, 1) for year in sorted(years)):
        sums = of_years(TALLY.month.in_(list(Period.of_year(first).months())), first).subquery()
        kept = _of(Span.YEAR, names).where(TALLY.month == first)
        found |= _unlike(select(*(sums.c[name] for name in names)), kept)
    return found


def _of(span: Span, names: Iterable[str]) -> Select[Any]:
    return select(*(TALLY[name] for name in names)).where(TALLY.span == span)


def _unlike(counted: Select[Any], kept: Select[Any]) -> set[tuple[int, date]]:
    """Return the halls and spans that differ either way."""
    found = set()
    for query in (counted.except_(kept), kept.except_(counted)):
        rows = query.subquery()
        found |= {tuple(row) for row in db.session.execute(select(rows.c.hall_id, rows.c.month))}
    return found
