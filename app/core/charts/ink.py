"""What tells the series apart: a colour and a pattern each, so that grey paper does as well.

The colours stand here as the light theme has them, for a picture that is saved and knows no style
sheet; on a page the classes take them from the tokens (static/bancheng/tokens.css).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from app.core.charts.markup import tag

if TYPE_CHECKING:
    from app.core.charts.chart import Chart

INKS = ("#1f57a8", "#c44e00", "#00806a", "#9c4a84", "#7a5c00", "#5f6a7b")
"""Blue, vermilion, green, purple, brown, grey: told apart by people who don't see red or green."""

PAPER, INK, INK_2, RULE = "#fff", "#1b2431", "#4b5667", "#dfe4ec"

DASHES = ("", "7 4", "2 4", "10 3 2 3", "4 2", "12 5")
"""Of the lines of a trend."""

GRAIN = 7
"""Pixels after which a pattern repeats."""

STROKES = ("", "M0 7 7 0M-2 2 2 -2M5 9 9 5", "M3.5 1.5v2", "M0 0 7 7M7 0 0 7", "M0 3.5H7", "")
"""The pattern of each ink over paper; the first is full, the last empty."""


def patterns(chart: Chart) -> Markup:
    """Return the definitions of the patterns that a chart uses."""
    used = sorted({it.ink for it in chart.series if STROKES[it.ink - 1]})
    made = [_pattern(chart.key, ink) for ink in used]
    return tag("defs", *made) if made else Markup("")


def _pattern(key: str, ink: int) -> Markup:
    ground = tag("rect", width=GRAIN, height=GRAIN, fill=PAPER, class_="chart-paper")
    stroke = tag(
        "path",
        d=STROKES[ink - 1],
        fill="none",
        stroke=INKS[ink - 1],
        stroke_width=2 if ink != 3 else 2.6,  # noqa: PLR2004 - dots are heavier than lines
        class_=f"chart-line-{ink}",
    )
    return tag(
        "pattern", ground, stroke,
        id=f"{key}-{ink}", width=GRAIN, height=GRAIN, patternUnits="userSpaceOnUse",
    )  # fmt: skip


def bar(chart: Chart, ink: int, title: str, *, muted: bool = False, **place: float) -> Markup:
    """Draw a bar of an ink; a muted one is hollow, its edge broken."""
    if muted:
        return tag(
            "rect", tag("title", title), **place,
            fill="none", stroke=INKS[-1], stroke_dasharray="3 3", class_="chart-muted",
        )  # fmt: skip
    full = ink == 1
    plain = PAPER if not STROKES[ink - 1] else f"url(#{chart.key}-{ink})"
    return tag(
        "rect",
        tag("title", title),
        **place,
        fill=INKS[0] if full else plain,
        stroke=INKS[ink - 1],
        class_=f"chart-line-{ink}{' chart-full' if full else ''}",
    )
