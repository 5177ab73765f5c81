"""What waits for a role, counted: each count leads to its list."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from app.appeals import queries as appeals
from app.articles import queries as articles
from app.cases.queries import counts
from app.core import scope
from app.core.crud.present import local
from app.core.language import N_, gettext, ngettext
from app.deadlines.clock import Stage
from app.improvements import queries as improvements
from app.improvements.rules import ImprovementStatus
from app.supervision.queries import count_of, overdue as unanswered_in_time, waiting as to_answer
from app.supervision.referrals.queries import count_open

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

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
        (
            N_("待复审的知识"), "warn", "/articles/list/?tab=due",
            lambda now: articles.due_count(local(now).date()),
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


@dataclass(frozen=True)
class Stat:
    """A count that leads to its list."""

    label: str
    value: str
    note: str
    tone: str
    url: str


def stats(roles: Sequence[str], now: datetime) -> list[Stat]:
    """Return what the roles count, each once: cases before the rest."""
    if not roles:
        return []
    waiting = counts(now)
    counted = dict.fromkeys(chain.from_iterable(TASKS[role] for role in roles))
    found = [
        _stat(label, waiting[name], tone, f"/cases/list/?tab={name}")
        for place, (name, label, tone) in enumerate(counted)
        if waiting[name] or place < ALWAYS
    ]
    further = chain.from_iterable(FURTHER.get(role, ()) for role in roles)
    for label, tone, url, count in {it[2]: it for it in further}.values():
        if number := count(now):
            found.append(_stat(label, number, tone, url))
    return found


def _stat(label: str, number: int, tone: str, url: str) -> Stat:
    note = ngettext("%(num)d 件，点击查看", "%(num)d 件，点击查看", number)
    note = note if number else gettext("没有")
    return Stat(gettext(label), str(number), note, tone if number else "", url)
