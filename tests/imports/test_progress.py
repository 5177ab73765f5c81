"""A department's open cases, filled in offline: the same moves, and nothing overwritten unseen."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.cases.rules import Outcome, Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.imports.returning import COLUMNS, HEAD_ROW
from tests.cases.window import act, acting, brought_to, case_of, department, led, payload, ready_for
from tests.conftest import NOW
from tests.imports.conftest import at_once

HANDLER = "handler.linqing.scjg"
AT = {column.name: number for number, column in enumerate(COLUMNS, start=1)}


@pytest.fixture
def handler(demo, login, at_now):
    return login(demo, HANDLER)


def ledger(client):
    """Download the open cases of the handler's department."""
    page = client.get("/imports/").text
    address = page.split('href="/imports/progress/ledger?department=')[1].split('"')[0]
    return load_workbook(
        io.BytesIO(client.get(f"/imports/progress/ledger?department={address}").data)
    )


def row_of(book, case):
    sheet = book.worksheets[0]
    return next(
        row for row in range(HEAD_ROW + 1, sheet.max_row + 1)
        if sheet.cell(row, AT["number"]).value == case.number
    )  # fmt: skip


def filled(book, case, **texts):
    for name, text in texts.items():
        book.worksheets[0].cell(row_of(book, case), AT[name]).value = text


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(book, case, name):
    return book.worksheets[0].cell(row_of(book, case), AT[name])


def test_the_file_holds_the_open_cases_and_only_what_is_filled_in_is_open(demo, handler):
    case, closed = brought_to(Status.SIGNED), brought_to(Status.CLOSED)
    book = ledger(handler)
    sheet = book.worksheets[0]
    numbers = [sheet.cell(row, AT["number"]).value for row in range(3, sheet.max_row + 1)]
    assert case.number in numbers
    assert closed.number not in numbers
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert not cell(book, case, "note").protection.locked
    assert cell(book, case, "matter").protection.locked
    assert cell(book, case, "applicant").value == "张**"
    assert cell(book, case, "due").is_date


def test_progress_result_and_reasons_come_back(demo, handler, desk):
    one, two, four = (brought_to(Status.SIGNED) for _ in range(3))
    three = ready_for("reply")
    book = ledger(handler)
    filled(book, one, note="已联系，明日上门")
    filled(book, two, note="已核对材料", result="已办成")
    filled(book, three, reasons="不符合条件", legal_basis="《行政许可法》", decision="是")
    report = desk.take("progress", saved(book), HANDLER)
    assert report.problems == []
    assert sorted(report.added) == sorted(it.number for it in (one, two, three))
    assert case_of(one.id).status is Status.SIGNED
    with scope.everything():
        assert payload(one, "progress")["note"] == "已联系，明日上门"
    assert (case_of(two.id).status, case_of(two.id).result) == (Status.RESOLVED, "已办成")
    assert (case_of(three.id).outcome, case_of(three.id).reasons) == (
        Outcome.REPLIED, "不符合条件",
    )  # fmt: skip
    assert case_of(four.id).status is Status.SIGNED
    with scope.everything():
        told = db.session.scalars(
            select(Event.actor).where(Event.case_id == two.id).order_by(Event.id)
        ).all()
    assert set(told[-3:]) == {acting("handler").name}


def test_the_same_file_again_does_nothing_and_says_so(demo, handler, desk):
    case, later = brought_to(Status.SIGNED), brought_to(Status.SIGNED)
    book = ledger(handler)
    filled(book, case, note="已联系")
    desk.take("progress", saved(book), HANDLER)
    filled(book, later, note="补填的一行")
    report = desk.take("progress", saved(book), HANDLER)
    assert report.added == [later.number]
    [known] = [row for row in report.rows if row.known and not row.blank]
    assert "已由" in known.known


def test_a_case_that_moved_on_is_a_conflict_told_with_what_happened(demo, handler, desk):
    case, calm = brought_to(Status.SIGNED), brought_to(Status.SIGNED)
    book = ledger(handler)
    filled(book, case, result="我的结果")
    filled(book, calm, note="平静")
    act(case, "progress", NOW, note="同事先做了")
    report = desk.take("progress", saved(book), HANDLER)
    assert report.added == []
    [problem] = report.problems
    assert (problem.row, problem.column) == (row_of(book, case), AT["number"])
    assert "反馈进展" in problem.text
    assert desk.take("progress", saved(book), HANDLER, together=False).added == [calm.number]
    assert case_of(case.id).status is Status.SIGNED


def test_what_does_not_change_the_case_is_no_conflict(demo, handler, desk):
    case = brought_to(Status.SIGNED)
    book = ledger(handler)
    act(case, "remind", NOW)
    filled(book, case, note="已联系")
    assert desk.take("progress", saved(book), HANDLER).added == [case.number]


def test_the_table_of_moves_decides(demo, handler, desk):
    unsigned, both, bare = (
        brought_to(Status.DISPATCHED), brought_to(Status.SIGNED), ready_for("reply"),
    )  # fmt: skip
    owed = brought_to(Status.SIGNED)
    book = ledger(handler)
    filled(book, unsigned, note="还没签收")
    filled(book, both, result="办成了", reasons="又办不成")
    filled(book, bare, reasons="办不了")
    filled(book, owed, reasons="办不了", legal_basis="《行政许可法》")
    report = desk.check("progress", saved(book), HANDLER)
    where = {(it.row, it.column) for it in report.problems}
    assert where == {
        (row_of(book, unsigned), AT["note"]),
        (row_of(book, both), AT["reasons"]),
        (row_of(book, bare), AT["legal_basis"]),
        (row_of(book, owed), AT["reasons"]),
    }


def test_a_foreign_case_and_a_moved_stamp_are_refused(demo, handler, desk):
    case, other = brought_to(Status.SIGNED), brought_to(Status.SIGNED)
    foreign = led(("accept", ("dispatch", {"lead_department": department("syk")})))
    book = ledger(handler)
    filled(book, case, note="改了编号")
    filled(book, other, note="指向别人")
    cell(book, case, "number").value = foreign.number
    at = row_of(book, other)
    book.worksheets[0].cell(at, AT["stamp"]).value = "LQ-2026-000001@1"
    problems = desk.check("progress", saved(book), HANDLER).problems
    assert [it.column for it in problems] == [AT["number"], AT["number"]]
    assert foreign.description not in str(problems)


def test_without_its_stamps_a_file_is_no_ledger(demo, handler, desk):
    book = ledger(handler)
    book.worksheets[0].protection.sheet = False
    book.worksheets[0].delete_cols(1)
    [problem] = desk.check("progress", saved(book), HANDLER).problems
    assert "核对码" in problem.text


def test_only_the_own_department_is_given(demo, handler, login):
    with scope.everything():
        from app.departments.models import Department

        ids = set(db.session.scalars(select(Department.id)))
    got = [
        number for number in sorted(ids)
        if handler.get(f"/imports/progress/ledger?department={number}").status_code == 200
    ]  # fmt: skip
    assert len(got) == 1
    clerk = login(demo, "clerk.linqing")
    assert clerk.get(f"/imports/progress/ledger?department={got[0]}").status_code == 404


def test_two_who_bring_the_same_results_at_once_make_the_moves_once(demo, handler, desk):
    case = brought_to(Status.SIGNED)
    book = ledger(handler)
    filled(book, case, note="只有一次", result="办成了")
    data = saved(book)
    runs, number = [desk.upload("progress", data, HANDLER) for _ in range(2)], case.id
    db.session.remove()
    done = at_once(demo, lambda one: desk.apply(runs[one], data, HANDLER))
    assert sorted(len(report.added) for report in done) == [0, 1]
    with scope.everything():
        kinds = db.session.scalars(select(Event.kind).where(Event.case_id == number)).all()
    assert kinds.count("progress") == kinds.count("resolved") == 1
