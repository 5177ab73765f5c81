"""The life of a case, as one table of moves.

Buttons, REST, permission checks, tests, the drawing in the panel and docs/moves.md are made from
`MOVES`: it is the only place that knows which step may follow which, by whom, with what filled in.
Beside it stands `ON_APPEAL`, what the decision of an appeal alone does.
What else must be so for a step is named by its `guard` (app/cases/guards.py); what the step does
beyond its state and its event stands in app/cases/effects/.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.rules import OPEN, WITH_DEPARTMENT, Status
from app.core.words import N_, Choice


class Stage(Choice):
    """The chapters of a case's life, in which its moves are drawn."""

    INTAKE = "intake", N_("受理", "chapter")
    DISPATCH = "dispatch", N_("派发与签收")
    HANDLING = "handling", N_("办理")
    CLOCK = "clock", N_("时限")
    RESULT = "result", N_("结果")
    AFTER = "after", N_("回访与归档")


@dataclass(frozen=True)
class Move:
    """One step of a case: from where, to where, who may, what must and what may be filled in."""

    verb: str
    label: str
    stage: Stage
    sources: tuple[Status, ...]
    target: Status | None
    """Where the case stands afterwards; None: where it stood."""
    roles: tuple[str, ...]
    event: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    guard: str = ""
    """The condition beyond the state: a name in app.cases.guards.GUARDS."""
    party: str = ""
    """Which department a handler must act for: lead, assist, or any that is on the case."""
    alternative: bool = False
    """Shown only when it can be made: of two that exclude each other, one is always idle."""
    leaves: bool = False
    """Afterwards the case is no longer in sight of the department that made the move."""
    style: str = ""


_CLERK = ("clerk",)
_HANDLER = ("handler",)
_SUPERVISOR = ("supervisor",)
_WINDOW = ("clerk", "supervisor")
_CARING = ("clerk", "handler")
_ANYONE = ("clerk", "handler", "supervisor")
_DISPATCHED = (*WITH_DEPARTMENT, Status.RETURNED, Status.DISPUTED)

INTAKE = (
    Move("accept", N_("受理", "move"), Stage.INTAKE, (Status.REGISTERED,), Status.ACCEPTED,
         _CLERK, "accepted", required=("classification",), optional=("criterion",), style="main"),
    Move("refuse", N_("不予受理", "move"), Stage.INTAKE, (Status.REGISTERED,), Status.REFUSED,
         _CLERK, "refused", required=("criterion",),
         optional=("refusal_reason", "remedy"), style="danger"),
    Move("close_on_the_spot", N_("当场办结", "move"), Stage.INTAKE,
         (Status.REGISTERED, Status.ACCEPTED), Status.CLOSED, _CLERK, "closed_on_the_spot",
         required=("classification", "result", "causes"), optional=("satisfaction",)),
    Move("merge", N_("并入其他事项", "move"), Stage.INTAKE,
         (Status.REGISTERED, Status.ACCEPTED), Status.MERGED, _CLERK, "merged",
         required=("other_case",), optional=("note",)),
    Move("link", N_("关联其他事项", "move"), Stage.INTAKE,
         tuple(status for status in Status if status is not Status.ARCHIVED), None, _CLERK,
         "linked", required=("other_case",), optional=("note",)),
)  # fmt: skip

DISPATCH = (
    Move("dispatch", N_("派发", "move"), Stage.DISPATCH, (Status.ACCEPTED, Status.RETURNED),
         Status.DISPATCHED, _CLERK, "dispatched", required=("lead_department",),
         optional=("assist_departments", "note"), style="main"),
    Move("sign", N_("签收", "move"), Stage.DISPATCH, (Status.DISPATCHED,), Status.SIGNED,
         _HANDLER, "signed", party="lead", style="main"),
    Move("sign_assist", N_("协办签收", "move"), Stage.DISPATCH, WITH_DEPARTMENT, None, _HANDLER,
         "assist_signed", guard="assist_unsigned", party="assist", alternative=True,
         style="main"),
    Move("return", N_("退回", "move"), Stage.DISPATCH, (Status.DISPATCHED,), Status.RETURNED,
         _HANDLER, "returned", required=("note",), guard="first_return", party="lead",
         alternative=True, leaves=True),
    Move("return_again", N_("再次退回", "move"), Stage.DISPATCH, (Status.DISPATCHED,),
         Status.DISPUTED, _HANDLER, "disputed", required=("note",), guard="second_return",
         party="lead", alternative=True, leaves=True),
    Move("return_assist", N_("退回协办", "move"), Stage.DISPATCH, WITH_DEPARTMENT, None, _HANDLER,
         "assist_returned", required=("note",), guard="assist_unsigned", party="assist",
         alternative=True, leaves=True),
    Move("settle", N_("裁定承办科室", "move"), Stage.DISPATCH, (Status.RETURNED, Status.DISPUTED),
         Status.DISPATCHED, _SUPERVISOR, "settled", required=("lead_department", "note"),
         optional=("assist_departments", "add_to_list", "restart_clock"), style="main"),
    Move("reassign", N_("改派经办人", "move"), Stage.DISPATCH, _DISPATCHED, None,
         ("handler", "supervisor"), "reassigned", required=("handler",), optional=("note",),
         guard="somebody_handles", alternative=True),
)  # fmt: skip

HANDLING = (
    Move("contact", N_("联系反映人", "move"), Stage.HANDLING, WITH_DEPARTMENT, None, _CARING,
         "contacted", required=("note",)),
    Move("progress", N_("反馈进展", "move"), Stage.HANDLING, (Status.SIGNED,), None, _HANDLER,
         "progress", required=("note",)),
    Move("finish_assist", N_("协办办结"), Stage.HANDLING, (Status.SIGNED,), None,
         _HANDLER, "assist_finished", required=("note",), guard="assist_working",
         party="assist", alternative=True),
    Move("plan_visit", N_("安排上门帮办", "move"), Stage.HANDLING, WITH_DEPARTMENT, None, _CARING,
         "visit_planned", required=("officer", "place", "visit_at"), optional=("note",),
         guard="no_visit_planned"),
    Move("report_visit", N_("填写上门情况", "move"), Stage.HANDLING, WITH_DEPARTMENT, None,
         _CARING, "visit_done", required=("note",), guard="visit_planned", alternative=True),
    Move("raise", N_("提级办理", "move"), Stage.HANDLING, _DISPATCHED, None, _ANYONE,
         "escalated_to_leadership", required=("note",)),
    Move("instruct", N_("领导批示", "move"), Stage.HANDLING, _DISPATCHED, None, _SUPERVISOR,
         "instructed", required=("note",)),
    Move("remind", N_("催办", "move"), Stage.HANDLING, WITH_DEPARTMENT, None, _WINDOW, "reminded",
         required=("note",)),
)  # fmt: skip

CLOCK = (
    Move("ask_extension", N_("申请延期", "move"), Stage.CLOCK, (Status.SIGNED,), None, _HANDLER,
         "extension_asked", required=("days", "note"), guard="may_ask_extension", party="lead"),
    Move("grant_extension", N_("同意延期", "move"), Stage.CLOCK, (Status.SIGNED,), None,
         _SUPERVISOR, "extension_granted", optional=("days", "note"), guard="extension_asked",
         alternative=True, style="main"),
    Move("decline_extension", N_("不同意延期", "move"), Stage.CLOCK, (Status.SIGNED,), None,
         _SUPERVISOR, "extension_declined", required=("note",), guard="extension_asked",
         alternative=True),
    Move("tell_applicant", N_("告知延期", "move"), Stage.CLOCK, (Status.SIGNED,), None, _CARING,
         "applicant_told", required=("means", "note"), guard="telling_due", alternative=True,
         style="main"),
    Move("ask_pause", N_("申请中止计时", "move"), Stage.CLOCK, (Status.SIGNED,), None, _HANDLER,
         "pause_asked", required=("days", "note"), guard="may_ask_pause", party="lead"),
    Move("grant_pause", N_("同意中止", "move"), Stage.CLOCK, (Status.SIGNED,), None, _SUPERVISOR,
         "pause_granted", optional=("days", "note"), guard="pause_asked", alternative=True,
         style="main"),
    Move("decline_pause", N_("不同意中止", "move"), Stage.CLOCK, (Status.SIGNED,), None,
         _SUPERVISOR, "pause_declined", required=("note",), guard="pause_asked",
         alternative=True),
    Move("resume", N_("恢复计时", "move"), Stage.CLOCK, (Status.SIGNED,), None, _ANYONE, "resumed",
         optional=("note",), guard="paused", alternative=True, style="main"),
    Move("reclassify", N_("重新分类", "move"), Stage.CLOCK,
         tuple(status for status in OPEN if status is not Status.REGISTERED), None, _WINDOW,
         "reclassified", required=("classification", "note"), guard="may_reclassify"),
)  # fmt: skip

RESULT = (
    Move("resolve", N_("办结", "move"), Stage.RESULT, (Status.SIGNED,), Status.RESOLVED, _HANDLER,
         "resolved", required=("result",), optional=("causes",), guard="may_finish", party="lead",
         style="main"),
    Move("reply", N_("答复释因", "move"), Stage.RESULT, (Status.SIGNED,), Status.REPLIED, _HANDLER,
         "replied", required=("reasons", "legal_basis"),
         optional=("decision", "causes"), guard="may_reply", party="lead"),
)  # fmt: skip

AFTER = (
    Move("callback", N_("回访", "move"), Stage.AFTER, (Status.RESOLVED, Status.REPLIED),
         Status.CALLED_BACK, _CLERK, "called_back", required=("satisfaction",),
         optional=("note",), style="main"),
    Move("no_answer", N_("回访未接通", "move"), Stage.AFTER, (Status.RESOLVED, Status.REPLIED),
         None, _CLERK, "no_answer", required=("note",)),
    Move("explain", N_("解释说明", "move"), Stage.AFTER, (Status.CALLED_BACK,), None, _WINDOW,
         "explained", required=("note",), guard="undecided", alternative=True, style="main"),
    Move("close", N_("结案", "move"), Stage.AFTER, (Status.CALLED_BACK,), Status.CLOSED, _CLERK,
         "closed", required=("causes",), optional=("note",), guard="decided", style="main"),
    Move("close_unreached", N_("未接通结案", "move"), Stage.AFTER,
         (Status.RESOLVED, Status.REPLIED), Status.CLOSED, _CLERK, "closed",
         required=("note", "causes"), guard="tried_enough", alternative=True),
    Move("reopen", N_("重新办理", "move"), Stage.AFTER,
         (Status.RESOLVED, Status.REPLIED, Status.CALLED_BACK, Status.CLOSED), Status.DISPATCHED,
         _WINDOW, "reopened", required=("lead_department", "note"), style="danger"),
    Move("archive", N_("归档", "move"), Stage.AFTER,
         (Status.CLOSED, Status.REFUSED, Status.MERGED), Status.ARCHIVED, _CLERK, "archived"),
)  # fmt: skip

MOVES: tuple[Move, ...] = (*INTAKE, *DISPATCH, *HANDLING, *CLOCK, *RESULT, *AFTER)

ON_APPEAL = (
    Move("overturn", N_("申诉成立重办", "move"), Stage.AFTER,
         (Status.RESOLVED, Status.REPLIED, Status.CALLED_BACK, Status.CLOSED, Status.ARCHIVED),
         Status.DISPATCHED, _WINDOW, "overturned", required=("lead_department", "note"),
         optional=("classification",), guard="was_answered"),
    Move("overturn_refusal", N_("撤销不予受理", "move"), Stage.AFTER,
         (Status.REFUSED, Status.ARCHIVED), Status.REGISTERED, _WINDOW, "overturned",
         required=("note",), guard="was_refused"),
    Move("mark_wrong", N_("认定原答复有误", "move"), Stage.AFTER, tuple(Status), None,
         _WINDOW, "overturned", required=("note",), guard="was_reopened"),
)  # fmt: skip
"""What an appeal that is upheld does (app/appeals): no button, no address and no bulk makes these.

`mark_wrong` is for a reply that was given up already when the appeal against it is decided.
"""

MOVE = {move.verb: move for move in MOVES}

EVERY: tuple[Move, ...] = (*MOVES, *ON_APPEAL)
"""Every step there is, for the drawing and the documentation."""
