"""The ready-made texts that a move offers beside its fields, filled with the facts of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.crud.pages import Text
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.rulebook.queries import templates
from app.rulebook.rules import TemplateUse, fill

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.cases.models import Case

USES: dict[tuple[str, str], TemplateUse] = {
    ("resolve", "result"): TemplateUse.RESULT,
    ("close_on_the_spot", "result"): TemplateUse.RESULT,
    ("reply", "reasons"): TemplateUse.REPLY,
    ("refuse", "refusal_reason"): TemplateUse.REFUSAL,
    ("tell_applicant", "note"): TemplateUse.EXTENSION,
    ("callback", "note"): TemplateUse.CALLBACK,
}
"""Verb and field → the texts that go there."""


OFFERS: list[Callable[[Case, str, str], list[Text]]] = []
"""Whoever has more to put into a field of a move: a feature above adds itself (app/articles)."""


def texts_for(case: Case, verb: str, field: str, now: datetime) -> list[Text]:
    """Return what may be put into a field of a move."""
    found = [text for offer in OFFERS for text in offer(case, verb, field)]
    use = USES.get((verb, field))
    if use is not None:
        facts, sort = _facts(case, now), gettext("文书模板")
        rows = templates(case.hall_id, use)
        found += [Text(sort, row.name, fill(row.body, facts)) for row in rows]
    return found


def _facts(case: Case, now: datetime) -> dict[str, str | None]:
    def day(instant: datetime | None) -> str | None:
        if instant is None:
            return None
        wall = hours_of(case.hall).local(instant)
        return f"{wall.year}年{wall.month}月{wall.day}日"

    return {
        "编号": case.number,
        "反映人": case.applicant_name,
        "事项": case.matter,
        "诉求": case.demand,
        "科室": case.lead_department.name if case.lead_department else None,
        "登记时间": day(case.registered_at),
        "到期时间": day(case.clock.due_at) if case.clock else None,
        "今天": day(now),
        "大厅": case.hall.name,
    }
