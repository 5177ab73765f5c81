"""A supervisor rules on a late appeal, and says who handles one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.appeals.operations.steps import conclude, held, refuse, start, tell, today, why_not_go_on
from app.appeals.queries import candidates, deciders
from app.appeals.rules import AppealOutcome
from app.core import scope
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.texts import said

if TYPE_CHECKING:
    from datetime import datetime

    from app.appeals.models import Appeal
    from app.core.scope import Person
    from app.departments.models import Staff


def rule_on_lateness(
    appeal: Appeal, *, admitted: bool, note: str, actor: Person, now: datetime
) -> None:
    """Admit an appeal that came late, or not, with the reason; a supervisor does, once."""
    case = held(appeal)
    refuse(why_not_rule(appeal, actor))
    day, note = today(case, now), said("note", note)
    appeal.late_admitted, appeal.late_note = admitted, note
    appeal.late_ruled_at, appeal.late_ruled_by, appeal.late_ruled_by_id = now, actor.name, actor.id
    if admitted:
        start(case, appeal, day)
    else:
        kept = {"decided_on": day, "delivered_on": day, "decided_by": actor.name, "findings": note}
        conclude(appeal, AppealOutcome.NOT_ACCEPTED, kept, actor, now)
    tell(case, appeal, "appeal_late_ruled", actor=actor, now=now, admitted=admitted, note=note)


def why_not_rule(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not rule on the lateness now; empty when they may."""
    if refusal := _why_not_oversee(appeal, actor):
        return refusal
    if appeal.late_reason is None:
        return gettext("没有逾期提出，不用裁定")
    return gettext("已经裁定") if appeal.late_ruled_at is not None else ""


def assign(
    appeal: Appeal, handler: Staff | None, *, note: str = "", actor: Person, now: datetime
) -> None:
    """Give an appeal to whoever handles it, or to another: never to who decided the case."""
    case = held(appeal)
    refuse(why_not_assign(appeal, actor))
    if handler is None or handler not in candidates(appeal, actor):
        if handler is not None and handler.id in deciders(case.id, apart_from=appeal.id):
            wrong = gettext("%(name)s参与过对该事项的决定，不能承办", name=handler.name)
            raise InvalidInputError({"handler": wrong})
        wrong = gettext("请选择本大厅窗口人员或督查人员")
        raise InvalidInputError({"handler": wrong})
    if handler.id == appeal.handler_id:
        raise InvalidInputError({"handler": gettext("已经由%(name)s承办", name=handler.name)})
    appeal.handler = handler
    appeal.assigned_at, appeal.assigned_by, appeal.assigned_by_id = now, actor.name, actor.id
    kept = said("note", note) if note else None
    tell(case, appeal, "appeal_assigned", actor=actor, now=now, handler=handler.name, note=kept)


def why_not_assign(appeal: Appeal, actor: Person) -> str:
    """Say why a person may not assign an appeal now; empty when they may."""
    if refusal := _why_not_oversee(appeal, actor):
        return refusal
    return why_not_go_on(appeal)


def _why_not_oversee(appeal: Appeal, actor: Person) -> str:
    if not scope.within_as(actor, ["supervisor"], appeal):
        return gettext("只有督查人员可以指派和裁定")
    if actor.id in deciders(appeal.case_id, apart_from=appeal.id):
        return gettext("您参与过对该事项的决定，须由其他督查人员指派和裁定")
    return gettext("已有结果，不能再改") if appeal.outcome is not None else ""
