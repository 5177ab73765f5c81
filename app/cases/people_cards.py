"""Who deals with a case and why it was needed, as its page shows it: one card for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.crud.pages import Fact
from app.core.crud.present import EMPTY, local
from app.core.language import gettext
from app.core.privacy import masked

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case


def cards(case: Case) -> list[tuple[str, list[list[Fact]]]]:
    """Return the cards that have something to say: title, and a group of facts for each row."""
    found = [
        (gettext("承办科室"), [_assignment(case, row) for row in case.assignments]),
        (gettext("上门帮办"), [_visit(case, row) for row in case.visits_made]),
        (gettext("回访"), [_callback(case, row) for row in case.callbacks]),
        (gettext("办不成的原因"), [_cause(row) for row in case.causes]),
    ]
    return [(title, rows) for title, rows in found if rows]


def _when(case: Case, instant: datetime | None) -> str:
    return f"{local(instant, case.hall.timezone):%Y-%m-%d %H:%M}" if instant else EMPTY


def _assignment(case: Case, row: Any) -> list[Fact]:
    facts = [
        Fact(gettext(row.role.label), row.department.name),
        Fact(gettext("派发时间"), _when(case, row.dispatched_at), "mono"),
        Fact(
            gettext("签收"), f"{_when(case, row.signed_at)} {row.signed_by or ''}".strip(), "mono"
        ),
    ]
    if row.handler is not None and row.handler.name != row.signed_by:
        facts.append(Fact(gettext("经办人"), row.handler.name))
    if row.returned_at is not None:
        told = f"{_when(case, row.returned_at)} {row.returned_by}"
        return [*facts, Fact(gettext("退回"), told, "mono"),
                Fact(gettext("退回理由"), row.return_reason, "long")]  # fmt: skip
    return [*facts, Fact(gettext("办结时间"), _when(case, row.finished_at), "mono")]


def _visit(case: Case, row: Any) -> list[Fact]:
    return [
        Fact(gettext("上门人员"), row.officer),
        Fact(gettext("上门时间"), _when(case, row.visit_at), "mono"),
        Fact(gettext("上门地点"), masked("address", row.place)),
        Fact(gettext("帮办情况"), row.done or gettext("待填写"), "long"),
    ]


def _cause(row: Any) -> list[Fact]:
    return [Fact(row.parent.name if row.parent else gettext("办不成的原因"), row.name)]


def _callback(case: Case, row: Any) -> list[Fact]:
    grade = gettext(row.satisfaction.label) if row.satisfaction else gettext("未接通")
    return [
        Fact(gettext("回访时间"), f"{_when(case, row.at)} {row.by}", "mono"),
        Fact(gettext("满意度"), grade),
        Fact(gettext("反映人意见"), row.note or EMPTY, "long"),
    ]
