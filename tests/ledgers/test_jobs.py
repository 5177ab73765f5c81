"""The ledgers that are made on time: each once, of the right rows, whatever goes wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import DomainError
from app.core.workbook import checksum
from app.ledgers.jobs import daily_ledgers
from tests.ledgers.reading import ask, column, cover, expected, run, table
from tests.processes import Forked

PLANNED = datetime(2026, 9, 17, 9, 40, tzinfo=UTC)
NOW = PLANNED + timedelta(seconds=20)
HALLS = {"liaocheng": {"LC", "LQ", "YG"}, "linqing": {"LQ"}, "yanggu": {"YG"}}
RUNS = "SELECT r.*, h.code FROM ledger_run r JOIN hall h ON h.id = r.hall_id"
DAMAGE = """UPDATE "case" SET phone = '00000000.AAAA' WHERE id =
            (SELECT min(id) FROM "case" WHERE number LIKE 'LQ%' AND phone IS NOT NULL)"""


@pytest.fixture
def folder(demo, tmp_path, monkeypatch):
    """An empty folder for the ledgers that does not exist yet."""
    monkeypatch.setitem(demo.config, "EXPORTS", tmp_path / "new" / "exports")
    return demo.config["EXPORTS"]


def whole(folder):
    """Return the runs by kind and hall, once each of them is found to have its file."""
    runs = ask(RUNS)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        row["file_name"] for row in runs
    )
    for row in runs:
        path = folder / row["file_name"]
        assert checksum(path) == row["checksum"] == cover(path)["数据校验码（SHA-256）"]
        assert len(table(path)) == row["rows"]
    return {(row["kind"], row["code"]): row for row in runs}


def test_every_hall_gets_each_ledger_with_its_own_rows_and_those_below(folder):
    assert daily_ledgers(PLANNED, NOW) == {"files": 6}
    runs = whole(folder)
    assert set(runs) == {(kind, code) for kind in ("cases", "overdue") for code in HALLS}
    for code, prefixes in HALLS.items():
        found = expected(NOW, lambda case, own=prefixes: case["number"][:2] in own)
        assert table(folder / runs["cases", code]["file_name"]) == [cells for cells, _ in found]
        assert {
            number[:2] for number in column(folder / runs["overdue", code]["file_name"], "编号")
        } <= prefixes
    name = runs["cases", "linqing"]["file_name"]
    assert name.startswith("办不成事台账_临清市政务服务大厅_")
    assert name.endswith("_20260917_20260917174000.xlsx")
    assert cover(folder / name)["制表人"] == "系统"


def test_a_second_run_makes_nothing_and_touches_nothing(folder):
    daily_ledgers(PLANNED, NOW)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert daily_ledgers(PLANNED, NOW + timedelta(minutes=5)) == {"files": 0}
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert daily_ledgers(PLANNED + timedelta(days=1), NOW + timedelta(days=1)) == {"files": 6}
    whole(folder)


def test_a_hall_that_closed_gets_none(folder):
    run("UPDATE hall SET active = false WHERE code = 'yanggu'")
    assert daily_ledgers(PLANNED, NOW) == {"files": 4}


def test_a_hall_that_fails_stops_no_other_and_is_made_up_later(folder):
    stored = ask("""SELECT id, phone FROM "case" WHERE number LIKE 'LQ%' AND phone IS NOT NULL
                    ORDER BY id LIMIT 1""")[0]
    run(DAMAGE)
    with pytest.raises(DomainError, match=r"未能生成：.*临清市政务服务大厅办不成事台账"):
        daily_ledgers(PLANNED, NOW)
    runs = whole(folder)
    assert {("cases", "yanggu"), ("overdue", "yanggu")} <= set(runs)
    assert ("cases", "linqing") not in runs
    assert ("cases", "liaocheng") not in runs
    run("""UPDATE "case" SET phone = :phone WHERE id = :id""", **stored)
    assert daily_ledgers(PLANNED, NOW + timedelta(minutes=1)) == {"files": 6 - len(runs)}
    assert len(whole(folder)) == 6


def test_a_folder_that_cannot_be_written_to_is_said_in_a_sentence(folder, demo):
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    with pytest.raises((DomainError, FileExistsError)):
        daily_ledgers(PLANNED, NOW)
    assert ask(RUNS) == []


def daily(_say, now):
    return daily_ledgers(PLANNED, now)


def test_two_processes_make_one_file_and_one_row_of_each(folder, demo):
    two = [Forked(demo, daily, NOW + timedelta(seconds=late)) for late in (0, 30)]
    for process in two:
        process.start()
    made = [process.result()["files"] for process in two]
    assert sum(made) == 6
    assert len(whole(folder)) == 6
