"""Back from Excel: files that people filled in, checked cell by cell, taken in once.

A file is opened by a process of its own (app/core/sheets), its table is found (`tables`), each cell
becomes a value (`values`), each row is judged by its kind (`kinds`), and what is right comes in
through the verbs that the pages use, in one transaction (`operations`).

Change here: what can be imported (`kinds`), what headings and choices may be called
(aliases.json), what a value may look like (`values`), the template (`blanks`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.imports import visibility
from app.imports.models import ImportRun
from app.imports.views import ImportView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    crud.register(appbuilder, ImportRun, ImportView, read_only=True)
