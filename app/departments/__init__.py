"""Halls, departments, people, memberships, and the list of powers and responsibilities.

Change here: what an organisation is made of (`models`), who sees which of it (`visibility`), and
how a user becomes a person with grants (`queries`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.departments import visibility
from app.departments.models import Department, Hall, Membership, Responsibility, Staff
from app.departments.views import StaffApi, StaffView

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    for model in (Hall, Department, Responsibility, Membership):
        crud.register(appbuilder, model)
    crud.register(appbuilder, Staff, StaffView, StaffApi)
