"""Why the window is needed: the first point of the framework, in figures with their definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import local
from app.core.language import N_, gettext
from app.overview.drill import JOINT, Drill
from app.overview.listed import Listed
from app.overview.rules import Facet, Figures, Need
from app.overview.tables import MOST, few, share

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.departments.models import Hall
    from app.overview.asking import Asked
    from app.overview.queries import Counted

DEFINED: dict[Need, str] = {
    Need.COUNTER: N_(
        "登记时本大厅的权责清单已把这一事项列给某个科室，分类为“应办未办”，办理中只有一个科室承办，"
        "没有退回、没有协办、没有上门、没有提级：这个科室本应在自己的柜台办结。"
    ),
    Need.EXPLAIN: N_(
        "同样有责任科室、由一个科室承办，但分类为“完全不能”：这个科室本应在自己的柜台"
        "讲清原因和救济途径。"
    ),
    Need.TOGETHER: N_(
        "清单上有责任科室，但办理中有协办科室，或被退回过，或上门帮办，或提级办理："
        "单靠一个科室的柜台办不成。"
    ),
    Need.UNLISTED: N_(
        "登记的那一刻，本大厅的权责清单没有把这一事项列给任何科室（按资料变更记录还原当时的清单；"
        "裁定后才列入的，仍算当时未列）。"
    ),
}
"""What each of the four means, from what the program keeps."""

ANSWERS: dict[str, tuple[Need, ...]] = {
    N_("本应由现有科室在柜台办理"): (Need.COUNTER, Need.EXPLAIN),
    N_("权责清单缺少的职责所涉"): (Need.UNLISTED,),
    N_("只能由本窗口办理"): tuple(need for need in Need if need.only_here),
}
"""What the framework asks → the reasons of the cases that are the answer."""


@dataclass(frozen=True)
class Missing:
    """A duty that the list of a hall did not name when cases of it came."""

    hall: Hall
    matter: str
    figures: Figures
    listed: bool
    since: datetime | None


def missing(found: Counted, asked: Asked, now: datetime) -> list[Missing]:
    """Return the duties that were missing, most cases first, and whether they are listed now."""
    halls = {hall.id: hall for hall in asked.place.halls}
    order = sorted(found.unlisted.items(), key=lambda it: (-it[1].taken, it[0]))[:MOST]
    listed = Listed({hall for (hall, _), _ in order}, {matter for (_, matter), _ in order})
    return [
        Missing(
            halls[hall], matter, figures, listed.at(hall, matter, now), listed.since(hall, matter)
        )
        for (hall, matter), figures in order
    ]


def summary(found: Counted, asked: Asked, *, leads: bool) -> list[tuple[str, int, str]]:
    """Return the three answers, how many cases stand behind each, and what leads to them."""
    kept = found.values[Facet.NEED]
    told = []
    for label, needs in ANSWERS.items():
        number = sum(kept.get(need.value, Figures()).taken for need in needs)
        drill = Drill(asked.place.code, asked.period, "taken", Facet.NEED, JOINT.join(needs))
        told.append((gettext(label), number, drill.url() if number and leads else ""))
    return told


def need_table(found: Counted, asked: Asked, *, leads: bool) -> Listing:
    """Return the four reasons with their cases, their share, and what they mean."""
    kept, taken = found.values[Facet.NEED], found.all.taken
    rows = []
    for at, need in enumerate(Need):
        number = kept.get(need.value, Figures()).taken
        drill = Drill(asked.place.code, asked.period, "taken", Facet.NEED, need.value)
        text, tone = share(number, taken)
        rows.append(
            Row(
                at,
                [
                    Cell(gettext(need.label)),
                    Cell(str(number), "number", drill.url() if number and leads else None),
                    Cell(text, "number", tone=tone),
                    Cell(gettext("是") if need.only_here else gettext("否")),
                    Cell(gettext(DEFINED[need]), "told"),
                ],
                tone=few(taken),
            )
        )
    heads = (
        (gettext("为什么到了本窗口"), "text"),
        (gettext("受理"), "number"),
        (gettext("占比"), "number"),
        (gettext("只能由本窗口办理"), "text"),
        (gettext("如何认定"), "told"),
    )
    return Listing([Col(label, label, kind) for label, kind in heads], rows, total=len(rows))


def missing_table(rows: list[Missing], asked: Asked, *, leads: Callable[[str], bool]) -> Listing:
    """Return the missing duties with their cases and what became of them."""
    heads = (
        (gettext("大厅"), "text"),
        (gettext("清单未列的事项"), "text"),
        (gettext("受理"), "number"),
        (gettext("现在的清单"), "text"),
    )
    drawn = []
    for at, it in enumerate(rows):
        drill = Drill(it.hall.code, asked.period, "taken", Facet.UNLISTED, it.matter)
        url = drill.url() if leads(it.hall.code) else None
        drawn.append(
            Row(
                at,
                [
                    Cell(it.hall.name),
                    Cell(it.matter),
                    Cell(str(it.figures.taken), "number", url),
                    Cell(state(it), tone="" if it.listed else "late"),
                ],
            )
        )
    return Listing(
        [Col(label, label, kind) for label, kind in heads],
        drawn,
        total=len(drawn),
        empty=gettext("没有：受理的事项当时都在权责清单上"),
    )


def state(it: Missing) -> str:
    """Say whether the list names the matter now, and since when."""
    if not it.listed:
        return gettext("仍未列入")
    if it.since is None:
        return gettext("已列入")
    day = local(it.since, it.hall.timezone).date()
    return gettext("%(day)s 起已列入", day=day)
