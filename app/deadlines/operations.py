"""Start a clock, meet it, replace it by another."""

from __future__ import annotations

from dataclasses import replace as replace_of
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from app.core.db import db
from app.core.errors import DomainError
from app.core.language import N_, gettext
from app.deadlines import flagging
from app.deadlines.clock import Extension, Pause, Term, Terms, compute, until
from app.deadlines.evidence import evidence
from app.deadlines.hours import days_late
from app.deadlines.models import Deadline, DeadlineRule
from app.deadlines.queries import calendar, hours_of, rule_for
from app.deadlines.rules import ClockKind, Verdict

if TYPE_CHECKING:
    from app.deadlines.evidence import RuleFact
    from app.deadlines.hours import Hours
    from app.deadlines.workdays import WorkCalendar

STARTS = {
    "dispatched": N_("派发"),
    "settled": N_("裁定"),
    "reclassified": N_("重新分类"),
    "reopened": N_("重新办理"),
    "finished": N_("办结"),
    "extension_granted": N_("同意延期"),
}
"""What starts a clock, in the words of its evidence."""

BEFORE_DUE = Terms(1)
"""Of a clock that ends at a given instant: warned on its last day, escalated a day after it."""


def start_clock(
    case: Any,
    *,
    now: datetime,
    kind: ClockKind | None = None,
    event: str = "dispatched",
    previous: Deadline | None = None,
) -> Deadline | None:
    """Start a clock of a case: of a kind, or the main one that its classification asks for.

    None where no rule asks for a clock of that kind. Raises DomainError when the main clock has no
    rule: a case is never dispatched without one.
    """
    wanted = kind or case.classification.clock
    hours = hours_of(case.hall)
    rule = rule_for(case.hall_id, wanted, case.classification, hours.local(now).date())
    if rule is None:
        if wanted.main:
            raise DomainError(
                gettext(
                    "没有适用于“%(classification)s”的时限规则，请联系系统管理员",
                    classification=gettext(case.classification.label),
                )
            )
        return None
    terms = terms_of(rule)
    told: RuleFact = {
        "name": rule.name, "source": rule.source, "working_days": terms.working_days
    }  # fmt: skip
    term = compute(calendar(), now, terms, hours)
    return _begin(case, rule, wanted, term, terms, told, event=event, previous=previous)


def start_telling(clock: Deadline, case: Any, *, old_due: datetime, now: datetime) -> Deadline:
    """Start the clock of telling the applicant, which runs out when the clock would have.

    Its limit is that instant, not the days of the rule whose clock was extended.
    """
    rule, hours = clock.rule, hours_of(case.hall)
    term = until(calendar(), now, old_due, BEFORE_DUE, hours)
    terms = replace_of(BEFORE_DUE, working_days=term.working_days)
    limit = old_due.astimezone(hours.tz).isoformat()
    told: RuleFact = {"name": rule.name, "source": rule.source, "until": limit}
    return _begin(case, rule, ClockKind.TELLING, term, terms, told, event="extension_granted")


def _begin(
    case: Any,
    rule: DeadlineRule,
    kind: ClockKind,
    term: Term,
    terms: Terms,
    told: RuleFact,
    *,
    event: str,
    previous: Deadline | None = None,
) -> Deadline:
    """Add the row of a clock, with its evidence."""
    clock = Deadline(
        case_id=case.id,
        case_number=case.number,
        hall_id=case.hall_id,
        hall=case.hall,
        kind=kind,
        rule=rule,
        working_days=terms.working_days,
        current=kind.main,
        previous_id=previous.id if previous is not None else None,
    )
    days, hours = calendar(), hours_of(case.hall)
    account = evidence(term, told, hours=hours, revision=days.revision, start_event=STARTS[event])
    apply(clock, term, {**account, "terms": kept(terms)})
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


def terms_kept(account: dict[str, Any]) -> Terms:
    """Read the terms back from evidence."""
    known = account["terms"]
    return Terms(
        known["working_days"],
        known["warn_days"],
        time.fromisoformat(known["warn_time"]),
        known["escalate_days"],
    )


def adjustments_kept(account: dict[str, Any]) -> list[Extension | Pause]:
    """Read the pauses and extensions back from evidence."""
    at = datetime.fromisoformat
    return [
        *(Pause(at(fact["began"]), at(fact["ended"])) for fact in account["pauses"]),
        *(Extension(at(fact["at"]), fact["days"]) for fact in account["extensions"]),
    ]


def reckon(
    account: dict[str, Any], kind: ClockKind, days: WorkCalendar, hours: Hours
) -> tuple[Term, dict[str, Any]]:
    """Work a clock out anew from what its evidence says; return the term and the new account."""
    start, terms = datetime.fromisoformat(account["start"]["at"]), terms_kept(account)
    if kind is ClockKind.TELLING:  # ends when another clock would have, whatever the calendar says
        term = until(days, start, datetime.fromisoformat(account["due_at"]), BEFORE_DUE, hours)
    else:
        term = compute(days, start, terms, hours, adjustments_kept(account))
    fresh = evidence(
        term,
        account["rule"],
        hours=hours,
        revision=days.revision,
        start_event=account["start"]["event"],
        pauses=account["pauses"],
        extensions=account["extensions"],
    )
    return term, {**fresh, "terms": account["terms"]}


def move_due(clock: Deadline, term: Term, account: dict[str, Any], *, now: datetime) -> None:
    """Give a clock new times: what it went through is flagged first, then a due-version begins."""
    flagging.settle(clock, now)
    if term.due_at != clock.due_at:
        clock.due_version += 1
        clock.warning_flagged_at = clock.overdue_flagged_at = clock.escalated_flagged_at = None
    apply(clock, term, account)


def meet(clock: Deadline, *, now: datetime) -> Verdict:
    """Stop a clock and freeze its verdict; stages that it went through unflagged are flagged."""
    return _stop(clock, Verdict.MET, now)


def replace(clock: Deadline, *, now: datetime) -> Verdict:
    """Stop a clock that another follows: late it stays late, otherwise it was replaced."""
    clock.current = False
    return _stop(clock, Verdict.REPLACED, now)


def _stop(clock: Deadline, in_time: Verdict, now: datetime) -> Verdict:
    flagging.settle(clock, now)
    clock.met_at = now
    clock.verdict = Verdict.BREACHED if now > clock.due_at else in_time
    if clock.verdict is Verdict.BREACHED:
        clock.days_late = days_late(calendar(), hours_of(clock.hall), clock.due_at, now)
    db.session.flush()
    return clock.verdict


def apply(clock: Deadline, term: Term, account: dict[str, Any]) -> None:
    """Write the times of a clock and its evidence."""
    clock.start, clock.warn_at, clock.due_at = term.start, term.warn_at, term.due_at
    clock.escalate_at, clock.provisional = term.escalate_at, term.provisional
    clock.calendar_revision, clock.evidence = account["revision"], account
