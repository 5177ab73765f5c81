"""What goes into a cell comes out of it, or the file says that it could not."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, strategies as st
from lxml import etree
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.escape import unescape

from app.core.workbook import Column, Kind, Sheet, Value, write
from app.core.workbook.body import Body
from app.core.workbook.cells import as_they_are, entry, tidy
from app.core.workbook.checksum import line
from app.core.workbook.pages import LINE, TALLEST, lines_of
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
    assert [tidy(text).value for text in HOSTILE] == [c.value for c in cells]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert {cell.number_format for cell in cells} == {"@"}
    assert produced.replaced == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("半个\ud83d字", "半个\ufffd字"),
        ("\uffff", "\ufffd"),
        ("长" * 40_000, "长" * 32_766 + "…"),
        ("😀" * 20_000, "😀" * 16_383 + "…"),
    ],
)
def test_what_a_cell_cannot_hold_is_replaced_or_cut_and_counted(path, given, kept):
    assert of_text(path, "完好", given).replaced == 1
    assert [cell.value for cell in column_of(path)] == ["完好", kept]


@pytest.mark.parametrize(
    "text",
    ["a\x00b\x0bc\x1f", "一\r\n二\r三", "\r=1+1", "长" * 32_767, "😀" * 16_383, "_x0000_\x00]]>"],
)
def test_what_excel_can_hold_comes_back_letter_for_letter(path, text):
    assert of_text(path, "完好", text).replaced == 0
    assert [unescape(cell.value) for cell in column_of(path)] == ["完好", text]


@given(st.text(alphabet=st.characters() | st.sampled_from("_x0015FA\r\n\t\x00"), max_size=60))
def test_any_text_is_kept_or_said_to_be_altered(text):
    entry = tidy(text)
    shown = re.sub(  # as Excel decodes, ECMA-376 part 1, ST_Xstring
        "_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), str(entry.value or "")
    )
    assert entry.altered == (shown != text)


@given(st.lists(st.text(st.characters() | st.sampled_from("_x0041\r\n\x00\x1f<&"), max_size=30)))
def test_texts_are_waved_through_together_only_if_none_needs_care(texts):
    if texts and as_they_are(texts, "".join(texts)):
        assert [tidy(text) for text in texts] == [(text or None, False) for text in texts]


def any_of(kind):
    """Return values of a kind of column, from the usual to the impossible."""
    numbers = st.integers(-(10**17), 10**17)
    days = st.dates() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
    moments = st.datetimes() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001
    values = {
        Kind.TEXT: st.text(st.characters() | st.sampled_from(" _x0041\r\n\x00<&"), max_size=30),
        Kind.DATE: days | moments,
        Kind.DATETIME: moments,
        Kind.INTEGER: numbers,
        Kind.NUMBER: numbers | st.floats() | st.decimals(allow_nan=False),
    }
    return st.lists(st.none() | values[kind], min_size=1, max_size=12)


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
def test_rows_told_together_are_those_told_one_by_one(kind, data):
    values = data.draw(any_of(kind))
    body = Body([Column("列", 12, kind)], {None: [7]})
    batch = body.batch(3, [(None, [value]) for value in values])
    found = list(etree.fromstring(b"<body>" + batch.xml + b"</body>"))
    entries = [entry(kind, value) for value in values]
    assert [shown(row) for row in found] == [
        (str(number), f"A{number}", "7", written(told.value))
        for number, told in enumerate(entries, 3)
    ]
    assert batch.altered == sum(told.altered for told in entries)
    assert batch.rows == [line([told.value]) for told in entries]
    heights = [
        lines_of(told.value, 12) if kind is Kind.TEXT else 1 for told in entries if told.value
    ]
    assert [float(row.get("ht")) / LINE for row, told in zip(found, entries, strict=True)
            if told.value] == [min(lines, TALLEST / LINE) for lines in heights]  # fmt: skip


def shown(row):
    """Return what a row of one cell says: its number, the cell's address, style and content."""
    (cell,) = row
    text = "".join(cell.itertext()) or None
    content = ("s", text) if cell.get("t") else ("n", float(text)) if text else None
    return row.get("r"), cell.get("r"), cell.get("s"), content


def written(value):
    match value:
        case None:
            return None
        case str():
            return "s", value
        case datetime():
            return "n", pytest.approx(to_excel(value), abs=1e-9)
        case _:
            return "n", value


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
