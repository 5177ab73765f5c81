"""The figures as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts import Chart, Kind, Series
from app.core.language import gettext
from app.overview.drill import Drill
from app.overview.rules import Facet, Figures, Need
from app.overview.tables import HEADS, RANKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.overview.asking import Asked
    from app.overview.queries import Counted
    from app.overview.tables import Line

FIRST = 12
"""Bars of a ranking."""

LEAST_MONTHS = 2


def trend(found: Counted, asked: Asked) -> Chart | None:
    """Draw taken, finished in time and late by the month of registration."""
    months = list(asked.period.months())
    known = [month for month in months if month in found.months]
    if len(months) < LEAST_MONTHS or not known:
        return None
    months = [month for month in months if known[0] <= month <= known[-1]]
    figures = [found.months.get(month, Figures()) for month in months]
    return Chart(
        gettext("各月登记的事项：受理、按期与超期"),
        tuple(f"{month:%Y-%m}" for month in months),
        (
            Series(gettext("受理"), tuple(it.taken for it in figures), 1),
            Series(gettext("按期办结"), tuple(it.in_time for it in figures), 3),
            Series(gettext("超期"), tuple(it.overdue for it in figures), 2),
        ),
        Kind.TREND if len(months) > LEAST_MONTHS else Kind.COLUMNS,
        unit=gettext("件"),
        head=gettext("月份"),
    )


def ranking(made: Sequence[Line], asked: Asked, by: str, *, title: str = "") -> Chart:
    """Draw the first of a ranking: by how they keep their time, or by how many there are."""
    return _kept_time(made, by, title) if by in RANKED else _number(made, asked, by, title)


def _kept_time(made: Sequence[Line], by: str, title: str) -> Chart:
    shown = [line for line in made if line.value][:FIRST]  # not yet dispatched is no department
    few = frozenset(at for at, line in enumerate(shown) if line.figures.few)
    notes = {
        at: gettext(
            "按期 %(part)d 件，共 %(whole)d 件，不计比率",
            part=shown[at].figures.in_time,
            whole=shown[at].figures.judged,
        )
        for at in few
    }
    return Chart(
        title or gettext("按期办结率，%(by)s", by=gettext(HEADS[by])),
        tuple(line.label for line in shown),
        (Series(gettext("按期办结率"), tuple(line.figures.in_time_rate for line in shown)),),
        Kind.RANKING,
        unit="%",
        digits=1,
        top=100,
        muted=few,
        notes=notes,
        head=gettext(HEADS[by]),
        note=gettext("前 %(count)d 名", count=FIRST) if len(made) > FIRST else "",
    )


def _number(made: Sequence[Line], asked: Asked, by: str, title: str) -> Chart:
    shown = made[:FIRST]
    return Chart(
        title or gettext("登记件数，%(by)s", by=gettext(HEADS[by])),
        tuple(line.label for line in shown),
        (Series(gettext("登记"), tuple(line.figures.registered for line in shown)),),
        Kind.RANKING,
        unit=gettext("件"),
        head=gettext(HEADS[by]),
        note=gettext("前 %(count)d 名", count=FIRST) if len(made) > FIRST else "",
        urls={
            at: Drill(line.place, asked.period, "registered", line.facet, line.value).url()
            for at, line in enumerate(shown)
        },
    )


def needs(found: Counted) -> Chart:
    """Draw why the cases that were taken came to the window."""
    kept, head = found.values[Facet.NEED], HEADS["need"]
    figures = [kept.get(need.value, Figures()) for need in Need]
    return Chart(
        gettext("受理的事项为什么到了本窗口"),
        tuple(gettext(need.label) for need in Need),
        (Series(gettext("受理"), tuple(it.taken for it in figures)),),
        Kind.RANKING,
        unit=gettext("件"),
        head=gettext(head),
    )
