"""The lamp of a case: how its clock stands, as a tone and in words. Derived when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.cases.rules import Outcome, Status
from app.core.language import gettext, ngettext
from app.deadlines.clock import Stage, stage
from app.deadlines.hours import days_late, split, working_seconds
from app.deadlines.queries import hours_of
from app.deadlines.rules import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case
    from app.deadlines.hours import Hours
    from app.deadlines.models import Deadline
    from app.deadlines.workdays import WorkCalendar

Lamp = tuple[str, str]
"""Tone (ok, warn, late, idle) and words."""


class Going(Protocol):
    """What a period that runs has."""

    @property
    def warn_at(self) -> datetime:
        """When it is due soon."""

    @property
    def due_at(self) -> datetime:
        """When it runs out."""

    @property
    def escalate_at(self) -> datetime:
        """When it is very late."""


def lamp(case: Case, calendar: WorkCalendar, now: datetime) -> Lamp:
    """Return the lamp of a case at an instant."""
    clock = case.clock
    if clock is None:
        return _without_clock(case)
    if clock.met_at is not None:
        return met(clock)
    hours = hours_of(case.hall)
    return running(clock, calendar, hours, now)


def running(clock: Deadline, calendar: WorkCalendar, hours: Hours, now: datetime) -> Lamp:
    """Return the lamp of a clock that is open; while it is paused, it says until when."""
    if clock.paused_until is not None and now < clock.paused_until:
        until = hours.local(clock.paused_until)
        return "idle", gettext("中止计时，至 %(until)s", until=f"{until:%m-%d %H:%M}")
    return going(clock, calendar, hours, now)


def going(clock: Going, calendar: WorkCalendar, hours: Hours, now: datetime) -> Lamp:
    """Return the lamp of a period that runs: of a case, or of anything else with its instants."""
    reached = stage(now, clock.warn_at, clock.due_at, clock.escalate_at)
    if reached in {Stage.OVERDUE, Stage.ESCALATED}:
        return "late", late_words(days_late(calendar, hours, clock.due_at, now))
    left = split(working_seconds(calendar, hours, now, clock.due_at), hours)
    words = []
    if left.days:
        words.append(ngettext("%(num)d 个工作日", "%(num)d 个工作日", left.days))
    if left.hours:
        words.append(ngettext("%(num)d 小时", "%(num)d 小时", left.hours))
    if not left.days and (left.minutes or not left.hours):
        words.append(ngettext("%(num)d 分", "%(num)d 分", left.minutes))
    text = gettext("还剩 %(time)s", time=" ".join(words))
    return ("warn" if reached is Stage.WARNING else "ok"), text


def late_words(days: int) -> str:
    """Say by how many working days something is late."""
    if not days:
        return gettext("超期不足 1 个工作日")
    return ngettext("超期 %(num)d 个工作日", "超期 %(num)d 个工作日", days)


def met(clock: Deadline) -> Lamp:
    """Return the lamp of a clock that ended."""
    if clock.verdict is Verdict.REPLACED:
        return "idle", gettext("已更换")
    # Beside the main clock something was done, while the case may go on.
    in_time, late = (
        (gettext("按期办结"), gettext("%(late)s办结"))
        if clock.kind.main
        else (gettext("按期完成"), gettext("%(late)s完成"))
    )
    if clock.verdict is Verdict.MET:
        return "ok", in_time
    return "late", late % {"late": late_words(clock.days_late or 0)}


def _without_clock(case: Case) -> Lamp:
    if case.outcome is Outcome.ON_THE_SPOT:
        return "ok", gettext("当场办结")
    if case.status is Status.REFUSED:
        return "idle", gettext("不予受理")
    if case.status is Status.MERGED:
        return "idle", gettext("已并入")
    return "idle", gettext(case.status.label)
