"""Put the data of the rulebook into a text, as simple text: what is published stays as it was."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from app.core.errors import DomainError
from app.core.language import gettext
from app.rulebook import queries as rulebook
from app.rulebook.documents import queries
from app.rulebook.documents.models import PLACEHOLDERS, RuleDocument
from app.rulebook.documents.rules import plain
from app.rulebook.rules import Finding, PeriodUnit, fill, named_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from app.departments.models import Hall
    from app.rulebook.models import RemedyRule

NOTHING = "（暂无）"


def expanded(document: RuleDocument, day: date) -> str:
    """Return the text of a document as the data of a day make it.

    Raise DomainError where it asks for what all halls together have not.
    """
    named = named_in(document.body)
    facts = {name: SOURCES[name](document.hall, day) for name in named if name in SOURCES}
    return fill(document.body, facts, PLACEHOLDERS)


def _criteria(finding: Finding) -> Callable[[Hall | None, date], str]:
    def told(hall: Hall | None, day: date) -> str:
        rows = rulebook.criteria(hall.id if hall else None, finding, day)
        lines = []
        for number, row in enumerate(rows, start=1):
            line = f"{number}. **{plain(row.code)} {plain(row.name)}**：{plain(row.text)}"
            lines.append(f"{line} 告知：{plain(row.remedy)}" if row.remedy else line)
        return "\n".join(lines) or NOTHING

    return told


def _responsibilities(hall: Hall | None, _day: date) -> str:
    if hall is None:
        raise DomainError(
            gettext("权责清单因大厅而异，通用文件不能引用；请为大厅起草它自己的权责清单")
        )
    parts = []
    for department, rows in groupby(queries.responsibilities(hall.id), lambda it: it.department):
        lines = [f"### {plain(department.name)}", "", "| 事项 | 职责 | 法律依据 |", "|---|---|---|"]
        lines += [
            f"| {plain(row.matter)} | {plain(row.duty)} | {plain(row.legal_basis)} |"
            for row in rows
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) or NOTHING


def _periods(hall: Hall | None, day: date) -> str:
    rows = queries.periods(hall.id if hall else None, day)
    lines = ["| 时限 | 适用分类 | 工作日 |", "|---|---|---|"]
    for row in rows:
        which = row.classification.label if row.classification else "全部"
        days = f"{row.working_days} 个工作日" if row.working_days else "当日"
        lines.append(f"| {plain(row.name)} | {plain(which)} | {days} |")
    return "\n".join(lines) if rows else NOTHING


def _remedies(hall: Hall | None, day: date) -> str:
    rows = queries.remedies(hall.id if hall else None, day)
    return "\n".join(f"- {_remedy(row)}" for row in rows) or NOTHING


def _remedy(row: RemedyRule) -> str:
    which = f"（{row.classification.label}）" if row.classification else ""
    period = ""
    if row.period_unit is not PeriodUnit.NONE:
        period = f"自知道之日起 {row.period_number} {row.period_unit.label}内，"
    only = "（限行政决定）" if row.decision_only else ""
    told = f"{period}可以向{row.authority}提出{only}。依据：{row.legal_basis}。"
    return f"{row.occasion.label}{which}：**{plain(row.name)}**，{plain(told)}"


SOURCES: dict[str, Callable[[Hall | None, date], str]] = {
    "受理标准": _criteria(Finding.ACCEPT),
    "不予受理标准": _criteria(Finding.REFUSE),
    "权责清单": _responsibilities,
    "办理时限": _periods,
    "救济途径": _remedies,
}
"""Placeholder → what stands in its place, of a hall (None: of all) on a day."""
