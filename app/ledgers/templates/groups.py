"""Sum up groups of rows as they pass: a bold row behind each group, one behind them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.language import gettext
from app.core.workbook import Kind, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.core.workbook import Column, Row, Value

NUMBERS = {Kind.INTEGER, Kind.NUMBER}


class Sums:
    """What some rows come to: how many they are, and the sums of their numbers."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Begin with no row."""
        self.rows = 0
        self.sums: list[Any] = [None] * len(columns)
        self._numbers = [at for at, it in enumerate(columns) if it.kind in NUMBERS]
        self._label = next((at for at, it in enumerate(columns) if it.kind is Kind.TEXT), None)

    def add(self, values: Sequence[Value]) -> None:
        """Add a row."""
        self.rows += 1
        for at in self._numbers:
            value: Any = values[at]
            if value is not None:
                self.sums[at] = (self.sums[at] or 0) + value

    def told(self, sentence: str) -> Row:
        """Return them as a row; the sentence stands in the first column of texts."""
        values = list(self.sums)
        if self._label is not None:
            values[self._label] = sentence
        return Tone.SUM, values


class Grouping:
    """Rows that come group by group; `at` is the place of the value that makes the groups.

    A value beyond the columns is for grouping alone and is not passed on. `written` counts the
    rows that were added.
    """

    def __init__(self, columns: Sequence[Column], at: int) -> None:
        """Know the columns of the table."""
        self._columns, self._at = columns, at
        self.written = 0

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows, with a sum behind each group and the total at the end."""
        total, group, name = Sums(self._columns), Sums(self._columns), None
        for tone, values in rows:
            if group.rows and values[self._at] != name:
                yield self._subtotal(group, name)
                group = Sums(self._columns)
            name = values[self._at]
            kept = values[: len(self._columns)]
            group.add(kept)
            total.add(kept)
            yield tone, kept
        if group.rows:
            yield self._subtotal(group, name)
        self.written += 1
        yield total.told(gettext("合计：%(rows)d 行", rows=total.rows))

    def _subtotal(self, group: Sums, name: Value) -> Row:
        self.written += 1
        said = gettext("（空）") if name is None or name == "" else str(name)
        return group.told(gettext("小计：%(name)s，%(rows)d 行", name=said, rows=group.rows))
