"""What its author alone wrote and reviewed is published on no path: the database itself asks."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.articles.models import Article, ArticleVersion
from app.articles.rules import ArticleStatus
from app.core import scope
from app.core.db import db
from tests.articles.conftest import AUTHOR, REVIEWER, published, stepped, written
from tests.cases.window import person
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_now", "demo")

OTHER = "supervisor.liaocheng"


def own():
    """Write an article as somebody who may review others', and hand it in."""
    with scope.everything():
        return stepped(written(by=REVIEWER), "submit", by=REVIEWER)


def version_of(row, **fields):
    """Return what a published version of an article would hold."""
    told = {
        "article_id": row.id, "hall_id": row.hall_id, "number": (row.published_version or 0) + 1,
        "current": True, "question": row.question, "matter": row.matter, "causes": "其他",
        "solution": row.solution, "legal_basis": row.legal_basis, "published_at": NOW,
        "published_by": "甲", "reviewed_by": "乙", "written_by": "甲", "shown": 0, "used": 0,
    }  # fmt: skip
    return told | fields


def nothing_published(row):
    db.session.rollback()
    with scope.everything():
        assert (
            db.session.scalars(
                select(ArticleVersion).where(ArticleVersion.article_id == row.id)
            ).all()
            == []
        )


def through_the_models(row, _client, _headers):
    number, values = person(REVIEWER).id, version_of(row)
    for forged in ({}, {"reviewed_by_id": number}, {"reviewed_by_id": number, "writers": []}):
        row = db.session.get(Article, row.id)
        for name, value in forged.items():
            setattr(row, name, value)
        if forged:
            row.status, row.published_version = ArticleStatus.PUBLISHED, 1
            row.review_due, row.written_by_id = NOW.date(), None
        db.session.add(ArticleVersion(**values))
        with pytest.raises(DBAPIError):
            db.session.flush()
        db.session.rollback()


def through_rest(row, client, headers):
    steps = f"/api/v1/articles/{row.id}/steps"
    for step in ("approve", "publish"):
        assert client.post(f"{steps}/{step}", json={}, headers=headers).status_code == 409


def through_the_form(row, client, _headers):
    for step in ("approve", "publish"):
        page = client.post(f"/articles/{row.id}/{step}", follow_redirects=True).text
        assert "由其他人审核" in page or "不能这样操作" in page


def through_sql(row, _client, _headers):
    values, number = version_of(row), person(REVIEWER).id
    clerk, other = person(AUTHOR).id, person(OTHER).id
    db.session.rollback()
    reviewed = "UPDATE article SET status = 'reviewed', reviewed_by_id ="
    for statement, refusal in (
        (ArticleVersion.__table__.insert().values(values), "is published after another"),
        (text(f"{reviewed} {number}"), "reviewed_by_another|a supervisor who did not write"),
        (text(f"{reviewed} {number}, written_by_id = NULL"), "a supervisor who did not write"),
        (text(f"{reviewed} {number}, written_by_id = {other}"), "a supervisor who did not write"),
        (text(f"{reviewed} {clerk}"), "a supervisor who did not write"),
        (text("UPDATE article SET writers = '[]'"), "is forgotten once it is published"),
    ):
        with pytest.raises(DBAPIError, match=refusal), db.engine.begin() as raw:
            raw.execute(statement)


@pytest.mark.parametrize("path", [through_the_models, through_rest, through_the_form, through_sql])
def test_what_its_author_alone_reviewed_is_refused(path, demo, login, token):
    row = own()
    client, headers = login(demo, REVIEWER), token(demo, REVIEWER)
    with scope.everything():
        path(row, client, headers)
    nothing_published(row)


@pytest.mark.parametrize("name", ["question", "matter", "solution", "legal_basis"])
def test_no_version_says_other_than_what_was_reviewed(name):
    with scope.everything():
        row = stepped(own(), "approve", by=OTHER)
        values = version_of(row, **{name: "没有人看过"})
    db.session.rollback()
    with pytest.raises(DBAPIError), db.engine.begin() as raw:
        raw.execute(ArticleVersion.__table__.insert().values(values))
    with pytest.raises(DBAPIError), db.engine.begin() as raw:
        raw.execute(text(f"UPDATE article SET {name} = '没有人看过'"))  # noqa: S608


def test_what_was_published_stays_as_it_was_and_is_still_counted():
    with scope.everything():
        [version] = published().versions
        number = version.id
    db.session.rollback()
    for change in ("solution = '改'", "reviewed_by = '丙'", "number = 7"):
        with pytest.raises(DBAPIError), db.engine.begin() as raw:
            raw.execute(text(f"UPDATE article_version SET {change} WHERE id = {number}"))  # noqa: S608
    with db.engine.begin() as raw:
        raw.execute(text(f"UPDATE article_version SET used = used + 1 WHERE id = {number}"))  # noqa: S608


def test_whoever_reviews_oversees():
    with scope.everything():
        row, handler = own(), person("handler.linqing.scjg").id
        row.status, row.reviewed_by_id = ArticleStatus.REVIEWED, handler
        with pytest.raises(DBAPIError, match="a supervisor who did not write"):
            db.session.flush()
