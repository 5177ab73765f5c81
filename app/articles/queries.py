"""Search the knowledge base, and find what may help with a case."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from app.articles.models import (
    Article,
    ArticleFile,
    ArticleGram,
    ArticleReminder,
    ArticleUse,
    ArticleVersion,
)
from app.articles.rules import ArticleStatus, grams, telling
from app.cases.models import Case
from app.cases.rules import Outcome, Satisfaction
from app.core.db import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

RAREST = 24
"""Of a long text so many grams are looked up: those that the fewest articles have."""

MOST_ADVICE = 3
LEAST_SHARE = 0.2
"""From which share of the asked grams' weight on an article is worth showing."""

SATISFIED = tuple(it for it in Satisfaction if not it.dissatisfied)


def found_by(text: str) -> Any:
    """Return the criterion of the versions in which every word of a text is found."""
    asked = grams(text)
    whole = ArticleVersion.question.icontains(text.replace("\0", ""), autoescape=True)
    if not asked:
        return whole
    hits = (
        select(ArticleGram.version_id)
        .where(ArticleGram.gram.in_(asked))
        .group_by(ArticleGram.version_id)
        .having(func.count() >= len(asked))
    )
    return or_(ArticleVersion.id.in_(hits), whole)


def advice(matter: str, text: str) -> list[ArticleVersion]:
    """Return the few published articles that are most likely to help, likeliest first.

    A gram counts the more the fewer articles have it. An article about the same matter is brought
    up by anything that it has in common with the text.
    """
    known = _rarest(telling(text))
    if not known:
        return []
    scores: dict[int, float] = {}
    pairs = select(ArticleGram.version_id, ArticleGram.gram, ArticleGram.weight)
    for number, gram, weight in db.session.execute(pairs.where(ArticleGram.gram.in_(known))):
        scores[number] = scores.get(number, 0.0) + known[gram] * (1 + weight / 8)
    total = sum(known.values())
    query = select(ArticleVersion).where(ArticleVersion.current, ArticleVersion.id.in_(scores))
    ranked = sorted(
        (
            (scores[row.id] / total + (row.matter == matter), -row.id, row)
            for row in db.session.scalars(query)
        ),
        reverse=True,
    )
    return [row for score, _, row in ranked if score >= LEAST_SHARE][:MOST_ADVICE]


def _rarest(asked: Sequence[str]) -> dict[str, float]:
    """Return the rarest of the asked grams that any article has, each with its weight."""
    if not asked:
        return {}
    number = db.session.scalar(select(func.count()).where(ArticleVersion.current)) or 0
    counted = db.session.execute(
        select(ArticleGram.gram, func.count())
        .where(ArticleGram.gram.in_(asked))
        .group_by(ArticleGram.gram)
        .order_by(func.count(), ArticleGram.gram)
        .limit(RAREST)
    )
    return {gram: math.log1p(number / count) for gram, count in counted}


def solved(ids: Iterable[int]) -> dict[int, int]:
    """Count for each article the resolved cases that used it, with nobody dissatisfied."""
    content = or_(Case.satisfaction.is_(None), Case.satisfaction.in_(SATISFIED))
    done = Case.outcome.in_((Outcome.RESOLVED, Outcome.ON_THE_SPOT))
    query = (
        select(ArticleUse.article_id, func.count().label("number"))
        .join(Case, Case.id == ArticleUse.case_id)
        .where(ArticleUse.article_id.in_(ids), ArticleUse.used_at.is_not(None), done, content)
        .group_by(ArticleUse.article_id)
    )
    return {row.article_id: row.number for row in db.session.execute(query)}


def due_for_review(day: date) -> Any:
    """Return the criterion of the published articles whose day of review has come."""
    return and_(Article.status == ArticleStatus.PUBLISHED, Article.review_due <= day)


def due_count(day: date) -> int:
    """Count the articles in sight whose day of review has come."""
    due = select(func.count()).select_from(Article).where(due_for_review(day))
    return db.session.scalar(due) or 0


def untold(day: date) -> list[int]:
    """Return the numbers of the articles due by a day of which it has not been told."""
    told = select(ArticleReminder.article_id).where(
        ArticleReminder.article_id == Article.id, ArticleReminder.due == Article.review_due
    )
    due = select(Article.id).where(due_for_review(day), ~told.exists()).order_by(Article.id)
    return list(db.session.scalars(due))


def files_of(article_id: int) -> Sequence[ArticleFile]:
    """Return the files of an article that are still there."""
    there = (ArticleFile.article_id == article_id) & ArticleFile.removed_at.is_(None)
    return db.session.scalars(select(ArticleFile).where(there).order_by(ArticleFile.id)).all()
