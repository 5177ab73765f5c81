"""What the knowledge base offers elsewhere: texts for an answer, hints at intake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.articles.models import ArticleVersion
from app.articles.operations import show
from app.articles.queries import advice
from app.core.crud.pages import Text
from app.core.db import db
from app.core.language import gettext
from app.core.security import may

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case

FIELDS = {
    ("resolve", "result"): "solution",
    ("close_on_the_spot", "result"): "solution",
    ("reply", "reasons"): "solution",
    ("reply", "legal_basis"): "legal_basis",
}
"""Verb and field → the part of an article that goes there."""


def texts(case: Case, verb: str, field: str) -> list[Text]:
    """Return the parts of articles that may be put into a field of a move."""
    part = FIELDS.get((verb, field))
    if part is None or not may("knowledge", "r"):
        return []
    told = f"{case.description} {case.demand or ''}"
    return [
        Text(
            gettext("知识库"),
            row.question,
            body,
            f"/knowledge/{row.id}/shown/{case.id}",
            f"/knowledge/{row.id}/used/{case.id}",
        )
        for row in advice(case.matter, told)
        if (body := getattr(row, part))
    ]


def hints(matter: str, text: str) -> list[dict[str, Any]]:
    """Return the articles that may help with what is being typed: number, question, address."""
    if not may("knowledge", "r"):
        return []
    return [
        {"id": row.id, "question": row.question, "url": f"/knowledge/show/{row.id}"}
        for row in advice(matter, text)
    ]


def hinted(case: Case, numbers: list[int], now: datetime) -> None:
    """Count the articles that stood beside the form of a case that was registered."""
    if numbers and may("knowledge", "r"):
        rows = select(ArticleVersion).where(ArticleVersion.id.in_(numbers), ArticleVersion.current)
        show(db.session.scalars(rows).all(), case, now=now)
