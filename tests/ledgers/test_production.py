"""The ledger against the database, cell by cell, and against whom it is for."""

import csv
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError
from app.core.workbook import WorkbookError, checksum
from app.departments.queries import person_named
from app.ledgers.models import LedgerKind
from app.ledgers.naming import file_name, usual_name
from app.ledgers.orders import Order
from app.ledgers.production import produce
from tests.conftest import NOW
from tests.ledgers.reading import (
    HEADER,
    LATE,
    PLAIN,
    SOON,
    ask,
    column,
    cover,
    expected,
    grounds,
    instant,
    run,
    table,
)

CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
SEPTEMBER = date(2026, 9, 1)


def test_every_cell_and_colour_of_the_ledger_is_what_the_database_says(every_kind, ledger):
    path = ledger()
    cells, colours = zip(*expected(NOW), strict=True)
    assert table(path) == list(cells)
    assert grounds(path) == list(colours)
    assert set(colours) == {LATE, SOON, PLAIN}
    assert any("、" in (row[HEADER.index("协办科室")] or "") for row in cells)
    assert {row[HEADER.index("超期工作日")] for row in cells} >= {None, 1, 11}


def test_libreoffice_reads_the_same_cells(every_kind, ledger, soffice):
    with soffice(ledger(), CSV).open(encoding="utf-8", newline="") as file:
        title, header, *rows = csv.reader(file)
    assert title[0] == "聊城市政务服务大厅办不成事台账"
    assert header == HEADER
    assert rows == [[_shown(cell) for cell in cells] for cells, _ in expected(NOW)]


def _shown(cell):
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell).replace("\r\n", "\n")


def test_the_sheet_is_set_up_for_reading_and_for_paper(demo, ledger):
    book = load_workbook(ledger())
    page = book["台账"]
    assert book.sheetnames == ["台账", "说明", "封签"]
    assert [it.title for it in book if it.sheet_state == "visible"] == ["台账", "说明"]
    assert [cell.value for cell in page[2]] == HEADER
    assert page["A1"].value == "聊城市政务服务大厅办不成事台账"
    assert page["D3"].number_format == "yyyy-mm-dd hh:mm"
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.print_title_rows == "$1:$2"
    assert page.freeze_panes == "B3"
    assert page.auto_filter.ref == f"A2:W{page.max_row}"
    assert page.page_setup.fitToWidth == 1


def test_a_character_that_xml_cannot_hold_comes_back_all_the_same(demo, ledger):
    if demo.backend.name == "postgresql":
        pytest.skip("PostgreSQL holds no NUL")
    run("""UPDATE "case" SET description = 'a' || char(0) || 'b' WHERE id = 1""")
    path = ledger()
    assert "a\x00b" in column(path, "反映内容")
    assert "未能原样保留的单元格" not in cover(path)


def test_the_overdue_ledger_has_the_late_rows_of_the_cases_ledger(every_kind, ledger):
    path = ledger("overdue")
    late = [cells for cells, colour in expected(NOW) if colour == LATE]
    assert table(path) == late
    assert {row[HEADER.index("办结时间")] is None for row in late} == {True, False}
    assert set(grounds(path)) == {LATE}
    assert table(ledger("overdue", now=NOW - timedelta(days=400))) == [
        row for row in late if row[HEADER.index("办结时间")]
    ]


def test_a_case_is_late_only_once_its_due_time_is_past(every_kind, ledger):
    clock = ask(
        "SELECT case_number, due_at FROM deadline WHERE met_at IS NULL AND current ORDER BY id"
    )[1]
    for past, word, colour in ((0, "否", SOON), (1, "是", LATE)):
        now = instant(clock["due_at"]) + timedelta(seconds=past)
        path = ledger(now=now)
        at = column(path, "编号").index(clock["case_number"])
        assert column(path, "是否超期")[at] == word
        assert column(path, "超期工作日")[at] == (0 if past else None)
        assert grounds(path)[at] == colour
        assert (clock["case_number"] in column(ledger("overdue", now=now), "编号")) == bool(past)


def test_no_name_and_no_number_leaves_the_house_unmasked(demo, ledger):
    people = expected(NOW)
    with ZipFile(ledger(who="supervisor.liaocheng")) as archive:
        xml = b"".join(archive.read(name) for name in archive.namelist()).decode()
    secrets = [row["applicant_name"] for row in ask('SELECT applicant_name FROM "case"')]
    told = {cells[HEADER.index("反映内容")] for cells, _ in people}
    assert not [
        name
        for name in set(secrets)
        if f">{name}<" in xml and not any(name in text for text in told)
    ]
    assert "13900000635" not in xml
    assert "****" in xml


def test_the_cover_says_what_the_ledger_is_and_its_checksum_holds(every_kind, ledger):
    path = ledger(who="supervisor.linqing", since=date(2026, 7, 1), until=date(2026, 9, 17))
    said, colours = cover(path), grounds(path)
    assert said["名称"] == "临清市政务服务大厅办不成事台账"
    assert said["制表人"] == said["提供给"] == person_named("supervisor.linqing").name
    assert said["截至时间"] == "2026-09-17 10:00:00"
    assert said["筛选条件"] == "登记日期：2026-07-01 至 2026-09-17"
    assert said["行数"] == str(len(table(path)))
    assert said["个人信息"] == "已脱敏"
    assert said["其中超期"] == str(colours.count(LATE))
    assert said["其中临期"] == str(colours.count(SOON))
    revision = ask("SELECT max(id) AS id FROM calendar_revision")[0]["id"]
    assert said["工作日历"] == f"第 {revision} 版"
    assert said["数据校验码（SHA-256）"] == checksum(path)
    assert "收录范围" not in said
    assert cover(ledger(hall="yanggu"))["提供给"] == "有权查看阳谷县政务服务大厅台账的人员"
    assert "办结时已超期" in cover(ledger("overdue"))["收录范围"]


def test_the_same_ledger_made_again_is_the_same_file(demo, ledger):
    assert ledger().read_bytes() == ledger().read_bytes()


def test_more_rows_need_no_more_statements(demo, ledger):
    ledger()  # whoever counts first reads the calendar, once for a process and a revision
    with counted() as few:
        rows = len(table(ledger(hall="yanggu")))
    with counted() as many:
        assert len(table(ledger(hall="liaocheng"))) > 2 * rows
    assert len(many) == len(few)


@contextmanager
def counted():
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_ledger_that_breaks_off_leaves_nothing_and_keeps_the_earlier_one(demo, ledger, tmp_path):
    path = tmp_path / "kept.xlsx"
    person = scope.SYSTEM
    produce(Order("cases"), path, person=person, now=NOW)
    before = path.read_bytes()
    run("""UPDATE "case" SET phone = '00000000.AAAA' WHERE id =
           (SELECT max(id) FROM "case" WHERE phone IS NOT NULL)""")
    with pytest.raises(DomainError, match="无法解密"):
        produce(Order("cases"), path, person=person, now=NOW)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
    with pytest.raises(WorkbookError):
        produce(Order("cases"), tmp_path / "none" / "a.xlsx", person=person, now=NOW)


def test_the_file_is_named_after_kind_hall_period_and_time(demo):
    name = file_name(LedgerKind.CASES, "临清市政务服务大厅", SEPTEMBER, date(2026, 9, 17), NOW)
    assert name == "办不成事台账_临清市政务服务大厅_20260901_20260917_20260917100000.xlsx"
    first = min(
        instant(row["registered_at"])
        for row in ask("""SELECT registered_at FROM "case" WHERE number LIKE 'LQ%'""")
    )
    day = f"{first + timedelta(hours=8):%Y%m%d}"
    assert usual_name(Order("overdue"), person=person_named("supervisor.linqing"), now=NOW) == (
        f"超期台账_临清市政务服务大厅_{day}_20260917_20260917100000.xlsx"
    )


def test_the_file_of_an_empty_hall_is_named_after_today(app):
    late = datetime(2026, 9, 17, 17, tzinfo=UTC)
    assert usual_name(Order("cases"), person=scope.SYSTEM, now=late) == (
        "办不成事台账_各大厅_20260918_20260918_20260918010000.xlsx"
    )
