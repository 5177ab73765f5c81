"""Charts as SVG, drawn on the server: bars side by side or stacked, a ranking, a trend.

Say what is to be shown (`chart.Chart`) and give it to the macro `chart` of
templates/panel/charts.html: it draws the picture, the table behind it and the buttons that save it.
Nothing here knows a feature, a request or a language. Change here: how wide text is taken to be
(`text`), colours and patterns (`ink`), a kind of chart (`columns`, `ranking`, `trend`). Colours are
the tokens `--chart-1` and so on.
"""

from __future__ import annotations

from app.core.charts.chart import Chart, Kind, Series

__all__ = ["Chart", "Kind", "Series"]
