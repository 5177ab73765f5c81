"""The kinds of import, as a table: a new kind is a new module and a new row."""

from __future__ import annotations

from app.imports.kinds import calendar, cases, departments, progress, staff
from app.imports.kinds.base import Kind
from app.imports.kinds.reference import RESPONSIBILITIES, RULES
from app.imports.rules import TITLES

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        cases.KIND,
        progress.KIND,
        departments.KIND,
        RESPONSIBILITIES,
        RULES,
        calendar.KIND,
        staff.KIND,
    )
}

TITLES.update({code: kind.title for code, kind in KINDS.items()})
