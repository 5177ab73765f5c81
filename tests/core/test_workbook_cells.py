"""What goes into a cell comes out of it, or the file says that it could not."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, strategies as st

from app.core import workbook_cells
from app.core.workbook import Column, Kind, Sheet, Value, write
from tests.core.workbook_examples import HOSTILE, MADE, TEXTS, no_cover


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder / "台账.xlsx"


def of_text(path, *texts, **options):
    return write(path, TEXTS, ((None, [text]) for text in texts), no_cover, produced_at=MADE)


def column_of(path):
    page = openpyxl.load_workbook(path)["台账"]
    return [row[0] for row in page.iter_rows(min_row=3)]


def test_hostile_text_stays_the_text_it_was(path):
    produced = of_text(path, *HOSTILE)
    cells = column_of(path)
    assert [workbook_cells.tidy(text).value for text in HOSTILE] == [c.value for c in cells]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert {cell.number_format for cell in cells} == {"@"}
    assert produced.replaced == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b\x0bc", "a\ufffdb\ufffdc"),
        ("半个\ud83d字", "半个\ufffd字"),
        ("\uffff", "\ufffd"),
        ("长" * 40_000, "长" * 32_766 + "…"),
        ("😀" * 20_000, "😀" * 16_383 + "…"),
    ],
)
def test_what_a_cell_cannot_hold_is_replaced_or_cut_and_counted(path, given, kept):
    assert of_text(path, "完好", given).replaced == 1
    assert [cell.value for cell in column_of(path)] == ["完好", kept]


def test_line_ends_of_a_form_become_line_breaks_of_a_cell(path):
    assert of_text(path, "一\r\n二\r三", "\r=1+1").replaced == 0
    assert [cell.value for cell in column_of(path)] == ["一\n二\n三", "\n=1+1"]


@given(st.text(alphabet=st.characters() | st.sampled_from("_x0015FA\r\n\t\x00"), max_size=60))
def test_any_text_is_kept_or_said_to_be_altered(text):
    entry = workbook_cells.tidy(text)
    shown = re.sub(  # as Excel decodes, ECMA-376 part 1, ST_Xstring
        "_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), str(entry.value or "")
    )
    assert entry.altered == (shown != text.replace("\r\n", "\n").replace("\r", "\n"))


def test_numbers_in_a_text_column_are_text_digit_for_digit(path):
    of_text(path, 13800000000, Decimal("12.50"), "")
    assert [cell.value for cell in column_of(path)] == ["13800000000", "12.50", None]


def test_numbers_and_dates_that_excel_would_falsify_are_written_as_text(path):
    columns = [Column("日", kind=Kind.DATE), Column("数", kind=Kind.INTEGER)]
    row: list[Value] = [date(202, 1, 1), 371581199001011234]
    produced = write(path, Sheet("t", columns), [(None, row)], no_cover, produced_at=MADE)
    assert produced.replaced == 2
    page = openpyxl.load_workbook(path)["台账"]
    assert [cell.value for cell in page[3]] == ["0202-01-01", "371581199001011234"]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (
            Kind.DATETIME,
            datetime(2025, 1, 1, tzinfo=UTC),
            "row 1 of 台账: Excel knows no time zones",
        ),
        (Kind.DATE, datetime(2025, 1, 1, tzinfo=UTC), "convert to local time"),
        (Kind.DATE, "2025-01-01", "kind date takes no str"),
        (Kind.INTEGER, True, "kind integer takes no bool"),
        (Kind.TEXT, date(2025, 1, 1), "kind text takes no date"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_row(path, kind, value, message):
    sheet = Sheet("t", [Column("列", kind=kind)])
    with pytest.raises(ValueError, match=message):
        write(path, sheet, [(None, [value])], no_cover, produced_at=MADE)
    assert list(path.parent.iterdir()) == []
