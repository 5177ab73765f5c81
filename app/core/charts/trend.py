"""Lines over time: each with a dash and a mark of its own, named at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts.columns import Field
from app.core.charts.ink import DASHES, INKS, PAPER
from app.core.charts.markup import MARGIN, drawing, tag, words
from app.core.charts.text import LINE, width

if TYPE_CHECKING:
    from markupsafe import Markup

    from app.core.charts.chart import Chart, Series

MARKS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z", "M-3.5-3.5h7v7h-7Z", "M0-4.5 4.5 3.5h-9Z",
    "M0-5 5 0 0 5-5 0Z", "M0 4.5 4.5-3.5h-9Z", "M-4-1.5h8v3h-8Z",
)  # fmt: skip
"""Circle, square, triangle, lozenge, triangle upside down, bar."""

NEAR = 15
"""Names at the ends of lines stand at least so far apart."""


def draw(chart: Chart) -> Markup:
    """Draw the lines; a missing value breaks one."""
    values = [value for it in chart.series for value in it.values if value is not None]
    field = Field(chart, max(values, default=0))
    parts: list[Markup] = []
    for it in chart.series:
        parts += _line(chart, field, it)
    ends, room = _ends(chart, field)
    foot = LINE + 2 * MARGIN
    unit = [words(chart.unit, MARGIN, LINE / 2 + 2)] if chart.unit else []
    inside = [*unit, *field.grid(), *parts, *ends, *_dates(chart, field)]
    return drawing(field.wide + room, field.bottom + foot, inside)


def _line(chart: Chart, field: Field, series: Series) -> list[Markup]:
    path, pen = [], "M"
    marks: list[Markup] = []
    for at, value in enumerate(series.values):
        if value is None:
            pen = "M"
            continue
        x, y = field.x(at), field.y(value)
        path.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
        title = f"{chart.labels[at]} {series.name} {chart.told(value)}"
        full = {"fill": INKS[0], "class_": "chart-line-1 chart-full"}
        hollow = {"fill": PAPER, "class_": f"chart-line-{series.ink} chart-paper"}
        marks.append(
            tag(
                "path", tag("title", title), d=MARKS[series.ink - 1],
                transform=f"translate({x:.1f} {y:.1f})", stroke=INKS[series.ink - 1],
                stroke_width=1.6, **(full if series.ink == 1 else hollow),
            )
        )  # fmt: skip
    line = tag(
        "path", d="".join(path) or "M0 0", fill="none", stroke=INKS[series.ink - 1], stroke_width=2,
        stroke_dasharray=DASHES[series.ink - 1] or None, class_=f"chart-line-{series.ink}",
    )  # fmt: skip
    return [line, *marks]


def _ends(chart: Chart, field: Field) -> tuple[list[Markup], float]:
    """Name each line where it ends; return the room that the names take."""
    found: list[tuple[float, str]] = []
    for it in chart.series:
        last = max((at for at, value in enumerate(it.values) if value is not None), default=None)
        if last is not None:
            value = it.values[last] or 0
            found.append((field.y(value), f"{it.name} {chart.told(value)}"))
    ends: list[tuple[float, str]] = []
    for y, text in sorted(found):
        ends.append((max(y, ends[-1][0] + NEAR) if ends else y, text))
    x = field.x(len(chart.labels) - 1) + 10
    room = max((width(text) for _, text in ends), default=0) + 10 - (field.wide - x)
    return [words(text, x, y, strong=True) for y, text in ends], max(0.0, room + MARGIN)


def _dates(chart: Chart, field: Field) -> list[Markup]:
    """Write as many of the labels as fit beside each other, the last one always."""
    widest = max((width(it) for it in chart.labels), default=0) + 10
    every = max(1, -(-int(widest) // int(field.slot)))
    last = len(chart.labels) - 1
    return [
        words(label, field.x(at), field.bottom + LINE / 2 + 6, anchor="middle")
        for at, label in enumerate(chart.labels)
        if (last - at) % every == 0
    ]
