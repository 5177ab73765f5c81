"""A sealed workbook says whether it is as it was produced, and which cells were changed."""

import gc
import re
import shutil
import subprocess
from datetime import datetime
from zipfile import ZipFile

import openpyxl
import pytest

from app.core.errors import DomainError
from app.core.workbook import Sheet, WorkbookError, checksum, write, write_tables
from app.core.workbook.verify import verify
from tests.core.workbook_examples import HOSTILE, LEDGER, MADE, TEXTS, case, no_cover

KEYS = {"new": b"n" * 32, "old": b"o" * 32}
ROWS = [
    case(number, content=text)
    for number, text in enumerate([*HOSTILE, "a\x00b", "一\r\n二", "长" * 40_000, None])
] + [case(number) for number in range(100, 700)]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("sealed") / "台账.xlsx"
    write(path, LEDGER, ROWS, lambda made: [("行数", str(made.rows))], produced_at=MADE, keys=KEYS)
    return path


@pytest.fixture
def path(original, tmp_path):
    return shutil.copy(original, tmp_path / "copy.xlsx")


@pytest.fixture
def changed(path):
    """Return a function that changes the book and tells what the verdict says of it."""

    def change(how, name="台账"):
        book = openpyxl.load_workbook(path)
        how(book[name])
        book.save(path)
        return [
            (it.what, f"{it.sheet}!{it.cell}", it.was, it.now) for it in verify(path, KEYS).changes
        ]

    return change


def test_a_file_that_nobody_touched_is_as_it_was_produced(original):
    verdict = verify(original, KEYS)
    assert verdict.untouched
    assert (verdict.changes, verdict.title, verdict.rows) == ([], LEDGER.title, len(ROWS))
    assert verdict.checksum == checksum(original)
    assert verdict.cover == [["行数", str(len(ROWS))]]


def test_a_sealed_file_that_fails_leaves_nothing_open_and_nothing_behind(tmp_path):
    def rows():
        yield from ROWS
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write(tmp_path / "a.xlsx", LEDGER, rows(), no_cover, produced_at=MADE, keys=KEYS)
    gc.collect()  # what was left open would be warned of, and warnings are errors
    assert list(tmp_path.iterdir()) == []


def test_the_same_workbook_has_the_same_seal(original, path):
    write(path, LEDGER, ROWS, lambda made: [("行数", str(made.rows))], produced_at=MADE, keys=KEYS)
    assert path.read_bytes() == original.read_bytes()


def test_saved_again_by_a_library_it_is_the_same_data(path):
    openpyxl.load_workbook(path).save(path)
    verdict = verify(path, KEYS)
    assert (verdict.changes, verdict.untouched) == ([], False)


def test_saved_again_by_libreoffice_it_is_the_same_data(path, tmp_path):
    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice is not installed")
    command = [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(tmp_path / "again"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    verdict = verify(tmp_path / "again" / path.name, KEYS)
    assert (verdict.changes, verdict.untouched) == ([], False)


@pytest.mark.parametrize(
    ("cell", "value", "was", "now"),
    [
        ("E5", 9, "5", "9"),
        ("F9", None, "4.5", ""),
        ("D7", datetime(2025, 1, 20), "2025-01-09", "2025-01-20"),  # noqa: DTZ001
        ("C8", datetime(2025, 1, 2, 9, 0, 15), "2025-01-02 08:30:15", "2025-01-02 09:00:15"),  # noqa: DTZ001
        ("B30", "办得很快", "材料反复退回", "办得很快"),
        ("B400", None, "材料反复退回", ""),
        ("A30", "LQ99999", None, "LQ99999"),
        ("B3", "=2+2", None, "=2+2"),
        ("B2", "内容", "反映内容", "内容"),
        ("A1", "新标题", LEDGER.title, "新标题"),
    ],
)
def test_a_changed_cell_is_named_with_what_it_says_and_where_it_can_be_known_what_it_said(
    changed, cell, value, was, now
):
    def change(page):
        page[cell] = value

    assert changed(change) == [("cell", f"台账!{cell}", was, now)]


def test_a_formula_that_shows_the_text_it_replaced_is_a_change(changed):
    def change(page):
        assert page["B3"].value == "=1+1"
        page["B3"].data_type = "f"

    ((what, cell, _, now),) = changed(change)
    assert (what, cell, now) == ("cell", "台账!B3", "=1+1")


def test_several_changed_cells_are_each_named(changed):
    def change(page):
        page["A30"], page["B30"], page["E31"], page["E600"] = "LQ1", "改", 7, 8

    assert {(cell, now) for _, cell, _, now in changed(change)} == {
        ("台账!A30", "LQ1"), ("台账!B30", "改"), ("台账!E31", "7"), ("台账!E600", "8"),
    }  # fmt: skip


def test_rows_taken_out_and_put_in_are_named_and_those_that_moved_are_not(changed):
    def change(page):
        page.delete_rows(200)
        page.insert_rows(300)
        page["A300"] = "插入"
        page["E400"] = 77

    assert changed(change) == [
        ("cell", "台账!E400", "5", "77"),
        ("row-missing", "台账!200:200", None, None),
        ("row-added", "台账!300:300", None, "插入"),
    ]


def test_rows_in_another_order_are_no_other_rows(changed):
    def swap(page):
        for one, other in zip(page[50], page[60], strict=True):
            one.value, other.value = other.value, one.value

    assert changed(swap) == [("order", "台账!", None, "2")]


def test_what_stands_beside_the_table_and_on_the_cover_is_seen_too(changed):
    def note(page):
        page["H3"] = "旁注"

    assert changed(note) == [("added", "台账!H3", "", "旁注")]

    def lie(page):
        page["B1"] = "1"
        page["A3"] = "补"

    assert changed(lie, "说明")[1:] == [
        ("cell", "说明!B1", str(len(ROWS)), "1"), ("added", "说明!A3", "", "补"),
    ]  # fmt: skip


def test_sheets_that_come_go_or_are_renamed_are_named(path):
    book = openpyxl.load_workbook(path)
    book["台账"].title = "我的台账"
    book.remove(book["说明"])
    book.create_sheet("草稿")
    book.save(path)
    assert {(it.what, it.sheet) for it in verify(path, KEYS).changes} >= {
        ("sheet-renamed", "我的台账")
    }


def test_tables_over_several_sheets_are_checked_to_the_last(tmp_path):
    path = tmp_path / "several.xlsx"
    tables = [
        (Sheet("甲", LEDGER.columns, "甲厅", row_limit=5), [case(n) for n in range(7)]),
        (Sheet("乙", TEXTS.columns, "乙厅"), [(None, ["=1"])]),
    ]
    write_tables(path, tables, no_cover, produced_at=MADE, keys=KEYS)
    assert verify(path, KEYS).untouched
    book = openpyxl.load_workbook(path)
    book["甲厅 (3)"]["A3"], book["乙厅"]["A3"] = "假", "假"
    book.save(path)
    assert [(it.sheet, it.cell) for it in verify(path, KEYS).changes] == [
        ("甲厅 (3)", "A3"), ("乙厅", "A3"),
    ]  # fmt: skip


def test_an_older_key_still_opens_what_it_sealed(tmp_path):
    path = tmp_path / "old.xlsx"
    write(path, TEXTS, [(None, ["甲"])], no_cover, produced_at=MADE, keys={"old": KEYS["old"]})
    assert verify(path, KEYS).untouched


def test_who_has_not_the_key_can_not_seal_and_not_read_the_seal(path):
    with pytest.raises(DomainError, match="数据密钥"):
        verify(path, {"other": b"x" * 32})
    write(path, TEXTS, [(None, ["假"])], no_cover, produced_at=MADE, keys={"new": b"x" * 32})
    with pytest.raises(DomainError, match="封签已被改动"):
        verify(path, KEYS)


@pytest.mark.parametrize("how", ["swap", "cut", "letter", "gone", "salt"])
def test_a_seal_that_was_tampered_with_is_none(path, how):
    book = openpyxl.load_workbook(path)
    seal = book["封签"]
    assert seal.sheet_state == "veryHidden"
    assert seal.max_row > 2
    text = seal["A2"].value
    match how:
        case "swap":
            seal["A2"], seal["A3"] = seal["A3"].value, text
        case "cut":
            seal.delete_rows(seal.max_row)
        case "letter":
            seal["A2"] = ("B" if text[0] == "A" else "A") + text[1:]
        case "gone":
            book.remove(seal)
        case "salt":
            seal["A1"] = seal["A1"].value + "zz"
    book.save(path)
    with pytest.raises(DomainError, match="封签"):
        verify(path, KEYS)


def test_nothing_of_the_rows_can_be_read_in_the_seal(original):
    with ZipFile(original) as archive:
        seal = archive.read("xl/worksheets/sheet3.xml").decode()
    pieces = re.findall(r"<t>([^<]*)</t>", seal)
    assert pieces[0].startswith("bancheng-seal-1 new ")
    assert all(len(piece) <= 32_767 for piece in pieces)
    assert "临清" not in seal


def test_what_is_no_workbook_is_said_to_be_none(tmp_path):
    (tmp_path / "a.xlsx").write_text("不是表格")
    with pytest.raises(WorkbookError, match="Excel"):
        verify(tmp_path / "a.xlsx", KEYS)
