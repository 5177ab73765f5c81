"""Rule documents on pages, through REST, and in public."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.departments.models import Hall
from app.factory import create_app
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import DocumentKind, DocumentStatus
from tests.conftest import NOW
from tests.core.screens import Browser, beside, statements, text_of, tree, typed

FORM = {
    "kind": "privacy", "title": "临清隐私告知", "source": "临审服发〔2026〕9 号",
    "body": "# 一\n第一行\n\n1. 甲\n2. 乙", "valid_from": "2026-09-17",
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.fixture
def supervisor(demo, login):
    return login(demo, "supervisor.linqing")


@pytest.fixture
def anybody(demo):
    return demo.test_client()


def document(kind, code="linqing", status=DocumentStatus.PUBLISHED):
    with scope.everything():
        where = Hall.code == code if code else RuleDocument.hall_id.is_(None)
        query = select(RuleDocument).outerjoin(RuleDocument.hall).where(
            where, RuleDocument.kind == kind, RuleDocument.status == status
        )  # fmt: skip
        return db.session.scalars(query.order_by(RuleDocument.id.desc())).first()


def number_of(answer):
    return int(answer.location.rpartition("/")[2])


def linqing():
    with scope.everything():
        return db.session.scalar(select(Hall.id).where(Hall.code == "linqing"))


def add(client, **fields):
    answer = client.post("/rule-documents/add", data={**FORM, "hall": linqing(), **fields})
    assert answer.status_code == 302, beside(answer)
    return number_of(answer)


# --- in the panel ----------------------------------------------------------------------------


def test_a_draft_is_written_seen_published_and_followed_by_the_next(supervisor):
    number = add(supervisor)
    page = tree(supervisor.get(f"/rule-documents/show/{number}"))
    assert page.xpath("//div[@class='rule-text']//h3/text()") == ["一"]
    assert page.xpath("//div[@class='rule-text']//li/text()") == ["甲", "乙"]
    asked = text_of(supervisor.get(f"/rule-documents/{number}/publish"))
    assert "自 2026-09-17 起施行" in asked
    assert supervisor.post(f"/rule-documents/{number}/publish").status_code == 302
    head = text_of(supervisor.get(f"/rule-documents/show/{number}"))
    assert "现行，2026-09-17 起" in head
    form = typed(supervisor.get(f"/rule-documents/add?from={number}"))
    assert form["title"] == FORM["title"]
    assert form["hall"] == str(linqing())
    second = add(supervisor, body=FORM["body"] + "\n3. 丙", valid_from="2026-10-01")
    supervisor.post(f"/rule-documents/{second}/publish")
    page = tree(supervisor.get(f"/rule-documents/{second}/compare"))
    [came] = page.xpath("//li[@class='came']")
    assert "新增：" in came.text_content()
    assert came.xpath(".//ins/text()") == ["3. 丙"]
    assert "第 1 版" in text_of(supervisor.get(f"/rule-documents/show/{second}"))


def test_what_is_published_is_neither_edited_nor_deleted_and_the_typed_text_stays(supervisor):
    kept = document(DocumentKind.PROCEDURE)
    form = typed(supervisor.get(f"/rule-documents/edit/{kept.id}"))
    answer = supervisor.post(f"/rule-documents/edit/{kept.id}", data=form | {"body": "改了"})
    assert answer.status_code == 422
    assert "不能修改" in text_of(answer)
    assert typed(answer)["body"] == "改了"
    answer = supervisor.post(f"/rule-documents/delete/{kept.id}")
    assert answer.status_code == 409
    assert "不能删除" in text_of(answer)


def test_what_is_wrong_with_a_text_is_said_beside_it(supervisor):
    for body, word in (("{姓名}", "{权责清单}"), ("{受理标准", "不成对"), ("字" * 20_001, "20000")):
        answer = supervisor.post("/rule-documents/add", data={**FORM, "body": body})
        assert answer.status_code == 422
        assert word in beside(answer)["body"][0]


def test_what_can_t_be_published_says_why(supervisor):
    number = add(supervisor, body="由【待填：单位】负责")
    answer = supervisor.post(f"/rule-documents/{number}/publish")
    assert answer.status_code == 409
    assert "【待填：单位】" in text_of(answer)
    assert "发布前须填写" in text_of(supervisor.get(f"/rule-documents/show/{number}"))


def test_a_general_text_is_a_supervisor_s_to_read_and_to_draft_from(supervisor):
    general = document(DocumentKind.CRITERIA, "")
    page = tree(supervisor.get(f"/rule-documents/show/{general.id}"))
    buttons = [
        it.strip() for it in page.xpath("//main//div[@class='buttons']//text()") if it.strip()
    ]
    assert buttons == ["为本厅起草", "比较版本"]
    form = typed(supervisor.get(f"/rule-documents/add?from={general.id}"))
    assert form["hall"] == str(linqing())
    assert supervisor.post(f"/rule-documents/{general.id}/repeal").status_code == 302
    assert document(DocumentKind.CRITERIA, "") is not None
    answer = supervisor.post("/rule-documents/add", data=FORM | {"hall": ""})
    assert answer.status_code == 422


def test_data_that_moved_on_is_shown_beside_the_text(supervisor, login, demo):
    kept = document(DocumentKind.RESPONSIBILITIES)
    assert "不一致" not in text_of(supervisor.get(f"/rule-documents/show/{kept.id}"))
    with scope.everything(), transaction():
        of_one = kept.hall.departments[0].responsibilities
        of_one[0].matter = "新的事项"
    assert "不一致" in text_of(supervisor.get(f"/rule-documents/show/{kept.id}"))
    page = tree(supervisor.get(f"/rule-documents/{kept.id}/compare?with=data"))
    assert "新的事项" in "".join(page.xpath("//li[@class='came']//text()"))


def test_rest_drafts_publishes_and_repeals(demo, token):
    client, headers = demo.test_client(), token(demo, "supervisor.linqing")
    body = {**FORM, "hall": linqing()}
    made = client.post("/api/v1/rule-documents/", json=body, headers=headers)
    assert made.status_code == 201, made.json
    number = made.json["id"]
    base = f"/api/v1/rule-documents/{number}"
    answer = client.post(f"{base}/publish", headers=headers)
    assert answer.json["result"]["text"] == FORM["body"]
    for method, path, json in (
        ("PUT", base, {"body": "改了"}),
        ("DELETE", base, None),
        ("POST", f"{base}/publish", None),
    ):
        refused = client.open(path, method=method, json=json, headers=headers)
        assert refused.status_code in {409, 422}, path
    assert client.post(f"{base}/repeal", headers=headers).status_code == 200
    body["valid_from"] = "2026-09-16"
    late = client.post("/api/v1/rule-documents/", json=body, headers=headers)
    path = f"/api/v1/rule-documents/{late.json['id']}/publish"
    refused = client.post(path, headers=headers)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["valid_from"])


# --- in public -------------------------------------------------------------------------------


def test_anybody_reads_what_governs_and_what_governed_on_a_day(anybody):
    assert "临清市政务服务大厅" in text_of(anybody.get("/public/rules/"))
    page = text_of(anybody.get("/public/rules/linqing"))
    for words in ("受理标准", "办理流程", "权责清单", "隐私告知", "本厅另有规定", "已失效"):
        assert words in page
    governing = "//p[@class='governs']/a/@href"
    today = tree(anybody.get("/public/rules/linqing")).xpath(governing)
    before = tree(anybody.get("/public/rules/linqing?on=2026-07-01")).xpath(governing)
    assert today[0] == before[0]  # the criteria
    assert today[1] != before[1]  # the hall has its own procedure since
    assert today[2] != before[2]  # the second list of responsibilities
    assert not tree(anybody.get("/public/rules/linqing?on=2020-01-01")).xpath(governing)
    for address in today:
        assert anybody.get(address).status_code == 200
    text = tree(anybody.get(today[2]))
    assert "公司设立登记" in "".join(text.xpath("//div[@class='rule-text']//td/text()"))


@pytest.mark.parametrize(
    "asked", ["x", "2026-13-01", "9999-12-31", "0001-01-01", "%00", "2026-02-30"]
)
def test_a_day_that_is_none_is_said_so(anybody, asked):
    answer = anybody.get(f"/public/rules/linqing?on={asked}")
    assert answer.status_code == 422
    assert "日期不正确" in text_of(answer)


def test_no_draft_no_other_hall_s_text_and_nobody_s_name_is_public(anybody):
    draft = document(DocumentKind.CRITERIA, "linqing", DocumentStatus.DRAFT)
    other = document(DocumentKind.RESPONSIBILITIES, "yanggu")
    for number in (draft.id, other.id, 0, 999_999, 2**70):
        assert anybody.get(f"/public/rules/linqing/{number}").status_code == 404
    assert anybody.get(f"/public/rules/yanggu/{other.id}").status_code == 200
    for address in ("/public/rules/linqing", f"/public/rules/yanggu/{other.id}"):
        page = anybody.get(address).text
        assert "李卫民" not in page
        assert "杨正清" not in page


def test_a_hall_that_keeps_its_rules_to_itself_is_not_there(anybody):
    with scope.everything(), transaction():
        db.session.execute(update(Hall).where(Hall.code == "linqing").values(public_rules=False))
    assert anybody.get("/public/rules/linqing").status_code == 404
    assert "临清市" not in text_of(anybody.get("/public/rules/"))


def test_the_page_speaks_english_around_chinese_texts(anybody):
    answer = anybody.get("/public/rules/linqing?lang=en")
    assert answer.location == "/public/rules/linqing"
    page = text_of(anybody.get("/public/rules/linqing"))
    assert "Current" in page
    assert "Compare" not in page
    assert "反映窗口受理标准" in page


def test_the_public_page_costs_the_same_however_many_versions_there_are(anybody, supervisor):
    def cost():
        with statements() as asked:
            anybody.get("/public/rules/linqing")
        return len(asked)

    before = cost()
    for _ in range(3):
        supervisor.post(f"/rule-documents/{add(supervisor)}/publish")
    assert cost() <= before


def test_the_log_in_and_the_look_up_lead_to_the_rules(anybody):
    for address in ("/login/", "/progress"):
        assert "/public/rules/" in tree(anybody.get(address)).xpath("//a/@href")


@pytest.fixture
def guarded(demo):
    """The same house with its limits on."""
    same = ("SQLALCHEMY_DATABASE_URI", "EMBEDDED", "INSTANCE", "EXPORTS", "TESTING")
    application = create_app(
        {**{name: demo.config[name] for name in same}, "PUBLIC_LIMIT": "3 per minute"}
    )
    application.test_client_class = Browser
    yield application
    with application.app_context():
        db.engine.dispose()


def test_an_address_reads_so_often_and_no_more(guarded):
    pages = ("", "linqing", "yanggu", "liaocheng", "")
    client = guarded.test_client()
    assert [client.get(f"/public/rules/{it}").status_code for it in pages] == [200] * 3 + [429] * 2
    elsewhere = client.get("/public/rules/", environ_base={"REMOTE_ADDR": "10.0.0.2"})
    assert elsewhere.status_code == 200


def test_the_demonstration_has_every_standing(demo, unlimited):
    counted = db.session.execute(
        select(RuleDocument.status, func.count()).group_by(RuleDocument.status)
    )
    assert set(dict(counted.all())) == set(DocumentStatus)
