"""The clock: the working-day calendar, the rules, the deadlines of cases, and flagging.

Change here: arithmetic (`workdays`, `clock`: pure), what a deadline remembers (`models`,
`evidence`), how the calendar changes (`calendar`), when a stage is flagged (`flagging`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.deadlines import visibility
from app.deadlines.calendar_models import CalendarDay, CalendarRevision, CalendarYear
from app.deadlines.models import DeadlineRule
from app.deadlines.views import CalendarDayView, RecomputeView, WorkdaysView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, DeadlineRule)
    crud.register(appbuilder, CalendarYear)
    crud.register(appbuilder, CalendarDay, CalendarDayView)
    crud.register(appbuilder, CalendarRevision, read_only=True)
    appbuilder.add_view_no_menu(RecomputeView)
    appbuilder.add_view_no_menu(WorkdaysView)
