"""Improvement items (整改): a change of procedure with an owner, a date and a check that it worked.

Opened from cases, from a frequent problem, from an article or by hand; done by the owner
department, verified by a supervisor, reopened when the problem is back. Change here: what may be
done when and by whom (`moves`), what a move does (`operations.EFFECTS`), how the clock runs
(`clockwork`, `rules.WARN_DAYS`) and what a new calendar does to it (`correcting`), what the effect
is counted from (`queries.of_problem`).
"""

from __future__ import annotations

from typing import Any

from app.cases.documents.queries import NAMING
from app.core import crud, scope
from app.deadlines import correction
from app.improvements import correcting, offers, visibility
from app.improvements.api import ItemApi
from app.improvements.models import Improvement, ImprovementFile
from app.improvements.views import ImprovementView

__all__ = ["register", "visibility"]

NAMING.append(ImprovementFile.sha256)
correction.SOURCES.append(correcting.items)
offers.make()


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Improvement, ImprovementView, read_only=True)
    crud.register_part(appbuilder, Improvement, ItemApi, "open_item", "move")
    scope.let_write(ImprovementFile, {"handler", "supervisor"})
