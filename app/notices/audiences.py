"""Whom a rule means: asked once for a batch of events, of whoever works there now.

A person who does not see what it is about is not told: the scope decides, as on every page.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.records import Assignment, AssignmentRole
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.departments.models import Hall, Membership, Staff
from app.departments.queries import person_of
from app.departments.rules import Role
from app.notices.queries import in_sight
from app.notices.rules import Audience
from app.roster.queries import on_duty

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from app.notices.queries import Subject
    from app.notices.wording import Happening

_event: Any = Event.__table__
_assignment: Any = Assignment.__table__


class Audiences:
    """The people around a batch of events."""

    def __init__(self, events: Sequence[Happening], now: datetime) -> None:
        """Ask who is on the cases and who works where."""
        self.now = now
        self.subjects = {(event.about, event.row_id) for event in events}
        self.cases = sorted({event.case_id for event in events if event.case_id is not None})
        self.staff = {row.id: row for row in db.session.scalars(select(Staff).where(Staff.active))}
        halls = db.session.execute(select(Hall.id, Hall.parent_id))
        self.above = {row.id: row.parent_id for row in halls}
        self.members: dict[tuple[Role, int], set[int]] = defaultdict(set)
        for row in db.session.execute(
            select(
                Membership.user_id, Membership.role, Membership.hall_id, Membership.department_id
            )
        ):
            place = row.department_id if row.role is Role.HANDLER else row.hall_id
            if row.user_id in self.staff and place is not None:
                self.members[row.role, place].add(row.user_id)
        self.assisting = self._assisting()
        self.registrars = self._registrars()
        self._seen: dict[int, set[Subject]] = {}
        self._on_duty: dict[int, set[int]] = {}

    def of(self, audience: Audience, event: Happening) -> set[int]:
        """Return the numbers of the people that an audience means for an event."""
        meant = _MEANT[audience](self, event)
        return {
            person
            for person in meant
            if person != event.actor_id and (event.about, event.row_id) in self._seen_by(person)
        }

    def registrar(self, event: Happening) -> set[int]:
        """Return whoever registered the case."""
        person = self.registrars.get(event.case_id) if event.case_id is not None else None
        return {person} if person in self.staff and person is not None else set()

    def on_duty(self, event: Happening) -> set[int]:
        """Return who is on duty now, or when the hall opens next; without a plan, the window."""
        if event.hall_id not in self._on_duty:
            hall = db.session.get_one(Hall, event.hall_id)
            people = {person.id for person in on_duty(hall, self.now, ahead=True)}
            self._on_duty[event.hall_id] = people & set(self.staff) or self.clerks(event)
        return self._on_duty[event.hall_id]

    def clerks(self, event: Happening) -> set[int]:
        """Return the window of the hall."""
        return self.members[Role.CLERK, event.hall_id]

    def lead(self, event: Happening) -> set[int]:
        """Return the department that leads, or the one that is addressed."""
        lead = event.department_id or event.lead_department_id
        places = event.departments if lead is None else (lead,)
        return set().union(*(self.members[Role.HANDLER, place] for place in places))

    def assist(self, event: Happening) -> set[int]:
        """Return the departments that assist; what addresses one department is nobody else's."""
        if event.department_id is not None:
            return self.members[Role.HANDLER, event.department_id]
        if event.case_id is None:
            return set()
        found = (self.members[Role.HANDLER, place] for place in self.assisting[event.case_id])
        return set().union(*found)

    def supervisors(self, event: Happening) -> set[int]:
        """Return whoever oversees the hall itself."""
        return self.members[Role.SUPERVISOR, event.hall_id]

    def supervisors_above(self, event: Happening) -> set[int]:
        """Return whoever oversees the nearest hall above; where nobody does, the hall itself."""
        return self._nearest_above(event, set()) or self.supervisors(event)

    def reviewers(self, event: Happening) -> set[int]:
        """Return whoever oversees the hall and did not write it; where nobody did, from above."""
        author = self.named(event)
        return self.supervisors(event) - author or self._nearest_above(event, author)

    def named(self, event: Happening) -> set[int]:
        """Return whom the event names: who handles the appeal, who wrote the article."""
        person = event.person_id
        return {person} if person in self.staff and person is not None else set()

    def _nearest_above(self, event: Happening, but: set[int]) -> set[int]:
        hall = self.above.get(event.hall_id)
        while hall is not None:
            if found := self.members[Role.SUPERVISOR, hall] - but:
                return found
            hall = self.above.get(hall)
        return set()

    def _seen_by(self, number: int) -> set[Subject]:
        """Return which of the rows a person sees."""
        if number not in self._seen:
            with scope.working_for(person_of(self.staff[number])):
                self._seen[number] = in_sight(self.subjects)
        return self._seen[number]

    def _assisting(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        rows = select(_assignment.c.case_id, _assignment.c.department_id).where(
            _assignment.c.case_id.in_(self.cases), _assignment.c.role == AssignmentRole.ASSIST
        )
        for case, department in db.session.execute(rows):
            found[case].add(department)
        return found

    def _registrars(self) -> dict[int, int | None]:
        rows = select(_event.c.case_id, _event.c.actor_id).where(
            _event.c.case_id.in_(self.cases), _event.c.kind == "registered"
        )
        return {row.case_id: row.actor_id for row in db.session.execute(rows)}


_MEANT: dict[Audience, Callable[[Audiences, Happening], set[int]]] = {
    Audience.REGISTRAR: Audiences.registrar,
    Audience.ON_DUTY: Audiences.on_duty,
    Audience.HALL_CLERKS: Audiences.clerks,
    Audience.LEAD_HANDLERS: Audiences.lead,
    Audience.ASSISTING_HANDLERS: Audiences.assist,
    Audience.HALL_SUPERVISORS: Audiences.supervisors,
    Audience.SUPERVISORS_ABOVE: Audiences.supervisors_above,
    Audience.APPEAL_HANDLER: Audiences.named,
    Audience.AUTHOR: Audiences.named,
    Audience.REVIEWERS: Audiences.reviewers,
    Audience.GROUP_ONLY: lambda _people, _event: set(),
}
