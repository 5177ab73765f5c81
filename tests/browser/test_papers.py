"""Papers out of a real Chromium: notices go onto one page, in a type that fits; a receipt works."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date

import pytest

from app.cases.models import MAX_BRIEF, MAX_TEXT
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.transaction import transaction
from app.papers.rules import TYPES
from app.rulebook.models import MOST_TOLD, Criterion
from app.rulebook.rules import Finding
from config import ROOT
from tests.browser.probes import PALE
from tests.browser.test_screens import DESKTOP, PHONE
from tests.browser.window import find, register as take_down
from tests.cases.window import act, hall, made, register
from tests.conftest import NOW
from tests.core.screens import Browser
from tests.databases import missing

pytestmark = pytest.mark.browser

PARAGRAPH = "申请人提交的材料不齐全，经一次性告知后仍未补正；依照有关规定，不予办理。"


def text_of_length(length):
    """Return a text as people write it, with a new line here and there."""
    whole = (PARAGRAPH * 5 + "\n") * (length // 100 + 1)
    return whole[:length].strip()


@pytest.fixture
def paper(demo, login, browser, monkeypatch):
    """Return a function that shows a paper of a case in the browser."""
    monkeypatch.setattr(demo, "test_client_class", Browser)
    monkeypatch.setattr("app.core.clock.now", lambda: NOW)
    clerk = login(demo, "clerk.linqing")
    styles = (ROOT / "app/static/bancheng/papers.css").read_text(encoding="utf-8")
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()

    def show(number, kind):
        html = clerk.get(f"/papers/{number}/{kind}").text
        html = re.sub(r"<link rel=\"stylesheet\"[^>]*>", f"<style>{styles}</style>", html)
        page.set_content(re.sub(r"<(script|link)\b[^>]*>(</script>)?", "", html))
        return page

    yield show
    context.close()


def printed(page, path):
    """Print a page; return how many sheets it takes, and what stands on them."""
    page.pdf(path=path, prefer_css_page_size=True, format="A4")
    for tool in ("pdfinfo", "pdftotext"):
        if shutil.which(tool) is None:
            missing(tool)
    about = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    told = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    assert re.search(r"Page size:\s+59\d(\.\d+)? x 84\d", about), about
    return int(re.search(r"Pages:\s+(\d+)", about)[1]), "".join(told.stdout.split())


def type_of(page):
    name = page.locator(".sheet").get_attribute("class").split()[1]
    return next(size.points for size in TYPES if size.name == name)


def accepted(length):
    with scope.everything():
        case = register(matter="长" * 60, description=text_of_length(length), demand="请尽快办理")
        act(case, "accept")
        return case.id, "acceptance", case.description


def refused(length):
    with scope.everything():
        case = register(matter="长" * 60)
        reason = text_of_length(length)
        act(case, "refuse", refusal_reason=reason, remedy="请到有管辖权的人民法院起诉。" * 4)
        return case.id, "refusal", reason


@pytest.mark.parametrize("length", [20, 250, 500, 700, 900, 1200, 1700, 2300, 2900, 3500, 4000])
@pytest.mark.parametrize("make", [accepted, refused])
def test_a_notice_goes_onto_one_page_whole_however_long_its_text(make, length, paper, tmp_path):
    number, kind, text = make(length)
    page = paper(number, kind)
    sheets, told = printed(page, tmp_path / "notice.pdf")
    assert sheets == 1
    assert "".join(text.split()) in told
    assert "盖章处" in told
    assert "多页" not in page.locator(".bar").inner_text()
    if length < 300:
        assert type_of(page) >= 12


def longest_accepted(text):
    case = register(matter="长" * 128, description=text(MAX_TEXT), demand=text(MAX_BRIEF))
    act(case, "accept")
    return case.id, "acceptance", case.description + case.demand


def longest_refused(text):
    rule = Criterion(
        finding=Finding.REFUSE, code="长" * 32, name="名" * 64, hall=hall(), text=text(MOST_TOLD),
        remedy=text(MOST_TOLD), source="本地文件", valid_from=date(2026, 1, 1),
    )  # fmt: skip
    assert rule.problems() == {}
    with transaction():
        db.session.add(rule)
    case = register(matter="长" * 128)
    act(case, "refuse", criterion=rule, refusal_reason=text(MAX_TEXT), remedy=None)
    return case.id, "refusal", case.refusal_reason + rule.text + case.remedy


def short_lines(length):
    """Return a text that is mostly line breaks, and as long as it may be."""
    return ("一\n" * length)[: length - 1] + "终"


@pytest.mark.parametrize("text", [text_of_length, short_lines, "宽".__mul__])
@pytest.mark.parametrize("make", [longest_accepted, longest_refused])
def test_a_notice_of_the_longest_texts_that_the_forms_take_is_one_page(make, text, paper, tmp_path):
    with scope.everything():
        number, kind, told = make(text)
    page = paper(number, kind)
    sheets, found = printed(page, tmp_path / "notice.pdf")
    assert sheets == 1
    assert len(found) > len("".join(told.split()))
    assert "特此通知。" in found
    assert "盖章处" in found
    assert "多页" not in page.locator(".bar").inner_text()


def test_the_form_takes_no_more_than_the_notice_holds(demo):
    with scope.everything():
        case = register()
        with pytest.raises(InvalidInputError) as refused:
            act(case, "refuse", refusal_reason="长" * MAX_TEXT, remedy="长" * (MAX_BRIEF + 1))
    assert refused.value.problems == {"remedy": "最多 1000 个字"}


def test_a_refusal_without_reasons_of_its_own_tells_the_criterion_once(paper, tmp_path):
    with scope.everything():
        case = register()
        act(case, "refuse", refusal_reason=None, remedy=None)
        number, text = case.id, "".join(case.criterion.text.split())
        name = case.criterion.name
    _, told = printed(paper(number, "refusal"), tmp_path / "refusal.pdf")
    assert told.count(text) == 1
    assert name in told


def test_the_type_is_no_smaller_than_it_must_be(paper):
    sizes = [type_of(paper(*refused(length)[:2])) for length in (20, 900, 2300, 4000)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    assert sizes[-1] >= 5.5


def test_the_reply_and_the_result_of_an_ordinary_case_take_one_page(paper, tmp_path):
    with scope.everything():
        case = register(description=text_of_length(200), demand=text_of_length(40))
        for verb in ("accept", "dispatch", "sign", "reply"):
            act(case, verb, classification="unlawful", reasons=text_of_length(300))
        number = case.id
    page = paper(number, "reply")
    assert type_of(page) >= 9
    sheets, told = printed(page, tmp_path / "reply.pdf")
    assert sheets == 1
    assert "最后一日为2026年11月16日" in told
    sheets, told = printed(paper(made(Status.CLOSED), "result"), tmp_path / "result.pdf")
    assert sheets == 1
    assert "非常满意" in told


def test_what_no_page_holds_flows_onto_several_and_nothing_is_cut(paper, tmp_path):
    with scope.everything():
        case = register(description=text_of_length(4000))
        for verb in ("accept", "dispatch", "sign", "reply"):
            act(case, verb, classification="unlawful", reasons=text_of_length(4000))
        number = case.id
    page = paper(number, "reply")
    assert "多页" in page.locator(".bar").inner_text()
    sheets, told = printed(page, tmp_path / "reply.pdf")
    assert sheets > 1
    assert f"1/{sheets}" in told
    assert told.count(PARAGRAPH) > 150
    assert "盖章处" in told


def test_the_file_of_a_case_has_its_pages_numbered(paper, tmp_path):
    sheets, told = printed(paper(made(Status.CLOSED), "file"), tmp_path / "file.pdf")
    assert f"1/{sheets}" in told
    assert "打印" not in told.replace("由王秀芝打印", "")


# --- on a real server ------------------------------------------------------------------------


def test_a_receipt_is_printed_and_its_code_opens_the_progress_on_a_phone(demo_site, at, tmp_path):
    clerk = at(demo_site, "clerk.linqing")
    number = take_down(clerk)
    find(clerk, number)
    page = clerk.page
    page.get_by_role("link", name="回执", exact=True).click()
    page.get_by_role("button", name="打印回执").click()
    page.locator("main.receipt").wait_for()
    case, code = page.locator("dl dd").all_inner_texts()[:2]
    assert case == number
    sheets, told = printed(page, tmp_path / "receipt.pdf")
    assert sheets == 1
    assert code.replace(" ", "") in told
    assert "返回事项" not in told
    assert clerk.complaints == []

    phone = at(demo_site, viewport=PHONE)
    page = phone.page
    phone.open(f"/progress?case={number}#{code.replace(' ', '')}")
    assert page.get_by_label("查询码").input_value() == code.replace(" ", "")
    assert "#" not in page.url
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/progress?case=*")
    assert page.locator("#code").input_value() == code.replace(" ", "")
    page.get_by_role("link", name="中文").click()
    page.locator("html[lang=zh-CN]").wait_for()
    page.get_by_role("button", name="查询").click()
    page.locator(".state").wait_for()
    assert page.locator(".state").inner_text() == "已登记，窗口正在审核是否受理"
    for light in ("light", "dark"):
        page.emulate_media(color_scheme=light)
        assert page.evaluate(PALE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert phone.complaints == []
