"""What the Excel writer expects of the inside of openpyxl and zipfile: look here when one moves."""

import io
import re
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest
from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from app.core.workbook import frames
from tests.core.workbook_examples import MADE

REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"


@pytest.mark.parametrize("package", ["openpyxl", "isal"])
def test_what_is_installed_is_what_is_pinned(package):
    pinned = re.search(rf"^{package}==(\S+)", REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    assert pinned
    assert version(package) == pinned[1]


def test_openpyxl_asks_for_each_sheet_in_turn_and_meets_one_that_is_added_meanwhile():
    asked = []

    class Writer(ExcelWriter):
        def write_worksheet(self, ws):
            asked.append((ws.title, ws.path))
            ws._drawing, ws._rels = None, []
            if ws.title == "一":
                self.workbook.create_sheet("二", 1)
            self._archive.writestr(ws.path[1:], "")
            self.manifest.append(ws)

    book = frames.Book()
    book.create_sheet("一")
    book.create_sheet("三")
    with ZipFile(io.BytesIO(), "w") as archive:
        Writer(book, archive).save()
    assert asked == [(name, f"/xl/worksheets/sheet{number}.xml") for number, name in
                     enumerate("一二三", 1)]  # fmt: skip


def test_the_frame_of_a_sheet_is_what_openpyxl_writes_but_for_the_size():
    page = Workbook().active
    page.append(["头"])
    page.auto_filter.ref = "A1:A1"
    head, tail = frames.frame(page)
    assert head.count(b"<sheetData>") == 1
    assert head.endswith(b"</row>")
    assert b"<dimension" not in head
    assert tail.startswith(b"</sheetData>")
    assert b"<autoFilter" in tail
    assert page._rels == []


def test_a_member_is_packed_by_isal_and_any_zip_reads_it(tmp_path):
    text = "编号 大厅 来源渠道 受理时间".encode() * 5000
    with (tmp_path / "a.zip").open("wb") as file:
        archive = frames._Archive(file, MADE)
        with archive.open(ZipInfo("a"), "w") as member:
            assert type(member._compressor).__module__ == "isal_zlib"
            member.write(text)
        archive.close()
    with ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert archive.read("a") == text
        assert archive.getinfo("a").compress_size < len(text) / 20
        assert archive.getinfo("a").date_time == MADE.timetuple()[:6]
