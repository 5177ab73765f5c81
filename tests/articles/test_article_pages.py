"""The pages and the REST resource of articles: the same steps, the same refusals."""

from __future__ import annotations

import pytest

from app.articles.models import Article
from app.articles.rules import ArticleStatus
from app.core import scope
from app.core.db import db
from tests.articles.conftest import AUTHOR, REVIEWER, published, stepped, written
from tests.cases.window import cause
from tests.core.screens import beside, tree

pytestmark = pytest.mark.usefixtures("at_now")


def kept(number):
    """Return an article as it is kept now."""
    db.session.rollback()
    with scope.everything():
        return db.session.get(Article, number, populate_existing=True)


def test_the_pages_lead_an_article_to_its_readers(demo, login):
    author, reviewer = login(demo, AUTHOR), login(demo, REVIEWER)
    form = {
        "hall": "", "question": "没有智能手机怎么办", "solution": "一、上门",
        "causes": [str(cause("0301").id)], "matter": "公司设立登记",
    }  # fmt: skip
    form["hall"] = str(
        tree(author.get("/articles/add")).xpath("//*[@name='hall']/option[@selected]/@value")[0]
    )
    answer = author.post("/articles/add", data=form)
    assert answer.status_code == 302, beside(answer)
    page = answer.location
    base = page.replace("/show", "")
    assert author.post(f"{base}/submit").status_code == 302
    assert "撰写或修改过" not in reviewer.get(page).text
    assert author.post(f"{base}/approve").status_code in (302, 404)
    for step in ("approve", "publish"):
        assert f"{base}/{step}" in reviewer.get(page).text
        assert reviewer.post(f"{base}/{step}").status_code == 302
    reader = login(demo, "clerk.yanggu")
    found = reader.get("/knowledge/list/?q=手机")
    assert "没有智能手机怎么办" in found.text
    assert "没有智能手机怎么办" not in reader.get("/knowledge/list/?q=脸机").text
    assert reader.get(page).status_code == 404


def test_the_note_of_a_step_is_asked_for(demo, login):
    with scope.everything():
        row = written()
        stepped(row, "submit", by=AUTHOR)
    reviewer = login(demo, REVIEWER)
    answer = reviewer.post(f"/articles/{row.id}/send_back", data={"note": " "})
    assert answer.status_code == 422
    assert list(beside(answer)) == ["note"]
    assert reviewer.post(f"/articles/{row.id}/send_back", data={"note": "补"}).status_code == 302


def test_an_edit_begins_the_review_anew_and_one_that_changes_nothing_does_not(demo, login):
    with scope.everything():
        row = published()
        place = row.departments[0].id
    author = login(demo, AUTHOR)
    form = {
        "question": row.question, "solution": row.solution, "matter": row.matter,
        "legal_basis": row.legal_basis, "causes": [str(cause("0301").id)],
        "departments": [str(place)], "version": str(row.version),
    }  # fmt: skip
    assert author.post(f"/articles/edit/{row.id}", data=form).status_code == 302
    assert kept(row.id).status is ArticleStatus.PUBLISHED
    form |= {"solution": "新", "version": str(kept(row.id).version)}
    assert author.post(f"/articles/edit/{row.id}", data=form).status_code == 302
    assert kept(row.id).status is ArticleStatus.DRAFT
    with scope.everything():
        assert [it.code for it in kept(row.id).causes] == ["0301"]


def test_rest_refuses_the_author_alone_as_well(demo, token):
    headers = token(demo, REVIEWER)
    client = demo.test_client()
    with scope.everything():
        number, place = cause("0301").id, written("占位").hall_id
    body = {"hall": place, "question": "问", "solution": "答", "causes": [number]}
    made = client.post("/api/v1/articles/", json=body, headers=headers)
    assert made.status_code == 201, made.json
    base = f"/api/v1/articles/{made.json['id']}"
    say = lambda step, **more: client.post(f"{base}/steps/{step}", json=more, headers=headers)  # noqa: E731
    assert say("submit").status_code == 200
    refusal = say("approve")
    assert (refusal.status_code, refusal.content_type) == (409, "application/problem+json")
    assert say("publish").status_code == 409
    assert say("send_back").status_code == 422
    assert say("nothing").status_code == 404
    for name in ("status", "reviewed_by", "published_version"):
        assert client.put(base, json={name: 1}, headers=headers).status_code == 422, name
    wrong = client.post("/api/v1/articles/", json=body | {"causes": ["x"]}, headers=headers)
    assert list(wrong.json["errors"]) == ["causes"]
