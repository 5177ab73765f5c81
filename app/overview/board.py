"""What the pages show: everything plain values, ready for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.core.crud.pages import Button, Page
from app.core.crud.present import EMPTY
from app.core.language import gettext, ngettext
from app.core.security import holders, may
from app.overview import necessity, pictures, tables
from app.overview.asking import VIEWS, choices
from app.overview.drill import Drill
from app.overview.queries import counted
from app.overview.rules import FEW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.core.scope import Person
    from app.overview.asking import Asked
    from app.overview.queries import Counted

SHORT = 8
"""Lines of a table on the first page."""

FIRST_PAGE = ("hall", "department", "cause", "matter")


def build(asked: Asked, person: Person, now: datetime) -> dict[str, Any]:
    """Return what the page of a way of looking at the figures shows."""
    found = counted(asked.place.ids, asked.period, now)
    leads = leader(asked, person)
    return {
        "page": Page(gettext("办件统计"), f"{asked.place.name} · {asked.days}"),
        "buttons": _buttons(asked),
        "asked": asked,
        "tabs": [(gettext(label), asked.url(by=code), code == asked.by)
                 for code, label in VIEWS.items()],
        "stats": _stats(found, asked, leads=leads(asked.place.code)),
        "warnings": warnings(found),
        "few": tables.few_explained(),
        "definitions": definitions(),
        **choices(person),
        **_body(found, asked, leads, now),
    }  # fmt: skip


def leader(asked: Asked, person: Person) -> Callable[[str], bool]:
    """Return what says whether a person may read the cases of a place, and so is led to them."""
    readers = person.only(holders("cases", "r")).only(("clerk", "supervisor", "inspector"))
    halls = readers.halls()
    places = {hall.code: frozenset({hall.id}) for hall in asked.place.halls}
    places[asked.place.code] = asked.place.ids

    def leads(code: str) -> bool:
        return bool(readers.grants) and (halls is None or places[code] <= halls)

    return leads


def _buttons(asked: Asked) -> list[Button]:
    report = Button(gettext("打印报告"), asked.url("/overview/report", by=""))
    if not may("overview", "x"):
        return [report]
    return [report, Button(gettext("导出 Excel"), asked.url("/overview/export", by=""))]


def warnings(found: Counted) -> list[str]:
    """Say where the figures are not those of this instant."""
    if not found.waiting:
        return []
    return [
        ngettext(
            "刚刚有大量改动，还有 %(num)d 件待重新统计，数字暂不含这些改动，几分钟后自动更新。",
            "刚刚有大量改动，还有 %(num)d 件待重新统计，数字暂不含这些改动，几分钟后自动更新。",
            found.waiting,
        )
    ]


@dataclass(frozen=True)
class Stat:
    """A figure as a tile; the figure and the note below it each lead to the cases they count."""

    label: str
    value: str
    url: str
    note: str
    note_url: str = ""
    tone: str = ""


def _stats(found: Counted, asked: Asked, *, leads: bool) -> list[Stat]:
    """Return the figures of everything together, as tiles."""
    every = found.all

    def url(measure: str) -> str:
        there = leads and getattr(every, measure)
        return Drill(asked.place.code, asked.period, measure).url() if there else ""

    few = gettext("不足 %(few)d 件，不计比率", few=FEW)
    share, days, liked = every.in_time_rate, every.average_days, every.satisfaction
    return [
        Stat(gettext("受理"), f"{every.taken}", url("taken"),
             gettext("登记 %(count)d 件", count=every.registered), url("registered")),
        Stat(gettext("不予受理"), f"{every.refused}", url("refused"), gettext("已告知救济途径")),
        Stat(gettext("按期办结"), f"{every.in_time}", url("in_time"),
             few if share is None else gettext("按期办结率 %(rate).1f%%", rate=share),
             url("judged")),
        Stat(gettext("超期"), f"{every.overdue}", url("overdue"),
             gettext("其中仍在办 %(count)d 件", count=every.open_late), url("open_late"),
             "late" if every.overdue else ""),
        Stat(gettext("平均用时"), EMPTY if days is None else f"{days:.1f}", url("timed"),
             few if days is None else gettext("个工作日，受理到办结")),
        Stat(gettext("满意率"), EMPTY if liked is None else f"{liked:.1f}%", url("rated"),
             few if liked is None else gettext("已评价 %(count)d 件", count=every.rated)),
    ]  # fmt: skip


def _body(
    found: Counted, asked: Asked, leads: Callable[[str], bool], now: datetime
) -> dict[str, Any]:
    """Return charts and tables of a way of looking."""
    if asked.by == "need":
        missing = necessity.missing(found, asked, now)
        return {
            "charts": [pictures.needs(found, asked, leads)],
            "answers": necessity.summary(found, asked, leads=leads(asked.place.code)),
            "panels": [
                (gettext("四种情形及认定办法"),
                 necessity.need_table(found, asked, leads=leads(asked.place.code))),
                (gettext("权责清单缺少哪些职责"),
                 necessity.missing_table(missing, asked, leads=leads)),
            ],
        }  # fmt: skip
    if asked.by:
        made = tables.lines(found, asked, asked.by)
        drawn = tables.table(made, asked, asked.by, leads=leads)
        title = gettext(VIEWS[asked.by])
        return {
            "charts": [pictures.ranking(made, asked, asked.by, leads)],
            "answers": [],
            "panels": [(title, drawn)],
            "left_out": max(0, len(made) - tables.MOST),
        }
    return _first_page(found, asked, leads)


def _first_page(found: Counted, asked: Asked, leads: Callable[[str], bool]) -> dict[str, Any]:
    """Return the charts of the first page."""
    several = len(asked.place.halls) > 1
    drawn = [pictures.trend(found, asked, leads), pictures.needs(found, asked, leads)]
    drawn += [
        pictures.ranking(tables.lines(found, asked, by), asked, by, leads)
        for by in FIRST_PAGE
        if by != "hall" or several
    ]
    return {"charts": [it for it in drawn if it is not None], "answers": [], "panels": []}


def definitions() -> list[tuple[str, str]]:
    """Say how each figure is counted."""
    return [
        (gettext("统计范围"),
         gettext("按登记日期（大厅当地时间）归入期间：一件事项的各项数字都记在它登记的那一天。")),
        (gettext("受理"), gettext("已受理的事项，包括当场办结的；已并入另一件的不重复计算。")),
        (gettext("不予受理"), gettext("按受理标准不予受理的事项，包括其后归档的。")),
        (gettext("按期办结"),
         gettext("已解决或已说明原因，并且没有超过时限；没有时限的（当场办结）算按期。")),
        (gettext("超期"), gettext("超过时限才办结的，加上此刻已过时限仍在办的。")),
        (gettext("按期办结率"),
         gettext("按期办结 ÷（办结 + 超期在办）；分母不足 %(few)d 件的不计。", few=FEW)),
        (gettext("平均用时"),
         gettext("从受理到最后一次办结的工作时间，按大厅的工作日历和作息计算；中止计时不扣除；"
                 "不足 %(few)d 件的不计。", few=FEW)),
        (gettext("满意率"),
         gettext("回访评价为基本满意及以上的 ÷ 已评价的；不足 %(few)d 件的不计。", few=FEW)),
        (gettext("按原因"),
         gettext("一件事项可以有几个原因，每个原因下各计一次，因此各原因之和可能大于总数。")),
        (gettext("按科室"), gettext("现在的主办科室；退回后还没有重新派发的记为“尚未派发”。")),
    ]  # fmt: skip
