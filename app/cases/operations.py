"""Change a case: register it, move it by the table of moves, edit what was taken down."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.cases.effects import EFFECTS, clockwork
from app.cases.filled import checked
from app.cases.guards import why_not
from app.cases.models import Case
from app.cases.moves import MOVE, ON_APPEAL
from app.cases.queries import responsibility_for
from app.cases.records import CaseCounter
from app.cases.rules import ENDED, Status
from app.cases.standing import Standing
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.panel import attributes
from app.core.privacy import keyring, masked
from app.deadlines import adjustment
from app.departments.models import Staff
from app.roster.queries import clerks, on_duty

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.cases.moves import Move
    from app.core.scope import Person


MOST_NAMES = 255


def register(case: Case, *, actor: Person, now: datetime) -> Case:
    """Take a matter in: give it its number, its responsibility and its first event."""
    if case.hall is None or not scope.within_as(actor, ["clerk"], case.hall):
        raise OutOfScopeError("hall")
    case.year = now.astimezone(ZoneInfo(case.hall.timezone)).year
    case.serial = _next_serial(case.hall.id, case.year)
    case.number = f"{case.hall.prefix}-{case.year}-{case.serial:06d}"
    case.status = Status.REGISTERED
    case.registered_at, case.registered_by = now, actor.name
    _derive(case)
    _take_responsibility(case, actor, now)
    db.session.add(case)
    db.session.flush()
    timeline.record(case, "registered", actor=actor, now=now)
    return case


def _take_responsibility(case: Case, actor: Person, now: datetime) -> None:
    """Write down who is on duty; who of them answers for the case, unless somebody is named.

    Whoever types goes before colleagues on duty, and answers for it where nobody is.
    """
    people = on_duty(case.hall, now)
    case.on_duty = gettext("、").join(person.name for person in people)[:MOST_NAMES] or None
    if case.registrar is not None:
        _check_registrar(case)
    elif people:
        case.registrar = next((it for it in people if it.id == actor.id), people[0])
    elif actor.id is not None:
        case.registrar = db.session.get(Staff, actor.id)


def _check_registrar(case: Case) -> None:
    if case.registrar is not None and case.registrar not in clerks([case.hall.id]):
        raise InvalidInputError({"registrar": gettext("请选择本大厅的窗口人员")})


def _next_serial(hall_id: int, year: int) -> int:
    """Count up under a row lock that is held to the commit: a rolled-back number is not lost."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    first = dialect.insert(CaseCounter).values(hall_id=hall_id, year=year, last=1)
    statement = first.on_conflict_do_update(
        index_elements=[CaseCounter.hall_id, CaseCounter.year], set_={"last": CaseCounter.last + 1}
    ).returning(CaseCounter.last)
    return int(db.session.execute(statement).scalar_one())


def _derive(case: Case) -> None:
    """Follow what was typed: the blind index of the phone, the responsibility of the matter."""
    case.phone_index = keyring().index(case.phone) if case.phone else None
    case.responsibility = responsibility_for(case.hall_id or case.hall.id, case.matter)


def edit(
    case: Case, changes: Mapping[str, tuple[Any, Any]], *, actor: Person, now: datetime
) -> None:
    """Write down who changed what; personal data is told masked."""
    if case.status in ENDED:
        raise DomainError(gettext("事项已结束，不能再修改"))
    if not changes:
        return
    if "registrar" in changes:
        _check_registrar(case)
    _derive(case)
    known = attributes(Case)
    told = {
        name: [_told(known[name].mask, value) for value in pair]
        for name, pair in changes.items()
        if name in known
    }
    timeline.record(case, "edited", actor=actor, now=now, changes=told)


def _told(mask: str, value: Any) -> str:
    return masked(mask, str(value)) if mask and value else str(value if value is not None else "")


def reveal(case: Case, reason: str, *, actor: Person, now: datetime) -> None:
    """Write down that somebody looked at personal data, and why."""
    if not reason.strip():
        raise InvalidInputError({"reason": gettext("请填写查看原因")})
    timeline.record(case, "revealed", actor=actor, now=now, reason=reason.strip())


def move(case: Case, verb: str, values: Mapping[str, Any], *, actor: Person, now: datetime) -> Case:
    """Make one move of the table; raise DomainError when it is not one from here or by this one."""
    return _made(case, MOVE[verb], values, actor=actor, now=now)


def overturn(
    case: Case,
    values: Mapping[str, Any],
    *,
    standing: bool,
    appeal: str,
    actor: Person,
    now: datetime,
) -> Case:
    """Give up what an upheld appeal found wrong, and begin anew; `appeal` is its number.

    `standing`: what was appealed against is what stands. Otherwise it was given up before, and is
    marked as wrong alone. For app/appeals, in the transaction of the appeal's outcome.
    """
    refused = case.outcome is None and case.status in ENDED
    verb = "mark_wrong" if not standing else "overturn_refusal" if refused else "overturn"
    step = next(it for it in ON_APPEAL if it.verb == verb)
    asked = {name: values[name] for name in (*step.required, *step.optional) if name in values}
    return _made(case, step, asked, actor=actor, now=now, appeal=appeal)


def _made(
    case: Case, step: Move, values: Mapping[str, Any], *, actor: Person, now: datetime, **more: Any
) -> Case:
    """Make a step, and tell of it; `more` is told too."""
    lock(case)
    let_lapse(case, now=now)
    met = Standing(case, actor, now)
    refusal = why_not(step, met)
    if refusal:
        raise DomainError(refusal)
    filled = checked(step, values)
    with scope.everything() if step.leaves else nullcontext(), db.session.no_autoflush:
        if step.target is not None:
            case.status = step.target
        told = EFFECTS[step.verb](case, filled, met)
        timeline.record(case, step.event, actor=actor, now=now, **more, **told)
        db.session.flush()
    return case


KEPT_BESIDE = ("assignments", "causes_named", "clocks", "clock", "visits_made", "callbacks")
"""What of a case another may have changed while one waited for it."""


def lock(case: Case) -> None:
    """Wait for whoever is at this case, and read what they left."""
    db.session.scalar(
        select(Case)
        .where(Case.id == case.id)
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    )
    db.session.expire(case, KEPT_BESIDE)


def let_lapse(case: Case, *, now: datetime) -> bool:
    """End a pause that reached its limit, as of that instant; say whether there was one."""
    clock = case.clock
    if clock is None or clock.paused_until is None or now < clock.paused_until:
        return False
    until, old = clock.paused_until, clock.due_at
    with scope.everything():
        pause = adjustment.resume(clock, by=scope.SYSTEM.name, at=until, now=now)
        timeline.record(
            case,
            "resumed",
            actor=scope.SYSTEM,
            now=now,
            at=until,
            **clockwork.told_of_pause(clock, pause),
            old_due=old.isoformat(),
            new_due=clock.due_at.isoformat(),
        )
        db.session.flush()
    return True
