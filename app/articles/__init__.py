"""The knowledge base: problems as people put them, and how each is solved.

An article is written by one, reviewed by another and published as a version that never changes;
versions are found by pairs of characters and offered while a case is taken down or answered.
Change here: the steps of an article (`steps`), how texts are cut (`rules.grams`), how what may
help is ranked (`queries.advice`), where it is offered (`offers`).
"""

from __future__ import annotations

from typing import Any

from app.articles import offers, visibility
from app.articles.api import ArticleApi
from app.articles.models import Article, ArticleFile, ArticleVersion
from app.articles.reading.views import KnowledgeView
from app.articles.views import ArticleView
from app.cases import texts
from app.cases.documents.queries import NAMING
from app.cases.intake.views import HINTED, HINTS
from app.core import crud

__all__ = ["register", "visibility"]


def register(appbuilder: Any) -> None:
    """Register the views of this feature, and what it offers on the pages of cases."""
    crud.register(appbuilder, Article, ArticleView, ArticleApi)
    crud.register(appbuilder, ArticleVersion, KnowledgeView, read_only=True)
    if offers.texts not in texts.OFFERS:
        texts.OFFERS.append(offers.texts)
        HINTS.append(offers.hints)
        HINTED.append(offers.hinted)
    if ArticleFile.sha256 not in NAMING:
        NAMING.append(ArticleFile.sha256)
