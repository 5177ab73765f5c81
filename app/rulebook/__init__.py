"""The rulebook, as data: what is accepted and what is refused, which remedies there are, templates.

Change here: how the last day of a remedy is counted (`rules`), what a template may name
(`rules.PLACEHOLDERS`), which rule governs where (`queries`), what an empty database begins with
(`seed.json`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.rulebook import visibility
from app.rulebook.models import Criterion, RemedyRule, TextTemplate

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    for model in (Criterion, RemedyRule, TextTemplate):
        crud.register(appbuilder, model)
