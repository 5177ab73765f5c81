"""The ledgers beside those of cases and improvements: their rows, for whom, and their figures."""

import re
import subprocess
from collections import Counter
from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from openpyxl import load_workbook

from app.core import scope
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.core.privacy import seal_keys
from app.core.workbook.verify import verify
from app.departments.queries import person_named
from app.departments.rules import Role
from app.ledgers.choosing import choose
from app.ledgers.columns import LEDGERS
from app.ledgers.columns.counting import counted_of
from app.ledgers.models import LedgerKind
from app.ledgers.orders import Order
from app.overview import queries
from app.overview.rules import Facet, Period
from tests.appeals.appeals import decided, handled
from tests.conftest import NOW
from tests.ledgers.reading import LATE, ask, cover, grounds, table
from tests.supervision.cards import issue, late as late_case

GREY = "00F2F3F5"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def rows(path, sheet=0):
    """Return the rows of a sheet, each by the titles of its columns."""
    page = load_workbook(path).worksheets[sheet]
    _, header, *found = page.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=False)) for row in found if any(row)]


def of_hall(query, code):
    return ask(query, hall=code)


CALLS = """SELECT k.*, c.number FROM callback k JOIN "case" c ON c.id = k.case_id
           JOIN hall h ON h.id = c.hall_id WHERE h.code = :hall"""
TURNS = """SELECT c.number, 'returned' AS kind FROM assignment a JOIN "case" c ON c.id = a.case_id
           WHERE a.returned_at IS NOT NULL
           UNION ALL SELECT c.number, 'extension' FROM extension e
           JOIN "case" c ON c.id = e.case_id
           UNION ALL SELECT c.number, 'pause' FROM pause p JOIN "case" c ON c.id = p.case_id"""


def test_callbacks_list_each_call_and_agree_with_what_the_case_was_rated(demo, ledger):
    path = ledger("callbacks", who="supervisor.linqing")
    told = rows(path)
    assert Counter(row["编号"] for row in told) == Counter(
        row["number"] for row in of_hall(CALLS, "linqing")
    )
    last = {row["编号"]: row["满意度"] for row in told if row["是否接通"] == "是"}
    rated = ask("""SELECT number, satisfaction FROM "case" WHERE satisfaction IS NOT NULL
                   AND number LIKE 'LQ%'""")
    grades = {"5": "非常满意", "4": "满意", "3": "基本满意", "2": "不满意", "1": "非常不满意"}
    assert rated
    assert last | {row["number"]: grades[row["satisfaction"]] for row in rated} == last
    reached = sum(row["是否接通"] == "是" for row in told)
    assert f"是 {reached}" in cover(path)["是否接通"]
    assert all("*" in row["反映人"] for row in told)


def test_returns_list_what_was_given_back_and_asked_for(demo, ledger):
    told = rows(ledger("returns"))
    words = {"returned": "退回", "extension": "申请延期", "pause": "申请中止计时"}
    expected = Counter((row["number"], words[row["kind"]]) for row in ask(TURNS))
    assert Counter((row["编号"], row["种类"]) for row in told) == expected
    assert {row["种类"] for row in told} == set(words.values())
    assert all(row["理由"] for row in told)
    granted = [row for row in told if row["审批结果"] == "已同意" and row["种类"] == "申请延期"]
    assert granted
    assert all(row["原到期时间或中止起"] < row["新到期时间或中止至"] for row in granted)


def test_returns_are_narrowed_by_their_day_and_by_who_gave_back(demo, ledger):
    day = rows(ledger("returns"))[0]["退回或申请时间"].date()
    found = rows(ledger("returns", since=day, until=day))
    assert found
    assert {row["退回或申请时间"].date() for row in found} == {day}
    own = ask("""SELECT c.number FROM assignment a JOIN "case" c ON c.id = a.case_id
                 JOIN department d ON d.id = a.department_id JOIN hall h ON h.id = d.hall_id
                 WHERE d.code = 'syk' AND h.code = 'linqing' AND a.returned_at IS NOT NULL""")
    told = rows(ledger("returns", hall="linqing", department="syk"))
    assert sorted(row["编号"] for row in told if row["种类"] == "退回") == sorted(
        row["number"] for row in own
    )


def test_appeals_tell_their_period_and_how_it_stands(demo, ledger):
    number = handled(decided("reply"))
    (code,) = ask("SELECT number FROM appeal WHERE id = :id", id=number)
    told = {row["申诉编号"]: row for row in rows(ledger("appeals", hall="linqing"))}
    row = told[code["number"]]
    assert (row["种类"], row["针对"], row["是否超期"]) == ("申诉", "对答复不服", "否")
    assert row["最后一日"].date() > NOW.date()
    path = ledger("appeals", hall="linqing", now=NOW + timedelta(days=400))
    late = {row["申诉编号"]: row["是否超期"] for row in rows(path)}
    assert late[code["number"]] == "是"
    assert LATE in grounds(path)
    assert code["number"] not in str(table(ledger("appeals", who="clerk.yanggu")))


def test_supervision_lists_cards_with_their_replies(demo, ledger):
    number = issue(late_case(), NOW)
    (code,) = ask("SELECT number FROM supervision_card WHERE id = :id", id=number)
    (row,) = [it for it in rows(ledger("supervision")) if it["督办单号"] == code["number"]]
    assert (row["督办种类"], row["是否逾期回复"], row["回复时间"]) == ("黄牌", "否", None)
    path = ledger("supervision", now=NOW + timedelta(days=30), since=date(2026, 9, 17))
    (row,) = [it for it in rows(path) if it["督办单号"] == code["number"]]
    assert row["是否逾期回复"] == "是"
    assert grounds(path) == [LATE] * len(rows(path))
    assert rows(ledger("supervision", who="clerk.yanggu")) == []


def test_duty_lists_the_plan_by_the_day_and_knows_no_departments(demo, ledger):
    plan = ask("""SELECT d.day, h.code FROM duty d JOIN hall h ON h.id = d.hall_id""")
    told = rows(ledger("duty"))
    assert len(told) == len(plan) > 0
    day = told[0]["值班日期"].date()
    found = rows(ledger("duty", since=day, until=day, hall="linqing"))
    planned = [row for row in plan if str(row["day"]) == f"{day}" and row["code"] == "linqing"]
    assert len(found) == len(planned)
    with pytest.raises(InvalidInputError, match="不分科室"):
        ledger("duty", department="scjg")


# --- figures -------------------------------------------------------------------------------------


def overview(code=None, since=date(2020, 1, 1), until=date(2030, 1, 1)):
    halls = {row["id"] for row in ask("SELECT id, code FROM hall") if code in {None, row["code"]}}
    with scope.everything():
        return queries.counted(halls, Period(since, until), NOW)


def figures(row):
    names = ("按期办结", "超期办结", "超期在办", "已评价", "评价满意")
    return tuple(row[name] for name in names)


def counts(it):
    return (it.in_time, it.late, it.open_late, it.rated, it.satisfied)


@pytest.mark.parametrize("since", [None, date(2026, 8, 20)])
def test_departments_have_the_figures_of_the_overview(demo, ledger, since):
    path = ledger("departments", hall="linqing", since=since)
    found = overview("linqing", since or date(2020, 1, 1)).values[Facet.DEPARTMENT]
    names = {row["name"]: str(row["id"]) for row in ask("SELECT id, name FROM department "
             "WHERE hall_id = (SELECT id FROM hall WHERE code = 'linqing')")}  # fmt: skip
    told = {names[row["科室"]]: row for row in rows(path) if row["主办"]}
    assert told
    assert {key: figures(row) for key, row in told.items()} == {
        key: counts(it) for key, it in found.items() if key
    }
    for key, row in told.items():
        rate = found[key].in_time_rate
        assert row["按期办结率（%）"] == (None if rate is None else round(rate, 1))
        assert bool(row["说明"]) == (rate is None)


def test_departments_tell_what_they_returned_and_which_cards_they_got(demo, ledger):
    before = {row["科室"]: row for row in rows(ledger("departments", hall="linqing"))}
    issue(late_case(), NOW)
    told = {row["科室"]: row for row in rows(ledger("departments", hall="linqing"))}
    assert told["市场监管科"]["黄牌"] == before["市场监管科"]["黄牌"] + 1
    returned = ask("""SELECT d.name, count(*) AS times FROM assignment a
                      JOIN department d ON d.id = a.department_id JOIN hall h ON h.id = d.hall_id
                      WHERE h.code = 'linqing' AND a.returned_at IS NOT NULL GROUP BY d.name""")
    assert returned
    assert {name: row["退回"] for name, row in told.items() if row["退回"]} == {
        row["name"]: row["times"] for row in returned
    }


def test_too_few_cases_are_grey_and_have_no_rate(demo, ledger):
    path = ledger("departments")
    told = dict(zip((row["科室"] for row in rows(path)), grounds(path), strict=True))
    few = {row["科室"] for row in rows(path) if row["按期办结率（%）"] is None}
    assert {name for name, colour in told.items() if colour == GREY} == few


def test_causes_have_the_figures_of_the_overview_and_list_the_cases(demo, ledger):
    path = ledger("causes", who="supervisor.liaocheng")
    found = overview().values[Facet.CAUSE]
    codes = {row["code"]: str(row["id"]) for row in ask("SELECT id, code FROM cause")}
    told = {codes[row["代码"]]: row for row in rows(path)}
    assert {key: (row["登记"], *figures(row)) for key, row in told.items()} == {
        key: (it.registered, *counts(it)) for key, it in found.items()
    }
    listed = Counter(codes[row["代码"]] for row in rows(path, 1))
    assert listed == {key: it.registered for key, it in found.items()}
    assert load_workbook(path).sheetnames[:3] == ["台账", "事项", "说明"]


def test_what_is_counted_from_cases_is_what_is_kept_of_halls(demo):
    with scope.working_for(person_named("supervisor.linqing")):
        kept = counted_of(choose(Order("departments")), NOW)
        known = kept.values[Facet.DEPARTMENT]
        led = [row for row in departments_of("linqing") if str(row["id"]) in known]
        for row in led:
            order = Order("departments", department=row["code"])
            counted = counted_of(choose(order), NOW).values[Facet.DEPARTMENT]
            assert counted[str(row["id"])] == known[str(row["id"])]
    assert len(led) > 5


def departments_of(code):
    return ask(
        "SELECT d.id, d.code FROM department d JOIN hall h ON h.id = d.hall_id "
        "WHERE h.code = :hall",
        hall=code,
    )


def test_figures_are_of_what_the_person_sees(demo, ledger):
    held = ask("""SELECT count(*) AS n FROM "case" c JOIN department d
                  ON d.id = c.lead_department_id JOIN hall h ON h.id = d.hall_id
                  WHERE d.code = 'scjg' AND h.code = 'linqing'""")[0]["n"]
    mine = rows(ledger("departments", who="handler.linqing.scjg", department="scjg"))
    assert [row["主办"] for row in mine] == [held]
    assert rows(ledger("causes", who="admin")) == []
    assert Role.HANDLER in person_named("handler.linqing.scjg").roles


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LedgerKind)
def test_a_ledger_is_whole_in_each_language(demo, kind):
    ledger = LEDGERS[kind]
    behind = ledger.behind[1] if ledger.behind else ()
    texts = [kind.label, ledger.about, *(it.title for it in (*ledger.columns, *behind))]
    texts += [text for note in ledger.notes for text in note]
    with demo.test_request_context(), force_locale("en"):
        assert [text for text in texts if CHINESE.search(gettext(text))] == []
    with demo.test_request_context(), force_locale("zh"):
        allowed = re.compile(r"12345|run\.py|Excel")
        assert [
            text for text in texts if re.search(r"[A-Za-z]{2,}", allowed.sub("", gettext(text)))
        ] == []


@pytest.mark.parametrize("kind", LedgerKind)
def test_a_ledger_fits_on_paper_and_holds_its_seal(demo, ledger, soffice, kind):
    if demo.backend.name == "postgresql":
        pytest.skip("paper is the same whatever the database")
    path = ledger(kind.value)
    assert verify(path, seal_keys()).untouched
    told = subprocess.run(
        ["pdfinfo", str(soffice(path, "pdf"))], capture_output=True, text=True, check=True
    ).stdout
    assert "(A4)" in told
    for page in load_workbook(path):
        if page.sheet_state == "visible":
            assert (page.page_setup.paperSize, page.page_setup.fitToWidth) == (9, 1)


def test_a_native_chart_stands_below_the_departments_and_breaks_no_seal(demo, ledger):
    path = ledger("departments")
    book = load_workbook(path)
    page = book["台账"]
    (chart,) = page._charts
    assert [it.tx.strRef.f for it in chart.series] == [f"'台账'!{it}2" for it in "EFG"]
    assert chart.anchor._from.row >= page.max_row
    assert verify(path, seal_keys()).untouched
    book.save(path)
    assert verify(path, seal_keys()).changes == []
