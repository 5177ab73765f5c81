"""The figures as a report on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.crud.present import local
from app.core.language import gettext
from app.overview import necessity, pictures, tables
from app.overview.asking import VIEWS
from app.overview.board import definitions, warnings
from app.overview.drill import MEASURES
from app.overview.queries import counted

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.charts import Chart
    from app.core.scope import Person
    from app.overview.asking import Asked
    from app.overview.queries import Counted

    Cells = list[tuple[str, bool]]
    """Texts of a line, each with whether it is of too few cases."""

LINES = 20
"""Of a table on paper."""

BY = ("hall", "department", "matter", "cause", "classification")


def build(asked: Asked, person: Person, now: datetime) -> dict[str, Any]:
    """Return what stands in the report."""
    found = counted(asked.place.ids, asked.period, now)
    trend = pictures.trend(found, asked)
    missing = necessity.missing(found, asked, now)
    return {
        "title": gettext("“办不成事”窗口运行情况报告"),
        "hall": asked.place.name,
        "number": asked.days,
        "figures": _figures(found),
        "trend": trend,
        "sections": [_section(found, asked, by) for by in BY if _worth(asked, by)],
        "needs": _needs(found, asked),
        "needs_chart": pictures.needs(found, asked),
        "answers": necessity.summary(found, asked, leads=False),
        "missing": [
            (it.hall.name, it.matter, it.figures.taken, necessity.state(it))
            for it in missing[:LINES]
        ],
        "missing_more": max(0, len(missing) - LINES),
        "few": tables.few_explained(),
        "definitions": definitions(),
        "warnings": warnings(found),
        "printed": (local(now), person.name),
    }


def _worth(asked: Asked, by: str) -> bool:
    return by != "hall" or len(asked.place.halls) > 1


def _figures(found: Counted) -> list[tuple[str, str, bool]]:
    """Return label and text of each figure, and whether it is of too few cases."""
    every = found.all
    counts = [
        (gettext(MEASURES[it]), gettext("%(count)d 件", count=getattr(every, it)), False)
        for it in tables.COLUMNS
    ]
    rates = [
        (gettext(label), text, bool(tone))
        for label, (text, tone) in zip(tables.RATES.values(), tables.rates(every), strict=True)
    ]
    return [*counts, *rates]


def _section(
    found: Counted, asked: Asked, by: str
) -> tuple[str, Chart | None, list[str], list[tuple[bool, Cells]], int]:
    """Return title, chart, heads and lines of one dimension, and how many lines are left out."""
    made = tables.lines(found, asked, by)
    heads = [gettext(tables.HEADS[by]), *(gettext(MEASURES[it]) for it in tables.COLUMNS)]
    heads += [gettext(label) for label in tables.RATES.values()]
    shown = [(bool(tables.few(line.figures.judged)), _cells(line)) for line in made[:LINES]]
    drawn = pictures.ranking(made, asked, by) if made else None
    return gettext(VIEWS[by]), drawn, heads, shown, max(0, len(made) - LINES)


def _cells(line: tables.Line) -> Cells:
    counts = [(str(getattr(line.figures, it)), False) for it in tables.COLUMNS]
    rates = [(text, bool(tone)) for text, tone in tables.rates(line.figures)]
    return [(line.label, False), *counts, *rates]


def _needs(found: Counted, asked: Asked) -> list[tuple[bool, list[str]]]:
    """Return the reasons line by line, and whether there are too few cases for their shares."""
    listing = necessity.need_table(found, asked, leads=False)
    return [(bool(row.tone), [cell.text for cell in row.cells]) for row in listing.rows]
