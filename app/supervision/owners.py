"""Who had a case when, derived from its assignments and its timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cases.moves import MOVES
from app.cases.records import AssignmentRole
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.deadlines.hours import day_of
from app.deadlines.queries import calendar, hours_of
from app.supervision.as_of import DepartmentsThen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from app.cases.models import Case
    from app.cases.records import Assignment

OVER = (Status.CLOSED, Status.MERGED, Status.ARCHIVED)
"""The states in which nobody has anything to do with a case any more."""

BY_WINDOW = {
    *("registered", "imported"),
    *(move.event for move in MOVES if move.roles == ("clerk",)),
}
"""The kinds of event that the window alone causes."""


@dataclass(frozen=True)
class Holding:
    """One stretch of time in which one person, or nobody yet of a department, had the case."""

    role: AssignmentRole | None
    """None at the window, and while a supervisor had to rule."""
    owner: str
    """The department, as it was called then; empty for the window and for a ruling."""
    began: datetime
    ended: datetime | None
    person: str = ""
    """Who had it: the handler; at the window whoever answered for the case there.

    Empty while a department had not signed for it.
    """
    head: str = ""
    """Who headed the department then."""
    ruling: bool = False
    """Whether it waited for a supervisor to say which department must act."""
    assignment_id: int | None = None
    called_now: str = ""
    """The department, as it is called now."""
    returned: str = ""
    """Why it was given back, if it was."""
    days: int = 0
    """Working days after the day on which it began."""
    late: int = 0
    """Working days of it after a main clock had run out."""


_LOG_IN = re.compile(r"[\s(（]+[^()（）]*[)）]$")
"""What follows the name of a person where a change tells of one."""

Span = tuple["datetime", "datetime | None"]
Turn = tuple["datetime", str]
"""Since when somebody had it, and who."""


def holdings(case: Case, now: datetime) -> list[Holding]:
    """Return who had a case from its registration on, by their beginnings.

    Where no department had the lead it was with the window, and with the supervisors where they had
    to rule. There is no gap, except while the case was closed: then nobody had it.
    """
    told = _told(case)
    then = DepartmentsThen([row.department for row in case.assignments])
    found = [part for row in case.assignments for part in _with_department(row, told, then)]
    found += _at_window(case, told)
    found += [
        Holding(None, "", *span, ruling=True) for span in _while(told, (Status.DISPUTED,), None)
    ]
    measured = [_measured(case, it, now) for it in found]
    return sorted(measured, key=lambda it: (it.began, it.role is AssignmentRole.ASSIST))


def _told(case: Case) -> Sequence[Event]:
    """Return the timeline of a case, in the order in which things happened."""
    with scope.everything():  # whoever sees the case is told who had it
        query = select(Event).where(Event.case_id == case.id)
        return db.session.scalars(query.order_by(Event.at, Event.sequence)).all()


# --- with a department ---------------------------------------------------------------------------


def _with_department(
    row: Assignment, told: Sequence[Event], then: DepartmentsThen
) -> Iterator[Holding]:
    """Give the stretches of an assignment: one for everybody who handled it, one before that."""
    ended = row.returned_at or row.finished_at
    turns = [(row.dispatched_at, "")]
    if row.signed_at is not None:
        turns.append((row.signed_at, row.signed_by or ""))
    turns += [
        (event.at, event.payload["handler"])
        for event in told
        if event.kind == "reassigned" and _is_about(event, row, then)
    ]
    for (began, person), until in _until(turns, ended):
        if began == until:
            continue
        owner, head = then.at(row.department_id, began)
        last = until == ended
        yield Holding(
            role=row.role,
            owner=owner,
            began=began,
            ended=until,
            person=person,
            head=head,
            assignment_id=row.id,
            called_now=row.department.name,
            returned=(row.return_reason or "") if last else "",
        )


def _until(turns: Sequence[Turn], ended: datetime | None) -> Iterator[tuple[Turn, datetime | None]]:
    """Give each turn with the instant at which the next one begins, or the last one ended."""
    yield from zip(turns, [*(began for began, _ in turns[1:]), ended], strict=True)


def _is_about(event: Event, row: Assignment, then: DepartmentsThen) -> bool:
    """Say whether a reassignment was one of this assignment; old ones name the department only."""
    number = event.payload.get("assignment_id")
    if number is not None:
        return bool(number == row.id)
    ended = row.returned_at or row.finished_at
    running = row.dispatched_at <= event.at and (ended is None or event.at <= ended)
    names = {row.department.name, then.at(row.department_id, event.at)[0]}
    return running and event.payload.get("department") in names


# --- at the window -------------------------------------------------------------------------------


def _at_window(case: Case, told: Sequence[Event]) -> Iterator[Holding]:
    """Give the stretches at the window: one for everybody who answered for the case there."""
    answered = list(_answering(case, told))
    for began, ended in _free(case, told):
        before = [person for since, person in answered if since <= began]
        turns = [(began, before[-1] if before else "")]
        turns += [
            (since, person)
            for since, person in answered
            if began < since and (ended is None or since < ended)
        ]
        for (since, person), until in _until(turns, ended):
            yield Holding(None, "", since, until, person=person)


def _answering(case: Case, told: Sequence[Event]) -> Iterator[Turn]:
    """Give who answered for a case at the window, each since when.

    The registrar as the case named one then; where it named none, whoever acted at the window.
    """
    named, registrars = case.registrar.name if case.registrar else "", []
    for event in reversed(told):
        registrars.append(named)
        if (changed := event.payload.get("changes", {}).get("registrar")) is not None:
            named = _LOG_IN.sub("", changed[0])
    person = ""
    for event, registrar in zip(told, reversed(registrars), strict=True):
        acted = event.actor if event.kind in BY_WINDOW else person
        if (wanted := registrar or acted) != person:
            person = wanted
            yield event.at, person


def _free(case: Case, told: Sequence[Event]) -> Iterator[Span]:
    """Give the spans from the registration on in which neither a department had it nor nobody."""
    taken = [
        (row.dispatched_at, row.returned_at or row.finished_at)
        for row in case.assignments
        if row.role is AssignmentRole.LEAD
    ]
    reached: datetime | None = case.registered_at
    over = _while(told, OVER, case.closed_at or case.archived_at)
    taken += [*over, *_while(told, (Status.DISPUTED,), None)]
    for began, ended in sorted(taken, key=lambda span: span[0]):
        if reached is None:
            return
        if reached < began:
            yield reached, began
        reached = None if ended is None else max(reached, ended)
    if reached is not None:
        yield reached, None


def _while(
    told: Iterable[Event], states: Collection[Status], untold: datetime | None
) -> Iterator[Span]:
    """Give the spans in which a case was in some states, as its timeline tells them.

    Where it tells of none, `untold` says since when it has been.
    """
    since: datetime | None = None
    for event in told:
        status = event.payload.get("changes", {}).get("status")
        if status is None:
            continue
        inside = status[1] in states
        if inside and since is None:
            since = event.at
        elif not inside and since is not None:
            yield since, event.at
            since = None
    since = since or untold
    if since is not None:
        yield since, None


def _measured(case: Case, it: Holding, now: datetime) -> Holding:
    """Return a stretch with its working days, and those of them after a main clock ran out."""
    days, hours = calendar(), hours_of(case.hall)
    ended = it.ended or now
    first, last = hours.local(it.began).date(), hours.local(ended).date()
    late = 0
    for clock in case.clocks:
        stopped = min(clock.met_at or ended, ended)
        if clock.kind.main and stopped > clock.due_at:
            since = max(first, day_of(hours, clock.due_at))
            late += days.count(since, hours.local(stopped).date())
    return replace(it, days=days.count(first, last), late=late)
