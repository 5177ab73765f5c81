"""Every night: tell of the articles that have become due for review."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.articles.models import Article
from app.articles.queries import untold
from app.articles.reminding import remind
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.core.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)

EAST = timedelta(days=1)
"""So far ahead may it be another day in a hall than in UTC."""


def remind_reviews(_planned: datetime, now: datetime) -> dict[str, Any]:
    """Tell of every article that is due and was not told of, each in a commit of its own.

    Returns of how many it was told; DomainError in the end where one failed.
    """
    numbers, told, failed = untold((now + EAST).date()), 0, 0
    db.session.rollback()  # looking only read; under WAL a reader can't become the writer
    for number in numbers:
        try:
            with transaction():
                told += remind(db.session.get_one(Article, number), now=now)
        except Exception:
            log.exception("the review of article %d could not be told", number)
            failed += 1
    if failed:
        raise DomainError(gettext("有 %(failed)d 篇文章未能提醒复审，详见日志", failed=failed))
    return {"reviews": told}
