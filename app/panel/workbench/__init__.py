"""The workbench: what this person must do now in all of their roles, and what stands beside it.

Change here: what a role's workbench counts (`tasks.TASKS`, `tasks.FURTHER`), which cases wait
for it (`todo.WAITING`), what stands around them (`beside`), where an administrator begins
(`checklist`). Figures are those of `app/overview/`: sums that are kept, not counted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.crud.pages import Page
from app.core.crud.present import local
from app.core.language import N_, gettext
from app.core.security import may
from app.deadlines.evidence_in_words import WEEKDAYS, reason_in_words
from app.deadlines.queries import calendar
from app.panel.workbench import beside, tasks
from app.panel.workbench.checklist import checklist
from app.panel.workbench.figures import figures
from app.panel.workbench.todo import todo

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.deadlines.workdays import WorkCalendar

OVERSEEING = ("supervisor", "inspector")
NOON, EVENING = 12, 18


def build(person: Person, now: datetime) -> dict[str, Any]:
    """Return everything that the workbench shows."""
    here = local(now)
    days = calendar()
    roles = [name for name in tasks.TASKS if name in person.roles]
    return {
        "page": Page(gettext("工作台")),
        "greeting": _greeting(here.hour, person.name),
        "today": _today(days, now),
        "stats": tasks.stats(roles, now),
        "todo": todo(roles, person, days, now),
        "due": beside.due_soon(days, now) if roles else [],
        "below": beside.below(roles, person, days, now),
        "panels": beside.beside(roles, person, now),
        "figures": figures(person, now) if set(roles) & set(OVERSEEING) else None,
        "checklist": checklist(person, now) if may("halls", "a") else [],
    }


def _greeting(hour: int, name: str) -> str:
    part = N_("早上好") if hour < NOON else N_("下午好") if hour < EVENING else N_("晚上好")
    return gettext("%(name)s，%(greeting)s", name=name, greeting=gettext(part))


def _today(days: WorkCalendar, now: datetime) -> str:
    here = local(now)
    day = days.day(here.date())
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
