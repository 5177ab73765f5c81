"""The duty roster: who is at which window when; swaps; whoever is on duty at an instant.

A duty is half a working day of one person at one window. Change here: when a shift changes hands
and how a pattern repeats (`rules`), what may be planned (`operations`) and exchanged (`swapping`),
what counts as a gap or a double booking (`month`), who sees the plan (`visibility`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.roster import visibility
from app.roster.models import Duty, Swap, Window
from app.roster.swapping.views import SwapView
from app.roster.views import DutyView, RosterView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Window)
    crud.register(appbuilder, Duty, DutyView, read_only=True)
    crud.register(appbuilder, Swap, SwapView, read_only=True)
    appbuilder.add_view_no_menu(RosterView)
