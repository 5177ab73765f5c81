"""Notices: who is told what, by which way, when; and what became of it.

What happened comes from the outbox, which the database itself fills with every event. Change here:
who is told by default (`rules.DEFAULTS`), when a message may leave (`timing`), what it says
(`wording`), whom a rule means (`audiences`), how it leaves (`sending`) and how often it is tried
(`rules.BACK_OFF`, `delivery`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.notices import visibility
from app.notices.models import Notice, NoticeRule, NoticeTarget
from app.notices.views import DeliveryView, InboxView, NoticeRuleView, NoticeTargetView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    appbuilder.add_view_no_menu(InboxView)
    crud.register(appbuilder, NoticeRule, NoticeRuleView)
    crud.register(appbuilder, NoticeTarget, NoticeTargetView)
    crud.register(appbuilder, Notice, DeliveryView, read_only=True)
