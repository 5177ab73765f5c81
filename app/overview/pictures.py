"""The figures as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.charts import Chart, Kind, Series
from app.core.language import gettext
from app.overview.drill import Drill
from app.overview.rules import Facet, Figures, Need
from app.overview.tables import HEADS, RANKED, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.overview.asking import Asked
    from app.overview.queries import Counted

    Leads = Callable[[str], bool]
    """Says whether the reader may see the cases of a place, by its code."""

FIRST = 12
"""Bars of a ranking."""

LEAST_MONTHS = 2


TREND = ("taken", "in_time", "overdue")
"""What is drawn by month."""


def nobody(_place: str) -> bool:
    """Lead nobody to the cases: as on paper."""
    return False


def trend(found: Counted, asked: Asked, leads: Leads = nobody) -> Chart | None:
    """Draw taken, finished in time and late by the month of registration."""
    months = list(asked.period.months())
    known = [month for month in months if month in found.months]
    if len(months) < LEAST_MONTHS or not known:
        return None
    months = [month for month in months if known[0] <= month <= known[-1]]
    figures = [found.months.get(month, Figures()) for month in months]
    place = asked.place.code
    urls = {
        (which, at): Drill(place, asked.period.within(month), measure).url()
        for which, measure in enumerate(TREND)
        for at, month in enumerate(months)
        if leads(place) and getattr(figures[at], measure)
    }
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
        urls=urls,
    )


def ranking(
    made: Sequence[Line], asked: Asked, by: str, leads: Leads = nobody, *, title: str = ""
) -> Chart:
    """Draw the first of a ranking: by how they keep their time, or by how many there are."""
    draw = _kept_time if by in RANKED else _number
    return draw(made, asked, by, leads, title)


def _urls(
    shown: Sequence[Line], asked: Asked, measure: str, leads: Leads
) -> dict[tuple[int, int], str]:
    """Return what leads from the values of the only series to their cases."""
    return {
        (0, at): line.drill(asked.period, measure).url()
        for at, line in enumerate(shown)
        if leads(line.place) and getattr(line.figures, measure)
    }


def _kept_time(made: Sequence[Line], asked: Asked, by: str, leads: Leads, title: str) -> Chart:
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
        urls={
            at: url for at, url in _urls(shown, asked, "judged", leads).items() if at[1] not in few
        },
    )


def _number(made: Sequence[Line], asked: Asked, by: str, leads: Leads, title: str) -> Chart:
    shown = made[:FIRST]
    return Chart(
        title or gettext("登记件数，%(by)s", by=gettext(HEADS[by])),
        tuple(line.label for line in shown),
        (Series(gettext("登记"), tuple(line.figures.registered for line in shown)),),
        Kind.RANKING,
        unit=gettext("件"),
        head=gettext(HEADS[by]),
        note=gettext("前 %(count)d 名", count=FIRST) if len(made) > FIRST else "",
        urls=_urls(shown, asked, "registered", leads),
    )


def needs(found: Counted, asked: Asked, leads: Leads = nobody) -> Chart:
    """Draw why the cases that were taken came to the window."""
    kept, head, place = found.values[Facet.NEED], HEADS["need"], asked.place.code
    figures = [kept.get(need.value, Figures()) for need in Need]
    lines = [
        Line(need.value, "", it, place, Facet.NEED) for need, it in zip(Need, figures, strict=True)
    ]
    return Chart(
        gettext("受理的事项为什么到了本窗口"),
        tuple(gettext(need.label) for need in Need),
        (Series(gettext("受理"), tuple(it.taken for it in figures)),),
        Kind.RANKING,
        unit=gettext("件"),
        head=gettext(head),
        urls=_urls(lines, asked, "taken", leads),
    )
