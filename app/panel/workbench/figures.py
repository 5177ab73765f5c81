"""How the halls that one oversees do: twelve weeks, from the sums that are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from app.core.charts import Chart, Kind, Series
from app.core.crud.present import EMPTY, local
from app.core.language import gettext
from app.core.security import may
from app.overview import pictures, tables
from app.overview.asking import CUSTOM, Asked
from app.overview.board import leader, warnings
from app.overview.places import place
from app.overview.queries import Changed, counted
from app.overview.rules import FEW, Period
from app.overview.weeks import by_week
from app.panel.workbench.tasks import Stat

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.overview.queries import Counted

WEEKS = 12
MOST = 6
"""Causes that are drawn."""


class Told(NamedTuple):
    """Charts, the few figures that need none, and what is not yet in them."""

    charts: list[Chart]
    stats: list[Stat]
    title: str
    warnings: list[str]


def figures(person: Person, now: datetime) -> Told | None:
    """Return the figures of the last weeks; None for who oversees no hall."""
    if not may("overview", "r"):
        return None
    halls, today = place("", person), local(now).date()
    if not halls.halls:
        return None
    monday = today - timedelta(days=today.weekday())
    period = Period(monday - timedelta(weeks=WEEKS - 1), today)
    asked = Asked(halls, period, CUSTOM)
    changed = Changed(now, halls.ids)
    found = counted(halls.ids, period, now, changed)
    causes = tables.lines(found, asked, "cause")
    charts = [_trend(asked, changed)]
    if causes:
        title, leads = gettext("近 %(weeks)d 周办不成的原因", weeks=WEEKS), leader(asked, person)
        charts.append(pictures.ranking(causes[:MOST], asked, "cause", leads, title=title))
    title = gettext("近 %(weeks)d 周", weeks=WEEKS)
    return Told(charts, _stats(found, asked.url()), title, warnings(found))


def _trend(asked: Asked, changed: Changed) -> Chart:
    weeks = by_week(asked.place.ids, asked.period, changed)
    return Chart(
        gettext("近 %(weeks)d 周登记的事项：受理与超期", weeks=WEEKS),
        tuple(f"{monday:%m-%d}" for monday in weeks),
        (
            Series(gettext("受理"), tuple(it.taken for it in weeks.values()), 1),
            Series(gettext("超期"), tuple(it.overdue for it in weeks.values()), 2),
        ),
        Kind.TREND,
        unit=gettext("件"),
        head=gettext("周一日期"),
    )


def _stats(found: Counted, url: str) -> list[Stat]:
    every = found.all
    few = gettext("不足 %(few)d 件，不计比率", few=FEW)
    shares = (
        (gettext("满意率"), every.satisfaction, gettext("已评价 %(count)d 件", count=every.rated)),
        (
            gettext("按期办结率"),
            every.in_time_rate,
            gettext(
                "按期办结 %(part)d 件，共 %(whole)d 件", part=every.in_time, whole=every.judged
            ),
        ),
    )
    return [
        Stat(label, EMPTY, few, "", url) if share is None
        else Stat(label, f"{share:.1f}%", note, "", url)
        for label, share, note in shares
    ]  # fmt: skip
