"""A changed calendar corrects what is open of appeals: periods, and a last day that was missed.

What was filed in time, and what was met, stand as they were judged. A last day only moves on:
whoever was told an earlier calendar's day may rely on it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.appeals.models import Appeal, AppealPeriod
from app.appeals.operations.steps import held, start, tell
from app.appeals.periods import flag
from app.appeals.queries import deciders, remedy_of
from app.appeals.rules import span
from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.language import N_, gettext
from app.deadlines.correction import Shift, held_if_late
from app.deadlines.queries import hours_of
from app.departments.models import Hall
from app.rulebook.queries import is_provisional
from app.rulebook.rules import PeriodUnit, last_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from app.core.scope import Person
    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

TURNS_IN_TIME = N_("更正后不再逾期提出，须由督查确认")


# --- periods -------------------------------------------------------------------------------------


def periods(days: WorkCalendar, now: datetime) -> Iterator[Shift]:
    """Find the periods that run and would end on another day."""
    halls = {hall.id: hours_of(hall) for hall in db.session.scalars(select(Hall))}
    it = AppealPeriod
    columns = (it.id, it.step, it.number, it.unit, it.begins_on, it.last_day, it.provisional)
    rows = db.session.execute(
        select(*columns, it.due_at, Appeal.number.label("appeal"), Appeal.kind, Appeal.hall_id)
        .join(Appeal, Appeal.id == it.appeal_id)
        .where(it.met_on.is_(None))
        .order_by(it.id)
    ).all()
    for row in rows:
        reckoned = row.begins_on, row.number, PeriodUnit(row.unit)
        ends = last_day(*reckoned, days.is_workday)
        provisional = is_provisional(*reckoned, days)
        if (ends, provisional) == (row.last_day, row.provisional):
            continue
        moved = ends != row.last_day
        new_due = halls[row.hall_id].end_of(ends) if moved else row.due_at
        yield Shift(
            kind="appeal",
            number=row.appeal,
            what=f"{gettext(row.kind.label)} · {gettext(row.step.label)}",
            old_due=row.due_at,
            new_due=new_due,
            held=held_if_late(row.due_at, new_due, now),
            move=partial(_move, row.id, row.last_day, ends, provisional, days.revision),
        )


def _move(
    number: int,
    old: date,
    ends: date,
    provisional: bool,  # noqa: FBT001 -- bound by position in a partial
    revision: int,
    actor: Person,
    now: datetime,
) -> bool:
    """Move a period, unless somebody met or moved it meanwhile; the case is locked first."""
    period = db.session.get_one(AppealPeriod, number)
    appeal = period.appeal
    case = held(appeal)
    db.session.refresh(period)
    if period.met_on is not None or period.last_day != old:
        return False
    old_due = period.due_at
    flag(case, appeal, period, now=now)  # what it went through is told before it is moved
    period.provisional = provisional
    if ends != old:
        hours = hours_of(case.hall)
        fresh = span(period.begins_on, ends, _warn_days(period, ends, hours), hours)
        period.last_day, period.warn_at, period.due_at = ends, fresh.warn_at, fresh.due_at
        period.warning_flagged_at = period.overdue_flagged_at = None
    tell(
        case,
        appeal,
        "appeal_recomputed",
        actor=actor,
        now=now,
        step=period.step.value,
        old_due=old_due.isoformat(),
        new_due=period.due_at.isoformat(),
        calendar_revision=revision,
    )
    return True


def _warn_days(period: AppealPeriod, ends: date, hours: Hours) -> int:
    """Return how many days before its last one a period warns, as it did before it was moved.

    Its rule may say another number by now; one that warned from its beginning does so still.
    """
    warns = hours.local(period.warn_at).date()
    return (ends - warns if warns == period.begins_on else period.last_day - warns).days


# --- appeals that came late ----------------------------------------------------------------------


def filings(days: WorkCalendar, _now: datetime) -> Iterator[Shift]:
    """Find the appeals that wait for a ruling on their lateness, and had longer than was reckoned.

    Whether one is late after all, who decided the case does not confirm.
    """
    waiting = select(Appeal).where(Appeal.late_reason.is_not(None), Appeal.late_ruled_at.is_(None))
    waiting = waiting.options(joinedload(Appeal.hall)).order_by(Appeal.id)
    asking = scope.current()
    for row in db.session.scalars(waiting).all():
        case, old = db.session.get_one(Case, row.case_id), row.last_day
        remedy = remedy_of(row, case)
        if remedy is None or remedy.number is None or old is None:
            continue
        until = last_day(row.told_on, remedy.number, remedy.unit, days.is_workday)
        in_time = row.filed_on <= until
        if until <= old or (in_time and asking.id in deciders(row.case_id, apart_from=row.id)):
            continue
        hours = hours_of(row.hall)
        yield Shift(
            kind="filing",
            number=row.number,
            what=f"{gettext(row.kind.label)} · {gettext('提出期限')}",
            old_due=hours.end_of(old),
            new_due=hours.end_of(until),
            held=TURNS_IN_TIME if in_time else "",
            move=partial(_move_filing, row.id, old, until, days.revision),
        )


def _move_filing(
    number: int, old: date, until: date, revision: int, actor: Person, now: datetime
) -> bool:
    """Move the last day of an appeal that came late; one that came in time after all begins."""
    appeal = db.session.get_one(Appeal, number)
    case = held(appeal)
    if appeal.late_ruled_at is not None or appeal.last_day != old:
        return False
    late = appeal.filed_on > until
    appeal.last_day = until
    if not late:
        appeal.late_reason = None
        start(case, appeal, appeal.filed_on)
    tell(
        case,
        appeal,
        "appeal_recomputed",
        actor=actor,
        now=now,
        old_last_day=old.isoformat(),
        new_last_day=until.isoformat(),
        late=late,
        calendar_revision=revision,
    )
    return True
