"""Start a clock, meet it, and correct open ones when the calendar changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import timeline
from app.core.db import db
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.deadlines import flagging
from app.deadlines.clock import Term, Terms, compute, days_late
from app.deadlines.evidence import evidence
from app.deadlines.models import Deadline, DeadlineRule
from app.deadlines.queries import calendar, hours_of, rule_for
from app.deadlines.rules import Verdict
from app.departments.models import Hall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.core.scope import Person
    from app.deadlines.workdays import WorkCalendar

START_EVENT = N_("派发")
AT_ONCE = 1000


def start_clock(case: Any, *, now: datetime) -> Deadline:
    """Start the clock that a case's classification asks for; raise DomainError without a rule."""
    hours = hours_of(case.hall)
    rule = rule_for(case.hall_id, case.classification, hours.local(now).date())
    if rule is None:
        raise DomainError(
            gettext(
                "没有适用于“%(classification)s”的时限规则，请联系系统管理员",
                classification=gettext(case.classification.label),
            )
        )
    days = calendar()
    terms = terms_of(rule)
    term = compute(days, now, terms, hours)
    clock = Deadline(
        case_id=case.id,
        case_number=case.number,
        hall_id=case.hall_id,
        kind=rule.kind,
        rule=rule,
        working_days=rule.working_days,
        current=True,
    )
    account = evidence(
        term,
        rule_name=rule.name,
        rule_source=rule.source,
        working_days=rule.working_days,
        hours=hours,
        revision=days.revision,
        start_event=START_EVENT,
    )
    _set(clock, term, {**account, "terms": kept(terms)})
    db.session.add(clock)
    db.session.flush()
    return clock


def terms_of(rule: DeadlineRule) -> Terms:
    """Return the arithmetic of a rule."""
    return Terms(rule.working_days, rule.warn_days, rule.warn_time, rule.escalate_days)


def kept(terms: Terms) -> dict[str, Any]:
    """Return terms as evidence keeps them: a rule that is edited later changes no running clock."""
    return {
        "working_days": terms.working_days,
        "warn_days": terms.warn_days,
        "warn_time": f"{terms.warn_time:%H:%M}",
        "escalate_days": terms.escalate_days,
    }


def meet(clock: Deadline, *, now: datetime) -> Verdict:
    """Stop a clock and freeze its verdict; stages that it went through unflagged are flagged."""
    flagging.settle(clock, now)
    clock.met_at = now
    clock.verdict = Verdict.BREACHED if now > clock.due_at else Verdict.MET
    if clock.verdict is Verdict.BREACHED:
        clock.days_late = days_late(calendar(), hours_of(clock.hall), clock.due_at, now)
    db.session.flush()
    return clock.verdict


@dataclass(frozen=True)
class Shift:
    """An open clock whose times differ under the present calendar."""

    deadline_id: int
    due_version: int
    case_id: int
    case_number: str
    old_due: datetime
    new_due: datetime
    term: Term
    account: dict[str, Any]
    turns_overdue: bool
    """The correction would make the case overdue after the fact: a supervisor must confirm."""


def shifts(now: datetime) -> Iterator[Shift]:
    """Compare every open clock with the present calendar; yield those that would move."""
    days = calendar()
    halls = {hall.id: hours_of(hall) for hall in db.session.scalars(select(Hall))}
    clock = Deadline
    columns = (
        clock.id,
        clock.due_version,
        clock.case_id,
        clock.case_number,
        clock.hall_id,
        clock.start,
        clock.warn_at,
        clock.due_at,
        clock.escalate_at,
        clock.provisional,
        clock.evidence,
    )
    rows = db.session.execute(
        select(*columns)
        .where(clock.met_at.is_(None), clock.calendar_revision < days.revision)
        .order_by(clock.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        term = compute(days, row.start, terms_kept(row.evidence), halls[row.hall_id])
        times = (term.warn_at, term.due_at, term.escalate_at, term.provisional)
        if times != (row.warn_at, row.due_at, row.escalate_at, row.provisional):
            account = _account(row.evidence, term, halls[row.hall_id], days)
            late = term.due_at < now and term.due_at < row.due_at
            yield Shift(
                row.id,
                row.due_version,
                row.case_id,
                row.case_number,
                row.due_at,
                term.due_at,
                term,
                account,
                late,
            )


def terms_kept(account: dict[str, Any]) -> Terms:
    """Read the terms back from evidence."""
    known = account["terms"]
    return Terms(
        known["working_days"],
        known["warn_days"],
        time.fromisoformat(known["warn_time"]),
        known["escalate_days"],
    )


def _account(old: dict[str, Any], term: Term, hours: Any, days: WorkCalendar) -> dict[str, Any]:
    fresh = evidence(
        term,
        rule_name=old["rule"]["name"],
        rule_source=old["rule"]["source"],
        working_days=old["rule"]["working_days"],
        hours=hours,
        revision=days.revision,
        start_event=START_EVENT,
    )
    return {**fresh, "terms": old["terms"]}


@dataclass(frozen=True)
class Corrected:
    """What a correction did: how many clocks moved, and how many wait for a supervisor."""

    applied: int
    held: int


def correct(*, actor: Person, now: datetime, confirming: bool = False) -> Corrected:
    """Move the open clocks in scope to the present calendar.

    What would turn overdue after the fact is held back; `confirming`, by a supervisor, moves
    exactly that.
    """
    found = list(shifts(now))
    chosen = [shift for shift in found if shift.turns_overdue == confirming]
    applied = sum(_move(shift, actor=actor, now=now) for shift in chosen)
    return Corrected(applied, 0 if confirming else len(found) - len(chosen))


def _move(shift: Shift, *, actor: Person, now: datetime) -> bool:
    """Move one clock, unless somebody met or moved it meanwhile."""
    clock = db.session.scalar(
        select(Deadline)
        .options(joinedload(Deadline.hall))
        .where(
            Deadline.id == shift.deadline_id,
            Deadline.met_at.is_(None),
            Deadline.due_version == shift.due_version,
        )
        .with_for_update(of=Deadline, key_share=True)
        .execution_options(populate_existing=True)
    )
    if clock is None:
        return False
    flagging.settle(clock, now)
    if shift.term.due_at != clock.due_at:
        clock.due_version += 1
        clock.warning_flagged_at = clock.overdue_flagged_at = clock.escalated_flagged_at = None
    _set(clock, shift.term, shift.account)
    event = timeline.Event(
        case_id=clock.case_id,
        case_number=clock.case_number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind="recomputed",
        payload={
            "old_due": shift.old_due.isoformat(),
            "new_due": shift.new_due.isoformat(),
            "calendar_revision": clock.calendar_revision,
        },
    )
    db.session.add(event)
    db.session.flush()
    return True


def _set(clock: Deadline, term: Term, account: dict[str, Any]) -> None:
    clock.start, clock.warn_at, clock.due_at = term.start, term.warn_at, term.due_at
    clock.escalate_at, clock.provisional = term.escalate_at, term.provisional
    clock.calendar_revision, clock.evidence = account["revision"], account
