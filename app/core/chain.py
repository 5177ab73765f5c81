"""The chain of a case's timeline: each event seals itself and the one before it.

The database seals (app/core/guards/): `sequence` counts the events of a case from 1, `previous`
is the seal of the event before, `hash` the SHA-256 of everything that the event says together with
`previous`. The table `timeline_head` keeps where each chain ends. `first_break` walks the chains
and says where one does not hold.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Integer, String, Table, text

from app.core.db import db
from app.core.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DIGITS = 64
"""The length of a seal in hexadecimal."""

HEAD = Table(
    "timeline_head",
    Model.metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(DIGITS), nullable=False),
)
"""Where the chain of each case ends. Kept by the triggers of `event`, written by nobody else."""

AT_ONCE = 1000

LINE = {
    "postgresql": (
        "{0}previous",
        "{0}case_id::text",
        "{0}case_number",
        "{0}sequence::text",
        """to_char({0}at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""",
        """to_char({0}recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""",
        "coalesce({0}actor_id::text, '')",
        "{0}actor",
        "{0}kind",
        "{0}payload::text",
    ),
    "sqlite": (
        "{0}previous",
        "CAST({0}case_id AS TEXT)",
        "{0}case_number",
        "CAST({0}sequence AS TEXT)",
        "replace({0}at, ' ', 'T')",
        "replace({0}recorded_at, ' ', 'T')",
        "coalesce(CAST({0}actor_id AS TEXT), '')",
        "{0}actor",
        "{0}kind",
        "{0}payload",
    ),
}
"""What an event says, as texts, in the order in which `chained` takes them."""


def chained(*told: str) -> str:
    """Return the seal of an event that says this, in the order of `LINE`.

    The line that is hashed is each text behind its length in characters: `3:abc,0:,2:de,`. So no
    two events that say different things give one line, and both databases give the same.
    """
    line = "".join(f"{len(part)}:{part}," for part in told)
    return hashlib.sha256(line.encode()).hexdigest()


PROBLEMS: dict[str, str] = {
    "changed": N_("内容被改动"),
    "missing": N_("记录缺失"),
    "reordered": N_("次序被调换"),
    "added": N_("记录系外部添加，不在链上"),
    "cut": N_("末尾的记录被删除"),
    "head": N_("链尾凭据不符"),
}


@dataclass(frozen=True)
class Break:
    """The first place at which a chain does not hold."""

    case: str
    sequence: int
    problem: str


@dataclass
class Walk:
    """What a walk over the chains came by."""

    events: int = 0
    cases: int = 0
    broken: Break | None = None


def first_break(number: str | None = None) -> Walk:
    """Walk the chains of all cases, or of one, up to the first break. Memory stays flat.

    One statement reads everything, so that events written meanwhile are seen wholly or not at all.
    """
    walk = Walk()
    for _, rows in groupby(rows_of(number), key=attrgetter("of_case")):
        walk.cases += 1
        walk.broken = walk_case(rows, walk)
        if walk.broken is not None:
            break
    return walk


def rows_of(number: str | None) -> Iterator[Any]:
    """Stream every case, or one, with the end of its chain and its events, in order."""
    connection = db.session.connection()
    parts = LINE[connection.dialect.name]
    says = ", ".join(f"{part.format('e.')} AS said_{n}" for n, part in enumerate(parts))
    where = "WHERE c.number = :number" if number is not None else ""
    statement = text(
        f"SELECT c.id AS of_case, c.number, h.sequence AS head, h.hash AS head_hash, e.id, "  # noqa: S608 - from LINE alone
        f'e.sequence, e.previous, e.hash, {says} FROM "case" c '
        "LEFT JOIN timeline_head h ON h.case_id = c.id LEFT JOIN event e ON e.case_id = c.id "
        f"{where} ORDER BY c.id, e.sequence, e.id"
    )
    given = {"number": number} if number is not None else {}
    with connection.execute(statement.execution_options(yield_per=AT_ONCE), given) as result:
        yield from result


def walk_case(rows: Iterable[Any], walk: Walk) -> Break | None:
    """Follow one chain from its first event to its head."""
    place, seal, number, head = 0, "", "", None
    for row in rows:
        number, head, head_hash = row.number, row.head, row.head_hash
        if row.id is None:
            break
        place += 1
        walk.events += 1
        wrong = _wrong(row, place, seal)
        if wrong is not None:
            return Break(number, *wrong)
        seal = row.hash
    if place and head == place:
        return None if head_hash == seal else Break(number, place, "head")
    if place and head is None:
        return Break(number, place, "head")
    if head is not None and head < place:
        return Break(number, head + 1, "added")
    return Break(number, place + 1, "cut")


def _wrong(row: Any, place: int, seal: str) -> tuple[int, str] | None:
    """Say which event is wrong, and how, where the one at a place does not hold."""
    said = said_of(row)
    holds = chained(*said) == row.hash
    if holds and (row.sequence, row.previous) == (place, seal):
        return None
    if not place <= row.sequence <= (row.head or row.sequence):
        return row.sequence, "added"
    if not holds:
        return place, "reordered" if _fits_elsewhere(said, row) else "changed"
    if row.sequence > place:
        return place, "missing"
    return place - 1, "changed"  # and sealed anew: the event after it remembers the old seal


def said_of(row: Any) -> list[str]:
    """Return what the event of a row says, in the order of `LINE`."""
    return [row._mapping[f"said_{n}"] or "" for n in range(len(LINE["sqlite"]))]  # noqa: SLF001


def _fits_elsewhere(said: list[str], row: Any) -> bool:
    """Say whether the event's seal is the one that it had at another place of the chain."""
    places = range(1, (row.head or 0) + 1)
    return any(chained(*said[:3], str(place), *said[4:]) == row.hash for place in places)
