"""What the rows of a ledger are: where they come from, how their clock stands, whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, or_, select, type_coerce

from app.cases.models import Case
from app.cases.records import Assignment
from app.core.language import N_
from app.deadlines.models import Deadline
from app.deadlines.rules import Verdict
from app.improvements.models import Improvement
from app.improvements.rules import DONE, ImprovementStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Select


@dataclass(frozen=True)
class Subject:
    """What a ledger lists.

    `standing` says how the clock of a row stands, each under the same name for every subject
    (`queries.STANDING`); `source` joins what the columns come from; `at` is when a row began, by
    which a period narrows; `order` how they are listed.
    """

    model: Any
    at: Any
    standing: tuple[Any, ...]
    source: Callable[[Select[Any]], Select[Any]]
    order: tuple[Any, ...]
    handled_by: Callable[[Sequence[int]], ColumnElement[bool]]
    """The criterion of the rows that departments work on, by their numbers."""
    whose: str
    """How the cover says which departments those are."""

    @property
    def hall_id(self) -> Any:
        """The column that names the hall."""
        return self.model.hall_id


def _cases(query: Select[Any]) -> Select[Any]:
    joined = query.select_from(Case).join(Case.hall)
    return joined.outerjoin(Case.clock).outerjoin(Case.lead_department)


def _led_or_assisted(ids: Sequence[int]) -> ColumnElement[bool]:
    task = Assignment.__table__.c
    return or_(
        Case.lead_department_id.in_(ids),
        Case.id.in_(select(task.case_id).where(task.department_id.in_(ids))),
    )


def _improvements(query: Select[Any]) -> Select[Any]:
    joined = query.select_from(Improvement).join(Improvement.hall)
    return joined.join(Improvement.department).outerjoin(Improvement.cause)


def _owed(ids: Sequence[int]) -> ColumnElement[bool]:
    owed: ColumnElement[bool] = Improvement.department_id.in_(ids)
    return owed


CASES = Subject(
    Case,
    Case.registered_at,
    (
        Case.hall_id,
        Deadline.warn_at,
        Deadline.due_at,
        Deadline.escalate_at,
        Deadline.met_at,
        Deadline.verdict,
        Deadline.days_late,
        Deadline.provisional,
    ),
    _cases,
    (Case.hall_id, Case.registered_at, Case.id),
    _led_or_assisted,
    N_("科室：%(name)s（主办或协办）"),
)

IMPROVEMENTS = Subject(
    Improvement,
    Improvement.opened_at,
    (
        Improvement.hall_id,
        Improvement.warn_at,
        case((Improvement.status != ImprovementStatus.WITHDRAWN, Improvement.due_at)).label(
            "due_at"
        ),
        Improvement.escalate_at,
        case((Improvement.status.in_(DONE), Improvement.completed_at)).label("met_at"),
        type_coerce(
            case(
                (Improvement.days_late.is_not(None), literal(Verdict.BREACHED.value)),
                else_=literal(Verdict.MET.value),
            ),
            Deadline.verdict.type,
        ).label("verdict"),
        Improvement.days_late,
        Improvement.provisional,
    ),
    _improvements,
    (Improvement.hall_id, Improvement.opened_at, Improvement.id),
    _owed,
    N_("责任科室：%(name)s"),
)
