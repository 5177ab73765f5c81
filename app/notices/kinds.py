"""What a rule may tell of: each kind of event in a timeline, and what happens beside cases."""

from __future__ import annotations

from app.core import timeline
from app.core.language import N_

IMPROVEMENTS = {
    "improvement_opened": N_("下达整改"),
    "improvement_amended": N_("修改整改措施"),
    "improvement_due_moved": N_("调整整改期限"),
    "improvement_warning": N_("整改临期"),
    "improvement_overdue": N_("整改超期"),
    "improvement_escalated": N_("整改严重超期"),
    "improvement_completed": N_("整改报告完成"),
    "improvement_verified": N_("整改验收销号"),
    "improvement_sent_back": N_("整改退回"),
    "improvement_reopened": N_("重新整改"),
    "improvement_withdrawn": N_("撤销整改"),
}

ARTICLES = {"article_due": N_("知识待复审")}

PERSONAL = {
    "ledger_ready": N_("台账已生成"),
    "ledger_failed": N_("台账未能生成"),
    "ledger_sent": N_("订阅的台账"),
    "ledger_not_sent": N_("订阅的台账未送达"),
}
"""What is told to the one person who asked for it, without a rule."""

KINDS: dict[str, str] = {**timeline.KINDS, **IMPROVEMENTS, **ARTICLES}
"""Each with the word that rules and notices show."""

WORDS: dict[str, str] = {**KINDS, **PERSONAL}
"""Every kind that a notice can be of."""
