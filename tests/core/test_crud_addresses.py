"""The addresses of generated lists and pages: whatever stands in them, an answer."""

from __future__ import annotations

import io

import openpyxl
import pytest

from app.core.panel import attributes, entities, list_columns
from tests.core import screens
from tests.core.rows import count

READABLE = (
    "halls",
    "departments",
    "responsibilities",
    "memberships",
    "staff",
    "deadline-rules",
    "calendar-years",
    "calendar-days",
    "calendar-revisions",
    "jobs",
)


@pytest.mark.parametrize("code", READABLE)
def test_every_list_sorts_by_each_of_its_columns_and_exports(admin, code):
    assert admin.get(f"/{code}/list/").status_code == 200
    model = next(item for item in entities() if item.__panel__.code == code)
    for name in list_columns(model):
        for sort in (name, f"-{name}"):
            answer = admin.get(f"/{code}/list/?sort={sort}")
            sortable = attributes(model)[name].kind not in {"link", "many", "long"}
            assert answer.status_code == (200 if sortable else 400), sort
    exported = admin.get(f"/{code}/export")
    assert exported.status_code in {200, 403}
    if exported.status_code == 200:
        sheet = openpyxl.load_workbook(io.BytesIO(exported.data)).worksheets[0]
        lines = [row for row in sheet.iter_rows(min_row=3, values_only=True) if any(row)]
        assert len(lines) == count(model)


BAD = (
    "page=0",
    "page=-1",
    "page=abc",
    "page=99999999999999999999",
    "page=1e3",
    "page=１x",
    "page=0000000001" + "9" * 30,
    "page=" + "9" * 5000,
    "page=1.5",
    "size=0",
    "size=-5",
    "size=101",
    "size=99999999999",
    "size=abc",
    "sort=unknown",
    "sort=-unknown",
    "sort=--id",
    "sort=id%3Bdrop",
    "sort=__class__",
    "sort=password",
    "tab=unknown",
    "tab=__init__",
    "f_unknown=1",
    "f_password=x",
    "f___class__=1",
    "f_id=1",
    "f_=1",
)


@pytest.mark.parametrize("code", ["halls", "staff", "calendar-days", "deadline-rules"])
def test_a_nonsensical_address_is_refused_with_a_sentence(admin, code):
    for query in BAD:
        for page in ("list/", "export"):
            answer = admin.get(f"/{code}/{page}?{query}")
            assert answer.status_code == 400, (page, query[:40])
            assert (
                "不正确" in screens.text_of(answer)
                or "没有" in screens.text_of(answer)
                or ("不能" in screens.text_of(answer))
            ), query[:40]


ODD_FILTERS = (
    "f_working=maybe",
    "f_working=2",
    "f_source=elsewhere",
    "f_date_from=2026-13-01",
    "f_date_from=yesterday",
    "f_date_to=0000-00-00",
    "f_date_to=99999-01-01",
    "f_date=2026-01-01",
    "f_working_from=1",
    "f_date_from=2026-01-01T00:00",
    "f_date_from=20260101%00",
)


def test_a_nonsensical_filter_is_refused_with_a_sentence(admin):
    for query in ODD_FILTERS:
        answer = admin.get(f"/calendar-days/list/?{query}")
        assert answer.status_code == 400, query
        assert "筛选" in screens.text_of(answer), query


ODD = (
    "f_date_from=0001-01-01&f_date_to=9999-12-31",
    "q=%00",
    "q=%ff",
    "q=" + "长" * 5000,
    "q=%25_\\",
    "page=100",
    "f_working=1&f_source=local",
    "page=",
    "sort=",
    "tab=",
    "f_date_from=",
    "x=1",
    "q=%F0%9F%98%80",
)


def test_an_odd_address_is_answered(admin):
    for query in ODD:
        assert admin.get(f"/calendar-days/list/?{query}").status_code == 200, query[:40]


def test_an_unknown_hall_in_a_filter_shows_nothing(admin):
    for value in ("x", "-1", "9" * 5000, "99999999999", "0"):
        answer = admin.get(f"/departments/list/?f_hall={value}")
        assert answer.status_code == 200, value[:20]
        assert "没有符合条件" in screens.text_of(answer)


IMPOSSIBLE = (
    "0", "-1", "x", "1.5", "2147483648", "9" * 10, "9" * 30, "9" * 5000, "%00", "1%20"
)  # fmt: skip


def test_an_impossible_number_is_not_found(admin):
    for number in IMPOSSIBLE:
        for page in ("show", "edit", "delete"):
            for method in (admin.get, admin.post):
                answer = method(f"/halls/{page}/{number}")
                assert answer.status_code in {404, 405}, (page, number[:20])


def test_choices_are_found_by_the_first_letters_of_their_pinyin(admin):
    def found(q):
        answer = admin.get("/responsibilities/choices/department", query_string={"q": q})
        return {item["text"] for item in answer.json["results"]}

    everything = found("")
    market = {text for text in everything if "市场监管" in text}
    assert market
    assert found("scjg") >= market
    assert found("SCJG") == found("scjg") != everything
    assert found("s") != found("scjg"), "one letter is looked for as it is"
    assert found("zzzz") == set()


def test_what_is_not_in_scope_is_not_found_by_its_pinyin_either(demo, login):
    clerk = login(demo, "clerk.linqing")
    assert clerk.get("/cases/choices/lead_department?q=scjg").json["results"]
    found = clerk.get("/cases/choices/hall?q=ygx").json["results"]
    assert found == [], "阳谷县 is another's"


def test_choices_are_searched_and_unknown_ones_not_found(admin):
    found = admin.get("/departments/choices/hall?q=临清").json["results"]
    assert [item["text"] for item in found] == ["临清市政务服务大厅"]
    assert admin.get("/departments/choices/hall?q=" + "长" * 5000).json["results"] == []
    for name in ("code", "unknown", "__class__", "responsibilities"):
        assert admin.get(f"/departments/choices/{name}").status_code == 404
