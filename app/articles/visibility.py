"""Which articles a person sees: the work on them in the own halls; what is published, all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, false, or_

from app.articles.models import Article, ArticleVersion
from app.core.scope import rows_of

if TYPE_CHECKING:
    from app.core.scope import Person


@rows_of(Article)
def articles(person: Person) -> ColumnElement[bool]:
    """See the work of one's halls."""
    return person.in_halls(Article.hall_id)


@rows_of(ArticleVersion)
def knowledge(person: Person) -> ColumnElement[bool]:
    """See what holds now, whoever wrote it, and all versions of one's halls."""
    held = ArticleVersion.current if person.grants else false()
    return or_(held, person.in_halls(ArticleVersion.hall_id))
