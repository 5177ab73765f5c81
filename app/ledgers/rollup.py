"""A ledger rolled up: a sheet for each hall, and a summary of the halls before them.

The summary is written last, from what was counted while the rows of each hall were told, so that
both always agree.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.core.language import N_, gettext
from app.core.workbook import Column, Kind, Sheet, Tone, sheet_name
from app.ledgers.columns import LEDGERS
from app.ledgers.columns.counting import counted_of
from app.ledgers.columns.figures import HALL_COLUMNS, Scored
from app.ledgers.parts import Asked, Part, columns_of, first_part
from app.overview.rules import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from app.core.workbook import Row
    from app.departments.models import Hall
    from app.ledgers.choosing import Chosen

COUNTS = (
    ("in_time", N_("按期")),
    (Tone.LATE, N_("超期")),
    ("running", N_("未到期")),
    (Tone.SOON, N_("其中临期")),
    ("provisional", N_("其中时限暂定")),
)
"""What is counted of rows with a clock → what it is called."""


def rolled_up(asked: Asked, chosen: Chosen) -> tuple[list[Part], tuple[Sheet, Iterable[Row]]]:
    """Return a part for each hall, and the summary that stands before them."""
    ledger, now = LEDGERS[asked.kind], asked.now
    summary = gettext("汇总")
    names = sheet_names([hall.name for hall in chosen.halls], taken=(summary, "说明", "封签"))
    parts = [
        first_part(asked.at(hall.name), chosen.at(hall), name)
        for hall, name in zip(chosen.halls, names, strict=True)
    ]
    if ledger.figures is not None:
        sheet = Sheet(asked.title, columns_of(HALL_COLUMNS), name=summary)
        return parts, (sheet, _figures(chosen, now))
    counts = COUNTS if ledger.clocked else ()
    columns = [Column(gettext("大厅"), 34), Column(gettext("件数"), 12, Kind.INTEGER)]
    columns += [Column(gettext(label), 12, Kind.INTEGER) for _, label in counts]
    codes = ["rows", *(code for code, _ in counts)]
    return parts, (Sheet(asked.title, columns, name=summary), _sums(chosen.halls, parts, codes))


def _sums(halls: Sequence[Hall], parts: Sequence[Part], codes: Sequence[str]) -> Iterator[Row]:
    """Yield what was counted of each hall, and of all; asked for once their rows are written."""
    for hall, part in zip(halls, parts, strict=True):
        yield None, [hall.name, *(part.telling.counted[code] for code in codes)]
    every: Counter[str] = sum((part.telling.counted for part in parts), Counter())
    yield None, [gettext("合计"), *(every[code] for code in codes)]


def _figures(chosen: Chosen, now: datetime) -> Iterator[Row]:
    """Yield the figures of each hall, and of all."""
    found = [(hall.name, counted_of(chosen.at(hall), now).all) for hall in chosen.halls]
    found.append((gettext("合计"), total(figures for _, figures in found)))
    for name, figures in found:
        line = Scored({"hall": name}, figures)
        yield line.tone, [column.source(line) for column in HALL_COLUMNS]


def sheet_names(wanted: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a name of a sheet for each name: as Excel takes it, and no two alike."""
    there = {name.casefold() for name in taken}
    found = []
    for name in wanted:
        made, number = sheet_name(name), 1
        while made.casefold() in there:
            number += 1
            made = sheet_name(name, f" ({number})")
        there.add(made.casefold())
        found.append(made)
    return found
