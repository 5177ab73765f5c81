"""Find what changed cells said before, from what is noted of them and what is likely."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from app.core.workbook.cells import Kind
from app.core.workbook.checksum import joined, moment_of, of_moment
from app.core.workbook.seal import row_digest, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.core.workbook.pairing import Standing
    from app.core.workbook.seal import Noted

REMEMBERED = 3_000
"""Values of a column that are tried."""
DAYS, MINUTES = 400, 1440
NUMBERS = range(1_000)
ROWS = 2_000
"""Changed rows of which it is tried."""
MOST = 20_000
"""Combinations of values of a row that are tried."""


class Former:
    """The values of a table's columns, as candidates for what its cells said before."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self._seen: list[dict[str, int]] = [{"": tag(b"")} for _ in kinds]
        self._rows = ROWS

    def saw(self, cells: Sequence[str]) -> None:
        """Remember the values of a row."""
        for seen, cell in zip(self._seen, cells, strict=True):
            if cell not in seen and len(seen) < REMEMBERED:
                seen[cell] = tag(cell.encode())

    def of(self, was: Noted, row: Standing, places: Sequence[int]) -> list[str | None]:
        """Return what the cells at some places of a row said before; None for each if unknown."""
        unknown: list[str | None] = [None] * len(places)
        self._rows -= 1
        if self._rows < 0:
            return unknown
        likely = [self._likely(at, row.cells[at], was.tags[at]) for at in places]
        if not places or prod(map(len, likely)) > MOST:
            return unknown
        for values in product(*likely):
            cells = list(row.cells)
            for at, value in zip(places, values, strict=True):
                cells[at] = value
            if row_digest(joined(cells)) == was.digest:
                return list(values)
        return unknown

    def _likely(self, at: int, now: str, wanted: int) -> list[str]:
        """Return candidates for a cell that have its tag."""
        seen = (value for value, noted in self._seen[at].items() if noted == wanted)
        near = (it for it in _near(now, self.kinds[at]) if tag(it.encode()) == wanted)
        return list(dict.fromkeys([*seen, *near]))


def _near(now: str, kind: str) -> Iterator[str]:
    """Yield numbers that are common, or the days and the minutes around a moment."""
    if kind == Kind.INTEGER:
        yield from map(str, NUMBERS)
    moment = moment_of(now)
    if kind not in {Kind.DATE, Kind.DATETIME} or moment is None:
        return
    for day in range(-DAYS, DAYS + 1):
        yield of_moment(moment + timedelta(days=day))
    midnight = moment.replace(hour=0, minute=0, second=0)
    if kind == Kind.DATETIME:
        for minute in range(MINUTES):
            yield of_moment(midnight + timedelta(minutes=minute))


def shown(said: str, kind: str = Kind.TEXT) -> str:
    """Write what a cell says for people: a date as one, a formula as it stands in its cell."""
    moment = moment_of(said) if kind in {Kind.DATE, Kind.DATETIME} else None
    if moment is None:
        return said.lstrip("\x1d")
    return f"{moment:%Y-%m-%d}" if kind == Kind.DATE else f"{moment:%Y-%m-%d %H:%M:%S}"
