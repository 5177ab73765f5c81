"""Open cases that may be the same matter, while a new one is typed: by phone, name, text.

Texts are compared by their pairs of neighbouring characters (Dice's coefficient): Chinese has no
blanks to split words at, and a pair tells more than a character. Only cases of the same matter are
compared, and of those the latest 200 that are open, so that the cost is bounded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from app.cases.identity import phone_forms, plain
from app.cases.models import Case
from app.cases.rules import ENDED, Status
from app.core.db import db
from app.core.language import gettext
from app.core.privacy import keyring
from app.core.words import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.core.scope import Person

MOST_SHOWN = 5
LATEST = 200
"""How many open cases of a matter are read; the older ones would be late beyond all measure."""

ALIKE = 0.35
"""From which share of common pairs on two texts count as similar. Of the invented texts here, two
retellings of one event share half of their pairs, two events of one matter a quarter or less."""

LEAST_PAIRS = 8
"""A text of fewer pairs says too little to be compared."""

RECENT = timedelta(days=30)
"""How long a closed case is still brought up by its phone."""

PHONE, PAPER, NAME = 4.0, 3.0, 2.0
"""How certain each sign is; a text adds its share of common pairs, which is below 1."""

OPEN = tuple(status for status in Status if status not in ENDED)


@dataclass(frozen=True)
class Asked:
    """What has been typed so far."""

    hall_id: int | None = None
    phone: str = ""
    applicant_name: str = ""
    id_number: str = ""
    matter: str = ""
    description: str = ""


@dataclass
class Match:
    """A case that may be the same, with every reason and how certain they make it."""

    case: Case
    certainty: float = 0.0
    why: list[str] = field(default_factory=list)

    def add(self, weight: float, reason: str) -> None:
        """Add a reason."""
        self.certainty += weight
        self.why.append(reason)


def similar(asked: Asked, *, person: Person, now: datetime) -> list[Match]:
    """Return the few cases of the clerk's halls that are most likely the same, likeliest first."""
    found: dict[int, Match] = {}
    own = person.in_halls(Case.hall_id, "clerk")
    if len(plain(asked.phone)) >= LEAST_PAIRS - 1:
        for case in _read(own, _by_phone(asked.phone, now)):
            _match(found, case).add(PHONE, gettext("同一电话"))
    if asked.applicant_name:
        for case in _read(own, Case.applicant_name == asked.applicant_name, Case.status.in_(OPEN)):
            _by_name(found, case, asked)
    for case, share in _by_text(own, asked):
        reason = gettext("同一事项，内容相似 %(share)d%%", share=round(share * 100))
        _match(found, case).add(share, reason)
    ranked = sorted(found.values(), key=lambda it: (-it.certainty, -it.case.id))
    return ranked[:MOST_SHOWN]


def _match(found: dict[int, Match], case: Case) -> Match:
    return found.setdefault(case.id, Match(case))


def _read(*criteria: object) -> Sequence[Case]:
    query = select(Case).where(*criteria).order_by(Case.id.desc()).limit(4 * MOST_SHOWN)  # type: ignore[arg-type]
    return db.session.scalars(query).all()


def _by_phone(phone: str, now: datetime) -> object:
    ring = keyring()
    recent = and_(Case.status == Status.CLOSED, Case.closed_at >= now - RECENT)
    return and_(
        Case.phone_index.in_([ring.index(form) for form in phone_forms(phone)]),
        or_(Case.status.in_(OPEN), recent),
    )


def _by_name(found: dict[int, Match], case: Case, asked: Asked) -> None:
    """Take the same name for the same person, unless both papers are known and differ."""
    mine, theirs = plain(asked.id_number), plain(case.id_number or "")
    if mine and theirs and mine != theirs:
        return
    match = _match(found, case)
    match.add(NAME, gettext("同一反映人"))
    if mine and mine == theirs:
        match.add(PAPER, gettext("同一证件号码"))


def _by_text(own: object, asked: Asked) -> list[tuple[Case, float]]:
    """Return the open cases of the same matter that tell it alike, each with what they share."""
    mine = pairs(asked.description)
    if not asked.matter or mine.total() < LEAST_PAIRS:
        return []
    query = (
        select(Case.id, Case.description)
        .where(own, Case.matter == asked.matter, Case.status.in_(OPEN))  # type: ignore[arg-type]
        .order_by(Case.id.desc())
        .limit(LATEST)
    )
    if asked.hall_id is not None:
        query = query.where(Case.hall_id == asked.hall_id)
    shares = [(share(mine, pairs(text)), number) for number, text in db.session.execute(query)]
    best = sorted((it for it in shares if it[0] >= ALIKE), reverse=True)[:MOST_SHOWN]
    cases = {case.id: case for case in _read(Case.id.in_([number for _, number in best]))}
    return [(cases[number], found) for found, number in best if number in cases]


def pairs(text: str) -> Counter[str]:
    """Return the pairs of neighbouring characters of a text; blanks and stops separate nothing."""
    letters = [it for it in folded(text) if it.isalnum()]
    return Counter(one + other for one, other in pairwise(letters))


def share(one: Counter[str], other: Counter[str]) -> float:
    """Return Dice's coefficient of two bags: 0 nothing in common, 1 the same."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
