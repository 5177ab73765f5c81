"""Where an item may be opened from: the list of cases, a case, an article of the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.articles import views as articles
from app.cases import casepage
from app.cases.bulk import views as bulk
from app.core.crud.pages import Button
from app.core.language import gettext
from app.core.security import may

if TYPE_CHECKING:
    from datetime import datetime

    from app.articles.models import Article
    from app.cases.models import Case
    from app.core.scope import Person


def make() -> None:
    """Put the buttons where they belong."""
    bulk.OFFERS.append(_of_ticked)
    casepage.BUTTONS.append(_of_case)
    articles.BUTTONS.append(_of_article)


def _of_ticked() -> list[Button]:
    return [Button(gettext("开展整改"), "/improvements/gather")] if may("improvements", "a") else []


def _of_case(case: Case, _actor: Person, _now: datetime) -> list[Button]:
    if not may("improvements", "a"):
        return []
    return [Button(gettext("开展整改"), f"/improvements/add?cases={case.id}")]


def _of_article(article: Article) -> list[Button]:
    if not may("improvements", "a"):
        return []
    return [Button(gettext("开展整改"), f"/improvements/add?article={article.id}")]
