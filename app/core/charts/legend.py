"""The key to the series, above the picture and part of it: a saved picture is to be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts.ink import bar
from app.core.charts.markup import MARGIN, words
from app.core.charts.text import LINE, width

if TYPE_CHECKING:
    from markupsafe import Markup

    from app.core.charts.chart import Chart

BOX, GAP = 14, 22


def legend(chart: Chart, room: float) -> tuple[list[Markup], float]:
    """Return the key and its height; one series needs none, but its unit is told."""
    unit = f" · {chart.unit}" if chart.unit else ""
    if len(chart.series) == 1:
        text = f"{chart.series[0].name}{unit}"
        return [words(text, MARGIN, LINE / 2 + 2)], LINE + 8
    parts: list[Markup] = []
    x, y = float(MARGIN), LINE / 2 + 2
    for it in chart.series:
        wide = BOX + 6 + width(it.name) + GAP
        if x + wide > room and x > MARGIN:
            x, y = float(MARGIN), y + LINE + 3
        parts.append(bar(chart, it.ink, it.name, x=x, y=y - BOX / 2 + 1, width=BOX, height=BOX - 2))
        parts.append(words(it.name, x + BOX + 6, y))
        x += wide
    if unit:
        parts.append(words(unit, x - GAP + 2, y))
    return parts, y + LINE / 2 + 8
