"""Articles of Linqing: written by the clerk, reviewed by the supervisor."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.articles import operations
from app.articles.models import Article
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.cases.conftest import at_now, browsers
from tests.cases.window import cause, department, hall, person
from tests.conftest import NOW

__all__ = ["at_now", "browsers"]

AUTHOR, REVIEWER = "clerk.linqing", "supervisor.linqing"


@pytest.fixture(autouse=True)
def nothing_written(request):
    """Begin with empty shelves."""
    if "demo" in request.fixturenames:
        request.getfixturevalue("demo")
        with scope.everything(), transaction():
            for table in ("gram", "version", "cause", "department"):
                db.session.execute(text(f"DELETE FROM article_{table}"))  # noqa: S608
            db.session.execute(text("DELETE FROM article"))


def written(
    question="老人没有智能手机，人脸识别过不去",
    by=AUTHOR,
    hall_code="linqing",
    why="0301",
    **fields,
):
    """Write an article; committed."""
    actor = person(by)
    texts = {
        "matter": "公司设立登记",
        "solution": "一、上门帮办\n二、用工作手机完成识别",
        "legal_basis": "《电子签名法》",
        **fields,
    }
    with scope.working_for(actor), transaction():
        row = Article(hall=hall(hall_code), question=question, **texts)
        row.causes, row.departments = [cause(why)], [department("scjg", hall_code)]
        operations.write(row, actor=actor)
        db.session.add(row)
    return row


def stepped(row, *names, by=REVIEWER, now=NOW):
    """Make steps with an article as one person; committed."""
    actor = person(by)
    for name in names:
        with scope.working_for(actor), transaction():
            step = getattr(operations, name)
            step(row, actor=actor, **({"now": now} if name in ("publish", "confirm") else {}))
    return row


def published(question="老人没有智能手机，人脸识别过不去", **fields):
    """Write, review and publish an article."""
    row = written(question, **fields)
    stepped(row, "submit", by=AUTHOR)
    return stepped(row, "approve", "publish")
