"""Which rules governed a case: on its page, on its notices, in its file, and still years later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.papers.citations import cited
from app.papers.rules import PaperKind
from app.rulebook.documents import operations
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import DocumentKind, DocumentStatus
from tests.cases.window import act, hall, made, person, register
from tests.conftest import NOW
from tests.core.screens import statements, text_of, tree

OPENING = "《“办不成事”反映窗口"


def publish(kind, title, now, body="新的内容"):
    who = person("supervisor.linqing")
    with scope.everything(), transaction():
        row = RuleDocument(
            kind=kind, hall=hall(), title=title, source="某局", body=body,
            valid_from=(now + timedelta(hours=8)).date(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        operations.publish(row, actor=who, now=now)


def told(number):
    with scope.everything():
        case = db.session.get(Case, number)
        return {(it.document.title, it.document.number): it.steps for it in cited(case)}


def test_each_step_is_governed_by_what_held_then_and_later_versions_change_nothing(demo):
    with scope.everything():
        number = register().id
    with scope.everything():
        act(_case(number), "accept", now=NOW + timedelta(minutes=10))
    publish(DocumentKind.PRIVACY, "新的隐私告知", NOW + timedelta(minutes=20))
    with scope.everything():
        act(_case(number), "dispatch", now=NOW + timedelta(minutes=30))
    before = told(number)
    assert before["“办不成事”反映窗口隐私告知", 1] == ["registered", "accepted"]
    assert before["新的隐私告知", 1] == ["dispatched"]
    assert before["“办不成事”反映窗口权责清单", 2] == ["registered", "accepted", "dispatched"]
    for years in (1, 5):
        publish(DocumentKind.PRIVACY, "以后的", NOW + timedelta(days=365 * years))
        publish(DocumentKind.CRITERIA, "以后的", NOW + timedelta(days=365 * years))
    assert told(number) == before


def _case(number):
    return db.session.get(Case, number)


def test_the_page_of_a_case_names_the_versions_and_leads_to_them(demo, login, monkeypatch):
    number = made(Status.DISPATCHED)
    clerk = login(demo, "clerk.linqing")
    page = tree(clerk.get(f"/cases/show/{number}"))
    [card] = page.xpath("//section[h2='适用的规则文件']")
    assert "反映窗口受理标准（第 1 版） · 登记、受理、派发" in " ".join(card.text_content().split())
    for address in card.xpath(".//a/@href"):
        assert clerk.get(address).status_code == 200


@pytest.mark.parametrize(
    ("status", "kind", "cites"),
    [
        (Status.ACCEPTED, PaperKind.ACCEPTANCE, ("受理标准", "办理流程", "隐私告知")),
        (Status.REFUSED, PaperKind.REFUSAL, ("受理标准", "办理流程")),
    ],
)
def test_a_notice_cites_its_rules_and_where_they_are_read(demo, login, status, kind, cites):
    number = made(status)
    clerk = login(demo, "clerk.linqing")
    text = text_of(clerk.get(f"/papers/{number}/{kind}"))
    for name in cites:
        assert f"{OPENING}{name}》（第 1 版，" in text
    assert "权责清单》" not in text
    assert "/public/rules/linqing" in text
    publish(DocumentKind.CRITERIA, "后来的标准", NOW + timedelta(days=40))
    assert text_of(clerk.get(f"/papers/{number}/{kind}")) == text
    with scope.everything(), transaction():
        hall().public_rules = False
    assert "/public/rules" not in text_of(clerk.get(f"/papers/{number}/{kind}"))


def test_the_file_of_a_case_tells_which_version_governed_which_step(demo, login):
    number = made(Status.REPLIED)
    text = text_of(login(demo, "inspector.liaocheng").get(f"/papers/{number}/file"))
    assert "适用的规则文件" in text
    assert "登记、受理、派发、答复释因" in text


def test_where_nothing_was_published_nothing_is_cited(app, demo):
    with scope.everything(), transaction():
        for row in db.session.scalars(
            select(RuleDocument).where(RuleDocument.status == DocumentStatus.PUBLISHED)
        ).all():
            operations.repeal(row, actor=scope.SYSTEM, now=NOW - timedelta(days=1))
    assert told(made(Status.ACCEPTED)) == {}


def test_the_receipt_says_where_the_rules_are_read(demo, login):
    number = made(Status.REGISTERED)
    answer = login(demo, "clerk.linqing").post(f"/papers/{number}/receipt")
    assert "/public/rules/linqing" in text_of(answer)


def test_what_is_cited_costs_two_questions_however_many_versions_there_are(demo, unlimited):
    number = made(Status.REPLIED)
    for minute in range(5):
        publish(DocumentKind.PRIVACY, f"第{minute}", NOW - timedelta(hours=1, minutes=-minute))
    case = _case(number)
    assert case.number
    with statements() as asked:
        cited(case)
    assert len(asked) <= 2
