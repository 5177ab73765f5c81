"""The public look-up: a code that is shown once, and one sentence for everything that is wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.factory import create_app
from app.papers import queries
from app.papers.progress import PLAIN
from tests.cases.window import case_of, events, hall, made
from tests.conftest import NOW
from tests.core.screens import Browser, statements, text_of, tree

WRONG = "编号或查询码不正确，或者该事项不能查询。"


def receipt(client, number):
    """Print a receipt; return the number and the code that stand on it."""
    answer = client.post(f"/papers/{number}/receipt")
    assert answer.status_code == 200
    said = [it.text_content() for it in tree(answer).xpath("//dl/dd")]
    return said[0], said[1]


def ask(demo, case, code, client=None):
    return (client or demo.test_client()).post("/progress", data={"case": case, "code": code})


def refused(answer):
    return answer.status_code == 422 and WRONG in answer.text


@pytest.fixture
def number(demo):
    return made(Status.SIGNED, id_number="372502196001011234", demand="请办好")


# --- the receipt -----------------------------------------------------------------------------


def test_a_receipt_is_asked_for_then_printed_and_its_code_opens_the_progress(demo, clerk, number):
    asked = clerk.get(f"/papers/{number}/receipt")
    assert "新的查询码" in text_of(asked)
    assert "失效" not in text_of(asked)
    assert case_of(number).progress_hash is None
    case, code = receipt(clerk, number)
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{5} [2-9A-HJKMNP-Z]{5}", code)
    assert events(number)[-1] == "receipt_printed"
    answer = ask(demo, case, code)
    assert answer.status_code == 200
    for words in ("承办科室正在办理", "市场监管科", "临清市政务服务大厅", "2026-09-17", case):
        assert words in text_of(answer)


def test_only_the_fingerprint_of_the_code_is_kept_and_it_is_of_its_case_alone(demo, clerk, number):
    case, code = receipt(clerk, number)
    plain = code.replace(" ", "")
    with db.engine.connect() as connection:
        for table in db.metadata.tables.values():
            assert plain not in repr(connection.execute(select(table)).all()), table.name
    kept = case_of(number).progress_hash
    assert re.fullmatch("[0-9a-f]{64}", kept)
    db.session.rollback()
    other = made(Status.SIGNED)
    with scope.everything(), transaction():
        db.session.get(Case, other).progress_hash = kept
    assert refused(ask(demo, case_of(other).number, code))
    assert ask(demo, case, code).status_code == 200


def test_a_receipt_holds_nothing_personal(demo, clerk, number):
    with scope.everything():
        case = case_of(number)
        secrets = (case.applicant_name, case.phone, case.matter, case.description, case.demand)
    text = clerk.post(f"/papers/{number}/receipt").text
    for secret in secrets:
        assert secret not in text


def test_the_qr_code_carries_the_code_where_no_log_sees_it(demo, clerk, number, monkeypatch):
    drawn = []
    monkeypatch.setattr("app.papers.views._drawn", lambda text: drawn.append(text) or "")
    case, code = receipt(clerk, number)
    monkeypatch.setitem(demo.config, "PUBLIC_URL", "https://bcb.example.gov.cn")
    monkeypatch.setitem(demo.config, "TRUSTED_HOSTS", None)
    _, later = receipt(clerk, number)
    assert drawn == [
        f"http://localhost/progress?case={case}#{code.replace(' ', '')}",
        f"https://bcb.example.gov.cn/progress?case={case}#{later.replace(' ', '')}",
    ]


def test_the_qr_code_is_drawn_and_nothing_is_fetched(clerk, number):
    page = tree(clerk.post(f"/papers/{number}/receipt"))
    assert len(page.xpath("//*[@class='picture']/*[local-name()='svg']/*")) == 1
    assert page.xpath("//style | //@style | //img | //script[not(@src)]") == []


def test_a_new_receipt_replaces_the_code_of_the_old(demo, clerk, number):
    case, first = receipt(clerk, number)
    assert "失效" in text_of(clerk.get(f"/papers/{number}/receipt"))
    assert ask(demo, case, first).status_code == 200
    case, second = receipt(clerk, number)
    assert second != first
    assert refused(ask(demo, case, first))
    assert ask(demo, case, second).status_code == 200
    with scope.everything():
        payloads = db.session.scalars(
            select(Event.payload).where(Event.kind == "receipt_printed")
        ).all()
    assert payloads == [{}, {}]


def test_only_the_clerks_of_the_case_print_receipts(demo, login, handler, supervisor, number):
    assert handler.post(f"/papers/{number}/receipt").status_code == 403
    assert supervisor.post(f"/papers/{number}/receipt").status_code == 403
    assert login(demo, "clerk.yanggu").post(f"/papers/{number}/receipt").status_code == 404
    assert demo.test_client().post(f"/papers/{number}/receipt").status_code == 302
    assert case_of(number).progress_hash is None


# --- the look-up -----------------------------------------------------------------------------


def test_nothing_personal_and_nothing_of_the_matter_is_told(demo, clerk, number):
    case, code = receipt(clerk, number)
    text = ask(demo, case, code).text
    told = case_of(number)
    for secret in (
        told.applicant_name, told.phone, told.id_number, told.matter, told.description,
        told.demand, told.registered_by,
    ):  # fmt: skip
        assert secret not in text
    assert code not in text
    assert code.replace(" ", "") not in text


def test_every_mistake_is_told_in_the_same_words(demo, clerk, number):
    case, code = receipt(clerk, number)
    silent = case_of(made(Status.SIGNED)).number
    pages = {
        unescape(re.sub(r'value="[^"]*"', "", ask(demo, *typed).text))
        for typed in (
            (case, "22222 22222"),
            (case, ""),
            (case, code[:-1]),
            ("LQ-2026-999999", code),
            (silent, code),
            (silent, ""),
            ("", ""),
            ("'; --", "\0"),
            ("字" * 500, "字" * 500),
        )
    }
    shapes = {re.sub(r"lang=(zh|en)[^\"]*", "", page) for page in pages}
    assert len(shapes) == 1
    assert refused(ask(demo, case, "22222 22222"))


@pytest.mark.parametrize("wrap", [str.lower, lambda it: it.replace(" ", ""), lambda it: f" {it} "])
def test_how_it_is_typed_does_not_matter(demo, clerk, number, wrap):
    case, code = receipt(clerk, number)
    assert ask(demo, wrap(case), wrap(code)).status_code == 200


def test_a_number_without_a_case_is_compared_all_the_same(demo, clerk, number, monkeypatch):
    seen = []
    real = queries.hmac.compare_digest
    monkeypatch.setattr(
        queries.hmac, "compare_digest", lambda *pair: seen.append(pair) or real(*pair)
    )
    case, code = receipt(clerk, number)
    ask(demo, case, code)
    ask(demo, "LQ-2026-999999", code)
    ours = [[len(text) for text in pair] for pair in seen if len(pair[1]) == 64]
    assert ours == [[64, 64], [64, 64]]  # the others are of session cookies


def test_a_hall_that_is_not_open_gives_no_receipt_and_tells_nothing(demo, clerk, number):
    case, code = receipt(clerk, number)
    with scope.everything(), transaction():
        hall().public_progress = False
    db.session.remove()
    assert refused(ask(demo, case, code))
    assert "/receipt" not in clerk.get(f"/cases/show/{number}").text
    for method in ("GET", "POST"):
        assert clerk.open(f"/papers/{number}/receipt", method=method).status_code == 404


def test_the_code_ends_ninety_days_after_the_case(demo, clerk, monkeypatch):
    for status in (Status.CLOSED, Status.REFUSED):
        db.session.rollback()
        number = made(status)
        ended = case_of(number).closed_at
        if ended is None:
            with scope.everything():
                ended = queries.last_time(case_of(number), "refused")
        case, code = receipt(clerk, number)
        for days, seconds, right in (
            (89, 0, True),
            (90, -1, True),
            (90, 0, False),
            (400, 0, False),
        ):
            later = ended + timedelta(days=days, seconds=seconds)
            monkeypatch.setattr("app.core.clock.now", lambda at=later: at)
            assert (ask(demo, case, code).status_code == 200) is right, (status, days)
        assert "/receipt" not in clerk.get(f"/cases/show/{number}").text
        monkeypatch.setattr("app.core.clock.now", lambda: NOW)


@pytest.mark.parametrize("status", Status)
def test_every_state_has_plain_words(demo, clerk, status):
    if status not in PLAIN:
        return
    number = made(status)
    text = text_of(ask(demo, *receipt(clerk, number)))
    assert PLAIN[status] in text
    assert ("办理期限" in text) is (
        status in {Status.DISPATCHED, Status.SIGNED, Status.RETURNED, Status.DISPUTED}
    )


def test_a_look_up_writes_nothing_and_takes_no_lock(demo, clerk, number):
    case, code = receipt(clerk, number)
    with statements() as sent:
        assert ask(demo, case, code).status_code == 200
    assert sent
    for statement in sent:
        assert statement.lstrip().startswith(("SELECT", "BEGIN", "WITH", "PRAGMA", "ROLLBACK"))
        assert "IMMEDIATE" not in statement


def test_the_code_is_never_taken_from_the_address(demo, clerk, number):
    case, code = receipt(clerk, number)
    plain = code.replace(" ", "")
    client = demo.test_client()
    answer = client.get(f"/progress?case={case}&code={plain}")
    assert answer.status_code == 200
    assert plain not in answer.text
    assert "承办科室正在办理" not in answer.text
    assert client.post(f"/progress?case={case}&code={plain}").status_code == 422


def test_the_page_needs_nobody_and_speaks_two_languages(demo):
    client = demo.test_client()
    page = client.get("/progress?case=LQ-2026-000001")
    assert page.status_code == 200
    assert "办理进度查询" in page.text
    assert tree(page).xpath("//input[@id='case']/@value") == ["LQ-2026-000001"]
    answer = client.get("/progress?lang=en&case=LQ-2026-000001")
    assert (answer.status_code, answer.location) == (302, "/progress?case=LQ-2026-000001")
    assert 'lang="en"' in client.get("/progress").text
    assert client.get("/progress?lang=xx").status_code == 200


def test_somebody_logged_in_elsewhere_is_told_no_more(demo, login, clerk, number):
    case, code = receipt(clerk, number)
    yanggu = login(demo, "clerk.yanggu")
    assert ask(demo, case, code, yanggu).status_code == 200
    assert yanggu.get(f"/cases/show/{number}").status_code == 404


# --- limits ----------------------------------------------------------------------------------


@pytest.fixture
def guarded(demo):
    """The same house with its limits on."""
    same = ("SQLALCHEMY_DATABASE_URI", "EMBEDDED", "INSTANCE", "EXPORTS", "TESTING")
    application = create_app(
        {
            **{name: demo.config[name] for name in same},
            "WTF_CSRF_ENABLED": False,
            "PROGRESS_LIMIT": "5 per minute",
        }
    )
    application.test_client_class = Browser
    yield application
    with application.app_context():
        db.engine.dispose()


def from_address(app, address, case, code="22222"):
    return (
        app.test_client()
        .post("/progress", data={"case": case, "code": code}, environ_base={"REMOTE_ADDR": address})
        .status_code
    )


def test_an_address_asks_so_often_and_no_more(guarded):
    answers = [from_address(guarded, "10.0.0.1", f"LQ-2026-{it:06d}") for it in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert from_address(guarded, "10.0.0.2", "LQ-2026-000900") == 422
    for _ in range(12):
        assert guarded.test_client().get("/progress").status_code == 200


def test_one_case_is_asked_for_so_often_wherever_from(guarded, clerk, number):
    case, code = receipt(clerk, number)
    typed = (case, case.lower(), f" {case}")
    answers = [from_address(guarded, f"10.0.1.{it}", typed[it % 3]) for it in range(7)]
    assert answers == [422] * 5 + [429] * 2
    assert from_address(guarded, "10.0.2.1", case, code) == 429
    page = guarded.test_client().post("/progress", data={"case": case, "code": code})
    assert "稍等一分钟" in page.text


def test_the_limit_is_on_where_nobody_turned_it_off(monkeypatch):
    import config

    monkeypatch.setenv("BANCHENG_INSTANCE", "/nowhere")
    monkeypatch.setenv("BANCHENG_SECRET_KEY", "x")
    monkeypatch.setenv("BANCHENG_DATA_KEY", "x")
    monkeypatch.delenv("BANCHENG_PROGRESS_LIMIT", raising=False)
    assert config.settings()["PROGRESS_LIMIT"] == "10 per minute"
    monkeypatch.setenv("BANCHENG_PROGRESS_LIMIT", "3 per hour")
    assert config.settings()["PROGRESS_LIMIT"] == "3 per hour"
