"""Files of an article are reviewed with its texts: each published version keeps its own."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.articles import operations
from app.articles.models import Article, ArticleFile
from app.articles.queries import files_of
from app.articles.rules import ArticleStatus
from app.cases.documents.receiving import receive
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.articles.conftest import AUTHOR, published, stepped, written
from tests.cases.paper import PDF
from tests.cases.window import person
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_now", "demo")

READER = "clerk.yanggu"
ADDING = """
    INSERT INTO article_file
      (article_id, name, media_type, size, sha256, uploaded_at, uploaded_by, version)
    VALUES (:article, 'x', 'x', 1, 'x', CURRENT_TIMESTAMP, 'x', 1)
"""


@pytest.fixture(autouse=True)
def files(demo, tmp_path, monkeypatch):
    """An empty store."""
    monkeypatch.setitem(demo.config, "FILES", tmp_path / "files")


def day(number):
    return NOW + timedelta(days=number)


def attached(row, name, now=NOW):
    """Attach a file; committed."""
    actor = person(AUTHOR)
    papers, problems = receive([(name, io.BytesIO(PDF + name.encode()))])
    assert not problems
    with scope.working_for(actor), transaction():
        return operations.attach(row, papers, actor=actor, now=now)[0].id


def taken_off(row, number, now=NOW):
    actor = person(AUTHOR)
    with scope.working_for(actor), transaction():
        operations.remove(row, db.session.get(ArticleFile, number), actor=actor, now=now)


def through(row, now):
    """Have a draft reviewed and published."""
    stepped(row, "submit", by=AUTHOR)
    return stepped(row, "approve", "publish", now=now)


def exchanged():
    """Publish an article with a file, then another version with another file in its place."""
    row = written()
    first = attached(row, "旧表.pdf")
    through(row, day(1))
    taken_off(row, first, day(2))
    attached(row, "新表.pdf", day(2))
    return through(row, day(3))


def names(row):
    """Return the files of each version of an article, the latest version first."""
    db.session.expire_all()
    return [[it.name for it in version.files] for version in row.versions]


def test_each_version_keeps_the_files_that_were_reviewed_with_it(unlimited):
    row = exchanged()
    assert names(row) == [["新表.pdf"], ["旧表.pdf"]]


@pytest.mark.parametrize("change", ["attach", "remove"])
def test_a_file_that_comes_or_goes_begins_the_review_anew(unlimited, change):
    row = written(by="handler.linqing.scjg")
    number = attached(row, "旧表.pdf")
    through(row, day(1))
    if change == "attach":
        attached(row, "新表.pdf")
    else:
        taken_off(row, number)
    assert (row.status, row.reviewed_by) == (ArticleStatus.DRAFT, None)
    assert person(AUTHOR).id in row.writers
    assert names(row) == [["旧表.pdf"]]


def test_readers_get_the_files_of_the_version_that_they_read(demo, login):
    with scope.everything():
        row = exchanged()
        attached(row, "未审核.pdf")
        new, old = row.versions
        number = row.id
        pages = [f"/knowledge/show/{it.id}" for it in (new, old)]
        ids = {it.name: it.id for it in (*new.files, *old.files, *files_of(row.id))}
        shelf = f"/knowledge/{new.id}/file"
    reader, author = login(demo, READER), login(demo, AUTHOR)
    seen = reader.get(pages[0]).text
    assert "新表.pdf" in seen
    assert "旧表.pdf" not in seen
    assert "未审核.pdf" not in seen
    answers = {name: reader.get(f"{shelf}/{it}").status_code for name, it in ids.items()}
    assert answers == {"新表.pdf": 200, "旧表.pdf": 404, "未审核.pdf": 404}
    assert "旧表.pdf" in author.get(pages[1]).text
    assert author.get(f"{pages[1]}/file/{ids['旧表.pdf']}".replace("/show", "")).data.startswith(
        PDF
    )
    assert "未审核.pdf" in author.get(f"/articles/show/{number}").text


def test_the_page_that_adds_a_file_makes_it_a_draft(demo, login):
    with scope.everything():
        number = published().id
    author = login(demo, AUTHOR)
    data = {"files": [(io.BytesIO(PDF), "表.pdf")]}
    answer = author.post(
        f"/articles/{number}/attach", data=data, content_type="multipart/form-data"
    )
    assert answer.status_code == 302
    db.session.rollback()
    with scope.everything():
        row = db.session.get(Article, number, populate_existing=True)
        assert row.status is ArticleStatus.DRAFT
        [file] = files_of(number)
    remove = f"/articles/{number}/file/{file.id}/remove"
    assert remove in author.get(f"/articles/show/{number}").text
    assert "表.pdf" in author.get(remove).text
    assert author.post(remove).status_code == 302
    assert author.post(f"/articles/{number}/file/{file.id}/remove").status_code == 404


def test_the_database_refuses_to_exchange_a_file(unlimited):
    row = exchanged()
    new, old = row.versions
    values = {"new": new.id, "put": new.files[0].id, "took": old.files[0].id, "article": row.id}
    db.session.rollback()
    for statement, refusal in (
        ("UPDATE article_file SET sha256 = 'x' WHERE id = :put", "never exchanged"),
        ("UPDATE article_file SET removed_at = NULL WHERE id = :took", "a draft|never exchanged"),
        ("UPDATE article_file SET removed_at = uploaded_at WHERE id = :put", "is a draft"),
        (ADDING, "is a draft"),
        ("INSERT INTO article_version_file VALUES (:new, :took)", "that they were reviewed with"),
        ("UPDATE article_version_file SET file_id = :took WHERE file_id = :put", "is kept"),
        ("DELETE FROM article_version_file WHERE file_id = :put", "is kept"),
    ):
        needed = {name: it for name, it in values.items() if f":{name}" in statement}
        with pytest.raises(DBAPIError, match=refusal), db.engine.begin() as raw:
            raw.execute(text(statement), needed)


def test_an_upgrade_gives_each_version_what_was_published_with_it(unlimited):
    rows = [exchanged().id, published("没有附件").id]
    db.session.remove()
    downgrade(revision="0033")
    upgrade()
    assert [names(db.session.get(Article, it)) for it in rows] == [
        [["新表.pdf"], ["旧表.pdf"]],
        [[]],
    ]
    [first] = db.session.scalars(select(ArticleFile).where(ArticleFile.removed_at.is_not(None)))
    assert first.name == "旧表.pdf"
