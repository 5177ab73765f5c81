"""A ledger rolled up: a sheet for each hall, a summary first, all of it sealed."""

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from app.core.privacy import seal_keys
from app.core.workbook.verify import verify
from app.ledgers.rollup import sheet_names
from tests.conftest import NOW
from tests.ledgers.reading import LATE, SOON, cover, expected, run

HALLS = {"聊城市政务服务大厅": "LC", "临清市政务服务大厅": "LQ", "阳谷县政务服务大厅": "YG"}


def sheets(path):
    """Return the rows of each sheet in sight by its name, without their heads."""
    book = openpyxl.load_workbook(path)
    return {
        page.title: [
            tuple(unescape(cell) if isinstance(cell, str) else cell for cell in row)
            for row in page.iter_rows(min_row=3, values_only=True)
        ]
        for page in book
        if page.sheet_state == "visible"
    }


def test_each_hall_has_a_sheet_and_the_summary_counts_what_stands_there(every_kind, ledger):
    path = ledger("cases", roll_up=True)
    told = sheets(path)
    assert list(told) == ["汇总", *HALLS, "说明"]
    for name, prefix in HALLS.items():
        own = expected(NOW, lambda case, prefix=prefix: case["number"].startswith(prefix))
        cells = [tuple(row) for row, _ in own]
        assert [row[:1] + row[2:9] for row in told[name]] == [row[:1] + row[2:9] for row in cells]
        colours = [colour for _, colour in own]
        (line,) = [row for row in told["汇总"] if row[0] == name]
        assert (line[1], line[3], line[5]) == (
            len(own), colours.count(LATE), colours.count(SOON),
        )  # fmt: skip
        assert line[2] + line[3] + line[4] == sum(row[17] is not None for row in cells)
    *lines, every = told["汇总"]
    assert every[0] == "合计"
    assert list(every[1:]) == [
        sum(column) for column in zip(*(row[1:] for row in lines), strict=True)
    ]
    assert cover(path)["行数"] == str(every[1])
    assert cover(path)["工作表"] == "每个大厅一张，汇总在前"


def test_what_is_changed_on_any_of_its_sheets_is_found(demo, ledger):
    path = ledger("overdue", roll_up=True)
    found = verify(path, seal_keys())
    assert (found.untouched, found.title) == (True, "聊城市政务服务大厅超期台账")
    assert found.rows == int(cover(path)["行数"])
    for sheet, cell in (("汇总", "B3"), ("临清市政务服务大厅", "A3")):
        book = openpyxl.load_workbook(path)
        book[sheet][cell] = 77
        changed = path.with_name(f"{cell}.xlsx")
        book.save(changed)
        book.close()
        assert {(it.sheet, it.cell) for it in verify(changed, seal_keys()).changes} == {
            (sheet, cell)
        }


def test_a_person_gets_the_halls_in_sight_and_no_other(demo, ledger):
    assert list(sheets(ledger("callbacks", who="supervisor.linqing", roll_up=True))) == [
        "汇总", "临清市政务服务大厅", "说明",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["departments", "causes"])
def test_figures_are_summed_up_by_hall(demo, ledger, kind):
    told = sheets(ledger(kind, roll_up=True))
    *lines, every = told["汇总"]
    assert [row[0] for row in lines] == list(HALLS)
    assert every[1] == sum(row[1] for row in lines) == len(expected(NOW))
    assert all(told[name] for name in HALLS)


def test_names_of_sheets_are_as_excel_takes_them_and_no_two_alike(demo, ledger):
    long = "行政审批服务局" * 6
    assert sheet_names(["a/b:c", "A b c", long, long], taken=["汇总"]) == [
        "a b c", "A b c (2)", long[:31], f"{long[:27]} (2)",
    ]  # fmt: skip
    run("UPDATE hall SET name = '汇总' WHERE code = 'yanggu'")
    run("UPDATE hall SET name = :long WHERE code = 'linqing'", long=long)
    told = sheets(ledger("overdue", roll_up=True))
    assert list(told) == ["汇总", "聊城市政务服务大厅", long[:31], "汇总 (2)", "说明"]


def test_libreoffice_opens_it_with_the_summary_first(demo, ledger, soffice):
    path = ledger("overdue", roll_up=True)
    book = openpyxl.load_workbook(soffice(path, "xlsx"))
    assert [page.title for page in book if page.sheet_state == "visible"] == [
        "汇总", *HALLS, "说明",
    ]  # fmt: skip
    assert [row[0].value for row in book["汇总"].iter_rows(min_row=3)] == [*HALLS, "合计"]
