"""The figures as tables: each number leads to the cases that it counts, small ones are grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import EMPTY
from app.core.language import N_, gettext
from app.overview.drill import MEASURES, Drill, named
from app.overview.rules import FEW, Facet, Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.overview.asking import Asked
    from app.overview.queries import Counted

MOST = 200
"""Lines of a table on the screen; the workbook has them all."""

COLUMNS = ("registered", "taken", "refused", "in_time", "late", "open_late")
"""The counts of a line, before its rates."""

RATES: dict[str, str] = {
    "in_time_rate": N_("按期办结率"),
    "average": N_("平均用时"),
    "satisfaction": N_("满意率"),
}

HEADS: dict[str, str] = {
    "hall": N_("大厅"),
    "department": N_("科室"),
    "matter": N_("事项"),
    "cause": N_("办不成的原因"),
    "classification": N_("分类"),
    "need": N_("为什么到了本窗口"),
}

RANKED = ("hall", "department")
"""What is ranked by how it keeps its time; all else by how much of it there is."""


@dataclass(frozen=True)
class Line:
    """One value with its figures; `place` and `facet` lead to its cases."""

    value: str
    label: str
    figures: Figures
    place: str
    facet: Facet = Facet.ALL


def lines(found: Counted, asked: Asked, by: str) -> list[Line]:
    """Return the figures by one dimension, in the order of its ranking."""
    if by == "hall":
        made = [
            Line(hall.code, hall.name, found.halls[hall.id], hall.code)
            for hall in asked.place.halls
            if hall.id in found.halls
        ]
    else:
        facet = Facet(by)
        figures = found.values[facet]
        labels = named(facet, list(figures))
        made = [
            Line(value, labels[value], it, asked.place.code, facet) for value, it in figures.items()
        ]
    return sorted(made, key=_rank if by in RANKED else _weight)


def _rank(line: Line) -> tuple[int, float, int, str]:
    """Order by the share that kept its time; where there are few, by their number, at the end."""
    rate = line.figures.in_time_rate
    group = 2 if not line.value else int(rate is None)  # not yet dispatched is no department
    return group, -(rate or 0), -line.figures.registered, line.label


def _weight(line: Line) -> tuple[int, str]:
    return -line.figures.registered, line.label


# --- as a table ----------------------------------------------------------------------------------


def table(made: Sequence[Line], asked: Asked, by: str, *, leads: Callable[[str], bool]) -> Listing:
    """Draw lines as a table; `leads` says for which places the person may read the cases."""
    heads = [(gettext(HEADS[by]), "text"), *((gettext(MEASURES[it]), "number") for it in COLUMNS)]
    heads += [(gettext(it), "number") for it in RATES.values()]
    rows = [_row(at, line, asked, leads=leads(line.place)) for at, line in enumerate(made[:MOST])]
    return Listing(
        [Col(label, label, kind) for label, kind in heads],
        rows,
        total=len(made),
        empty=gettext("这段时间没有事项"),
    )


def _row(at: int, line: Line, asked: Asked, *, leads: bool) -> Row:
    cells = [Cell(line.label, "told")]
    for measure in COLUMNS:
        number = getattr(line.figures, measure)
        url = None
        if number and leads:
            url = Drill(line.place, asked.period, measure, line.facet, line.value).url()
            if by_hall(line):
                url = Drill(line.place, asked.period, measure).url()
        tone = "late" if number and measure in {"late", "open_late"} else ""
        cells.append(Cell(str(number), "number", url, tone))
    cells += [Cell(text, "number", tone=tone) for text, tone in rates(line.figures)]
    return Row(at, cells, None, "few" if line.figures.few else "")


def by_hall(line: Line) -> bool:
    """Say whether a line is a hall's: then its place says it all."""
    return line.facet is Facet.ALL


def rates(figures: Figures) -> list[tuple[str, str]]:
    """Return the rates as they are written, and grey counts in place of what is too small."""
    return [
        _share(figures.in_time_rate, figures.in_time, figures.judged),
        (average(figures), "" if figures.timed >= FEW else "idle"),
        _share(figures.satisfaction, figures.satisfied, figures.rated),
    ]


def _share(rate: float | None, part: int, whole: int) -> tuple[str, str]:
    if rate is not None:
        return f"{rate:.1f}%", ""
    return (f"{part}/{whole}", "idle") if whole else (EMPTY, "idle")


def average(figures: Figures) -> str:
    """Write the average working time in working days, and in hours below one of them."""
    days, hours = figures.average_days, figures.average_hours
    if days is None or hours is None:
        return EMPTY
    if days < 1:
        return gettext("%(hours).1f 小时", hours=hours)
    return gettext("%(days).1f 工作日", days=days)


def few_explained() -> str:
    """Say what the grey is about."""
    return gettext(
        "灰色：有结论的（已评价的）不足 %(few)d 件，一件之差就会改变一成以上，只列件数，不计比率，"
        "排在最后。",
        few=FEW,
    )
