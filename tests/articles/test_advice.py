"""What may help with a case: found by matter and text, put into an answer, counted once."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import select

from app.articles import operations, queries
from app.articles.models import ArticleGram, ArticleVersion
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from tests.articles.conftest import published, written
from tests.cases.ways import SIGNED
from tests.cases.window import COMPANY, TYPED, act, case_of, hall, led, person
from tests.conftest import NOW
from tests.core.screens import tree, typed

pytestmark = pytest.mark.usefixtures("at_now")

STORY = "丈夫年纪大，没有智能手机，注册公司的人脸识别过不去"


@pytest.fixture
def library(demo):
    """Three published articles and a draft."""
    with scope.everything():
        face = published()
        tax = published(
            "税务窗口和市场监管窗口互相要材料",
            matter="公司注销登记",
            solution="并联办理",
            why="0401",
        )
        house = published(
            "房产过户缺完税证明", matter="不动产转移登记", solution="专人联系税务", why="0101"
        )
        written("没有智能手机（草稿）")
        return [row.id for row in (face, tax, house)]


def asked(matter, text):
    with scope.everything():
        return [row.article_id for row in queries.advice(matter, text)]


def test_what_fits_comes_first_and_what_does_not_is_left_out(library):
    face, tax, _ = library
    assert asked(COMPANY, STORY) == [face]
    assert asked("食品经营许可", STORY) == [face], "by the text alone"
    assert asked("公司注销登记", "两个窗口来回跑")[0] == tax
    assert asked("结婚登记", "档案丢失") == []
    assert asked("", "") == []


def test_two_characters_find(library):
    def found(text):
        query = select(ArticleVersion.article_id).where(queries.found_by(text))
        with scope.everything():
            return set(db.session.scalars(query))

    face, tax, house = library
    assert found("税务") == {tax, house}
    assert found("识别") == {face}
    assert found("完税 过户") == {house}
    assert found("智") == {face}
    assert found("务税") == set()
    assert found("%") == found("_") == set()
    assert found("\0") == {face, tax, house}


MIXED = "凭A证3天办结，打开 APP 或拨12345热线"


@pytest.mark.parametrize(
    "asked",
    ["3天", "3 天", "Ａ证", "a 证", "证3", "天办", "打开APP", "开 app", "APP", "AP", "P或", "45热",
     "12345", "热线", "证", "3", "拨 结"],
)  # fmt: skip
def test_two_characters_find_in_every_mix(library, asked):
    with scope.everything():
        mixed = published("照顾老人", solution=MIXED, why="0101").id
        query = select(ArticleVersion.article_id).where(queries.found_by(asked))
        assert mixed in set(db.session.scalars(query))


@pytest.mark.parametrize("asked", ["天3", "证A", "B证", "4天", "PA"])
def test_two_characters_that_do_not_stand_together_find_nothing(library, asked):
    with scope.everything():
        published("照顾老人", solution=MIXED, why="0101")
        query = select(ArticleVersion.article_id).where(queries.found_by(asked))
        assert not set(db.session.scalars(query))


def test_the_migration_cuts_what_was_published_before_anew(library):
    cut = import_module("migrations.versions.0029_found_in_every_mix")
    table = ArticleGram.__table__

    def kept():
        rows = db.session.execute(select(table.c.version_id, table.c.gram, table.c.weight))
        return {tuple(row) for row in rows}

    with scope.everything():
        published("照顾老人", solution=MIXED, why="0101")
        published("照顾老人", solution="不用 A 证", legal_basis=None, why="0101")
        whole = kept()
        db.session.execute(table.delete().where(table.c.gram.in_(["3天", "证", "a证"])))
        assert kept() < whole
        cut.cut_anew(db.session.connection())
        assert kept() == whole
        db.session.rollback()


def test_shown_and_used_count_once_for_each_case(library):
    clerk = person("clerk.linqing")
    with scope.everything():
        version = db.session.scalars(
            select(ArticleVersion).where(ArticleVersion.article_id == library[0])
        ).one()
        case, other = led(SIGNED), led(SIGNED)
        for _ in range(3):
            with transaction():
                operations.show([version], case, now=NOW)
                operations.use(version, other, actor=clerk, now=NOW)
        db.session.refresh(version)
        assert (version.shown, version.used) == (2, 1)
        assert queries.solved(library) == {}
        act(other, "resolve")
        assert queries.solved(library) == {library[0]: 1}
        act(other, "callback", satisfaction="1")
        assert queries.solved(library) == {}


def test_the_form_of_an_answer_offers_it_and_counts(library, demo, login):
    with scope.everything():
        number = led(SIGNED, matter=COMPANY, description=STORY).id
        version = db.session.scalars(
            select(ArticleVersion.id).where(ArticleVersion.article_id == library[0])
        ).one()
    handler = login(demo, "handler.linqing.scjg")
    page = tree(handler.get(f"/cases/{number}/resolve"))
    [sort, *_] = page.xpath("//details[@class='texts']/summary/text()")
    assert sort.strip() == "知识库"
    [used] = page.xpath("//button/@data-used")
    assert used == f"/knowledge/{version}/used/{number}"
    assert page.xpath("//@data-shown") == [f"/knowledge/{version}/shown/{number}"]
    assert handler.post(used).status_code == 204
    assert handler.post(f"/knowledge/{version}/used/999999").status_code == 404
    assert handler.post(f"/knowledge/{version}/other/{number}").status_code == 404
    stranger = login(demo, "clerk.yanggu")
    assert stranger.post(used).status_code == 404
    db.session.rollback()
    with scope.everything():
        row = db.session.get(ArticleVersion, version, populate_existing=True)
        assert (row.shown, row.used) == (1, 1)
        assert case_of(number).result is None


def test_intake_brings_it_up_while_it_is_typed(library, demo, login):
    clerk = login(demo, "clerk.linqing")
    body = {"matter": COMPANY, "description": STORY}
    answer = clerk.post("/cases/similar", json=body)
    assert [hint["question"] for hint in answer.json["hints"]] == [
        "老人没有智能手机，人脸识别过不去"
    ]
    [hint] = answer.json["hints"]
    assert clerk.get(hint["url"]).status_code == 200
    assert clerk.post("/cases/similar", json={}).json["hints"] == []


def test_what_stood_beside_the_form_counts_as_shown_once_the_case_is_registered(
    library, demo, login
):
    clerk = login(demo, "clerk.linqing")
    [hint] = clerk.post("/cases/similar", json={"matter": COMPANY, "description": STORY}).json[
        "hints"
    ]
    form = typed(clerk.get("/cases/add"))
    sent = {**form, **TYPED, "hall": str(hall().id), "description": STORY}
    sent["hinted"] = [hint["id"], hint["id"], "0", "x", "999999"]
    assert clerk.post("/cases/add", data={**sent, "applicant_name": ""}).status_code == 422
    assert shown(hint["id"]) == 0
    assert clerk.post("/cases/add", data=sent).status_code == 302
    assert shown(hint["id"]) == 1


def shown(number):
    db.session.rollback()
    with scope.everything():
        return db.session.get(ArticleVersion, number, populate_existing=True).shown


def test_nobody_can_ask_for_much(library):
    with scope.everything():
        text = "".join(chr(0x4E00 + at * 7 % 20000) for at in range(4000)) + STORY
        assert queries.advice(COMPANY, text)[0].article_id == library[0]
