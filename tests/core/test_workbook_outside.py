"""The Excel writer against the world: LibreOffice, paper, a full disk, many rows."""

import csv
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.core.workbook import Column, Sheet, Tone, write
from tests.core.workbook_examples import HOSTILE, LEDGER, MADE, case, no_cover


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder / "台账.xlsx"


@pytest.fixture
def soffice(tmp_path):
    program = shutil.which("soffice")
    if not program and os.environ.get("CI"):
        pytest.fail("LibreOffice is missing: CI has to have it")
    if not program:
        pytest.skip("LibreOffice is not installed")

    def convert(file, target):
        profile = (tmp_path / "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to"]
        command += [target, "--outdir", str(tmp_path), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return tmp_path / f"{file.stem}.{target.partition(':')[0]}"

    return convert


@pytest.mark.parametrize(
    ("rows", "limit", "when"), [(50_000, 200_000, "rows"), (40, 6_000, "cover")]
)
def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(path, tmp_path, rows, limit, when):
    # The first overflows while rows stream, the second only when the file is put together.
    script = f"""
        import resource, signal, sys
        from datetime import datetime
        from pathlib import Path
        from app.core.workbook import Column, Sheet, WorkbookError, write

        def fill_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))

        def rows():
            if "{when}" == "rows":
                fill_disk()
            for number in range({rows}):
                yield None, [str(number ** 9)]

        def cover(_):
            fill_disk()
            return []

        try:
            write(Path(sys.argv[1]), Sheet("t", [Column("a")]), rows(), cover,
                  produced_at=datetime(2025, 4, 1))
        except WorkbookError as error:
            print(error)
    """
    streams = tmp_path / "streams"
    streams.mkdir()
    assert "磁盘空间不足" in python(script, path, TMPDIR=str(streams), PYTHONIOENCODING="utf-8")
    assert list(path.parent.iterdir()) == []
    assert list(streams.iterdir()) == []


def test_memory_does_not_grow_with_the_rows(path):
    script = """
        import sys
        from datetime import datetime
        from pathlib import Path
        from app.core.workbook import Column, Kind, Sheet, Tone, write

        made = datetime(2025, 4, 1)
        sheet = Sheet("t", [Column("a"), Column("b", kind=Kind.DATETIME), Column("c")])
        rows = ((Tone.LATE, [f"案件{n}", made, "内容"]) for n in range(int(sys.argv[2])))
        write(Path(sys.argv[1]), sheet, rows, lambda _: [], produced_at=made)
        status = Path("/proc/self/status").read_text()
        print(status.partition("VmHWM:")[2].split()[0])
    """
    few, many = (int(python(script, path, count)) for count in (5_000, 60_000))
    assert many < few * 1.1


def python(script, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        env=os.environ | environment, cwd=Path(__file__).parents[2],
        check=True, capture_output=True, text=True, timeout=180,
    ).stdout  # fmt: skip


def test_libreoffice_reads_every_cell_as_it_was_written(path, soffice):
    rows = [
        [text, "2025-01-02 08:30:15", "2025-01-09", "5"] for text in [*HOSTILE, "a\x00b", "一\n二"]
    ]
    columns = [LEDGER.columns[1], *LEDGER.columns[2:5]]
    write(path, Sheet("核对", columns), [
        (Tone.LATE, [text, *case(1)[1][2:5]]) for text in [*HOSTILE, "a\x00b", "一\r\n二"]
    ], no_cover, produced_at=MADE)  # fmt: skip
    options = "44,34,76,1,,0,false,true,false,false,false,1"
    table = soffice(path, f"csv:Text - txt - csv (StarCalc):{options}")
    found = next(iter(table.parent.glob("*.csv")))
    with found.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[2:] == rows


def test_the_printed_page_has_every_column_its_heads_again_and_its_number(path, soffice):
    columns = [Column(f"第{n}列", 14) for n in range(20)] + [Column("满意度", 10)]
    rows = ((Tone.LATE, ["编号", "长" * 50 + "完", *["内容"] * 18, f"末{n}"]) for n in range(200))
    write(path, Sheet("打印台账", columns), rows, lambda made: [("行数", "200")], produced_at=MADE)
    pages = subprocess.run(
        ["pdftotext", "-layout", str(soffice(path, "pdf")), "-"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout.split("\f")[:-1]  # fmt: skip
    *table, cover = pages
    assert len(table) > 1
    for number, page in enumerate(table, 1):
        assert "打印台账" in page
        assert "满意度" in page
        assert re.search(rf"第 ?{number} ?页 ?共 ?{len(pages)} ?页", page)
    assert "完" in table[0]  # a wrapped text is tall enough to be read to its end
    assert "末0" in table[0]
    assert "末199" in table[-1]
    assert "行数" in cover
