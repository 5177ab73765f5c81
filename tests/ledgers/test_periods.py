"""Periods of ledgers: their days, how they are asked for, and what is made of them on time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from app.core.errors import InvalidInputError
from app.ledgers.commands import ledger as command
from app.ledgers.jobs import PLAN, ledgers_of
from app.ledgers.orders import days_asked
from app.ledgers.rules import LedgerPeriod, Period, before, days_of
from app.scheduler import PERIOD_TIME, after_each
from tests.conftest import NOW
from tests.ledgers.reading import ask, cover

TODAY = date(2026, 9, 17)
RUNS = "SELECT r.*, h.code FROM ledger_run r JOIN hall h ON h.id = r.hall_id"


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("day", date(2026, 9, 17), date(2026, 9, 17)),
        ("week", date(2026, 9, 14), date(2026, 9, 20)),
        ("month", date(2026, 9, 1), date(2026, 9, 30)),
        ("quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_has_its_days(period, since, until):
    assert days_of(LedgerPeriod(period), TODAY) == (since, until)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(LedgerPeriod))
def test_periods_follow_each_other_without_a_gap(day, period):
    since, until = days_of(period, day)
    assert since <= day <= until
    assert before(period, day) == days_of(period, since - timedelta(days=1))
    assert before(period, day)[1] == since - timedelta(days=1)
    assert days_of(period, until) == (since, until)


def test_presets_mean_days_and_dates_beside_them_are_refused():
    assert days_asked("fixed", date(2026, 1, 2), None, TODAY) == (date(2026, 1, 2), None)
    assert days_asked("last-week", None, None, TODAY) == (date(2026, 9, 7), date(2026, 9, 13))
    assert days_asked("last-year", None, None, TODAY) == (date(2025, 1, 1), date(2025, 12, 31))
    past = [days_asked(it.value, None, None, TODAY) for it in Period if "-" in it.value]
    assert all(since <= until for since, until in past)
    with pytest.raises(InvalidInputError, match="日期请留空"):
        days_asked("this-day", TODAY, None, TODAY)
    with pytest.raises(InvalidInputError, match="没有这个周期"):
        days_asked("century", None, None, TODAY)


def test_the_form_takes_a_period(demo, login, monkeypatch, tmp_path):
    client = login(demo, "supervisor.linqing")
    asked = {"kind": "cases", "period": "last-month", "since": "2026-01-01"}
    assert "日期请留空" in client.post("/ledgers/take", data=asked).text


def test_the_command_takes_a_period(demo, tmp_path):
    out = tmp_path / "a.xlsx"
    run = CliRunner()
    done = run.invoke(
        command, ["cases", "--out", str(out), "--period", "week", "--on", "2026-09-16"]
    )
    assert done.exit_code == 0, done.output
    assert cover(out)["筛选条件"] == "登记日期：2026-09-14 至 2026-09-20"
    both = ["cases", "--out", str(out), "--period", "week", "--since", "2026-09-16"]
    assert "不要再给" in str(run.invoke(command, both).exception)
    assert "--period" in str(
        run.invoke(command, ["cases", "--out", str(out), "--on", "2026-09-16"]).exception
    )


@pytest.mark.parametrize(
    ("period", "planned"),
    [
        ("week", "2026-09-14"),
        ("month", "2026-09-01"),
        ("quarter", "2026-07-01"),  # more than a month ago: not made up
        ("year", "2026-01-04"),  # Sunday the fourth is the first day that is worked on
    ],
)
def test_a_period_is_planned_for_the_first_working_day_after_it(demo, period, planned):
    plan = after_each(LedgerPeriod(period), PERIOD_TIME)
    expected = datetime.fromisoformat(f"{planned}T00:20:00+00:00")
    assert plan(expected) == expected
    earlier = plan(expected - timedelta(seconds=1))
    assert earlier is None or earlier < expected
    assert plan(expected + timedelta(days=32)) != expected
    late = plan(NOW)
    assert (late == expected) == (NOW - expected < timedelta(days=31))


def test_each_period_is_made_once_for_each_kind_hall_and_instant(demo, tmp_path, monkeypatch):
    monkeypatch.setitem(demo.config, "EXPORTS", tmp_path / "exports")
    monday = datetime(2026, 9, 14, 0, 20, tzinfo=UTC)
    kinds = PLAN[LedgerPeriod.WEEK]
    job = ledgers_of(LedgerPeriod.WEEK)
    assert job(monday, NOW) == {"files": 3 * len(kinds)}
    assert job(monday, NOW + timedelta(hours=1)) == {"files": 0}
    runs = ask(RUNS)
    assert {(row["kind"], row["code"], row["period"]) for row in runs} == {
        (kind.value, code, "week") for kind in kinds for code in ("liaocheng", "linqing", "yanggu")
    }
    for row in runs:
        said = cover(tmp_path / "exports" / row["file_name"])
        assert "：2026-09-07 至 2026-09-13" in said["筛选条件"]
    month = ledgers_of(LedgerPeriod.MONTH)
    assert month(monday, NOW) == {"files": 3 * len(PLAN[LedgerPeriod.MONTH])}
    assert len({row["file_name"] for row in ask(RUNS)}) == len(ask(RUNS))


def test_files_of_all_periods_at_one_instant_have_different_names():
    assert all(PLAN[one] and PLAN[other] for one, other in pairwise(LedgerPeriod))
