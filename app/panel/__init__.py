"""The face of the house: the frame around every page, the workbench, the log-in, the menu.

Change here: the menu by task (`menu.MENU`), what a role's workbench counts (`workbench.TASKS`),
how errors are told (`web.SENTENCES`), which help belongs to which screen
(`help/places.py`), what a backup holds (`backup`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.core.history import Change
from app.core.jobs import JobRun
from app.panel.help.views import HelpView
from app.panel.saved.views import SavedViewsView
from app.panel.views import ChangeView, HealthView, JobView, PasswordView
from app.panel.web import wire

__all__ = ["register", "wire"]


def register(appbuilder: Any) -> None:
    """Register the pages that belong to no feature."""
    appbuilder.add_view_no_menu(PasswordView)
    appbuilder.add_view_no_menu(HealthView)
    appbuilder.add_view_no_menu(HelpView)
    appbuilder.add_view_no_menu(SavedViewsView)
    crud.register(appbuilder, JobRun, JobView, read_only=True)
    crud.register(appbuilder, Change, ChangeView, read_only=True)
