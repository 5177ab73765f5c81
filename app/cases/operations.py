"""Change a case: register it, move it by the table of moves, edit what was taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.cases.models import MAX_TEXT, Assignment, AssignmentRole, Case, CaseCounter
from app.cases.queries import responsibility_for
from app.cases.rules import ENDED, MOVE, Move, Outcome, Satisfaction, Status
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.panel import attributes
from app.core.privacy import keyring, masked
from app.core.words import Choice, unprintable
from app.deadlines.operations import meet, start_clock
from app.deadlines.rules import Classification
from app.departments.models import Department

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.core.scope import Person


CHOICES: dict[str, type[Choice]] = {"classification": Classification, "satisfaction": Satisfaction}
"""The fields of moves that take one of a closed list."""


def register(case: Case, *, actor: Person, now: datetime) -> Case:
    """Take a matter in: give it its number, its responsibility and its first event."""
    if case.hall is None or not scope.within(actor.only(["clerk"]), case.hall):
        raise OutOfScopeError("hall")
    case.year = now.astimezone(ZoneInfo(case.hall.timezone)).year
    case.serial = _next_serial(case.hall.id, case.year)
    case.number = f"{case.hall.prefix}-{case.year}-{case.serial:06d}"
    case.status = Status.REGISTERED
    case.registered_at, case.registered_by = now, actor.name
    _derive(case)
    db.session.add(case)
    db.session.flush()
    timeline.record(case, "registered", actor=actor, now=now)
    return case


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
    step = MOVE[verb]
    lock(case)
    refusal = why_not(case, step, actor)
    if refusal:
        raise DomainError(refusal)
    filled = _checked(step, values)
    told = EFFECTS[verb](case, filled, actor, now) or {}
    if step.target is not None:
        case.status = step.target
    db.session.flush()
    timeline.record(case, step.event, actor=actor, now=now, **told)
    db.session.flush()
    return case


def lock(case: Case) -> None:
    """Wait for whoever is at this case, and read what they left."""
    db.session.scalar(
        select(Case)
        .where(Case.id == case.id)
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    )


def why_not(case: Case, step: Move, actor: Person) -> str:
    """Say why a move can't be made now; empty when it can."""
    if case.status not in step.sources:
        states = gettext("、").join(gettext(status.label) for status in step.sources)
        return gettext(
            "事项为“%(status)s”，只有“%(states)s”时才能%(move)s",
            status=gettext(case.status.label),
            states=states,
            move=gettext(step.label),
        )
    if not scope.within(actor.only([step.role]), case):
        return gettext("您的角色不能%(move)s", move=gettext(step.label))
    if step.verb == "sign" and case.lead_department_id not in actor.departments("handler"):
        return gettext("只有主办科室的经办人才能签收")
    return ""


def _checked(step: Move, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in; raise InvalidInputError for what is missing or too long."""
    names = (*step.required, *step.optional)
    filled = {name: values.get(name) for name in names}
    for name, value in filled.items():
        if isinstance(value, str):
            filled[name] = value.strip() or None
    problems = {name: gettext("必填") for name in step.required if filled[name] is None}
    problems |= {
        name: wrong
        for name, value in filled.items()
        if value is not None and (wrong := _wrong(name, value))
    }
    if problems:
        raise InvalidInputError(problems)
    return filled


def _wrong(name: str, value: Any) -> str:
    """Say what is wrong with what one field was filled in with; empty when nothing is."""
    if name == "lead_department":
        known = isinstance(value, Department)
        return "" if known else gettext("没有这个选项，请重新选择")
    if name in CHOICES:
        known = isinstance(value, str) and value in set(CHOICES[name])
        return "" if known else gettext("没有这个选项，请重新选择")
    if not isinstance(value, str):
        return gettext("应为文字")
    if len(value) > MAX_TEXT:
        return gettext("最多 %(most)d 个字", most=MAX_TEXT)
    return gettext("含有无法显示的控制字符，请删除后再提交") if unprintable(value) else ""


def _accept(case: Case, filled: dict[str, Any], _actor: Person, now: datetime) -> dict[str, Any]:
    case.classification = Classification(filled["classification"])
    case.accepted_at = now
    return {"classification": case.classification.value}


def _refuse(case: Case, filled: dict[str, Any], _actor: Person, _now: datetime) -> dict[str, Any]:
    case.refusal_reason, case.remedy = filled["refusal_reason"], filled["remedy"]
    return {"reason": case.refusal_reason, "remedy": case.remedy}


def _close_on_the_spot(
    case: Case, filled: dict[str, Any], _actor: Person, now: datetime
) -> dict[str, Any]:
    case.classification = Classification(filled["classification"])
    case.accepted_at = case.accepted_at or now
    case.result, case.outcome = filled["result"], Outcome.ON_THE_SPOT
    case.finished_at = case.closed_at = now
    _rate(case, filled)
    return {"result": case.result}


def _dispatch(case: Case, filled: dict[str, Any], _actor: Person, now: datetime) -> dict[str, Any]:
    department = filled["lead_department"]
    if department.hall_id != case.hall_id or not department.active:
        raise InvalidInputError({"lead_department": gettext("请选择本大厅正在启用的科室")})
    case.lead_department, case.dispatched_at = department, now
    case.assignments.append(
        Assignment(department=department, role=AssignmentRole.LEAD, dispatched_at=now)
    )
    db.session.flush()
    clock = start_clock(case, now=now)
    return {
        "department": department.name,
        "due_at": clock.due_at.isoformat(),
        "note": filled["note"],
    }


def _sign(case: Case, _filled: dict[str, Any], actor: Person, now: datetime) -> None:
    case.signed_at = now
    lead = next(item for item in case.assignments if item.role is AssignmentRole.LEAD)
    lead.signed_at, lead.signed_by = now, actor.name


def _progress(
    _case: Case, filled: dict[str, Any], _actor: Person, _now: datetime
) -> dict[str, Any]:
    return {"note": filled["note"]}


def _resolve(case: Case, filled: dict[str, Any], _actor: Person, now: datetime) -> dict[str, Any]:
    case.result, case.outcome = filled["result"], Outcome.RESOLVED
    return {"result": case.result, **_finish(case, now)}


def _reply(case: Case, filled: dict[str, Any], _actor: Person, now: datetime) -> dict[str, Any]:
    case.reasons, case.legal_basis = filled["reasons"], filled["legal_basis"]
    case.outcome = Outcome.REPLIED
    return {"reasons": case.reasons, "legal_basis": case.legal_basis, **_finish(case, now)}


def _finish(case: Case, now: datetime) -> dict[str, Any]:
    """Stop the clock and note when the departments were done."""
    case.finished_at = now
    for assignment in case.assignments:
        assignment.finished_at = now
    if case.clock is None:
        return {}
    return {"verdict": meet(case.clock, now=now).value}


def _close(case: Case, filled: dict[str, Any], _actor: Person, now: datetime) -> dict[str, Any]:
    case.closed_at = now
    _rate(case, filled)
    rating = case.satisfaction.value if case.satisfaction else None
    return {"satisfaction": rating, "note": filled["note"]}


def _rate(case: Case, filled: dict[str, Any]) -> None:
    if filled.get("satisfaction"):
        case.satisfaction = Satisfaction(filled["satisfaction"])


EFFECTS: dict[str, Any] = {
    "accept": _accept,
    "refuse": _refuse,
    "close_on_the_spot": _close_on_the_spot,
    "dispatch": _dispatch,
    "sign": _sign,
    "progress": _progress,
    "resolve": _resolve,
    "reply": _reply,
    "close": _close,
}
"""What each move of the table does to the case, beyond its state and its event."""
