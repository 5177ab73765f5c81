"""What is to be shown: labels along one axis, one or more series of values, and a kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from zlib import crc32

from app.core.charts import columns, ranking, trend
from app.core.charts.ink import INKS
from app.core.charts.text import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markupsafe import Markup


class Kind(StrEnum):
    """How it is drawn."""

    COLUMNS = "columns"
    """Upright bars, those of several series side by side."""
    STACKED = "stacked"
    """Upright bars, those of several series on top of each other; they add up to something."""
    RANKING = "ranking"
    """Lying bars with their names before them, several series behind each other."""
    TREND = "trend"
    """Lines over time."""


@dataclass(frozen=True)
class Series:
    """One row of values, as long as the labels are; None where there is none."""

    name: str
    values: tuple[float | None, ...]
    ink: int = 0
    """Which colour and pattern it has, from 1; 0 takes the place of the series in the chart."""


@dataclass(frozen=True)
class Chart:
    """A chart; `ValueError` where its parts don't fit each other.

    `muted` names the places whose value tells too little (they are drawn hollow and grey, `notes`
    says why beside the bar), `urls` leads from the values in the table, by series and place, to
    what was counted, `top` is the end of the axis if it is not to follow the values, `digits` those
    behind the point.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind = Kind.COLUMNS
    unit: str = ""
    note: str = ""
    head: str = ""
    digits: int = 0
    top: float | None = None
    muted: frozenset[int] = frozenset()
    notes: Mapping[int, str] = field(default_factory=dict)
    urls: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what can't be drawn, and give each series its ink."""
        if not 1 <= len(self.series) <= len(INKS):
            raise ValueError(f"a chart has 1 to {len(INKS)} series, not {len(self.series)}")
        wrong = [it.name for it in self.series if len(it.values) != len(self.labels)]
        if wrong:
            raise ValueError(f"not as many values as labels: {wrong}")
        if any(value is not None and value < 0 for it in self.series for value in it.values):
            raise ValueError("values below zero have no bar")
        inked = tuple(replace(it, ink=it.ink or at) for at, it in enumerate(self.series, 1))
        object.__setattr__(self, "series", inked)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value is not None for it in self.series for value in it.values)

    @property
    def key(self) -> str:
        """Return what tells the patterns of this chart from those of others on the page."""
        return f"c{crc32(self.title.encode()):08x}"

    def told(self, value: float | None) -> str:
        """Return a value as it is written, a dash for none."""
        return "—" if value is None else number(value, self.digits)

    def rows(self) -> list[tuple[str, list[tuple[str, str]], str]]:
        """Return the table behind the picture: label, values as written and addresses, the note."""
        return [
            (
                label,
                [
                    (self.told(it.values[at]), self.urls.get((which, at), ""))
                    for which, it in enumerate(self.series)
                ],
                self.notes.get(at, ""),
            )
            for at, label in enumerate(self.labels)
        ]

    def peak(self) -> tuple[str, str]:
        """Return where the first series is highest, and how high."""
        found = [
            (value, -at) for at, value in enumerate(self.series[0].values) if value is not None
        ]
        if not found:
            return "", ""
        value, place = max(found)
        return self.labels[-place], self.told(value)

    def svg(self) -> Markup:
        """Draw it."""
        return DRAWN[self.kind](self)


DRAWN: dict[Kind, Callable[[Chart], Markup]] = {
    Kind.COLUMNS: columns.side_by_side,
    Kind.STACKED: columns.stacked,
    Kind.RANKING: ranking.draw,
    Kind.TREND: trend.draw,
}
