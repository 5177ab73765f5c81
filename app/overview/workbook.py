"""The figures as a workbook: a summary, a sheet for each dimension, and how they are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.crud.export import cover_facts
from app.core.crud.present import local
from app.core.language import gettext
from app.core.workbook import Column, Kind, Produced, Sheet, Tone, safe_file_name, write_tables
from app.overview import necessity, tables
from app.overview.asking import VIEWS
from app.overview.board import definitions, warnings
from app.overview.drill import MEASURES
from app.overview.queries import counted
from app.overview.rules import Figures, Need

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from app.core.scope import Person
    from app.core.workbook import Row
    from app.overview.asking import Asked
    from app.overview.queries import Counted

COUNTS = ("registered", "taken", "refused", "finished", "in_time", "late", "open_late", "rated",
          "satisfied")  # fmt: skip
BY = ("hall", "department", "matter", "cause", "classification", "need")


def write_figures(path: Path, asked: Asked, person: Person, now: datetime) -> Produced:
    """Write the workbook of what is asked for."""
    found = counted(asked.place.ids, asked.period, now)
    title = gettext("%(place)s办件统计（%(days)s）", place=asked.place.name, days=asked.days)

    def cover(produced: Produced) -> list[tuple[str, str]]:
        words = gettext("%(place)s；%(days)s", place=asked.place.name, days=asked.days)
        told = [(gettext("提示"), text) for text in warnings(found)]
        needs = [(gettext(it.label), gettext(necessity.DEFINED[it])) for it in Need]
        facts = cover_facts(title, person, now, words, replace(produced, sheets=1))
        few = (gettext("灰色"), tables.few_explained())
        return [*facts, *told, *definitions(), *needs, few]

    summary = (Sheet(title, _columns("hall"), name=gettext("汇总")), _summary(found, asked))
    tables_of = [summary, *_dimensions(found, asked, title), _missing(found, asked, title, now)]
    return write_tables(path, tables_of, cover, produced_at=local(now))


def file_name(asked: Asked, now: datetime) -> str:
    """Name the file: place, days, and when it was made."""
    since, until = asked.period.since, asked.period.until
    made = f"{local(now):%Y%m%d%H%M%S}"
    return safe_file_name(
        gettext("办件统计"), asked.place.name, f"{since:%Y%m%d}", f"{until:%Y%m%d}", made
    )


def _columns(by: str) -> list[Column]:
    counts = [Column(gettext(MEASURES[it]), 11, Kind.INTEGER) for it in COUNTS]
    rates = (gettext("按期办结率（%）"), gettext("平均用时（工作日）"), gettext("平均用时（小时）"),
             gettext("满意率（%）"))  # fmt: skip
    return [
        Column(gettext(tables.HEADS[by]), 40),
        *counts,
        *(Column(label, 14, Kind.NUMBER) for label in rates),
    ]


def _row(label: str, it: Figures) -> Row:
    """Return a line, grey where there are too few cases for a rate."""
    rates = (it.in_time_rate, it.average_days, it.average_hours, it.satisfaction)
    counts = (getattr(it, name) for name in COUNTS)
    values = [label, *counts, *(None if rate is None else round(rate, 1) for rate in rates)]
    return (Tone.FEW if it.few else None), values


def _summary(found: Counted, asked: Asked) -> Iterator[Row]:
    yield _row(gettext("合计"), found.all)
    for line in tables.lines(found, asked, "hall"):
        yield _row(line.label, line.figures)


def _dimensions(found: Counted, asked: Asked, title: str) -> Iterator[tuple[Sheet, Iterable[Row]]]:
    """Yield a sheet for each dimension, with every line there is."""
    for by in BY[1:]:
        rows = [_row(it.label, it.figures) for it in tables.lines(found, asked, by)]
        yield Sheet(title, _columns(by), name=gettext(VIEWS[by])), rows
    months = [_row(f"{month:%Y-%m}", it) for month, it in sorted(found.months.items())]
    columns = [Column(gettext("登记月份"), 40), *_columns("hall")[1:]]
    yield Sheet(title, columns, name=gettext("按月")), months


def _missing(
    found: Counted, asked: Asked, title: str, now: datetime
) -> tuple[Sheet, Iterable[Row]]:
    """Return the sheet of the duties that the list does not name."""
    columns = [
        Column(gettext("大厅"), 28),
        Column(gettext("清单未列的事项"), 40),
        Column(gettext("受理"), 10, Kind.INTEGER),
        Column(gettext("现在的清单"), 24),
    ]
    rows: list[Row] = [
        (None, [it.hall.name, it.matter, it.figures.taken, necessity.state(it)])
        for it in necessity.missing(found, asked, now)
    ]
    return Sheet(title, columns, name=gettext("清单缺少的职责")), rows
