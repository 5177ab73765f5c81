"""What the rows of a ledger are: where they come from, how their clock stands, whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import null, or_, select, type_coerce

from app.cases.models import Case
from app.cases.records import Assignment
from app.core.language import N_
from app.deadlines.models import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Select

    Chooser = Callable[[Sequence[int]], ColumnElement[bool]]
    Joiner = Callable[[Select[Any]], Select[Any]]

STANDING = (
    "hall_id", "warn_at", "due_at", "escalate_at", "met_at", "verdict", "days_late", "provisional",
)  # fmt: skip
"""What each row carries before its columns: how its clock stands."""


@dataclass(frozen=True)
class Subject:
    """What a ledger lists.

    `standing` says how the clock of a row stands, each under its name in `STANDING`; `base` selects
    from what `hall_id` and `at` are of, `source` also from what the columns come from; `at` is when
    a row began, by which a period narrows; `order` how they are listed.
    """

    hall_id: Any
    at: Any
    standing: tuple[Any, ...]
    base: Joiner
    source: Joiner
    order: tuple[Any, ...]
    handled_by: Chooser | None
    """The criterion of the rows that departments work on, by their numbers; None: of none."""
    whose: str = N_("科室：%(name)s（主办或协办）")
    """How the cover says which departments those are."""
    begun: str = N_("登记日期")
    """What the day of `at` is called."""
    dated: bool = False
    """Whether `at` is a date of the hall, not an instant."""


def unclocked(hall_id: Any) -> tuple[Any, ...]:
    """Return the standing of rows that no clock runs for."""
    kinds = (getattr(Deadline, name).type for name in STANDING[1:])
    nothing = (type_coerce(null(), kind) for kind in kinds)
    labelled = (it.label(name) for it, name in zip(nothing, STANDING[1:], strict=True))
    return (hall_id.label("hall_id"), *labelled)


def led_or_assisted(ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the criterion of the cases that departments lead or assist."""
    task = Assignment.__table__.c
    return or_(
        Case.lead_department_id.in_(ids),
        Case.id.in_(select(task.case_id).where(task.department_id.in_(ids))),
    )
