"""The generated view of an entity: list, show, add, edit, delete, choices, export.

FAB's `ModelView` gives the routes and the permissions; what happens on them is ours, so that rows
are fetched in scope, input is never lost, and there is one commit. `base` holds the hooks.
"""

from __future__ import annotations

from app.core.crud.choosing import Columns
from app.core.crud.details import Details
from app.core.crud.lists import Lists
from app.core.crud.writing import Writing


class EntityView(Columns, Lists, Details, Writing):
    """The base of every generated view; a feature overrides the hooks it needs."""
