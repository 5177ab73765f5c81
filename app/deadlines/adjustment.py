"""Adjust a running clock: more days, a pause; asked with a reason, decided, written as evidence.

A pause that is granted is reckoned at once as if it lasted to its limit: flags, lamps and lists
are right even if nobody resumes it and no scheduler runs. Resumed sooner, the clock is reckoned
again with the time at which the pause really ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.hours import working_seconds
from app.deadlines.operations import move_due, reckon
from app.deadlines.queries import calendar, hours_of
from app.deadlines.rules import RequestState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.core.scope import Person
    from app.deadlines.evidence import ExtensionFact, PauseFact
    from app.deadlines.hours import Hours
    from app.deadlines.models import Deadline

Request = Extension | Pause

USED = (RequestState.ASKED, RequestState.GRANTED)
"""The states of a request that count against what a rule allows."""

LIMITS: dict[type[Request], tuple[str, str]] = {
    Extension: ("extensions", "extension_days"),
    Pause: ("pauses", "pause_days"),
}
"""Kind of request → the columns of the rule: how often, how many working days at most."""


def requests(case_id: int, kind: type[Request]) -> Sequence[Any]:
    """Return what was asked for of a kind on a case, in the order in which it was asked."""
    return db.session.scalars(select(kind).where(kind.case_id == case_id).order_by(kind.id)).all()


def about(clock: Deadline, asked: Iterable[Request]) -> list[Request]:
    """Return those of some requests that are about a clock."""
    return [request for request in asked if request.deadline_id == clock.id]


def pending(asked: Iterable[Any]) -> Any:
    """Return the one of some requests that waits for a decision, or None."""
    return next((request for request in asked if request.state is RequestState.ASKED), None)


def used(asked: Iterable[Request]) -> int:
    """Count some requests, declined ones left out."""
    return sum(request.state in USED for request in asked)


def ask(
    clock: Deadline, kind: type[Request], days: int, reason: str, *, actor: Person, now: datetime
) -> Request:
    """Ask for more days or for a pause; raise InvalidInputError beyond what the rule allows."""
    most = getattr(clock.rule, LIMITS[kind][1])
    _check_days(days, most)
    request = kind(
        case_id=clock.case_id,
        deadline_id=clock.id,
        asked_at=now,
        asked_by=actor.name,
        reason=reason,
        days=days,
        state=RequestState.ASKED,
    )
    db.session.add(request)
    return request


def _check_days(days: int, most: int) -> None:
    if not 1 <= days <= most:
        raise InvalidInputError({"days": gettext("须在 1 至 %(most)d 个工作日之间", most=most)})


def decide(
    request: Request, *, granted: bool, note: str | None, actor: Person, now: datetime
) -> None:
    """Write down who decided what about a request."""
    request.state = RequestState.GRANTED if granted else RequestState.DECLINED
    request.decided_at, request.decided_by, request.decision = now, actor.name, note


def withdraw(clock: Deadline) -> None:
    """Close the requests about a clock that nobody decided before it ended."""
    for kind in LIMITS:
        if (request := pending(about(clock, requests(clock.case_id, kind)))) is not None:
            request.state = RequestState.WITHDRAWN


def grant_extension(
    clock: Deadline,
    request: Extension,
    *,
    days: int | None,
    note: str | None,
    actor: Person,
    now: datetime,
) -> None:
    """Move the due time by the days asked for, or by fewer; refuse once the due time is past."""
    _check_days(days or request.days, request.days)
    if now >= clock.due_at:  # at its last instant there is no time left to tell the applicant
        raise DomainError(gettext("已过到期时间，不能再延期"))
    hours = hours_of(clock.hall)
    request.days = days or request.days
    decide(request, granted=True, note=note, actor=actor, now=now)
    fact: ExtensionFact = {
        "at": _local(now, hours),
        "days": request.days,
        "reason": request.reason,
        "approved_by": actor.name,
        "old_due": _local(clock.due_at, hours),
        "new_due": "",
    }
    request.old_due = clock.due_at
    _reckon(clock, {"extensions": [*clock.evidence["extensions"], fact]}, hours, now)
    fact["new_due"] = _local(clock.due_at, hours)
    clock.evidence = {**clock.evidence, "extensions": [*clock.evidence["extensions"][:-1], fact]}
    request.new_due = clock.due_at


def grant_pause(
    clock: Deadline,
    request: Pause,
    *,
    days: int | None,
    note: str | None,
    actor: Person,
    now: datetime,
) -> None:
    """Stop the clock from now on, until the end of so many working days at the latest."""
    _check_days(days or request.days, request.days)
    if now > clock.due_at:
        raise DomainError(gettext("已过到期时间，不能再中止"))
    hours = hours_of(clock.hall)
    request.days = days or request.days
    decide(request, granted=True, note=note, actor=actor, now=now)
    request.began_at = now
    request.until = hours.end_of(calendar().add(hours.local(now).date(), request.days))
    clock.paused_at, clock.paused_until = now, request.until
    fact: PauseFact = {
        "began": _local(now, hours),
        "ended": _local(request.until, hours),
        "open": True,
        "seconds": working_seconds(calendar(), hours, now, request.until),
        "reason": request.reason,
        "approved_by": actor.name,
    }
    _reckon(clock, {"pauses": [*clock.evidence["pauses"], fact]}, hours, now)


def resume(clock: Deadline, *, by: str, at: datetime, now: datetime) -> Pause:
    """End the pause of a clock at an instant, and let what was left run from there."""
    pause = db.session.scalars(
        select(Pause).where(
            Pause.deadline_id == clock.id,
            Pause.state == RequestState.GRANTED,
            Pause.ended_at.is_(None),
        )
    ).one()
    hours = hours_of(clock.hall)
    pause.ended_at, pause.ended_by = at, by
    clock.paused_at = clock.paused_until = None
    pauses: list[PauseFact] = clock.evidence["pauses"]
    *earlier, open_fact = pauses
    began = datetime.fromisoformat(open_fact["began"])
    fact: PauseFact = {
        **open_fact,
        "ended": _local(at, hours),
        "open": False,
        "seconds": working_seconds(calendar(), hours, began, at),
    }
    _reckon(clock, {"pauses": [*earlier, fact]}, hours, now)
    return pause


def _reckon(clock: Deadline, changed: Any, hours: Hours, now: datetime) -> None:
    """Work the clock out anew with what changed in its evidence."""
    account = {**clock.evidence, **changed}
    term, fresh = reckon(account, clock.kind, calendar(), hours)
    move_due(clock, term, fresh, now=now)


def _local(instant: datetime, hours: Hours) -> str:
    return hours.local(instant).isoformat()
