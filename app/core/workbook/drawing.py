"""A native chart below the rows of a table, drawn by the office program from the cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.pagebreak import Break

if TYPE_CHECKING:
    from app.core.workbook.pages import Chart

MOST_BARS = 30
WIDE, HIGH = 34.0, 3.6
"""Centimetres of a chart, and of its height without its bars."""
BAR = 0.62
ON_ONE_PAGE = 12
"""Rows that leave room for a chart on their page."""
COLOURS = ("2F6FB7", "C98A00", "B3261E", "6B7280")
"""Of the parts, in their order; told apart in grey print by how dark they are."""


def draw(page: Any, chart: Chart, header: int, last: int) -> None:
    """Put a chart below the last row of a sheet, whose header stands in a row above."""
    end = min(last, header + MOST_BARS)
    bars: Any = BarChart()  # openpyxl's stubs take its sizes for integers
    bars.type, bars.grouping, bars.overlap, bars.gapWidth = "bar", "stacked", 100, 60
    bars.title, bars.style = chart.title, 10
    for place, colour in zip(chart.stacked, COLOURS, strict=False):
        bars.add_data(Reference(page, place, header, place, end), titles_from_data=True)
        bars.series[-1].graphicalProperties.solidFill = colour
    bars.set_categories(Reference(page, chart.named, header + 1, chart.named, end))
    bars.x_axis.scaling.orientation = "maxMin"  # the first row on top
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.y_axis.number_format, bars.y_axis.majorGridlines = "0", None
    bars.legend.position = "b"
    bars.width, bars.height = WIDE, HIGH + BAR * (end - header)
    bars.anchor = f"A{last + 2}"
    if last - header > ON_ONE_PAGE:
        page.row_breaks.append(Break(id=last))
    page.add_chart(bars)
