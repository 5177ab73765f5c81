"""Drafts: what somebody types into a form is kept, encrypted, until the form was taken.

A browser that is closed, a session that ran out, a machine that went dark: the form offers what
was typed when it is opened again. Change here: how much and how long is kept (`rules`).
"""

from __future__ import annotations

from typing import Any

from app.drafts import visibility
from app.drafts.views import DraftView, forget_what_was_taken

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register where drafts are kept, and what forgets one when its form was taken."""
    appbuilder.add_view_no_menu(DraftView)
    appbuilder.app.after_request(forget_what_was_taken)
