"""The five roles, as a table: entity → role → letters. Who holds which role where is a membership.

r reads (list, show, REST), a adds, e edits, d deletes, x exports; which rows is a matter of scope.
What may be done with a case beyond its intake is said by the table of moves (app/cases/rules.py).
An entity that is not named here belongs to the administrator.
"""

from __future__ import annotations

GRANTS: dict[str, dict[str, str]] = {
    "halls": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "rx",
        "inspector": "rx",
        "admin": "raedx",
    },
    "departments": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "rx",
        "inspector": "rx",
        "admin": "raedx",
    },
    "responsibilities": {
        "clerk": "rx",
        "handler": "r",
        "supervisor": "rx",
        "inspector": "rx",
        "admin": "raedx",
    },
    "memberships": {"inspector": "rx", "admin": "raedx"},
    "staff": {"admin": "raedx"},
    "cases": {"clerk": "raex", "handler": "rx", "supervisor": "rx", "inspector": "rx"},
    "handover": {"handler": "r", "supervisor": "r"},
    "attachments": {"clerk": "ra", "handler": "ra", "supervisor": "r", "inspector": "r"},
    "deadlines": {"clerk": "rx", "handler": "r", "supervisor": "rx", "inspector": "rx"},
    "events": {"clerk": "r", "handler": "r", "supervisor": "r", "inspector": "rx"},
    "deadline-rules": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "rx",
        "admin": "raedx",
    },
    "articles": {
        "clerk": "rae",
        "handler": "rae",
        "supervisor": "raex",
        "inspector": "r",
        "admin": "r",
    },
    "knowledge": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "rx",
        "inspector": "rx",
        "admin": "r",
    },
    "frequent-problems": {"clerk": "r", "supervisor": "rx", "inspector": "rx"},
    "frequency-rules": {"supervisor": "r", "inspector": "r", "admin": "raed"},
    "causes": {"clerk": "r", "handler": "r", "supervisor": "r", "inspector": "r", "admin": "raedx"},
    "criteria": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "r",
        "admin": "raedx",
    },
    "remedy-rules": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "r",
        "admin": "raedx",
    },
    "text-templates": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "r",
        "admin": "raedx",
    },
    "windows": {"clerk": "r", "supervisor": "raedx", "admin": "raedx"},
    "duties": {"clerk": "r", "supervisor": "rex", "admin": "rex"},
    "swaps": {"clerk": "rae", "supervisor": "raex", "admin": "raex"},
    "calendar-years": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "r",
        "admin": "raedx",
    },
    "calendar-days": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "r",
        "admin": "raedx",
    },
    "calendar-revisions": {"supervisor": "r", "inspector": "r", "admin": "r"},
    "recompute": {"supervisor": "r", "admin": "re"},
    "changes": {"inspector": "r", "admin": "r"},
    "jobs": {"inspector": "r", "admin": "r"},
    "ledgers": {"supervisor": "rx", "inspector": "rx"},
    "supervision-rules": {
        "clerk": "r",
        "handler": "r",
        "supervisor": "r",
        "inspector": "rx",
        "admin": "raedx",
    },
    "supervision-cards": {"clerk": "r", "handler": "re", "supervisor": "radx", "inspector": "rx"},
    "accountability": {"supervisor": "r", "inspector": "r"},
    "referrals": {"supervisor": "rax", "inspector": "rex"},
    "notice-rules": {"admin": "raed"},
    "notice-targets": {"admin": "raed"},
    "deliveries": {"inspector": "r", "admin": "re"},
}
