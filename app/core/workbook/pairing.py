"""Tell which rows of a table were changed, added, taken out or moved since it was sealed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from app.core.workbook.seal import row_digest, tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.core.workbook.seal import Noted

LIKE = 0.5
"""Cells that two rows must share to count as one that was changed."""
NEAR = 500
"""Rows that are compared with each other where neither place nor first cell tells."""


@dataclass(frozen=True)
class Place:
    """Where a row stands: its sheet, and its number there."""

    sheet: str
    number: int


@dataclass(frozen=True)
class Standing:
    """A row as it stands in the file, as the checksum sees it."""

    place: Place
    line: bytes
    cells: tuple[str, ...]

    @property
    def tags(self) -> tuple[int, ...]:
        """Return what would be noted of its cells."""
        return tuple(tag(cell.encode()) for cell in self.cells)


@dataclass
class Differences:
    """What became of the rows of a table."""

    changed: list[tuple[Noted, Standing]] = field(default_factory=list)
    missing: list[tuple[Place, Noted]] = field(default_factory=list)
    added: list[Standing] = field(default_factory=list)
    moved: int = 0
    """Rows that stand elsewhere though none was added or taken out."""


def compared(sealed: Iterable[tuple[Place, Noted]], standing: Iterable[Standing]) -> Differences:
    """Compare rows as sealed with rows as they stand; what is alike in place costs no memory."""
    were: list[tuple[Place, Noted]] = []
    are: list[Standing] = []
    left, right = iter(sealed), iter(standing)
    while True:
        was, now = next(left, None), next(right, None)
        if was is None and now is None:
            break
        while now is not None and not any(now.cells) and not _same(was, now):
            now = next(right, None)  # a blank row is none
        if _same(was, now):
            continue
        were += [was] if was else []
        are += [now] if now else []
    return _paired(were, are)


def _same(was: tuple[Place, Noted] | None, now: Standing | None) -> bool:
    return was is not None and now is not None and was[1].digest == row_digest(now.line)


def _paired(were: list[tuple[Place, Noted]], are: list[Standing]) -> Differences:
    """Pair what moved with where it went, and what was changed with what it became."""
    gone = Counter(noted.digest for _, noted in were)
    moved = 0
    fresh = []
    for row in are:
        digest = row_digest(row.line)
        if gone[digest]:
            gone[digest] -= 1
            moved += 1
        else:
            fresh.append(row)
    lost = []
    for place, noted in were:
        if gone[noted.digest]:
            gone[noted.digest] -= 1
            lost.append((place, noted))
    found = Differences()
    left = _Left(lost, in_place=len(lost) == len(fresh))
    for row in fresh:
        was = left.taken_by(row)
        if was is None:
            found.added.append(row)
        else:
            found.changed.append((was, row))
    found.missing = left.rest()
    found.moved = 0 if found.missing or found.added else moved
    return found


class _Left:
    """Sealed rows that no row of the file is equal to, to be found by what they resemble."""

    def __init__(self, rows: list[tuple[Place, Noted]], *, in_place: bool) -> None:
        self._rows, self._in_place = dict(rows), in_place
        self._first: dict[int, list[Place]] = defaultdict(list)
        for place, noted in rows:
            self._first[noted.tags[0]].append(place)

    def taken_by(self, row: Standing) -> Noted | None:
        """Take out the row that one of the file once was: by place, by first cell, by the rest."""
        tags = row.tags
        near = [row.place, *self._first[tags[0]]] if tags else [row.place]
        best = self._best(near, tags) or self._best(islice(self._rows, NEAR), tags)
        if best is None and self._in_place:  # as many came as went: written over
            best = row.place
        return self._rows.pop(best, None) if best else None

    def _best(self, places: Iterable[Place], tags: tuple[int, ...]) -> Place | None:
        alike = {
            place: sum(map(int.__eq__, self._rows[place].tags, tags))
            for place in places
            if place in self._rows
        }
        best = max(alike, key=lambda place: alike[place], default=None)
        return best if best is not None and alike[best] >= LIKE * len(tags) else None

    def rest(self) -> list[tuple[Place, Noted]]:
        """Return what nobody took."""
        return list(self._rows.items())
