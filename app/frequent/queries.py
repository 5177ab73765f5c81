"""Group the recent cases of a hall into problems: same matter, same cause, similar words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from app.cases.models import Case
from app.cases.records import CaseCause
from app.cases.rules import UNCOUNTED
from app.cases.similar import ALIKE, LEAST_PAIRS, pairs, share
from app.core.db import db
from app.frequent.models import FrequencyRule
from app.improvements.models import Improvement
from app.improvements.queries import of_problem
from app.improvements.rules import DONE, RUNNING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from app.departments.models import Hall

LOOKED_AT = 200
"""So many cases of a matter, the latest, are compared by their words."""


@dataclass
class Group:
    """Cases that tell of one problem; without a cause while none of them is closed."""

    matter: str
    cause_id: int | None
    cases: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Told:
    """What is looked at of a case."""

    id: int
    matter: str
    words: Counter[str]


def rule_for(hall: Hall) -> FrequencyRule | None:
    """Return the setting of a hall: its own, else the general one."""
    found: FrequencyRule | None = db.session.scalar(
        select(FrequencyRule)
        .where(
            FrequencyRule.active,
            or_(FrequencyRule.hall_id == hall.id, FrequencyRule.hall_id.is_(None)),
        )
        .order_by(FrequencyRule.hall_id.is_(None))
        .limit(1)
    )
    return found


def improving(hall: Hall) -> Sequence[Improvement]:
    """Return the improvement items that are at work for a hall: its own, those above it."""
    above: set[int] = set()
    place: Hall | None = hall
    while place is not None:
        above.add(place.id)
        place = place.parent
    meant = Improvement.hall_id.in_(sorted(above)) & Improvement.status.in_(RUNNING)
    return db.session.scalars(select(Improvement).where(meant).order_by(Improvement.id)).all()


def done_at(hall: Hall) -> Sequence[Improvement]:
    """Return the improvement items of a hall that are reported done or verified."""
    done = (Improvement.hall_id == hall.id) & Improvement.status.in_(DONE)
    return db.session.scalars(select(Improvement).where(done).order_by(Improvement.id)).all()


def returned(item: Improvement, halls: Iterable[int], since: datetime) -> Sequence[Case]:
    """Return the cases of some halls since an instant that tell of an item's problem."""
    later = of_problem(item, halls) & (Case.registered_at > since)
    return db.session.scalars(select(Case).where(later).order_by(Case.id)).all()


def groups(hall: Hall, since: datetime) -> list[Group]:
    """Return the groups of the cases that were registered since an instant, largest first.

    A case with causes counts for each of them. One that has none yet joins the case of the same
    matter whose words are most like its own, or makes a group with others like it.
    """
    named: dict[tuple[str, int], Group] = {}
    causes: dict[int, list[Group]] = defaultdict(list)
    told = (
        select(Case.id, Case.matter, CaseCause.cause_id)
        .join(CaseCause, (CaseCause.case_id == Case.id) & CaseCause.current)
        .where(_counted(hall, since))
        .order_by(Case.id)
    )
    for number, matter, cause_id in db.session.execute(told):
        group = named.setdefault((matter, cause_id), Group(matter, cause_id))
        group.cases.append(number)
        causes[number].append(group)
    found = [*named.values(), *_by_words(hall, since, causes)]
    return sorted(found, key=lambda group: (-len(group.cases), group.matter))


def _counted(hall: Hall, since: datetime) -> Any:
    """Return the criterion of the cases that count."""
    return and_(Case.hall_id == hall.id, Case.registered_at >= since, Case.status.not_in(UNCOUNTED))


def _by_words(hall: Hall, since: datetime, causes: dict[int, list[Group]]) -> list[Group]:
    """Let the cases without a cause join the groups; return the groups that they make."""
    of_matter: dict[str, list[_Told]] = defaultdict(list)
    latest_first = (
        select(Case.id, Case.matter, Case.description)
        .where(_counted(hall, since))
        .order_by(Case.id.desc())
    )
    for number, matter, description in db.session.execute(latest_first):
        if len(of_matter[matter]) < LOOKED_AT:
            of_matter[matter].append(_Told(number, matter, pairs(description)))
    return [group for told in of_matter.values() for group in _clusters(told, causes)]


def _clusters(told: Sequence[_Told], causes: dict[int, list[Group]]) -> list[Group]:
    """Go through the cases of one matter, the latest first."""
    known = [case for case in told if case.id in causes]
    made: list[tuple[_Told, Group]] = []
    for case in told:
        if case.id in causes or case.words.total() < LEAST_PAIRS:
            continue
        like = _most_like(case, known)
        if like is not None:
            for group in causes[like.id]:
                group.cases.append(case.id)
            continue
        first = _most_like(case, [it for it, _ in made])
        if first is None:
            made.append((case, Group(case.matter, None, [case.id])))
        else:
            next(group for it, group in made if it is first).cases.append(case.id)
    return [group for _, group in made]


def _most_like(case: _Told, others: Sequence[_Told]) -> _Told | None:
    shares = [(share(case.words, other.words), other.id, other) for other in others]
    best = max(shares, default=None)
    return best[2] if best is not None and best[0] >= ALIKE else None
