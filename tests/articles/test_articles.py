"""An article from the draft to the published version: by whom, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.articles import operations, queries
from app.articles.models import Article, ArticleGram, ArticleVersion
from app.articles.rules import ArticleStatus
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.transaction import transaction
from tests.articles.conftest import AUTHOR, REVIEWER, published, stepped, written
from tests.cases.window import cause, person
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_now", "demo", "unlimited")


def refused(row, name, by):
    """Return the sentence with which a step is refused."""
    with pytest.raises(DomainError) as error:
        stepped(row, name, by=by)
    db.session.rollback()
    return str(error.value)


def test_an_article_is_published_after_another_reviewed_it():
    row = published()
    assert row.status is ArticleStatus.PUBLISHED
    assert row.review_due == date(2027, 9, 17)
    [version] = row.versions
    assert (version.number, version.current, version.causes) == (1, True, str(cause("0301")))
    assert (version.written_by, version.reviewed_by) == (
        person(AUTHOR).name, person(REVIEWER).name,
    )  # fmt: skip


def test_nobody_reviews_what_they_wrote_at():
    row = written(by=REVIEWER)
    stepped(row, "submit", by=REVIEWER)
    assert "由其他人审核" in refused(row, "approve", REVIEWER)
    author = person(AUTHOR)
    with scope.working_for(author), transaction():
        row.question = "改过的问题"
        operations.write(row, actor=author)
    stepped(row, "submit", by=AUTHOR)
    assert "由其他人审核" in refused(row, "approve", REVIEWER), "an earlier writer is one too"
    stepped(row, "approve", by="supervisor.liaocheng")
    assert row.status is ArticleStatus.REVIEWED


def test_the_database_refuses_it_too():
    row = written()
    for change in (
        "reviewed_by_id = written_by_id",
        "status = 'published', published_version = 1, review_due = '2027-01-01'",
        "status = 'reviewed'",
    ):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(f"UPDATE article SET {change} WHERE id = {row.id}"))  # noqa: S608


@pytest.mark.parametrize(
    ("name", "status"), [("publish", "起草中"), ("approve", "起草中"), ("confirm", "起草中")]
)
def test_a_step_from_elsewhere_is_refused(name, status):
    assert status in refused(written(), name, REVIEWER)


@pytest.mark.parametrize("name", ["approve", "publish"])
def test_a_clerk_neither_reviews_nor_publishes(name):
    row = written(by="handler.linqing.scjg")
    stepped(row, "submit", by="handler.linqing.scjg")
    with pytest.raises(OutOfScopeError):
        stepped(row, name, by=AUTHOR)


def test_an_article_without_a_cause_is_not_handed_in():
    row = written()
    with transaction():
        row.causes = []
    assert "原因" in refused(row, "submit", AUTHOR)


def test_what_is_published_stays_while_it_is_written_anew():
    row = published()
    author = person(AUTHOR)
    with scope.working_for(author), transaction():
        row.solution = "新的办法：视频核验"
        operations.write(row, actor=author)
    assert row.status is ArticleStatus.DRAFT
    assert row.reviewed_by is None
    found = db.session.scalars(select(ArticleVersion).where(queries.found_by("上门帮办"))).all()
    assert [(it.number, it.current) for it in found] == [(1, True)]
    stepped(row, "submit", by=AUTHOR)
    stepped(row, "approve", "publish")
    assert [(it.number, it.current) for it in row.versions] == [(2, True), (1, False)]
    assert (
        db.session.scalars(select(ArticleVersion).where(queries.found_by("上门帮办"))).all() == []
    )
    [new] = db.session.scalars(select(ArticleVersion).where(queries.found_by("视频核验")))
    assert new.number == 2


def test_it_goes_back_with_a_word_and_out_of_use_with_a_reason():
    row = written()
    stepped(row, "submit", by=AUTHOR)
    reviewer = person(REVIEWER)
    with scope.working_for(reviewer), transaction():
        operations.send_back(row, "请补充依据", actor=reviewer)
    assert (row.status, row.note) == (ArticleStatus.DRAFT, "请补充依据")
    other = published("另一个问题")
    for nothing in ("", "  "):
        with pytest.raises(InvalidInputError):
            operations.retire(other, nothing, actor=reviewer)
        db.session.rollback()
    with scope.working_for(reviewer), transaction():
        operations.retire(other, "政策已变", actor=reviewer)
    assert db.session.scalar(select(func.count()).select_from(ArticleGram)) == 0
    assert not other.versions[0].current


def test_it_comes_up_for_review_and_another_confirms_it():
    row = published()
    later = NOW + timedelta(days=366)
    due = select(Article).where(queries.due_for_review(later.date()))
    assert db.session.scalars(due).all() == [row]
    with pytest.raises(OutOfScopeError):
        stepped(row, "confirm", by=AUTHOR, now=later)
    db.session.rollback()
    stepped(row, "confirm", now=later)
    assert db.session.scalars(due).all() == []


def test_a_foreign_hall_reads_what_is_published_and_nothing_else():
    draft, row = written("草稿"), published()
    with scope.working_for(person("clerk.yanggu")):
        assert db.session.scalars(select(Article)).all() == []
        assert [it.article_id for it in db.session.scalars(select(ArticleVersion))] == [row.id]
    with scope.working_for(person("clerk.yanggu")), pytest.raises(OutOfScopeError):
        operations.write(draft, actor=person("clerk.yanggu"))
