"""The workbench: what this person must do now, with counts that lead to the filtered list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.appeals import queries as appeals
from app.cases.lamps import lamp
from app.cases.models import Case
from app.cases.queries import asked, at_stage, counts, with_clock
from app.cases.rules import OPEN, Status
from app.core import scope
from app.core.crud.pages import Cell, Col, Listing, Page, Row
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.language import N_, gettext, ngettext
from app.core.security import may
from app.deadlines.calendar_models import CalendarYear
from app.deadlines.clock import Stage
from app.deadlines.evidence_in_words import WEEKDAYS, reason_in_words
from app.deadlines.models import Deadline
from app.deadlines.queries import calendar
from app.departments.models import Department, Hall, Membership, Responsibility
from app.improvements import queries as improvements
from app.improvements.rules import ImprovementStatus
from app.supervision.queries import count_of, overdue as unanswered_in_time, waiting as to_answer
from app.supervision.referrals.queries import count_open

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.core.scope import Person

MOST = 10
NOON, EVENING = 12, 18

TASKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "clerk": (
        ("overdue", N_("已超期"), "late"),
        ("warning", N_("临期"), "warn"),
        ("registered", N_("待受理"), ""),
        ("accepted", N_("待派发"), ""),
        ("returned", N_("已退回"), ""),
        ("finished", N_("待回访"), ""),
        ("called_back", N_("待结案"), ""),
        ("telling", N_("待告知延期"), "warn"),
    ),
    "handler": (
        ("overdue", N_("已超期"), "late"),
        ("warning", N_("临期"), "warn"),
        ("dispatched", N_("待签收"), ""),
        ("signed", N_("办理中"), ""),
        ("telling", N_("待告知延期"), "warn"),
    ),
    "supervisor": (
        ("overdue", N_("已超期"), "late"),
        ("warning", N_("临期"), "warn"),
        ("disputed", N_("待裁定"), ""),
        ("asked", N_("待审批"), ""),
        ("dispatched", N_("待签收"), ""),
        ("signed", N_("办理中"), ""),
    ),
    "inspector": (
        ("overdue", N_("已超期"), "late"),
        ("warning", N_("临期"), "warn"),
        ("signed", N_("办理中"), ""),
        ("finished", N_("待回访"), ""),
    ),
}
"""Role → the counts on its workbench: name of the count and of the tab, label, tone."""

IMPROVEMENTS = "/improvements/list/?tab="


def _own_appeals(_now: datetime) -> int:
    return appeals.count_of(appeals.of_handler(scope.current()))


FURTHER: dict[str, tuple[tuple[str, str, str, Callable[[datetime], int]], ...]] = {
    "clerk": ((N_("我承办的申诉"), "warn", "/appeals/list/?tab=mine", _own_appeals),),
    "handler": (
        (
            N_("待回复督办"), "warn", "/supervision-cards/list/?tab=waiting",
            lambda _now: count_of(to_answer()),
        ),
        (
            N_("待整改"), "warn", f"{IMPROVEMENTS}{ImprovementStatus.OPENED}",
            lambda _now: improvements.count_of(improvements.standing(ImprovementStatus.OPENED)),
        ),
        (
            N_("整改超期"), "late", f"{IMPROVEMENTS}overdue",
            lambda now: improvements.count_of(improvements.at_stage(Stage.OVERDUE, now)),
        ),
    ),
    "supervisor": (
        (
            N_("申诉待指派"), "warn", "/appeals/list/?tab=unassigned",
            lambda _now: appeals.count_of(appeals.unassigned()),
        ),
        (N_("我承办的申诉"), "warn", "/appeals/list/?tab=mine", _own_appeals),
        (
            N_("督办逾期未回复"), "late", "/supervision-cards/list/?tab=late",
            lambda now: count_of(unanswered_in_time(now)),
        ),
        (
            N_("整改待验收"), "warn", f"{IMPROVEMENTS}{ImprovementStatus.COMPLETED}",
            lambda _now: improvements.count_of(improvements.standing(ImprovementStatus.COMPLETED)),
        ),
        (
            N_("整改超期"), "late", f"{IMPROVEMENTS}overdue",
            lambda now: improvements.count_of(improvements.at_stage(Stage.OVERDUE, now)),
        ),
    ),
    "inspector": (
        (
            N_("申诉超期"), "late", "/appeals/list/?tab=late",
            lambda now: appeals.count_of(appeals.overdue(now)),
        ),
        (N_("移交待处理"), "warn", "/referrals/list/?tab=open", lambda _now: count_open()),
    ),
}  # fmt: skip
"""Role → what it counts beside cases: label, tone, address, count; shown where there are any."""

ALWAYS = 4
"""So many of them are shown though there is nothing to count."""

WAITING = {
    "clerk": (
        Status.REGISTERED, Status.ACCEPTED, Status.RETURNED, Status.RESOLVED, Status.REPLIED,
        Status.CALLED_BACK,
    ),
    "handler": (Status.DISPATCHED, Status.SIGNED),
}  # fmt: skip
"""Role → the states in which a case waits for it; a supervisor decides, and sees what is late."""


@dataclass(frozen=True)
class Stat:
    """A count that leads to its list."""

    label: str
    value: str
    note: str
    tone: str
    url: str


@dataclass(frozen=True)
class Todo(Listing):
    """A list with the way to all of it."""

    more_url: str = ""


def build(person: Person, now: datetime) -> dict[str, Any]:
    """Return everything that the workbench shows."""
    here = local(now)
    role = next((name for name in TASKS if name in person.roles), "")
    todo, panels = _todo(person, now, role)
    return {
        "page": Page(gettext("工作台")),
        "greeting": _greeting(here.hour, person.name),
        "today": _today(now),
        "stats": _stats(role, now),
        "todo": todo,
        "panels": panels,
        "checklist": _checklist() if may("halls", "a") else [],
    }


def _greeting(hour: int, name: str) -> str:
    part = N_("早上好") if hour < NOON else N_("下午好") if hour < EVENING else N_("晚上好")
    return gettext("%(name)s，%(greeting)s", name=name, greeting=gettext(part))


def _today(now: datetime) -> str:
    here = local(now)
    day = calendar().day(here.date())
    kind = gettext("工作日") if day.working else gettext("休息日")
    words = [
        gettext(
            "%(year)d 年 %(month)d 月 %(day)d 日", year=here.year, month=here.month, day=here.day
        ),
        gettext(WEEKDAYS[here.weekday()]),
        kind,
    ]
    name = reason_in_words(day.name)
    if name not in words:
        words.append(name)
    return " · ".join(words)


def _stats(role: str, now: datetime) -> list[Stat]:
    if not role:
        return []
    waiting = counts(now)
    found = [
        _stat(label, waiting[name], tone, f"/cases/list/?tab={name}")
        for place, (name, label, tone) in enumerate(TASKS[role])
        if waiting[name] or place < ALWAYS
    ]
    for label, tone, url, count in FURTHER.get(role, ()):
        if number := count(now):
            found.append(_stat(label, number, tone, url))
    return found


def _stat(label: str, number: int, tone: str, url: str) -> Stat:
    note = ngettext("%(num)d 件，点击查看", "%(num)d 件，点击查看", number)
    note = note if number else gettext("没有")
    return Stat(gettext(label), str(number), note, tone if number else "", url)


def _todo(_person: Person, now: datetime, role: str) -> tuple[Todo, list[Any]]:
    if not role:
        return Todo([], [], empty=gettext("没有待办事项")), []
    if role in WAITING:
        mine = Case.status.in_(WAITING[role])
    else:
        mine = at_stage(Stage.OVERDUE, now) | at_stage(Stage.WARNING, now)
    if role == "supervisor":
        mine |= (Case.status == Status.DISPUTED) | asked()
    rows = db.session.scalars(
        with_clock()
        .where(mine)
        .order_by(Deadline.due_at.is_(None), Deadline.due_at, Case.id)
        .limit(MOST)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(Case).where(mine)) or 0
    days = calendar()
    heads = (
        gettext("编号"),
        gettext("事项名称"),
        gettext("主办科室"),
        gettext("时限"),
        gettext("状态"),
    )
    kinds = ("text", "wide", "text", "lamp", "text")
    todo = Todo(
        [Col(head, head, kind) for head, kind in zip(heads, kinds, strict=True)],
        [_row(case, lamp(case, days, now)) for case in rows],
        total=total,
        empty=gettext("没有待办事项"),
        more_url="/cases/list/?tab=open" if total > MOST else "",
    )
    return todo, [(gettext("各科室在办与超期"), _by_department(now))]


def _row(case: Case, shown: tuple[str, str]) -> Row:
    url = f"/cases/show/{case.id}"
    department = case.lead_department.name if case.lead_department else EMPTY
    return Row(
        case.id,
        [
            Cell(case.number, url=url),
            Cell(case.matter, "wide"),
            Cell(department),
            Cell(shown[1], "lamp", tone=shown[0]),
            Cell(gettext(case.status.label)),
        ],
        url,
        shown[0],
    )


def _by_department(now: datetime) -> Listing:
    """Count open and late cases by department, the latest first."""
    late = func.count().filter(at_stage(Stage.OVERDUE, now)).label("late")
    rows = db.session.execute(
        select(Department.id, Department.name, Hall.name, func.count().label("open"), late)
        .select_from(Case)
        .join(Case.lead_department)
        .join(Department.hall)
        .where(Case.status.in_(OPEN))
        .group_by(Department.id, Department.name, Hall.name)
        .order_by(late.desc(), func.count().desc(), Department.id)
        .limit(MOST)
    ).all()
    heads = (gettext("科室"), gettext("大厅"), gettext("在办"), gettext("超期"))
    kinds = ("text", "text", "number", "number")
    base = "/cases/list/?tab=open&f_lead_department="
    return Listing(
        [Col(head, head, kind) for head, kind in zip(heads, kinds, strict=True)],
        [
            Row(
                row[0],
                [
                    Cell(row[1], url=f"{base}{row[0]}"),
                    Cell(row[2]),
                    Cell(str(row[3]), "number"),
                    Cell(str(row[4]), "number", tone="late" if row[4] else ""),
                ],
            )
            for row in rows
        ],
        total=len(rows),
        empty=gettext("没有在办事项"),
    )


def _checklist() -> list[tuple[bool, str, str]]:
    """Return what an administrator does first, with what is done already."""
    steps = (
        (Hall, gettext("添加大厅"), "/halls/add"),
        (Department, gettext("添加科室"), "/departments/add"),
        (Responsibility, gettext("录入权责清单"), "/responsibilities/add"),
        (CalendarYear, gettext("录入工作日历"), "/calendar-days/import"),
    )
    found = [
        (bool(db.session.scalar(select(model.id).limit(1))), label, url)
        for model, label, url in steps
    ]
    clerks = db.session.scalar(select(Membership.id).where(Membership.role != "admin").limit(1))
    found.insert(2, (bool(clerks), gettext("添加人员并安排任职"), "/staff/add"))
    return [] if all(done for done, _, _ in found) else found
