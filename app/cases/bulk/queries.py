"""Ask what many cases need to be moved at once: they themselves, who may, which department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.cases import visibility
from app.cases.bulk.rules import BULK
from app.cases.effects.dispatch import handlers
from app.cases.guards import why_not
from app.cases.models import Case
from app.cases.moves import MOVE
from app.cases.records import Assignment
from app.cases.rules import OPEN
from app.cases.standing import Standing
from app.core.db import db
from app.core.language import gettext
from app.core.timeline import Event
from app.departments.models import Department, Membership, Responsibility, Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from app.cases.moves import Move
    from app.core.scope import Person


@dataclass(frozen=True)
class Leaving:
    """Somebody who hands over what they handle for a department."""

    handler: Staff
    department: Department

    def holds(self, case: Case) -> Assignment | None:
        """Return what of a case is theirs now."""
        return next(
            (
                item
                for item in case.assignments
                if item.running
                and item.handler_id == self.handler.id
                and item.department_id == self.department.id
            ),
            None,
        )

    def missing(self) -> str:
        """Say that a case is not theirs."""
        return gettext("经办人已经不是%(name)s", name=self.handler.name)


@dataclass(frozen=True)
class Candidate:
    """A case that was chosen, why the move can't be made now, and who would get it by the list."""

    case: Case
    reason: str
    proposed: Department | None


@dataclass
class _Known(Standing):
    """Who stands where, with the roles asked for all cases at once."""

    roles: frozenset[str]

    def holds(self, role: str) -> bool:
        return role in self.roles


def offered(person: Person) -> list[Move]:
    """Return the moves that a person may make for many cases at once."""
    return [MOVE[verb] for verb in BULK if person.roles.intersection(MOVE[verb].roles)]


def chosen(ids: Iterable[int]) -> Sequence[Case]:
    """Return the cases with these numbers, as far as they are in scope, with what a page tells."""
    return db.session.scalars(
        select(Case)
        .where(Case.id.in_(set(ids)))
        .order_by(Case.id)
        .options(
            joinedload(Case.hall),
            joinedload(Case.clock),
            joinedload(Case.lead_department),
            joinedload(Case.responsibility).joinedload(Responsibility.department),
            selectinload(Case.assignments).joinedload(Assignment.department),
            selectinload(Case.assignments).joinedload(Assignment.handler),
        )
    ).all()


def candidates(
    step: Move, cases: Sequence[Case], leaving: Leaving | None, *, actor: Person, now: datetime
) -> list[Candidate]:
    """Say of each case whether the move could be made now; the cost doesn't grow with them."""
    held = _held([case.id for case in cases], actor)
    proposed = proposals(cases) if step.verb == "dispatch" else {}
    found = []
    for case in cases:
        reason = why_not(step, _Known(case, actor, now, frozenset(held[case.id])))
        if not reason and leaving is not None and leaving.holds(case) is None:
            reason = leaving.missing()
        if not reason and step.verb == "dispatch" and case.id not in proposed:
            reason = unlisted(case)
        found.append(Candidate(case, reason, proposed.get(case.id)))
    return found


def unlisted(case: Case) -> str:
    """Say that the list of responsibilities proposes nobody."""
    return gettext("权责清单中没有“%(matter)s”，请选定一个科室", matter=case.matter)


def _held(ids: list[int], person: Person) -> dict[int, set[str]]:
    """Return for each case the roles that the person holds for it: one statement a role."""
    found: dict[int, set[str]] = {number: set() for number in ids}
    for role in sorted(person.roles & {"clerk", "handler", "supervisor"}):
        seen = select(Case.id).where(Case.id.in_(ids), visibility.cases(person.only([role])))
        for number in db.session.scalars(seen):
            found[number].add(role)
    return found


def proposals(cases: Sequence[Case]) -> dict[int, Department]:
    """Return the departments that the list of responsibilities proposes: case → department."""
    listed = _listed([case for case in cases if case.responsibility is None])
    found = {}
    for case in cases:
        line = case.responsibility or listed.get((case.hall_id, case.matter))
        if line is not None and line.department is not None and line.department.active:
            found[case.id] = line.department
    return found


def _listed(cases: Sequence[Case]) -> dict[tuple[int, str], Responsibility]:
    """Return the lines of the lists for the matters of cases that were registered without one."""
    if not cases:
        return {}
    lines = db.session.scalars(
        select(Responsibility)
        .join(Responsibility.department)
        .options(contains_eager(Responsibility.department))
        .where(
            Department.hall_id.in_({case.hall_id for case in cases}),
            Responsibility.matter.in_({case.matter for case in cases}),
            Responsibility.active,
            Department.active,
        )
        .order_by(Responsibility.id.desc())
    )
    return {(line.department.hall_id, line.matter): line for line in lines}


def done_since(case: Case, step: Move, person: Person, since: datetime) -> bool:
    """Say whether a person made a move of a case already since an instant."""
    seen = select(Event.id).where(
        Event.case_id == case.id,
        Event.kind == step.event,
        Event.actor_id == person.id,
        Event.recorded_at >= since,
    )
    return db.session.scalar(seen.limit(1)) is not None


# --- handing over --------------------------------------------------------------------------------


def _handled(person: Person) -> tuple[Any, ...]:
    """Return the criteria of what is handled now, where the person may hand it over."""
    return (
        Assignment.handler_id.is_not(None),
        Assignment.returned_at.is_(None),
        Assignment.finished_at.is_(None),
        Case.status.in_(OPEN),
        or_(
            Assignment.department_id.in_(sorted(person.departments("handler"))),
            person.in_halls(Case.hall_id, "supervisor"),
        ),
    )


def who_handles(person: Person) -> list[tuple[Leaving, int]]:
    """Return everybody who handles open cases, for which department, and how many."""
    rows = db.session.execute(
        select(Assignment.handler_id, Assignment.department_id, func.count())
        .join(Assignment.case)
        .where(*_handled(person))
        .group_by(Assignment.handler_id, Assignment.department_id)
        .order_by(Assignment.department_id, Assignment.handler_id)
    ).all()
    staff = _by_id(Staff, {row[0] for row in rows if row[0]})
    departments = _by_id(Department, {row[1] for row in rows})
    return [
        (Leaving(staff[handler], departments[department]), count)
        for handler, department, count in rows
        if handler in staff and department in departments
    ]


def _by_id(model: type[Any], ids: set[int]) -> dict[int | None, Any]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}


def leaving_of(handler_id: int, department_id: int, person: Person) -> Leaving | None:
    """Return who hands over, if they handle for a department in scope or have something of it."""
    department = db.session.get(Department, department_id)
    handler = db.session.get(Staff, handler_id)
    if department is None or handler is None:
        return None
    found = Leaving(handler, department)
    held = Membership.__table__.c
    member = db.session.scalar(handlers(department_id).where(held.user_id == handler_id))
    return found if member or handled_by(found, person, 1) else None


def handled_by(leaving: Leaving, person: Person, limit: int) -> list[int]:
    """Return the open cases that somebody handles, oldest first."""
    return list(
        db.session.scalars(
            select(Assignment.case_id)
            .join(Assignment.case)
            .where(
                *_handled(person),
                Assignment.handler_id == leaving.handler.id,
                Assignment.department_id == leaving.department.id,
            )
            .order_by(Assignment.case_id)
            .limit(limit)
        )
    )
