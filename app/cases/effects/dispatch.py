"""Hand a case to departments, and back: dispatch, sign for, return, rule, reassign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.effects.clocks import begin, finish, told_of
from app.cases.records import Assignment, AssignmentRole
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.deadlines.operations import replace, start_clock
from app.deadlines.rules import ClockKind
from app.departments.models import Department, Membership, Responsibility, Staff
from app.departments.rules import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cases.models import Case
    from app.cases.standing import Standing


def _dispatch(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    again = case.clock is not None and case.clock.met_at is None
    hand_to(case, filled["lead_department"], filled["assist_departments"] or (), met)
    clocks = begin(case, met.now, event="dispatched", main=not again)
    return {**_departments(filled), "note": filled["note"], "clocks": clocks}


def hand_to(case: Case, lead: Department, assisting: Sequence[Department], met: Standing) -> None:
    """Give the case to a lead department and to those that assist it."""
    running = {item.department_id for item in case.assignments if item.running}
    _require_usable(case, "lead_department", lead)
    if lead.id in running:
        wrong = gettext("该科室已在协办，请另选主办科室")
        raise InvalidInputError({"lead_department": wrong})
    taken = running | {lead.id}
    for department in assisting:
        _require_usable(case, "assist_departments", department)
        if department.id in taken:
            wrong = gettext("“%(name)s”已经在办理这一事项", name=department.name)
            raise InvalidInputError({"assist_departments": wrong})
        taken.add(department.id)
    case.lead_department, case.dispatched_at, case.signed_at = lead, met.now, None
    for department in (lead, *assisting):
        role = AssignmentRole.LEAD if department is lead else AssignmentRole.ASSIST
        case.assignments.append(Assignment(department=department, role=role, dispatched_at=met.now))


def _require_usable(case: Case, field: str, department: Department) -> None:
    if department.hall_id != case.hall_id or not department.active:
        raise InvalidInputError({field: gettext("请选择本大厅正在启用的科室")})


def _departments(filled: dict[str, Any]) -> dict[str, Any]:
    """Tell which departments got the case."""
    assisting = filled["assist_departments"] or ()
    told = {"department": filled["lead_department"].name}
    if assisting:
        told["assist"] = gettext("、").join(department.name for department in assisting)
    return told


def _sign(case: Case, _filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    case.signed_at = met.now
    return {**_sign_for("lead", met), **finish(met, ClockKind.SIGN)}


def _sign_assist(_case: Case, _filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _sign_for("assist", met)


def _sign_for(party: str, met: Standing) -> dict[str, Any]:
    mine: Any = met.assignment(party)
    mine.signed_at, mine.signed_by, mine.handler_id = met.now, met.actor.name, met.actor.id
    return {"department": mine.department.name}


def _return(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    told = {**_give_back("lead", filled["note"], met), **finish(met, ClockKind.SIGN)}
    case.lead_department = None
    return told


def _return_assist(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    return _give_back("assist", filled["note"], met)


def _give_back(party: str, reason: str, met: Standing) -> dict[str, Any]:
    mine: Any = met.assignment(party)
    mine.returned_at, mine.returned_by, mine.return_reason = met.now, met.actor.name, reason
    return {"department": mine.department.name, "reason": reason}


def _settle(case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    old = met.clock
    hand_to(case, filled["lead_department"], filled["assist_departments"] or (), met)
    told: dict[str, Any] = {**_departments(filled), "note": filled["note"]}
    if filled["add_to_list"]:
        told["listed"] = _add_to_list(case, filled["lead_department"], filled["note"])
    db.session.flush()
    clocks = begin(case, met.now, event="settled", main=False)
    if filled["restart_clock"] and old is not None:
        told["verdict"] = replace(old, now=met.now).value
        clocks.append(told_of(start_clock(case, now=met.now, event="settled", previous=old)))
    return {**told, "clocks": clocks}


def _add_to_list(case: Case, department: Department, ruling: str) -> str:
    """Write the ruling into the list of responsibilities, in place of what it said before."""
    lines = db.session.scalars(
        select(Responsibility)
        .join(Responsibility.department)
        .where(Department.hall_id == case.hall_id, Responsibility.matter == case.matter)
    ).all()
    mine = next((line for line in lines if line.department_id == department.id), None)
    for line in lines:
        line.active = line is mine
    if mine is None:
        mine = Responsibility(
            department_id=department.id,  # by number: the department itself is not written
            matter=case.matter,
            code=f"ruling-{case.id}",
            legal_basis=gettext("督查裁定 %(number)s", number=case.number),
            duty=ruling,
            active=True,
        )
        db.session.add(mine)
    case.responsibility = mine
    return case.matter


def _reassign(_case: Case, filled: dict[str, Any], met: Standing) -> dict[str, Any]:
    chosen: Staff = filled["handler"]
    running = met.own or [item for item in met.case.assignments if item.running]
    works_for = set(db.session.scalars(departments_of(chosen.id)))
    fitting = [item for item in running if item.department_id in works_for]
    if not chosen.active or not fitting:
        names = gettext("、").join(item.department.name for item in running)
        raise InvalidInputError({"handler": gettext("请选择“%(name)s”的经办人", name=names)})
    mine = min(
        fitting,
        key=lambda it: (it.handler_id in {None, chosen.id}, it.role is not AssignmentRole.LEAD),
    )
    mine.handler_id = chosen.id
    return {
        "department": mine.department.name,
        "assignment_id": mine.id,
        "handler": chosen.name,
        "note": filled["note"],
    }


def departments_of(user_id: int) -> Any:
    """Select the numbers of the departments that somebody handles for."""
    held = Membership.__table__.c
    return select(held.department_id).where(held.user_id == user_id, held.role == Role.HANDLER)


def handlers(*department_ids: int) -> Any:
    """Select the numbers of those who handle for one of the departments."""
    held = Membership.__table__.c
    return select(held.user_id).where(
        held.department_id.in_(department_ids), held.role == Role.HANDLER
    )


EFFECTS = {
    "dispatch": _dispatch,
    "sign": _sign,
    "sign_assist": _sign_assist,
    "return": _return,
    "return_again": _return,
    "return_assist": _return_assist,
    "settle": _settle,
    "reassign": _reassign,
}
