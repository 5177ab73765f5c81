"""The Excel writer: the table and its look, its checksum, and a file that is whole or absent."""

import re
from datetime import date, datetime
from zipfile import ZipFile

import openpyxl
import pytest

from app.core.workbook import (
    Sheet,
    Tone,
    WorkbookError,
    checksum,
    safe_file_name,
    write,
    write_tables,
)
from tests.core.workbook_examples import HOSTILE, LEDGER, MADE, TEXTS, case, no_cover


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder / "台账.xlsx"


@pytest.fixture(autouse=True)
def streams(tmp_path, monkeypatch):
    """Give temporary files a folder of their own: it must be empty after every test."""
    folder = tmp_path / "streams"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def test_a_ledger_has_its_title_its_header_its_rows_and_its_cover(path):
    rows = [case(1), case(2, tone=Tone.LATE), case(3, tone=Tone.SOON)]
    produced = write(
        path, LEDGER, rows, lambda made: [("行数", str(made.rows)), ("校验", made.checksum)],
        produced_at=MADE,
    )  # fmt: skip
    book = openpyxl.load_workbook(path)
    page = book["台账"]
    assert book.sheetnames == ["台账", "说明"]
    assert page["A1"].value == LEDGER.title
    assert [cell.value for cell in page[2]] == [column.title for column in LEDGER.columns]
    received, due = datetime(2025, 1, 2, 8, 30, 15), datetime(2025, 1, 9)  # noqa: DTZ001
    content = "材料反复退回"
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=3)] == [
        [f"LQ0000{n}", content, received, due, 5, 4.5] for n in (1, 2, 3)
    ]
    assert page["C3"].number_format == "yyyy-mm-dd hh:mm"
    assert page["D3"].number_format == "yyyy-mm-dd"
    assert [tuple(c.value for c in row) for row in book["说明"]] == [
        ("行数", "3"),
        ("校验", produced.checksum),
    ]
    assert (produced.rows, produced.replaced, produced.sheets) == (3, 0, 1)


def test_late_rows_are_red_and_due_soon_rows_amber_in_every_cell_even_an_empty_one(path):
    rows = [case(1), case(2, content=None, tone=Tone.LATE), case(3, tone=Tone.SOON)]
    write(path, LEDGER, rows, no_cover, produced_at=MADE)
    page = openpyxl.load_workbook(path)["台账"]
    grounds = [{cell.fill.fgColor.rgb for cell in row} for row in page.iter_rows(min_row=3)]
    inks = [{cell.font.color.rgb for cell in row} for row in page.iter_rows(min_row=3)]
    assert grounds == [{"00000000"}, {"00FDE3E1"}, {"00FFF1C9"}]
    assert inks == [{"001F2329"}, {"009C0006"}, {"005F3A00"}]


def test_a_ledger_prints_on_a4_landscape_one_page_wide_with_its_heads_on_each_page(path):
    write(path, LEDGER, [case(n) for n in range(10)], no_cover, produced_at=MADE)
    page = openpyxl.load_workbook(path)["台账"]
    setup = page.page_setup
    assert (setup.paperSize, setup.orientation) == (9, "landscape")
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)
    assert dict(page.sheet_properties.pageSetUpPr or {})["fitToPage"] == "1"
    assert page.print_title_rows == "$1:$2"
    assert page.HeaderFooter.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert page.auto_filter.ref == "A2:F12"
    assert page.freeze_panes == "B3"
    assert page.column_dimensions["B"].width == 40
    assert [str(merged) for merged in page.merged_cells.ranges] == ["A1:F1"]
    header, cell = page["A2"], page["A3"]
    assert header.font.b
    assert header.alignment.wrap_text
    assert (header.alignment.horizontal, header.fill.fill_type) == ("center", "solid")
    assert (cell.alignment.vertical, cell.alignment.wrap_text) == ("top", True)
    assert cell.border.left.style == "thin"


def test_a_row_is_as_tall_as_its_wrapped_text_and_follows_when_the_column_is_widened(path):
    texts = ["短", "长" * 60, "一\n二\n三", "长" * 9000]
    write(path, LEDGER, [case(1, content=text) for text in texts], no_cover, produced_at=MADE)
    with ZipFile(path) as archive:
        table = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall('<row r="[3-6]" ht="([0-9.]+)">', table) == ["16.5", "66", "49.5", "409.5"]
    assert "customHeight" not in table


def test_a_table_longer_than_a_sheet_goes_on_with_the_same_heads_on_the_next(path):
    sheet = Sheet("长台账", LEDGER.columns, row_limit=5)
    produced = write(path, sheet, map(case, range(7)), no_cover, produced_at=MADE)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["台账", "台账 (2)", "台账 (3)", "说明"]
    assert [book[name].max_row for name in ("台账", "台账 (2)", "台账 (3)")] == [5, 5, 3]
    assert [book[name]["A1"].value for name in book.sheetnames[:3]] == ["长台账"] * 3
    assert book["台账 (3)"]["A2"].value == "编号"
    assert book["台账 (3)"]["A3"].value == "LQ00006"
    assert book["台账 (3)"].auto_filter.ref == "A2:F3"
    assert book["台账 (2)"].print_title_rows == "$1:$2"
    assert (produced.rows, produced.sheets) == (7, 3)
    assert checksum(path) == produced.checksum


def test_several_tables_have_sheets_of_their_own_in_their_order(path):
    tables = [(Sheet("甲", LEDGER.columns, "甲厅", row_limit=4), map(case, range(3))),
              (Sheet("乙", TEXTS.columns, "乙厅"), [(None, ["=1"])])]  # fmt: skip
    produced = write_tables(path, tables, lambda made: [("张", str(made.sheets))], produced_at=MADE)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["甲厅", "甲厅 (2)", "乙厅", "说明"]
    assert [book[name].max_row for name in book.sheetnames] == [4, 3, 3, 1]
    assert (book["乙厅"]["A1"].value, book["乙厅"]["A3"].value) == ("乙", "=1")
    assert book["乙厅"].print_title_rows == "$1:$2"
    assert (produced.rows, produced.sheets, book["说明"]["B1"].value) == (4, 3, "3")


@pytest.mark.parametrize(("rows", "sheets"), [(3, 1), (4, 2)])
def test_a_full_sheet_is_followed_by_another_only_if_there_is_a_row_for_it(path, rows, sheets):
    sheet = Sheet("t", LEDGER.columns, row_limit=5)
    assert write(path, sheet, map(case, range(rows)), no_cover, produced_at=MADE).sheets == sheets


def test_a_sheet_ends_before_its_archive_would_need_zip64(path, monkeypatch):
    monkeypatch.setattr("app.core.workbook.writer.MOST_XML", 1)
    produced = write(path, LEDGER, map(case, range(1200)), no_cover, produced_at=MADE)
    book = openpyxl.load_workbook(path)
    assert [page.max_row for page in book.worksheets[:-1]] == [502, 502, 202]
    assert [row[0] for page in book.worksheets[:-1]
            for row in page.iter_rows(min_row=3, values_only=True)] == [
        f"LQ{number:05}" for number in range(1200)
    ]  # fmt: skip
    assert checksum(path) == produced.checksum


def test_the_checksum_can_be_taken_again_from_the_file_and_betrays_a_changed_cell(path):
    rows = [case(n, content=text) for n, text in enumerate([*HOSTILE, "\x00", None, "长" * 40_000])]
    produced = write(path, LEDGER, rows, lambda made: [("", made.checksum)], produced_at=MADE)
    assert checksum(path) == produced.checksum
    book = openpyxl.load_workbook(path)
    book["台账"]["D4"].value = date(2025, 1, 10)
    book.save(path)
    assert checksum(path) != produced.checksum


def test_what_is_no_workbook_is_said_to_be_none(path):
    path.write_text("不是表格")
    with pytest.raises(WorkbookError, match="Excel"):
        checksum(path)


def test_the_same_rows_make_the_same_bytes_and_tell_nothing_of_the_machine(path):
    write(path, LEDGER, map(case, range(3)), no_cover, produced_at=MADE, creator="督查员")
    first = path.read_bytes()
    write(path, LEDGER, map(case, range(3)), no_cover, produced_at=MADE, creator="督查员")
    assert path.read_bytes() == first
    properties = openpyxl.load_workbook(path).properties
    assert (properties.creator, properties.created, properties.modified) == ("督查员", MADE, MADE)
    assert str(path.parent).encode() not in first


@pytest.mark.parametrize("moment", [0, 1, 1200])
def test_a_failure_leaves_no_file_behind_and_the_earlier_one_as_it_was(path, moment):
    path.write_bytes(b"earlier")

    def rows():
        yield from map(case, range(moment))
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write(path, LEDGER, rows(), no_cover, produced_at=MADE)
    assert path.read_bytes() == b"earlier"
    assert list(path.parent.iterdir()) == [path]


def test_a_cover_that_fails_leaves_nothing_behind(path):
    with pytest.raises(ZeroDivisionError):
        write(path, LEDGER, [case(1)], lambda made: [("", str(1 / 0))], produced_at=MADE)
    assert list(path.parent.iterdir()) == []


def test_progress_is_told_and_may_cancel(path):
    seen: list[int] = []
    write(path, TEXTS, ((None, ["x"]) for _ in range(1100)), no_cover,
          produced_at=MADE, progress=seen.append)  # fmt: skip
    assert seen == [500, 1000, 1100]
    path.unlink()

    def cancel(_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write(path, LEDGER, map(case, range(600)), no_cover, produced_at=MADE, progress=cancel)
    assert list(path.parent.iterdir()) == []


def test_a_missing_folder_is_named_before_any_row_is_read(path):
    def rows():
        pytest.fail("a row was read")
        yield

    with pytest.raises(WorkbookError, match="文件夹不存在"):
        write(path.parent / "无" / "a.xlsx", LEDGER, rows(), no_cover, produced_at=MADE)


def test_a_file_name_keeps_its_time_and_fits_every_file_system():
    assert (
        safe_file_name("办不成事台账", "临清市", "2025-01-01", "20250401-0930")
        == "办不成事台账_临清市_2025-01-01_20250401-0930.xlsx"
    )
    assert safe_file_name('a/b\\c:*?"<>|', "\x00\u202e", ".. ") == "a-b-c-------_--.xlsx"
    assert safe_file_name("", " ") == "-.xlsx"
    long = safe_file_name("台账", "厅" * 200, "20250401-0930", suffix=".csv")
    assert len(long.encode()) in range(250, 256)
    assert long.endswith("_20250401-0930.csv")
