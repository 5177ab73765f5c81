"""Register an appeal, rule on a late one, assign it, record its steps and its outcome.

Every verb locks the case first. Whoever decided the case takes part in none of them but the
registration, which nobody may refuse an applicant.
"""

from app.appeals.operations.handling import accept, decide, note, why_not_accept, why_not_handle
from app.appeals.operations.overseeing import assign, rule_on_lateness, why_not_assign, why_not_rule
from app.appeals.operations.registering import register, why_not_register
from app.appeals.operations.steps import held, today

__all__ = [
    "accept",
    "assign",
    "decide",
    "held",
    "note",
    "register",
    "rule_on_lateness",
    "today",
    "why_not_accept",
    "why_not_assign",
    "why_not_handle",
    "why_not_register",
    "why_not_rule",
]
