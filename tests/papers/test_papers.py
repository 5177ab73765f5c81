"""The papers of a case: which are offered when, what stands on them, and whose name in full."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import text, update

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.papers.rules import PaperKind
from app.rulebook.rules import PeriodUnit, Remedy, RemedyKind, as_data
from tests.cases.window import act, case_of, made, register
from tests.conftest import NOW
from tests.core.screens import text_of, tree

PERSONAL = {"id_number": "372502196001011234", "address": "临清市潘庄镇某村一号"}
ONE_PAGE = ("acceptance", "refusal", "reply", "result")
EXPECTED = {
    Status.REGISTERED: {"file"},
    Status.ACCEPTED: {"acceptance", "file"},
    Status.REFUSED: {"refusal", "file"},
    Status.DISPATCHED: {"acceptance", "file"},
    Status.SIGNED: {"acceptance", "file"},
    Status.RESOLVED: {"acceptance", "result", "file"},
    Status.REPLIED: {"acceptance", "reply", "file"},
    Status.CLOSED: {"acceptance", "result", "file"},
}


def offered(client, number):
    """Return the papers that the page of a case offers."""
    links = tree(client.get(f"/cases/show/{number}")).xpath("//a/@href")
    return {it.rpartition("/")[2] for it in links if it.startswith(f"/papers/{number}/")}


@pytest.mark.parametrize("status", EXPECTED)
def test_a_paper_is_offered_and_printed_where_it_tells_what_is_so(status, clerk, handler):
    number = made(status)
    assert offered(clerk, number) == EXPECTED[status] | {"receipt"}
    for kind in set(PaperKind) - {PaperKind.RECEIPT}:
        answer = clerk.get(f"/papers/{number}/{kind}")
        assert answer.status_code == (200 if kind in EXPECTED[status] else 404), kind
    if status not in {Status.REGISTERED, Status.ACCEPTED, Status.REFUSED}:
        assert offered(handler, number) == EXPECTED[status]


def test_what_was_settled_on_the_spot_has_a_result_and_no_acceptance(clerk):
    with scope.everything():
        case = register()
        act(case, "close_on_the_spot", classification="should_be_done", result="当场办好")
        number = case.id
    assert offered(clerk, number) == {"result", "file", "receipt"}
    assert "当场办好" in text_of(clerk.get(f"/papers/{number}/result"))


def test_no_paper_of_a_case_out_of_sight_and_none_of_another_kind(demo, login, clerk):
    number = made(Status.REFUSED)
    strange = login(demo, "clerk.yanggu")
    for kind in (*PaperKind, "nonsense"):
        assert strange.get(f"/papers/{number}/{kind}").status_code == 404, kind
    for address in ("nonsense", "..", "file/x"):
        assert clerk.get(f"/papers/{number}/{address}").status_code in {302, 308, 404}
    for strange_number in (0, 999_999, 2**31, 2**70):
        assert clerk.get(f"/papers/{strange_number}/file").status_code == 404


def test_the_name_is_in_full_for_whom_the_paper_is_handed_out_by_and_masked_for_others(
    clerk, handler, supervisor
):
    number = made(Status.REPLIED, **PERSONAL)
    for kind in ("reply", "acceptance", "file"):
        for client, told in ((clerk, True), (handler, True), (supervisor, False)):
            text = text_of(client.get(f"/papers/{number}/{kind}"))
            assert ("张桂英" in text) is told
            assert ("张**" in text) is not told


def test_no_paper_tells_phone_address_or_identity(clerk):
    numbers = [made(status, **PERSONAL) for status in (Status.REFUSED, Status.REPLIED)]
    for number in numbers:
        for kind in EXPECTED[Status.REFUSED] | EXPECTED[Status.REPLIED]:
            text = clerk.get(f"/papers/{number}/{kind}").text
            for secret in ("13812342046", *PERSONAL.values()):
                assert secret not in text, kind
    assert "138****2046" in clerk.get(f"/papers/{numbers[0]}/file").text


def test_an_acceptance_tells_when_by_whom_and_until_when(clerk):
    text = text_of(clerk.get(f"/papers/{made(Status.ACCEPTED)}/acceptance"))
    assert "自派发之日起3个工作日内" in text
    text = text_of(clerk.get(f"/papers/{made(Status.DISPATCHED)}/acceptance"))
    for words in ("临清市政务服务大厅", "应办未办", "市场监管科", "2026年9月21日 17:30前"):
        assert words in text


def test_a_refusal_tells_reason_and_remedy(clerk):
    text = text_of(clerk.get(f"/papers/{made(Status.REFUSED)}/refusal"))
    for words in ("属于诉讼事项", "可向人民法院起诉", "申诉", "2026年9月17日", "盖章处"):
        assert words in text
    assert "适用的标准" in text


def test_a_refusal_names_the_criterion_that_the_case_keeps(clerk, monkeypatch):
    kept = SimpleNamespace(code="B1", name="已进入诉讼程序", text="已经起诉的事项")
    monkeypatch.setattr(Case, "criterion", kept, raising=False)
    text = text_of(clerk.get(f"/papers/{made(Status.REFUSED)}/refusal"))
    for words in ("适用的标准", "B1 已进入诉讼程序", "已经起诉的事项"):
        assert words in text


def replied(classification):
    with scope.everything():
        case = register(NOW)
        for verb in ("accept", "dispatch", "sign", "reply"):
            act(case, verb, classification=classification)
        return case.id


def test_a_reply_tells_the_remedies_that_really_apply_with_their_last_days(clerk):
    text = text_of(clerk.get(f"/papers/{replied('unlawful')}/reply"))
    for words in ("不符合法定条件", "第三十八条", "申诉", "2026年11月16日", "2027年3月17日"):
        assert words in text
    assert "放假安排公布后" in text
    text = text_of(clerk.get(f"/papers/{replied('infeasible')}/reply"))
    assert "申诉" in text
    for words in ("行政复议", "行政诉讼"):
        assert words not in text


def keep_remedies(number, remedies):
    with scope.everything(), transaction():
        row = Case.__table__
        db.session.connection().execute(
            update(row)
            .where(row.c.id == number)
            .values(remedies=as_data(remedies), version=row.c.version + 1)
        )
    db.session.remove()


def test_remedies_that_were_told_stand_as_they_were_told(clerk):
    told = NOW.date()
    kept = Remedy(
        RemedyKind.LITIGATION, "起诉", "某法院", 3, PeriodUnit.MONTHS, told,
        told.replace(month=12), "旧法",
    )  # fmt: skip
    number = replied("unlawful")
    keep_remedies(number, [kept])
    for kind in ("reply", "file"):
        text = text_of(clerk.get(f"/papers/{number}/{kind}"))
        assert "3个月内" in text
        assert "2026年12月17日" in text
        if kind == "reply":  # the file holds the timeline, and with it what was told then
            assert "复议" not in text
    keep_remedies(number, [])
    assert "救济途径" not in text_of(clerk.get(f"/papers/{number}/reply"))


def test_the_file_holds_facts_clock_and_timeline(clerk):
    number = made(Status.CLOSED)
    text = text_of(clerk.get(f"/papers/{number}/file"))
    for words in ("反映内容", "时限的由来", "第 1 日", "周末", "登记", "签收", "结案"):
        assert words in text
    lines = tree(clerk.get(f"/papers/{number}/file")).xpath("//table[@class='timeline']/tbody/tr")
    told = [line.xpath("./td[3]")[0].text_content() for line in lines]
    assert [word for word in told if word not in {"临期预警", "超期"}] == [
        "登记", "受理", "派发", "签收", "办结", "回访", "结案",
    ]  # fmt: skip


def test_who_reads_english_prints_chinese_papers_under_an_english_bar(clerk):
    number = replied("unlawful")
    chinese = tree(clerk.get(f"/papers/{number}/reply")).xpath("//main")[0].text_content()
    clerk.get("/lang/en")
    page = tree(clerk.get(f"/papers/{number}/reply"))
    assert page.xpath("//main")[0].text_content() == chinese
    assert page.xpath("//nav//button")[0].text_content() == "Print"


def test_what_people_wrote_is_text_on_paper(clerk):
    with scope.everything():
        case = register(description="<script>alert(1)</script>\n第二行")
        act(case, "refuse", refusal_reason="<b>不行</b>")
        number = case.id
    page = clerk.get(f"/papers/{number}/refusal").text
    assert "<b>不行</b>" not in page
    assert "&lt;b&gt;不行&lt;/b&gt;" in page


def test_papers_stand_under_the_policy_and_out_of_caches(clerk):
    answer = clerk.get(f"/papers/{made(Status.REFUSED)}/refusal")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    page = tree(answer)
    assert page.xpath("//style | //@style | //script[not(@src)]") == []


def test_a_text_of_before_the_limit_that_no_page_holds_says_so_and_flows(clerk):
    with scope.everything():
        number = register().id
        act(case_of(number), "refuse")
        db.session.commit()
        longer = 'UPDATE "case" SET refusal_reason = :why, remedy = :where WHERE id = :id'
        written = {"id": number, "why": "理由" * 2000, "where": "途径" * 2000}
        db.session.execute(text(longer), written)
        db.session.commit()
    page = tree(clerk.get(f"/papers/{number}/refusal"))
    assert "flows" in page.xpath("//main/@class")[0]
    assert "多页" in page.xpath("//nav/p")[0].text_content()
    assert "途径" * 2000 in page.text_content()


def test_printing_changes_nothing(clerk):
    number = made(Status.CLOSED)
    with scope.everything():
        before = db.session.get(Case, number).version
    for kind in EXPECTED[Status.CLOSED]:
        clerk.get(f"/papers/{number}/{kind}")
    db.session.rollback()
    with scope.everything():
        assert db.session.get(Case, number).version == before
