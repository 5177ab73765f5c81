"""Tell that an article is due for review: its author, those responsible, whoever may review it.

Once for each article and day: whoever adds the row of `article_reminder` tells, in the same commit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from app.articles.models import Article, ArticleReminder
from app.articles.rules import ArticleStatus
from app.core.db import db
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.notices.telling import tell
from app.notices.wording import by_system

if TYPE_CHECKING:
    from datetime import datetime

KIND = "article_due"


def remind(article: Article, *, now: datetime) -> bool:
    """Tell of an article whose day of review has come in its hall; say whether it was told now."""
    db.session.refresh(article, with_for_update={"key_share": True, "of": Article})
    day = article.review_due
    today = hours_of(article.hall).local(now).date()
    if article.status is not ArticleStatus.PUBLISHED or day is None or day > today:
        return False
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(ArticleReminder).values(article_id=article.id, due=day, told_at=now)
    added = row.on_conflict_do_nothing().returning(ArticleReminder.article_id)
    if db.session.execute(added).scalar_one_or_none() is None:
        return False
    event = by_system(
        KIND,
        now,
        about=(Article.__panel__.code, article.id),
        number="",
        matter=article.question,
        hall=article.hall,
        person_id=article.written_by_id,
        lines=(gettext("应复审日期：%(day)s", day=f"{day:%Y-%m-%d}"),),
    )
    tell(replace(event, departments=tuple(it.id for it in article.departments)), now=now)
    return True
