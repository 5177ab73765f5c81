"""The figures as tables: each number leads to the cases that it counts, small ones are grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import EMPTY
from app.core.language import N_, gettext
from app.overview.drill import MEASURES, Drill, named
from app.overview.rules import FEW, Facet, Figures, rate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.overview.asking import Asked
    from app.overview.queries import Counted
    from app.overview.rules import Period

MOST = 200
"""Lines of a table on the screen; the workbook has them all."""

COLUMNS = ("registered", "taken", "refused", "in_time", "late", "open_late")
"""The counts of a line, before its rates."""

RATES: dict[str, str] = {
    "in_time_rate": N_("按期办结率"),
    "average": N_("平均用时"),
    "satisfaction": N_("满意率"),
}

RATED = ("judged", "timed", "rated")
"""What each rate is of: the cases that it leads to."""

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

    def drill(self, period: Period, measure: str) -> Drill:
        """Return what leads to the cases of a count; a hall's place says it all."""
        value = "" if self.facet is Facet.ALL else self.value
        return Drill(self.place, period, measure, self.facet, value)


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
    told = [(str(getattr(line.figures, it)), _tone(line.figures, it), it) for it in COLUMNS]
    told += [(*said, it) for said, it in zip(rates(line.figures), RATED, strict=True)]
    numbers = [
        Cell(
            text,
            "number",
            line.drill(asked.period, it).url() if leads and getattr(line.figures, it) else None,
            tone,
        )
        for text, tone, it in told
    ]
    return Row(at, [Cell(line.label, "told"), *numbers], None, few(line.figures.judged))


def _tone(figures: Figures, measure: str) -> str:
    return "late" if measure in {"late", "open_late"} and getattr(figures, measure) else ""


def few(whole: int) -> str:
    """Return the tone of a row whose shares are of so many cases."""
    return "few" if whole < FEW else ""


def rates(figures: Figures) -> list[tuple[str, str]]:
    """Return the rates as they are written, and grey counts in place of what is too small."""
    return [
        share(figures.in_time, figures.judged),
        average(figures),
        share(figures.satisfied, figures.rated),
    ]


def share(part: int, whole: int) -> tuple[str, str]:
    """Write the percent that a part is of a number of cases, and its tone."""
    percent = rate(part, whole)
    if percent is not None:
        return f"{percent:.1f}%", ""
    return (f"{part}/{whole}", "idle") if whole else (EMPTY, "idle")


def average(figures: Figures) -> tuple[str, str]:
    """Write the average working time in working days, and in hours below one of them."""
    days, hours = figures.average_days, figures.average_hours
    if days is None or hours is None:
        count = gettext("%(count)d 件", count=figures.timed) if figures.timed else EMPTY
        return count, "idle"
    if days < 1:
        return gettext("%(hours).1f 小时", hours=hours), ""
    return gettext("%(days).1f 工作日", days=days), ""


def few_explained() -> str:
    """Say what the grey is about."""
    return gettext(
        "灰色：不足 %(few)d 件的，一件之差就会改变一成以上，只列件数，不计比率和平均，"
        "排名时在最后。",
        few=FEW,
    )
