"""What the form of a new item begins with: from ticked cases, or from an article."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.articles.models import Article
from app.cases.models import Case
from app.core.crud.fields import row_of
from app.core.db import db
from app.departments.models import Hall
from app.improvements.rules import MOST_CASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.departments.models import Department


def proposed(args: Mapping[str, str], halls: frozenset[int] | None) -> dict[str, Any]:
    """Return field → value for the form: what the cases have in common, or what an article says."""
    found: dict[str, Any] = {}
    if numbers := [int(it) for it in args.get("cases", "").split(",") if _is_number(it)]:
        query = select(Case).where(Case.id.in_(numbers[:MOST_CASES])).order_by(Case.id)
        found = _from_cases(db.session.scalars(query).all())
    elif (article := row_of(Article, args.get("article", ""))) is not None:
        found = _from_article(article)
    if "hall" in found and halls is not None and found["hall"].id not in halls:
        del found["hall"]
    if "hall" not in found and halls is not None and len(halls) == 1:
        found["hall"] = db.session.get(Hall, next(iter(halls)))
    return {name: value for name, value in found.items() if value is not None}


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10  # noqa: PLR2004


def _from_cases(cases: Iterable[Case]) -> dict[str, Any]:
    """Take what most of the cases say."""
    rows = list(cases)
    if not rows:
        return {}
    return {
        "cases": rows,
        "hall": _most(case.hall for case in rows),
        "matter": _most(case.matter for case in rows),
        "cause": _most(cause for case in rows for cause in case.causes),
        "department": _most(case.lead_department for case in rows if case.lead_department),
    }


def _from_article(article: Article) -> dict[str, Any]:
    departments: list[Department] = article.departments
    return {
        "article": article,
        "hall": article.hall,
        "matter": article.matter,
        "problem": article.question,
        "cause": next(iter(article.causes), None),
        "department": next(iter(departments), None),
    }


def _most(values: Iterable[Any]) -> Any:
    common = Counter(values).most_common(1)
    return common[0][0] if common else None
