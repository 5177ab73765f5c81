"""The clock of an item: working days, stages from the times, flags and notices exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core import scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.deadlines.clock import Stage
from app.deadlines.queries import calendar
from app.improvements.jobs import flag_improvements
from app.improvements.lamps import lamp
from app.improvements.models import Improvement, ImprovementFlag
from app.improvements.queries import at_stage, count_of
from app.improvements.rules import FlagStage
from tests.conftest import NOW
from tests.improvements.items import (
    ABOVE,
    HOUR,
    OWNER,
    SUPERVISOR,
    completed,
    heard,
    moved,
    name,
    opened,
)

pytestmark = pytest.mark.usefixtures("demo")

DUE = datetime(2026, 9, 23, 9, 30, tzinfo=UTC)
"""Five working days after Thursday 17 September, over the make-up Sunday: Wednesday, 17:30."""
LONG_AFTER = NOW + timedelta(days=60)


def flagged(now):
    db.session.rollback()
    with scope.everything():
        return flag_improvements(now, now)["improvements"]


def flags(row):
    db.session.rollback()
    with scope.everything():
        found = select(ImprovementFlag).where(ImprovementFlag.improvement_id == row.id)
        return [(it.stage, it.due_version) for it in db.session.scalars(found.order_by("id")).all()]


def quiet(now=NOW):
    """Let what the demonstration brought be flagged already."""
    flagged(now)


def test_days_are_counted_by_the_calendar_of_the_hall():
    row = opened()
    assert row.due_at == DUE
    assert row.warn_at == datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
    assert row.escalate_at > DUE + timedelta(days=7)


def test_the_stage_is_read_from_the_times_though_no_scheduler_ran():
    row = opened()
    with scope.everything():
        days = calendar()
        tones = [lamp(row, days, at)[0] for at in (NOW, row.warn_at, DUE, DUE + HOUR, LONG_AFTER)]
        assert tones == ["ok", "warn", "warn", "late", "late"]
        own = Improvement.id == row.id
        for stage, at in ((Stage.WARNING, DUE), (Stage.OVERDUE, DUE + HOUR)):
            assert count_of(at_stage(stage, at) & own) == 1


def test_each_stage_is_flagged_and_told_once_however_late_and_often_the_job_runs():
    quiet(LONG_AFTER)
    row = opened()
    assert flagged(row.warn_at - HOUR) == 0
    assert flagged(LONG_AFTER) == 3
    assert flagged(LONG_AFTER) == 0
    assert flags(row) == [(stage, 1) for stage in FlagStage]
    assert heard("overdue", row).count(name(SUPERVISOR)) == 1
    assert name(ABOVE) in heard("escalated", row)
    with scope.everything():
        began = select(ImprovementFlag.began_at).where(
            ImprovementFlag.improvement_id == row.id, ImprovementFlag.stage == FlagStage.OVERDUE
        )
        assert db.session.scalar(began) == DUE


def test_any_number_of_schedulers_flag_once(demo):
    quiet(LONG_AFTER)
    rows = [opened() for _ in range(3)]

    def run(_number):
        with demo.app_context(), scope.everything():
            try:
                return flag_improvements(LONG_AFTER, LONG_AFTER)["improvements"]
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(4) as crowd:
        assert sum(crowd.map(run, range(4))) == 3 * len(rows)
    assert [len(flags(row)) for row in rows] == [3, 3, 3]


def test_a_late_completion_is_flagged_before_it_is_met_and_keeps_its_verdict():
    row = completed(now=DUE + timedelta(days=2), days=5)
    assert row.days_late is None  # opened an hour before
    late = opened()
    moved(late, "start")
    moved(late, "complete", now=DUE + timedelta(days=1), evidence="晚了一天")
    assert late.days_late == 1
    assert flags(late) == [(FlagStage.WARNING, 1), (FlagStage.OVERDUE, 1)]
    with scope.everything():
        assert lamp(late, calendar(), LONG_AFTER) == ("late", "超期 1 个工作日完成")
        before = db.session.scalar(select(func.count()).select_from(ImprovementFlag))
    flagged(LONG_AFTER)
    assert flags(late)[2:] == []
    assert before


def test_the_due_date_moves_with_a_reason_to_a_working_day_and_is_flagged_anew():
    quiet(LONG_AFTER)
    row = opened()
    flagged(DUE + HOUR)
    moved(row, "move_due", SUPERVISOR, DUE + HOUR, due_on=date(2026, 9, 30), reason="设备未到货")
    assert row.due_at == datetime(2026, 9, 30, 9, 30, tzinfo=UTC)
    assert (row.due_version, row.reason) == (2, "设备未到货")
    assert name(OWNER) in heard("due_moved", row)
    assert flagged(LONG_AFTER) == 3
    assert [version for _, version in flags(row)] == [1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 9, 26), "不是工作日"),
        (date(2026, 9, 16), "一年以内"),
        (date(2028, 1, 3), "一年以内"),
        (date(2026, 9, 23), "相同"),
        (None, "必填"),
        ("2026-09-30", "必填"),
    ],
)
def test_a_day_that_can_not_be_is_refused_beside_its_field(day, told):
    row = opened()
    with pytest.raises(InvalidInputError) as error:
        moved(row, "move_due", SUPERVISOR, due_on=day, reason="理由")
    assert told in error.value.problems["due_on"]


def test_today_is_refused_once_the_hall_is_closed():
    row = opened()
    evening = datetime(2026, 9, 17, 12, 0, tzinfo=UTC)
    with pytest.raises(InvalidInputError) as error:
        moved(row, "move_due", SUPERVISOR, evening, due_on=date(2026, 9, 17), reason="理由")
    assert "已经下班" in error.value.problems["due_on"]
