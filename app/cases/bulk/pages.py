"""What the pages of a move for many cases tell: the cases, what became of them, who has what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cases.bulk.rules import MOST
from app.core.crud.pages import Cell, Row
from app.core.crud.present import EMPTY
from app.core.language import gettext, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.bulk.operations import Line, Report
    from app.cases.bulk.queries import Candidate, Leaving
    from app.cases.models import Case
    from app.cases.moves import Move

LIST = "/cases/list/"
HANDOVER = "/cases/handover"
MOST_TOLD = 8
"""Refusals that are told above the form."""


@dataclass(frozen=True)
class Asked:
    """What came with the form beside its fields."""

    ids: list[int]
    since: datetime
    leaving: Leaving | None
    back: str
    listed: tuple[int, ...] = ()
    """What the form listed before: what was unticked there can be ticked again."""

    @property
    def shown(self) -> list[int]:
        """The cases above the form, ticked or not."""
        return list(dict.fromkeys((*self.listed, *self.ids)))


@dataclass(frozen=True)
class Chosen:
    """One case in the table above the form."""

    id: int
    number: str
    url: str
    matter: str
    status: str
    lamp: tuple[str, str]
    whom: str
    reason: str
    ticked: bool


def title_of(step: Move) -> str:
    """Return what a move is called when it is made for many cases."""
    return gettext("批量%(move)s", move=gettext(step.label))


def code_of(leaving: Leaving) -> str:
    """Return who hands over as an address names them."""
    return f"{leaving.handler.id}-{leaving.department.id}"


def refusals(report: Report) -> list[str]:
    """Say that nothing was changed, and why; what is too much for a summary stands in the table."""
    count = len(report.refused)
    first = ngettext(
        "有 %(num)d 件不能办理，所以一件也没有改动。已取消勾选，其余的可以再次提交：",
        "有 %(num)d 件不能办理，所以一件也没有改动。已取消勾选，其余的可以再次提交：",
        count,
    )
    lines = [
        gettext("%(label)s：%(text)s", label=line.number or EMPTY, text=line.reason)
        for line in report.refused[:MOST_TOLD]
    ]
    more = count - MOST_TOLD
    rest = ngettext("还有 %(num)d 件，原因见下表", "还有 %(num)d 件，原因见下表", more)
    return [first, *lines, *([rest] if more > 0 else [])]


def row_of(
    it: Candidate, told: dict[int, str], step: Move, asked: Asked, shown: tuple[str, str]
) -> Chosen:
    """Return a chosen case as a line of the table; what it was refused for before stays said."""
    case, reason = it.case, it.reason or told.get(it.case.id, "")
    return Chosen(
        case.id,
        case.number,
        f"/cases/show/{case.id}",
        case.matter,
        gettext(case.status.label),
        shown,
        _whom(it, step, asked.leaving),
        reason,
        ticked=not reason and case.id in asked.ids,
    )


def heading(step: Move) -> str:
    """Say what the column of the department or the handler is called."""
    return {"dispatch": gettext("清单推荐科室"), "reassign": gettext("现经办人")}.get(
        step.verb, gettext("主办科室")
    )


def _whom(it: Candidate, step: Move, leaving: Leaving | None) -> str:
    """Say who would get the case, or has it now."""
    case = it.case
    if step.verb == "dispatch":
        return it.proposed.name if it.proposed else EMPTY
    if step.verb == "reassign":
        mine = leaving.holds(case) if leaving else None
        held = [mine] if mine else [item for item in case.assignments if item.running]
        names = [item.handler.name for item in held if item.handler is not None]
        return gettext("、").join(names) or EMPTY
    return case.lead_department.name if case.lead_department else EMPTY


def subtitle(rows: list[Chosen], asked: Asked) -> str:
    """Say who hands over, and that there is more where there is."""
    if asked.leaving is None:
        return ""
    who = gettext(
        "%(name)s · %(department)s",
        name=asked.leaving.handler.name,
        department=asked.leaving.department.name,
    )
    most = gettext("一次最多 %(most)d 件，办完再接着移交", most=MOST)
    return f"{who} {most}" if len(rows) >= MOST else who


def crumbs(asked: Asked | None, title: str) -> list[tuple[str, str | None]]:
    """Return the way back."""
    start: list[tuple[str, str | None]] = [(gettext("事项"), LIST)]
    if asked is not None and asked.leaving is not None:
        return [*start, (gettext("移交经办"), HANDOVER), (asked.leaving.handler.name, None)]
    return [*start, (title, None)]


def outcome(line: Line, case: Case | None, label: str) -> Row:
    """Return what became of a case as a row."""
    if line.reason:
        told = Cell(line.reason, "told", tone="warn")
    else:
        told = Cell(gettext("%(move)s完成", move=label), "lamp", tone="ok")
    url = f"/cases/show/{case.id}" if case else None
    cells = [
        Cell(line.number or EMPTY, url=url),
        Cell(case.matter if case else EMPTY),
        Cell(gettext(case.status.label) if case else EMPTY),
        told,
    ]
    return Row(line.id, cells, url, "warn" if line.reason else "")


def handling(nth: int, leaving: Leaving, count: int) -> Row:
    """Return who handles how much as a row."""
    url = f"{HANDOVER}?who={code_of(leaving)}"
    told = ngettext("%(num)d 件", "%(num)d 件", count)
    cells = [Cell(str(leaving.handler), url=url), Cell(leaving.department.name), Cell(told)]
    return Row(nth, cells, url)
