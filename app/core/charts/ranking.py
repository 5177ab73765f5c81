"""Lying bars, one below the other, with their names before them and their values behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts.ink import RULE, bar, patterns
from app.core.charts.legend import legend
from app.core.charts.markup import MARGIN, drawing, tag, words
from app.core.charts.text import LINE, lines, width

if TYPE_CHECKING:
    from markupsafe import Markup

    from app.core.charts.chart import Chart

WIDE, THICK, GAP = 600, 18, 10
MOST_NAME = 210
"""Pixels that the names take at most; what is longer goes on in the next line."""


def draw(chart: Chart) -> Markup:
    """Draw the ranking in the order of the labels."""
    names = [lines(it, MOST_NAME) for it in chart.labels]
    left = max((width(line) for name in names for line in name), default=0) + 2 * MARGIN
    behind = [_behind(chart, at) for at in range(len(names))]
    sums = [sum(it.values[at] or 0 for it in chart.series) for at in range(len(names))]
    most = chart.top or max(sums, default=0) or 1
    room = _room(left, [(sums[at] / most, width(behind[at])) for at in range(len(names))])
    parts, y = legend(chart, WIDE)
    first = y
    for at, name in enumerate(names):
        tall = max(THICK, LINE * len(name))
        middle = y + tall / 2
        parts += [
            words(line, left - MARGIN, middle + LINE * (row - (len(name) - 1) / 2), anchor="end")
            for row, line in enumerate(name)
        ]
        end = left
        for it in chart.series:
            long = room * (it.values[at] or 0) / most
            if long:
                title = f"{chart.labels[at]} {it.name} {chart.told(it.values[at])}"
                parts.append(
                    bar(
                        chart, it.ink, title, muted=at in chart.muted,
                        x=end, y=middle - THICK / 2, width=long, height=THICK,
                    )
                )  # fmt: skip
                end += long
        parts.append(words(behind[at], end + 6, middle, strong=at not in chart.muted))
        y += tall + GAP
    axis = tag("path", d=f"M{left:.1f} {first - 4:.1f}V{y:.1f}", stroke=RULE, class_="chart-rule")
    wide = max(WIDE, left + width(max(behind, key=width, default="")) + 60)
    return drawing(wide, y + 2, [patterns(chart), axis, *parts])


def _behind(chart: Chart, at: int) -> str:
    """Return what stands behind a bar: its value, or each of several, and the note."""
    told = " / ".join(chart.told(it.values[at]) for it in chart.series)
    note = chart.notes.get(at, "")
    return note if at in chart.muted and note else f"{told} {note}".strip()


def _room(left: float, bars: list[tuple[float, float]]) -> float:
    """Return how long the longest bar may be, so that what stands behind each still has room."""
    free = WIDE - left - MARGIN - 6
    return max(60.0, min((((free - told) / share) for share, told in bars if share), default=free))
