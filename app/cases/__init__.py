"""The case and its life: intake, the table of moves, what each person sees of it.

Change here: fields (`models`), who may do what next (`moves.MOVES`, `guards`), what a move does
(`effects`), which rows are seen (`visibility`).
"""

from __future__ import annotations

from typing import Any

from app.cases import visibility
from app.cases.api import CaseApi, DeadlineApi
from app.cases.bulk.api import BulkApi
from app.cases.bulk.views import BulkView, HandoverView
from app.cases.documents.api import FileApi
from app.cases.documents.models import Attachment
from app.cases.documents.views import CaseFilesView, FileView
from app.cases.models import Case
from app.cases.moves import MOVES
from app.cases.of_case import DeadlineView, EventView
from app.cases.views import CaseView
from app.core import crud, scope
from app.core.timeline import Event
from app.deadlines.models import Deadline
from app.departments.models import Responsibility

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, Case, CaseView, CaseApi)
    scope.let_write(Case, {role for step in MOVES for role in step.roles})
    scope.let_write(Responsibility, {"supervisor"})  # a ruling may go straight into the list
    crud.register(appbuilder, Deadline, DeadlineView, DeadlineApi, read_only=True)
    files = Attachment.__panel__.code
    crud.register_part(appbuilder, Case, CaseFilesView, "attach", class_permission_name=files)
    crud.register_part(appbuilder, Case, BulkView, "bulk")
    crud.register_part(appbuilder, Case, BulkApi, "move_all", resource_name="cases")
    appbuilder.add_view_no_menu(HandoverView)
    crud.register_part(appbuilder, Attachment, FileView, "file", "remove")
    crud.register_part(
        appbuilder, Attachment, FileApi, "files", "attach", "file", resource_name="cases"
    )
    crud.register(appbuilder, Event, EventView, read_only=True)
