"""The case and its life: intake, the table of moves, what each person sees of it.

Change here: fields (`models`), who may do what next (`rules.MOVES`), what a move does
(`operations.EFFECTS`), which rows are seen (`visibility`).
"""

from __future__ import annotations

from typing import Any

from app.cases import visibility
from app.cases.api import CaseApi, DeadlineApi
from app.cases.models import Case
from app.cases.rules import MOVES
from app.cases.views import CaseView, DeadlineView, EventView
from app.core import crud, scope
from app.core.timeline import Event
from app.deadlines.models import Deadline

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Case, CaseView, CaseApi)
    scope.let_write(Case, {step.role for step in MOVES})
    crud.register(appbuilder, Deadline, DeadlineView, DeadlineApi, read_only=True)
    crud.register(appbuilder, Event, EventView, read_only=True)
