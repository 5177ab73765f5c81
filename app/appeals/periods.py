"""Start a period of an appeal, meet it, flag its stages: each once, at the instant it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.appeals.models import AppealPeriod
from app.appeals.rules import span
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import gettext
from app.deadlines.queries import calendar, hours_of
from app.rulebook.queries import is_provisional, period_for
from app.rulebook.rules import last_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.appeals.models import Appeal
    from app.cases.models import Case
    from app.rulebook.rules import RemedyStep

STAGES = {"warning": ("warn_at", "appeal_warning"), "overdue": ("due_at", "appeal_overdue")}
"""Stage → the column that holds the instant at which it begins, and the event that tells of it."""


def begin(case: Case, appeal: Appeal, step: RemedyStep, day: date) -> AppealPeriod:
    """Start a period after a day, by the rule that governs there; DomainError where there is none.

    The last day is kept as it was reckoned then; a calendar that changes while it runs corrects it.
    """
    rule = period_for(case.hall_id, appeal.kind, step, day)
    if rule is None:
        raise DomainError(
            gettext(
                "没有适用于“%(kind)s”的办理期限，请联系系统管理员", kind=gettext(appeal.kind.label)
            )
        )
    days = calendar()
    ends = last_day(day, rule.number, rule.unit, days.is_workday)
    reckoned = span(day, ends, rule.warn_days, hours_of(case.hall))
    period = AppealPeriod(
        case_id=case.id,
        step=step,
        rule=rule,
        number=rule.number,
        unit=rule.unit.value,
        begins_on=day,
        last_day=ends,
        provisional=is_provisional(day, rule.number, rule.unit, days),
        warn_at=reckoned.warn_at,
        due_at=reckoned.due_at,
    )
    appeal.periods.append(period)
    db.session.flush()
    return period


def meet(case: Case, appeal: Appeal, day: date, *, now: datetime) -> None:
    """End the period that runs; what it went through unflagged is flagged first."""
    for period in appeal.periods:
        if period.met_on is None:
            if day > period.last_day:
                flag(case, appeal, period, now=now)
            period.met_on = day


def flag(case: Case, appeal: Appeal, period: AppealPeriod, *, now: datetime) -> int:
    """Flag every stage of a period that began by now and is not flagged; return how many.

    To be called under the lock of the case: of two schedulers the second finds nothing to do.
    """
    found = 0
    for stage, (instant, kind) in STAGES.items():
        began = getattr(period, instant)
        reached = began <= now if stage == "warning" else began < now
        if period.met_on is not None or not reached or getattr(period, f"{stage}_flagged_at"):
            continue
        setattr(period, f"{stage}_flagged_at", now)
        with scope.everything():
            timeline.record(
                case,
                kind,
                actor=scope.SYSTEM,
                now=now,
                at=began,
                appeal=appeal.number,
                remedy_kind=appeal.kind.value,
                step=period.step.value,
                last_day=period.last_day.isoformat(),
                person_id=appeal.handler_id,
            )
            db.session.flush()
        found += 1
    return found
