"""Upright bars: side by side, or stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts.ink import RULE, bar, patterns
from app.core.charts.legend import legend
from app.core.charts.markup import MARGIN, drawing, tag, words
from app.core.charts.scale import marks
from app.core.charts.text import LINE, lines, number, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markupsafe import Markup

    from app.core.charts.chart import Chart

WIDE, HIGH = 600, 190
"""Pixels of the whole picture, and of the bars' field."""

LEAST_SLOT, MOST_SLOT = 40, 176
INSIDE = 16
"""A stacked piece this high has its value written in it."""


class Field:
    """Where the bars stand: its edges, a slot for each label, pixels for a value."""

    def __init__(self, chart: Chart, most: float) -> None:
        """Measure out the field below the legend."""
        self.chart = chart
        self.marks = marks(most, whole=chart.digits == 0, top=chart.top)
        told = [number(it, chart.digits) for it in self.marks]
        self.left = max(width(it) for it in told) + 2 * MARGIN
        count = max(1, len(chart.labels))
        self.slot = max(LEAST_SLOT, min(MOST_SLOT, (WIDE - self.left - MARGIN) / count))
        self.wide = max(WIDE, self.left + self.slot * count + MARGIN)
        self.legend, head = legend(chart, self.wide)
        self.top = head + LINE
        self.bottom = self.top + HIGH

    def y(self, value: float) -> float:
        """Return how high a value stands."""
        return self.bottom - HIGH * value / self.marks[-1]

    def x(self, at: int) -> float:
        """Return the middle of a slot."""
        return self.left + self.slot * (at + 0.5)

    def grid(self) -> Iterator[Markup]:
        """Draw the marks of the axis."""
        for it in self.marks:
            y = self.y(it)
            yield tag(
                "path",
                d=f"M{self.left:.1f} {y:.1f}H{self.wide - MARGIN:.1f}",
                stroke=RULE,
                class_="chart-rule",
            )
            yield words(number(it, self.chart.digits), self.left - MARGIN, y, anchor="end")

    def names(self) -> tuple[list[Markup], float]:
        """Write the labels below the bars, broken where they are too wide; return their height."""
        broken = [lines(it, max(self.slot - 4, LINE)) for it in self.chart.labels]
        parts = [
            words(line, self.x(at), self.bottom + LINE * (row + 0.5) + 4, anchor="middle")
            for at, label in enumerate(broken)
            for row, line in enumerate(label)
        ]
        return parts, LINE * max((len(it) for it in broken), default=0) + MARGIN

    def picture(self, bars: list[Markup]) -> Markup:
        """Put everything together."""
        names, foot = self.names()
        inside = [patterns(self.chart), *self.legend, *self.grid(), *bars, *names]
        return drawing(self.wide, self.bottom + foot + 2, inside)


def side_by_side(chart: Chart) -> Markup:
    """Draw the bars of several series beside each other; values above them where there is room."""
    values = [value or 0 for it in chart.series for value in it.values]
    field = Field(chart, max(values, default=0))
    each = min(40.0, (field.slot - 8) / len(chart.series))
    parts: list[Markup] = []
    for at, label in enumerate(chart.labels):
        x = field.x(at) - each * len(chart.series) / 2
        for place, it in enumerate(chart.series):
            value = it.values[at]
            if value is None:
                continue
            told, y = chart.told(value), field.y(value)
            title = f"{label} {it.name} {told}"
            parts.append(
                bar(
                    chart, it.ink, title, muted=at in chart.muted,
                    x=x + each * place + 1, y=y, width=each - 2, height=field.bottom - y,
                )
            )  # fmt: skip
            if width(told) <= max(each, field.slot / len(chart.series)) + 2:
                middle = x + each * (place + 0.5)
                parts.append(words(told, middle, y - 9, anchor="middle", strong=True))
    return field.picture(parts)


def stacked(chart: Chart) -> Markup:
    """Draw the bars of several series on top of each other, with their sum above."""
    sums = [sum(it.values[at] or 0 for it in chart.series) for at in range(len(chart.labels))]
    field = Field(chart, max(sums, default=0))
    each = min(56.0, field.slot - 10)
    parts: list[Markup] = []
    for at, label in enumerate(chart.labels):
        reached = 0.0
        for it in chart.series:
            value = it.values[at] or 0
            if not value:
                continue
            reached += value
            y, high = field.y(reached), field.y(0) - field.y(value)
            told = chart.told(value)
            parts.append(
                bar(
                    chart, it.ink, f"{label} {it.name} {told}", muted=at in chart.muted,
                    x=field.x(at) - each / 2, y=y, width=each, height=high,
                )
            )  # fmt: skip
            if value != sums[at] and high >= INSIDE and width(told) + 4 <= each:
                parts.append(words(told, field.x(at), y + high / 2, anchor="middle", halo=True))
        told = chart.told(sums[at])
        if width(told) <= field.slot + 2:
            parts.append(
                words(told, field.x(at), field.y(sums[at]) - 9, anchor="middle", strong=True)
            )
    return field.picture(parts)
