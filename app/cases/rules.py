"""The life of a case, as one table of moves; and the closed lists that its fields take.

Buttons, REST, permission checks, tests and documentation are drawn from `MOVES`: it is the only
place that knows which step may follow which, by whom, with what filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.words import N_, Choice


class Status(Choice):
    """Where a case stands."""

    REGISTERED = "registered", N_("待受理")
    ACCEPTED = "accepted", N_("待派发")
    REFUSED = "refused", N_("不予受理")
    DISPATCHED = "dispatched", N_("待签收")
    SIGNED = "signed", N_("办理中")
    RESOLVED = "resolved", N_("已办结")
    REPLIED = "replied", N_("已答复")
    CLOSED = "closed", N_("已结案")


class Outcome(Choice):
    """How a case ended."""

    RESOLVED = "resolved", N_("已解决")
    REPLIED = "replied", N_("已说明原因")
    ON_THE_SPOT = "on_the_spot", N_("当场办结")


class Channel(Choice):
    """Where a case came from."""

    WINDOW = "window", N_("窗口")
    HOTLINE = "hotline", N_("热线")
    ONLINE = "online", N_("网上")
    MOBILE = "mobile", N_("移动端")
    KIOSK = "kiosk", N_("自助终端")
    TRANSFER = "transfer", N_("12345 转办")


class ApplicantKind(Choice):
    """Who reports."""

    INDIVIDUAL = "individual", N_("个人")
    COMPANY = "company", N_("企业")


class Situation(Choice):
    """In which way it could not be done."""

    NOT_ACCEPTED = "not_accepted", N_("申请未受理")
    NOT_APPROVED = "not_approved", N_("申请未通过")
    LATE = "late", N_("受理或审批超时")
    REPEATED_VISITS = "repeated_visits", N_("多次到厅未办成")
    ATTITUDE = "attitude", N_("工作人员态度或推诿")
    ELSEWHERE = "elsewhere", N_("别处能办此处不能办")
    OTHER = "other", N_("其他合理诉求")


class Urgency(Choice):
    """How pressing it is."""

    NORMAL = "normal", N_("一般")
    URGENT = "urgent", N_("紧急")


class Satisfaction(Choice):
    """The five grades of 好差评."""

    VERY_SATISFIED = "5", N_("非常满意")
    SATISFIED = "4", N_("满意")
    FAIR = "3", N_("基本满意")
    DISSATISFIED = "2", N_("不满意")
    VERY_DISSATISFIED = "1", N_("非常不满意")


@dataclass(frozen=True)
class Move:
    """One step of a case: from where, to where, who may, what must and what may be filled in."""

    verb: str
    label: str
    sources: tuple[Status, ...]
    target: Status | None
    """Where the case stands afterwards; None: where it stood."""
    role: str
    event: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    style: str = ""


MOVES: tuple[Move, ...] = (
    Move(
        "accept",
        N_("受理", "move"),
        (Status.REGISTERED,),
        Status.ACCEPTED,
        "clerk",
        "accepted",
        required=("classification",),
        style="main",
    ),
    Move(
        "refuse",
        N_("不予受理", "move"),
        (Status.REGISTERED,),
        Status.REFUSED,
        "clerk",
        "refused",
        required=("refusal_reason", "remedy"),
        style="danger",
    ),
    Move(
        "close_on_the_spot",
        N_("当场办结", "move"),
        (Status.REGISTERED, Status.ACCEPTED),
        Status.CLOSED,
        "clerk",
        "closed_on_the_spot",
        required=("classification", "result"),
        optional=("satisfaction",),
    ),
    Move(
        "dispatch",
        N_("派发", "move"),
        (Status.ACCEPTED,),
        Status.DISPATCHED,
        "clerk",
        "dispatched",
        required=("lead_department",),
        optional=("note",),
        style="main",
    ),
    Move(
        "sign",
        N_("签收", "move"),
        (Status.DISPATCHED,),
        Status.SIGNED,
        "handler",
        "signed",
        style="main",
    ),
    Move(
        "progress",
        N_("反馈进展", "move"),
        (Status.SIGNED,),
        None,
        "handler",
        "progress",
        required=("note",),
    ),
    Move(
        "resolve",
        N_("办结", "move"),
        (Status.SIGNED,),
        Status.RESOLVED,
        "handler",
        "resolved",
        required=("result",),
        style="main",
    ),
    Move(
        "reply",
        N_("答复释因", "move"),
        (Status.SIGNED,),
        Status.REPLIED,
        "handler",
        "replied",
        required=("reasons", "legal_basis"),
    ),
    Move(
        "close",
        N_("结案", "move"),
        (Status.RESOLVED, Status.REPLIED),
        Status.CLOSED,
        "clerk",
        "closed",
        optional=("satisfaction", "note"),
        style="main",
    ),
)

MOVE = {move.verb: move for move in MOVES}

OPEN = (Status.REGISTERED, Status.ACCEPTED, Status.DISPATCHED, Status.SIGNED)
"""The states in which something is still to be done for the applicant."""

ENDED = (Status.REFUSED, Status.CLOSED)
"""The states from which no move leads on."""
