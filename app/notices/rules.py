"""Words of notices: ways, states, audiences; how often a message is tried; who is told at first."""

from __future__ import annotations

from datetime import time, timedelta

from app.core.words import N_, Choice


class Way(Choice):
    """How a notice reaches somebody."""

    INBOX = "inbox", N_("面板消息")
    MAIL = "mail", N_("邮件")
    GROUP = "group", N_("群或接口")


class State(Choice):
    """What became of a notice."""

    PENDING = "pending", N_("待发送")
    SENDING = "sending", N_("发送中")
    SENT = "sent", N_("已发送")
    DEAD = "dead", N_("发送失败")
    UNKNOWN = "unknown", N_("可能已送达")


STUCK = (State.DEAD, State.UNKNOWN)
"""The states from which a notice moves on by hand alone."""


class Audience(Choice):
    """Whom a rule means, seen from the case; of an improvement item the owner department leads.

    Of an article those lead who are responsible for what it tells.
    """

    REGISTRAR = "registrar", N_("登记人")
    ON_DUTY = "on_duty", N_("值班人员")
    HALL_CLERKS = "hall_clerks", N_("本厅窗口人员")
    LEAD_HANDLERS = "lead_handlers", N_("主办科室经办人")
    ASSISTING_HANDLERS = "assisting_handlers", N_("协办科室经办人")
    HALL_SUPERVISORS = "hall_supervisors", N_("本厅督查")
    SUPERVISORS_ABOVE = "supervisors_above", N_("上级督查")
    APPEAL_HANDLER = "appeal_handler", N_("申诉承办人")
    AUTHOR = "author", N_("撰写人")
    REVIEWERS = "reviewers", N_("可以复审的督查")
    GROUP_ONLY = "group_only", N_("只发群或接口")


class Pace(Choice):
    """How soon a notice leaves."""

    AT_ONCE = "at_once", N_("立即")
    DIGEST = "digest", N_("汇总")


class TargetKind(Choice):
    """What stands at the other end of a channel."""

    MAIL = "mail", N_("邮件服务器")
    WECOM = "wecom", N_("企业微信群机器人")
    DINGTALK = "dingtalk", N_("钉钉群机器人")
    FEISHU = "feishu", N_("飞书群机器人")
    WEBHOOK = "webhook", N_("网络接口")


AFTERNOON = time(14)
"""When the second digest of a day leaves; the first leaves when the hall opens."""

MOST_IN_DIGEST = {Way.MAIL: 100, Way.GROUP: 12}
"""How many notices one digest lists: a robot of WeCom takes 2,048 bytes."""

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
"""How long a message waits after its first, second … failure; after the last it is dead."""

PATIENCE = timedelta(minutes=10)
"""How long a message may be under way before whoever sent it counts as dead."""

OLD_NEWS = timedelta(days=14)
"""What was recorded longer ago is told to nobody any more; no holiday is as long."""

DEFAULTS: tuple[tuple[str, Audience, Pace], ...] = (
    ("dispatched", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("dispatched", Audience.ASSISTING_HANDLERS, Pace.AT_ONCE),
    ("reassigned", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("returned", Audience.ON_DUTY, Pace.AT_ONCE),
    ("disputed", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("settled", Audience.ON_DUTY, Pace.AT_ONCE),
    ("warning", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("overdue", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("overdue", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("escalated", Audience.SUPERVISORS_ABOVE, Pace.AT_ONCE),
    ("escalated_to_leadership", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("instructed", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("reminded", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("reopened", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("extension_asked", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("pause_asked", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("extension_granted", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("extension_declined", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("pause_granted", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("pause_declined", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("reminder_issued", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("reminder_issued", Audience.ASSISTING_HANDLERS, Pace.AT_ONCE),
    ("yellow_card", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("yellow_card", Audience.ASSISTING_HANDLERS, Pace.AT_ONCE),
    ("yellow_card", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("red_card", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("red_card", Audience.ASSISTING_HANDLERS, Pace.AT_ONCE),
    ("red_card", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("reported", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("reported", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("reported", Audience.SUPERVISORS_ABOVE, Pace.AT_ONCE),
    ("card_replied", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("card_reply_late", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("card_reply_late", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("card_withdrawn", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("card_withdrawn", Audience.ASSISTING_HANDLERS, Pace.AT_ONCE),
    ("improvement_opened", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_amended", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_due_moved", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_warning", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_overdue", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_overdue", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("improvement_escalated", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("improvement_escalated", Audience.SUPERVISORS_ABOVE, Pace.AT_ONCE),
    ("improvement_completed", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("improvement_verified", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_sent_back", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_reopened", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("improvement_reopened", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("improvement_withdrawn", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("appeal_registered", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("appeal_assigned", Audience.APPEAL_HANDLER, Pace.AT_ONCE),
    ("appeal_warning", Audience.APPEAL_HANDLER, Pace.AT_ONCE),
    ("appeal_overdue", Audience.APPEAL_HANDLER, Pace.AT_ONCE),
    ("appeal_overdue", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("appeal_decided", Audience.ON_DUTY, Pace.AT_ONCE),
    ("overturned", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("overturned", Audience.HALL_SUPERVISORS, Pace.AT_ONCE),
    ("article_due", Audience.AUTHOR, Pace.AT_ONCE),
    ("article_due", Audience.LEAD_HANDLERS, Pace.AT_ONCE),
    ("article_due", Audience.REVIEWERS, Pace.AT_ONCE),
    ("resolved", Audience.ON_DUTY, Pace.DIGEST),
    ("replied", Audience.ON_DUTY, Pace.DIGEST),
)
"""What an empty table of rules begins with: kind of event, whom, how soon."""
