"""The overview on the screen, on paper, in Excel and over REST: whose figures, which cases."""

from __future__ import annotations

import re
from functools import cache, partial
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.demo.loader import load
from app.departments.models import Hall
from app.overview.drill import Drill
from app.overview.operations import fold
from app.overview.queries import counted
from app.overview.rules import COUNTS, FEW, Facet, Need, Preset, preset
from app.overview.tables import RATED
from tests.cases import window
from tests.cases.window import person
from tests.conftest import NOW, PASSWORD
from tests.core.screens import statements, tree

YEAR = preset(Preset.YEAR, NOW.date())
VIEWS = ("", "hall", "department", "matter", "cause", "classification", "need")


@pytest.fixture
def counted_once(demo):
    with scope.everything():
        fold(NOW)
        window.led(("accept", "dispatch", "sign", "resolve"))  # not counted yet by the job
    return demo


def page(app, username, login, address="/overview/"):
    answer = login(app, username).get(address)
    assert answer.status_code == 200, address
    return answer


@pytest.mark.parametrize("username", ["supervisor.liaocheng", "inspector.liaocheng", "admin"])
def test_everybody_who_oversees_sees_every_view(counted_once, login, username):
    browser = login(counted_once, username)
    for by in VIEWS:
        for period in (*Preset, "custom"):
            answer = browser.get(f"/overview/?by={by}&period={period}")
            assert answer.status_code == 200, (by, period)
            assert "style=" not in answer.text
    for address in ("/overview/report", "/overview/export"):
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("username", ["clerk.linqing", "handler.linqing.scjg"])
def test_others_are_refused(demo, login, username):
    browser = login(demo, username)
    for address in ("/overview/", "/overview/report", "/overview/export"):
        assert browser.get(address).status_code in {302, 403}


def test_the_figures_are_those_of_the_own_halls(counted_once, login):
    county = page(counted_once, "supervisor.linqing", login).text
    assert "阳谷县" not in county
    assert page(counted_once, "supervisor.liaocheng", login, "/overview/?by=hall").text.count(
        "阳谷县"
    )
    refused = login(counted_once, "supervisor.linqing").get("/overview/?hall=yanggu")
    assert refused.status_code == 400
    assert "yanggu" in refused.text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("by=horoscope", "没有这个统计维度"),
        ("period=decade", "没有这个统计期间"),
        ("since=2026-13-01", "日期不正确"),
        ("since=2026-09-02&until=2026-09-01", "截止日期不能早于起始日期"),
        ("since=0001-01-01&until=9999-12-31", "最长 20 年"),
        ("hall=atlantis", "没有代码为“atlantis”的大厅"),
    ],
)
def test_what_can_not_be_asked_is_told(demo, login, asked, sentence):
    answer = login(demo, "supervisor.liaocheng").get(f"/overview/?{asked}")
    assert answer.status_code == 400
    assert sentence in answer.text


def numbers_of(browser, address):
    """Return what the list of an address holds, page after page."""
    found = []
    for at in range(1, 9):
        shown = tree(browser.get(f"{address}&page={at}&size=100"))
        rows = [row.get("data-href") for row in shown.iter("tr") if row.get("data-href")]
        found += [int(row.rpartition("/")[2]) for row in rows]
        if len(rows) < 100:
            return found
    raise AssertionError(address)


def test_every_number_leads_to_exactly_its_cases(counted_once, login):
    browser = login(counted_once, "supervisor.liaocheng")
    with scope.everything():
        halls = {hall.id for hall in db.session.scalars(select(Hall))}
        found = counted(halls, YEAR, NOW)
    asked = [("all", "", found.all)]
    asked += [(facet, value, it) for facet in Facet if facet is not Facet.ALL
              for value, it in sorted(found.values[facet].items())[:4]]  # fmt: skip
    led_to = 0
    for facet, value, figures in asked:
        for measure in COUNTS if facet == "all" else ("registered", "taken", "overdue"):
            address = Drill("", YEAR, measure, Facet(facet), value).url()
            shown = numbers_of(browser, address)
            assert len(shown) == len(set(shown)) == getattr(figures, measure), address
            led_to += bool(shown)
    assert led_to > 20


def led(shown):
    """Yield the text and the address of every link to the cases of a number."""
    for link in shown.iter("a"):
        if "f_counted" in (link.get("href") or ""):
            yield "".join(link.itertext()).strip(), link.get("href")


def bare(shown):
    """Return the numbers of cases in tables, tiles and answers that lead nowhere."""
    places = [*shown.iterfind(".//td[@class]"), *shown.iterfind(".//dd"), *shown.iter("strong")]
    texts = [
        (it, "".join(it.itertext()).strip())
        for it in places
        if it.tag != "td" or "k-number" in it.get("class")
    ]
    return [
        text
        for it, text in texts
        if re.fullmatch(r"[1-9][\d,]*( 件)?", text) and it.find(".//a") is None
    ]


MANY = 40
"""Links of a page that are followed; the two pages of the summaries have fewer."""


def holds(text, address, behind):
    """Say whether so many rows are what a link's text promises: a number, or a rate of ten."""
    part = re.fullmatch(r"\d+/(\d+)|(\d+) 件", text)
    if part:
        return behind == int(part[1] or part[2])
    measure = parse_qs(urlsplit(address).query)["f_counted"][0].split("~")[3]
    if measure in RATED and not text.startswith("已评价"):
        return behind >= FEW
    return behind == int(re.search(r"\d+", text)[0])


@pytest.mark.parametrize(
    ("by", "username"),
    [*((by, "supervisor.liaocheng") for by in VIEWS), ("need", "supervisor.linqing")],
)
def test_every_number_on_the_page_is_the_number_of_rows_behind_it(
    counted_once, login, by, username
):
    browser = login(counted_once, username)
    shown = tree(browser.get(f"/overview/?by={by}&period=year"))
    assert not bare(shown)
    rows = cache(partial(numbers_of, browser))
    told = list(led(shown))
    assert told
    for text, address in told[:MANY]:
        assert holds(text, address, len(rows(address))), (text, address)


def test_each_answer_of_the_necessity_leads_to_its_cases(counted_once, login):
    browser = login(counted_once, "supervisor.liaocheng")
    shown = tree(browser.get("/overview/?by=need&period=year"))
    answers = [
        (int("".join(it.itertext()).split()[0]), it.find("a").get("href"))
        for it in shown.iterfind(".//dl[@class='answers']//dd")
    ]
    found = [numbers_of(browser, address) for _, address in answers]
    assert [number for number, _ in answers] == [len(it) for it in found]
    counter, unlisted, here = map(set, found)
    assert len(counter) > 0 < len(unlisted) < len(here)
    assert unlisted < here
    assert not counter & here
    chips = browser.get(answers[0][1]).text
    assert "科室柜台应当直接办结、科室柜台应当讲清原因" in chips


def test_averages_and_satisfaction_lead_to_the_cases_they_are_of(counted_once, login):
    browser = login(counted_once, "supervisor.liaocheng")
    shown = tree(browser.get("/overview/?period=year"))
    tiles = {
        it.find("span").text: it.find("strong/a").get("href")
        for it in shown.iterfind(".//ul[@class='stats']/li/div")
    }
    with scope.everything():
        rows = db.session.scalars(select(Case)).all()
        timed = {it.id for it in rows if it.outcome and it.accepted_at}
        rated = {it.id for it in rows if it.satisfaction}
    assert set(numbers_of(browser, tiles["平均用时"])) == timed
    assert set(numbers_of(browser, tiles["满意率"])) == rated


@pytest.fixture
def few(app):
    """Six cases: too few for any rate."""
    with scope.everything():
        load(cases=6, seed=3, password=PASSWORD, now=NOW)
        fold(NOW)
    return app


def test_fewer_than_ten_cases_are_grey_and_no_rate_on_the_screen(few, login):
    browser = login(few, "supervisor.liaocheng")
    for by in VIEWS:
        shown = tree(browser.get(f"/overview/?by={by}&period=custom&since=2025-01-01"))
        numbers = [*shown.iterfind(".//td[@class='k-number']"), *shown.find_class("stats")]
        assert numbers
        assert not re.search(r"\d%", " ".join(it.text_content() for it in numbers)), by
        lines = shown.findall(".//table[@class='listing']/tbody/tr")
        lines = lines[: len(Need)] if by == "need" else lines
        assert bool(lines) is bool(by)
        assert {it.get("class") for it in lines} <= {"few"}, by


def test_fewer_than_ten_cases_are_grey_and_no_rate_on_paper(few, login):
    browser = login(few, "supervisor.liaocheng")
    paper = tree(browser.get("/overview/report?period=custom&since=2025-01-01"))
    tables = [it for it in paper.iter("table") if it.get("class") in {"figures", "needs"}]
    grey = [it.get("class") == "few" for it in tables[0].iterfind("tbody/tr")]
    needs = next(it for it in tables if "占比" in "".join(it.itertext()))
    grey += [it.get("class") == "few" for it in needs.iterfind("tbody/tr")]
    assert len(grey) > 4
    assert all(grey)
    assert not re.search(r"\d%", "".join(paper.find("body").itertext()).partition("统计口径")[0])


def test_fewer_than_ten_cases_are_grey_and_no_rate_in_the_workbook(few, login):
    answer = login(few, "supervisor.liaocheng").get(
        "/overview/export?period=custom&since=2025-01-01"
    )
    book = load_workbook(BytesIO(answer.data))
    for name in ("汇总", "按科室", "窗口必要性", "按月"):
        first, *_ = book[name].iter_rows(min_row=3)
        heads = [it.value for it in book[name][2]]
        rates = [it.value for it, head in zip(first, heads, strict=True)
                 if re.search("率|平均", head)]  # fmt: skip
        assert rates == [None] * 4, name
        assert first[0].font.color.rgb.endswith("5C6370"), name


def test_the_list_says_what_it_counts_and_lets_go_of_it(counted_once, login):
    address = Drill("linqing", YEAR, "late").url()
    shown = page(counted_once, "supervisor.linqing", login, address)
    assert "统计：临清市政务服务大厅，2026-01-01 至 2026-12-31 登记，超期办结" in shown.text
    assert 'name="f_counted"' in shown.text  # a further filter does not lose it


@pytest.mark.parametrize("code", ["x", "~~~~~", "~2026-01-01~2026-12-31~phone~all~",
                                  "yanggu~2026-01-01~2026-12-31~taken~all~"])  # fmt: skip
def test_a_number_that_is_none_or_out_of_sight_is_refused(demo, login, code):
    answer = login(demo, "supervisor.linqing").get("/cases/list/", query_string={"f_counted": code})
    assert answer.status_code == 400


def test_an_administrator_reads_figures_and_is_led_to_no_case(counted_once, login):
    shown = page(counted_once, "admin", login, "/overview/?by=hall").text
    assert "临清市" in shown
    assert "f_counted" not in shown


def test_no_name_and_no_number_of_a_case_is_in_the_figures(counted_once, login):
    with scope.everything():
        told = db.session.execute(select(Case.applicant_name, Case.number)).all()
    browser = login(counted_once, "supervisor.liaocheng")
    texts = [browser.get(f"/overview/?by={by}").text for by in VIEWS]
    texts.append(browser.get("/overview/report").text)
    for name, number in told:
        assert not any(name in text or number in text for text in texts), number


def test_the_workbook_has_a_sheet_for_each_dimension(counted_once, login):
    answer = page(counted_once, "supervisor.liaocheng", login, "/overview/export?period=year")
    book = load_workbook(BytesIO(answer.data))
    assert book.sheetnames == [
        "汇总", "按科室", "按事项", "按原因", "按分类", "窗口必要性", "按月", "清单缺少的职责",
        "说明",
    ]  # fmt: skip
    rows = list(book["汇总"].iter_rows(min_row=3, values_only=True))
    assert rows[0][:2] == ("合计", 61)
    assert sum(row[1] for row in rows[1:]) == 61
    assert "按期办结率" in {row[0] for row in book["说明"].iter_rows(values_only=True)}


def test_the_report_tells_definitions_and_missing_duties_on_paper(counted_once, login):
    paper = page(counted_once, "supervisor.liaocheng", login, "/overview/report").text
    for text in (
        "窗口运行情况报告",
        "本应由现有科室在柜台办理",
        "权责清单缺少的职责",
        "统计口径",
        "<svg",
    ):
        assert text in paper
    assert 'lang="zh-CN"' in paper


def test_the_same_figures_over_rest(counted_once, token):
    headers = token(counted_once, "inspector.liaocheng")
    client = counted_once.test_client()
    told = client.get("/api/v1/overview/?period=year", headers=headers).get_json()
    assert told["all"]["registered"] == 61
    assert sum(it["registered"] for it in told["by_hall"].values()) == 61
    assert set(told["by_hall"]) <= set(told["halls"])
    wrong = client.get("/api/v1/overview/?since=x", headers=headers)
    assert wrong.status_code == 400
    assert wrong.content_type == "application/problem+json"
    clerk = token(counted_once, "clerk.linqing")
    assert client.get("/api/v1/overview/", headers=clerk).status_code == 403


def test_a_page_asks_as_much_for_many_halls_as_for_few(counted_once, login):
    def cost(browser, address):
        with statements() as sent:
            assert browser.get(address).status_code == 200
        return len(sent)

    browser = login(counted_once, "supervisor.liaocheng")
    browser.get("/overview/")
    for by in ("hall", "department", "need", ""):
        few, many = (cost(browser, f"/overview/?by={by}&hall={code}") for code in ("linqing", ""))
        assert few == many, by
    address = Drill("", YEAR, "taken").url()
    assert cost(browser, address) <= cost(browser, "/cases/list/") + 15


def test_links_on_the_page_are_links_of_the_list(counted_once, login):
    shown = tree(page(counted_once, "supervisor.liaocheng", login, "/overview/?by=department"))
    links = [it.get("href") for it in shown.iter("a") if "f_counted" in (it.get("href") or "")]
    assert links
    for link in links:
        [code] = parse_qs(urlsplit(link).query)["f_counted"]
        assert Drill.read(code).url() == link
    assert person("supervisor.liaocheng").halls()
