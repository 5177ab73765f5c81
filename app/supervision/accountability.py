"""The page that says who owned a case when, and what may be done about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cases.records import AssignmentRole
from app.core.crud.pages import Button, Cell, Col, Fact, Listing, Page, Row
from app.core.crud.present import EMPTY, local
from app.core.language import gettext
from app.core.security import may
from app.supervision.as_of import ListThen
from app.supervision.operations import why_not_issue
from app.supervision.owners import holdings
from app.supervision.pages import standing
from app.supervision.queries import cards_of
from app.supervision.referrals.operations import why_not_refer
from app.supervision.referrals.queries import referrals_of
from app.supervision.rules import TONES, CardKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.cases.models import Case
    from app.core.scope import Person
    from app.supervision.as_of import Line
    from app.supervision.owners import Holding


def build(case: Case, actor: Person, now: datetime) -> dict[str, Any]:
    """Return what the page shows: who had the case, what the list said then, cards, referrals."""
    title = gettext("督办与追责")
    crumbs = [(case.number, f"/cases/show/{case.id}"), (title, None)]
    return {
        "page": Page(title, f"{case.number} · {case.matter}", crumbs),
        "buttons": _buttons(case, actor),
        "sections": [(gettext("事项"), _facts(case))],
        "related": [
            (gettext("谁在何时承办"), _owners(case, now)),
            (gettext("督办单"), _cards(case, now)),
            (gettext("移交追责"), _referrals(case)),
        ],
    }


def _buttons(case: Case, actor: Person) -> list[Button]:
    found = []
    if may("supervision-cards", "a"):
        refusal = why_not_issue(case, actor)
        found += [
            Button(
                gettext(kind.label),
                f"/supervision-cards/issue/{case.id}/{kind.value}",
                disabled_reason=refusal,
            )
            for kind in CardKind
        ]
    if may("referrals", "a"):
        refusal = why_not_refer(case, actor)
        url = f"/referrals/refer/{case.id}"
        found.append(Button(gettext("移交追责"), url, "danger", disabled_reason=refusal))
    return found


def _facts(case: Case) -> list[Fact]:
    zone, clock = case.hall.timezone, case.clock
    lead, listed = case.lead_department, case.responsibility
    return [
        Fact(gettext("大厅"), case.hall.name),
        Fact(gettext("状态"), gettext(case.status.label)),
        Fact(gettext("主办科室"), lead.name if lead is not None else EMPTY),
        Fact(gettext("法律依据"), listed.legal_basis if listed is not None else EMPTY),
        Fact(gettext("登记时间"), _when(case.registered_at, zone), "mono"),
        Fact(gettext("到期时间"), _when(clock.due_at if clock else None, zone), "mono"),
    ]


def _when(instant: datetime | None, zone: str) -> str:
    return f"{local(instant, zone):%Y-%m-%d %H:%M}" if instant is not None else EMPTY


def _listing(heads: Sequence[tuple[str, str]], rows: Sequence[Row], empty: str) -> Listing:
    return Listing(
        [Col(str(place), label, kind) for place, (label, kind) in enumerate(heads)],
        rows,
        total=len(rows),
        empty=empty,
    )


def _owners(case: Case, now: datetime) -> Listing:
    """Return every stretch with its owner, beside what the list said on the day it began."""
    then, zone = ListThen(case.hall_id, case.matter), case.hall.timezone
    found = holdings(case, now)
    heads = [
        (gettext("承办"), "text"),
        (gettext("起"), "datetime"),
        (gettext("止"), "datetime"),
        (gettext("工作日"), "number"),
        (gettext("其中超期"), "number"),
        (gettext("经办人"), "text"),
        (gettext("当日权责清单"), "wide"),
    ]
    rows = [
        Row(place, _owner(it, then, zone), tone="late" if it.late else "")
        for place, it in enumerate(found)
    ]
    if any(it.returned for it in found):
        heads.append((gettext("退回理由"), "wide"))
        rows = [
            replace(row, cells=[*row.cells, Cell(it.returned or EMPTY, "wide")])
            for row, it in zip(rows, found, strict=True)
        ]
    return _listing(heads, rows, gettext("还没有记录"))


def _owner(it: Holding, then: ListThen, zone: str) -> list[Cell]:
    owner = gettext("督查（待裁定）") if it.ruling else gettext("窗口")
    if it.role is not None:
        owner = gettext("%(name)s（%(role)s）", name=it.owner, role=gettext(it.role.label))
    return [
        Cell(owner),
        Cell(_when(it.began, zone), "datetime"),
        Cell(_when(it.ended, zone) if it.ended else gettext("至今"), "datetime"),
        Cell(str(it.days), "number"),
        Cell(str(it.late), "number", tone="late" if it.late else ""),
        Cell(_person(it), tone="" if it.person or it.role is None else "warn"),
        _list_then(it, then, zone),
    ]


def _person(it: Holding) -> str:
    """Say who had it; of a department that had not signed for it, who headed it."""
    if it.person or it.role is None:
        return it.person or EMPTY
    return gettext("未签收（负责人：%(name)s）", name=it.head) if it.head else gettext("未签收")


def _list_then(it: Holding, then: ListThen, zone: str) -> Cell:
    """Say whom the list named on the day a stretch began; where nobody, when it first did.

    A lead department that the list did not name then stands out.
    """
    if lines := then.at(it.began):
        known = {it.owner, it.called_now} & set(_named(lines))
        strange = it.role is AssignmentRole.LEAD and not known
        return Cell(gettext("、").join(_named(lines)), "wide", tone="warn" if strange else "")
    later = then.first_after(it.began)
    if later is None:
        return Cell(gettext("清单未列此事项"), "wide")
    told = gettext(
        "当日未列；%(day)s 列入%(departments)s",
        day=f"{local(later[0], zone):%Y-%m-%d}",
        departments=gettext("、").join(_named(later[1])),
    )
    return Cell(told, "wide")


def _named(lines: Sequence[Line]) -> list[str]:
    """Return the departments that lines name, without their hall: it is the case's own."""
    return [line.department.partition(" · ")[0] for line in lines]


def _cards(case: Case, now: datetime) -> Listing:
    zone = case.hall.timezone
    heads = (
        (gettext("督办单号"), "text"),
        (gettext("督办种类"), "text"),
        (gettext("被督办科室"), "text"),
        (gettext("下发时间"), "datetime"),
        (gettext("回复期限"), "datetime"),
        (gettext("督办状态"), "lamp"),
    )
    rows = []
    for card in cards_of(case):
        tone, text = standing(card, now)
        url = f"/supervision-cards/show/{card.id}"
        cells = [
            Cell(card.number, url=url),
            Cell(gettext(card.kind.label), tone=TONES[card.kind]),
            Cell(card.department.name),
            Cell(_when(card.issued_at, zone), "datetime"),
            Cell(_when(card.reply_due, zone), "datetime"),
            Cell(text, "lamp", tone=tone),
        ]
        rows.append(Row(card.id, cells, url))
    return _listing(heads, rows, gettext("没有督办单"))


def _referrals(case: Case) -> Listing:
    zone = case.hall.timezone
    heads = (
        (gettext("移交编号"), "text"),
        (gettext("移交对象"), "text"),
        (gettext("接收单位"), "text"),
        (gettext("移交时间"), "datetime"),
        (gettext("处理结果"), "text"),
    )
    rows = []
    for row in referrals_of(case):
        url = f"/referrals/show/{row.id}"
        cells = [
            Cell(row.number, url=url),
            Cell(gettext(row.body.label)),
            Cell(row.recipient),
            Cell(_when(row.referred_at, zone), "datetime"),
            Cell(gettext(row.outcome.label) if row.outcome is not None else gettext("待处理")),
        ]
        rows.append(Row(row.id, cells, url))
    return _listing(heads, rows, gettext("没有移交"))
