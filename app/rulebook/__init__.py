"""The rulebook: what is accepted and refused, which remedies there are, templates; and its texts.

Change here: how the last day of a remedy is counted (`rules`), what a template may name
(`rules.PLACEHOLDERS`), which rule governs where (`queries`), what an empty database begins with
(`seed.json`), the texts that are published of it (`documents`).
"""

from __future__ import annotations

from typing import Any

from app.core import crud
from app.rulebook import visibility
from app.rulebook.documents.api import DocumentApi
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.reading.views import RulesView
from app.rulebook.documents.views import DocumentView
from app.rulebook.models import Criterion, RemedyPeriod, RemedyRule, TextTemplate

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature."""
    for model in (Criterion, RemedyRule, RemedyPeriod, TextTemplate):
        crud.register(appbuilder, model)
    crud.register(appbuilder, RuleDocument, DocumentView, DocumentApi)
    appbuilder.add_view_no_menu(RulesView)
