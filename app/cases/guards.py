"""What must be so for a move beyond the state of the case.

A guard returns why the move can't be made, empty when it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.records import AssignmentRole
from app.cases.rules import ATTEMPTS
from app.core.language import gettext
from app.deadlines.adjustment import LIMITS, used
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.rules import Classification, ClockKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cases.moves import Move
    from app.cases.standing import Standing


def permitted(step: Move, met: Standing) -> str:
    """Say why the person may not make a move; empty when they may."""
    for role in step.roles:
        if met.holds(role) and (role != "handler" or met.assignment(step.party) is not None):
            return ""
    if step.party == "lead" and met.holds("handler"):
        return gettext("只有主办科室的经办人才能%(move)s", move=gettext(step.label))
    if step.party == "assist" and met.holds("handler"):
        return gettext("只有协办科室的经办人才能%(move)s", move=gettext(step.label))
    return gettext("您的角色不能%(move)s", move=gettext(step.label))


def _first_return(met: Standing) -> str:
    return gettext("已退回过一次，再次退回由督查裁定") if met.returns else _return_in_time(met)


def _second_return(met: Standing) -> str:
    return _return_in_time(met) if met.returns else gettext("第一次退回直接退给窗口")


def _return_in_time(met: Standing) -> str:
    clock = met.open_clock(ClockKind.SIGN)
    late = clock is not None and met.now > clock.due_at
    return gettext("已过签收时限，不能再退回；确非本科室职责的，请提级办理") if late else ""


def _somebody_handles(met: Standing) -> str:
    handled = any(item.running and item.handler_id is not None for item in met.case.assignments)
    return "" if handled else gettext("还没有经办人签收")


def _assist_unsigned(met: Standing) -> str:
    mine = met.assignment("assist")
    return gettext("协办已经签收") if mine is not None and mine.signed_at is not None else ""


def _assist_working(met: Standing) -> str:
    mine = met.assignment("assist")
    return gettext("请先签收协办") if mine is not None and mine.signed_at is None else ""


def _visit(met: Standing) -> Any:
    return next((item for item in met.case.visits_made if item.done_at is None), None)


def _no_visit_planned(met: Standing) -> str:
    return gettext("已安排上门帮办，请先填写上门情况") if _visit(met) else ""


def _visit_planned(met: Standing) -> str:
    return "" if _visit(met) else gettext("还没有安排上门帮办")


def _may_ask(met: Standing, kind: type[Extension | Pause]) -> str:
    clock, times = met.clock, LIMITS[kind][0]
    if clock is None:
        return gettext("没有正在计时的时限")
    if met.extension or met.pause:
        return gettext("已有申请在等待审批")
    if met.paused:
        return gettext("时限已中止，请先恢复计时")
    if met.now > clock.due_at:
        return gettext("已过到期时间，不能再申请")
    if used(met.asked[kind]) >= getattr(clock.rule, times):
        return gettext("按规则最多 %(most)d 次，已用完", most=getattr(clock.rule, times))
    return ""


def _extension_asked(met: Standing) -> str:
    return "" if met.extension else gettext("没有等待审批的延期申请")


def _pause_asked(met: Standing) -> str:
    return "" if met.pause else gettext("没有等待审批的中止申请")


def _telling_due(met: Standing) -> str:
    return "" if met.open_clock(ClockKind.TELLING) else gettext("没有需要告知反映人的延期")


def _paused(met: Standing) -> str:
    return "" if met.paused else gettext("时限没有中止")


def _may_reclassify(met: Standing) -> str:
    if met.paused:
        return gettext("时限已中止，请先恢复计时")
    clock = met.clock
    late = clock is not None and met.now > clock.due_at
    if late and not met.holds("supervisor"):
        return gettext("已过到期时间，只有督查人员才能重新分类")
    return ""


def _may_finish(met: Standing) -> str:
    if met.paused:
        return gettext("时限已中止，请先恢复计时")
    waiting = [
        item.department.name for item in met.case.assignments
        if item.running and item.role is AssignmentRole.ASSIST
    ]  # fmt: skip
    if waiting:
        names = gettext("、").join(waiting)
        return gettext("协办科室还没有办完：%(names)s", names=names)
    if _visit(met):
        return gettext("请先填写上门帮办情况")
    if met.open_clock(ClockKind.TELLING):
        return gettext("请先把延期告知反映人，并记下凭证")
    return ""


def _may_reply(met: Standing) -> str:
    if met.case.classification is Classification.SHOULD_BE_DONE:
        return gettext(
            "“%(classification)s”的事项应当办结；确实不能办的，请窗口或督查人员先重新分类",
            classification=gettext(Classification.SHOULD_BE_DONE.label),
        )
    return _may_finish(met)


def _undecided(met: Standing) -> str:
    grade = met.case.satisfaction
    if grade is None or not grade.dissatisfied:
        return gettext("反映人没有表示不满意")
    return gettext("已经解释") if met.case.explanation else ""


def _decided(met: Standing) -> str:
    grade = met.case.satisfaction
    if grade is not None and grade.dissatisfied and not met.case.explanation:
        return gettext("反映人不满意，请先重新办理，或者解释说明并记录")
    return ""


def _was_answered(met: Standing) -> str:
    return "" if met.case.outcome is not None else gettext("事项没有办结或答复")


def _was_refused(met: Standing) -> str:
    case = met.case
    refused = case.outcome is None and case.refusal_reason is not None
    return "" if refused else gettext("事项没有不予受理")


def _was_reopened(met: Standing) -> str:
    return "" if met.case.reopened_at is not None else gettext("事项没有重新办理过")


def _tried_enough(met: Standing) -> str:
    since = met.case.finished_at
    tried = sum(since is None or call.at >= since for call in met.case.callbacks)
    if tried >= ATTEMPTS:
        return ""
    return gettext(
        "回访满 %(most)d 次未接通才能这样结案，现为 %(tried)d 次", most=ATTEMPTS, tried=tried
    )


GUARDS: dict[str, Callable[[Standing], str]] = {
    "first_return": _first_return,
    "second_return": _second_return,
    "somebody_handles": _somebody_handles,
    "assist_unsigned": _assist_unsigned,
    "assist_working": _assist_working,
    "no_visit_planned": _no_visit_planned,
    "visit_planned": _visit_planned,
    "may_ask_extension": lambda met: _may_ask(met, Extension),
    "extension_asked": _extension_asked,
    "telling_due": _telling_due,
    "may_ask_pause": lambda met: _may_ask(met, Pause),
    "pause_asked": _pause_asked,
    "paused": _paused,
    "may_reclassify": _may_reclassify,
    "may_finish": _may_finish,
    "may_reply": _may_reply,
    "undecided": _undecided,
    "decided": _decided,
    "tried_enough": _tried_enough,
    "was_answered": _was_answered,
    "was_refused": _was_refused,
    "was_reopened": _was_reopened,
}
"""Name of a guard in the table of moves → its condition."""


def why_not(step: Move, met: Standing) -> str:
    """Say why a move can't be made now; empty when it can."""
    case = met.case
    if case.status not in step.sources:
        states = gettext("、").join(gettext(status.label) for status in step.sources)
        return gettext(
            "事项为“%(status)s”，只有“%(states)s”时才能%(move)s",
            status=gettext(case.status.label),
            states=states,
            move=gettext(step.label),
        )
    return permitted(step, met) or (GUARDS[step.guard](met) if step.guard else "")
