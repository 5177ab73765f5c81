"""The closed lists that the fields of a case take, and what its states mean."""

from __future__ import annotations

from app.core.words import N_, Choice


class Status(Choice):
    """Where a case stands."""

    REGISTERED = "registered", N_("待受理")
    ACCEPTED = "accepted", N_("待派发")
    REFUSED = "refused", N_("不予受理")
    DISPATCHED = "dispatched", N_("待签收")
    SIGNED = "signed", N_("办理中")
    RETURNED = "returned", N_("已退回")
    DISPUTED = "disputed", N_("待裁定")
    RESOLVED = "resolved", N_("已办结")
    REPLIED = "replied", N_("已答复")
    CALLED_BACK = "called_back", N_("已回访")
    CLOSED = "closed", N_("已结案")
    MERGED = "merged", N_("已并入")
    ARCHIVED = "archived", N_("已归档")


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

    @property
    def dissatisfied(self) -> bool:
        """Whether the grade asks for a decision: reopen the case, or explain."""
        return self in (Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED)


class Means(Choice):
    """How an applicant was told of something, as the proof names it."""

    PHONE = "phone", N_("电话")
    IN_PERSON = "in_person", N_("当面")
    SMS = "sms", N_("短信")
    LETTER = "letter", N_("书面送达")
    POST = "post", N_("邮寄")
    ONLINE = "online", N_("网上留言")


AT_WINDOW = (Status.REGISTERED, Status.ACCEPTED, Status.RETURNED)
"""The states in which the window has the next step."""

WITH_DEPARTMENT = (Status.DISPATCHED, Status.SIGNED)
"""The states in which a department has it."""

OPEN = (*AT_WINDOW, *WITH_DEPARTMENT, Status.DISPUTED)
"""The states in which something is still to be done for the applicant."""

ANSWERED = (Status.RESOLVED, Status.REPLIED, Status.CALLED_BACK)
"""The states in which there is a result and the file is not closed yet."""

ENDED = (Status.REFUSED, Status.CLOSED, Status.MERGED, Status.ARCHIVED)
"""The states in which nobody has a step that must be made."""

UNCOUNTED = (Status.REFUSED, Status.MERGED)
"""The states of cases that tell of no problem of their own, however often they come."""

ATTEMPTS = 3
"""After so many callbacks that nobody answered, a case may be closed without one."""
