"""The ledger of improvement items: what it lists, how late, in which colour, for whom."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from app.core.crud.present import local
from app.ledgers.commands import ledger as command
from tests.conftest import NOW
from tests.improvements.items import SUPERVISOR, completed, moved, opened
from tests.ledgers.reading import LATE, PLAIN, SOON, cover, grounds, table

pytestmark = pytest.mark.usefixtures("demo")

LATER = datetime(2026, 9, 24, 2, 0, tzinfo=UTC)
"""The working day after five working days from now are over."""
SINCE = date(2026, 9, 17)


def taken(ledger, **asked):
    """Take the ledger of what was opened today; return its rows by number."""
    path = ledger("improvements", **{"now": LATER, "since": SINCE, "hall": "linqing"} | asked)
    return path, {row[0]: row for row in table(path)}


def test_it_tells_each_item_with_its_clock_and_colour(ledger):
    late, soon, running = opened(days=5), opened(days=6), opened(days=30)
    done = completed(NOW)
    gone = moved(opened(days=5), "withdraw", SUPERVISOR, reason="重复下达")
    path, rows = taken(ledger)
    assert next(iter(rows)) == done.number  # opened an hour before the others
    assert set(rows) == {it.number for it in (late, soon, running, done, gone)}
    told = {number: (row[9], row[12], row[13]) for number, row in rows.items()}
    assert told == {
        late.number: ("待整改", "是", 1),
        soon.number: ("待整改", "否", None),
        running.number: ("待整改", "否", None),
        done.number: ("待验收", "否", None),
        gone.number: ("已撤销", None, None),
    }
    colours = dict(zip(rows, grounds(path), strict=True))
    assert colours[late.number] == LATE
    assert colours[soon.number] == SOON
    assert {colours[it.number] for it in (running, done, gone)} == {PLAIN}
    row = rows[late.number]
    assert row[8] == local(late.due_at).replace(tzinfo=None)
    assert row[5] == "配工作手机，上门帮办"


def test_it_is_narrowed_by_period_department_and_what_one_sees(ledger):
    ours = opened()
    assert ours.number in taken(ledger, department="scjg")[1]
    assert ours.number not in taken(ledger, department="syk")[1]
    assert taken(ledger, since=SINCE + timedelta(days=1))[1] == {}
    assert ours.number in taken(ledger, who="handler.linqing.scjg", hall=None)[1]
    for foreign in ("handler.linqing.syk", "clerk.yanggu", "admin"):
        assert ours.number not in taken(ledger, who=foreign, hall=None)[1]
    path, _ = taken(ledger, department="scjg")
    assert "责任科室：市场监管科" in cover(path)["筛选条件"]


def test_the_command_takes_it(demo, tmp_path):
    opened()
    out = tmp_path / "整改.xlsx"
    asked = ["improvements", "--out", str(out), "--hall", "linqing", "--json"]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] == len(table(out)) > 0
