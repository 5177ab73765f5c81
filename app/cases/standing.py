"""Who stands where towards a case: what guards ask before a move, and its effect afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.cases.records import AssignmentRole
from app.core import scope
from app.deadlines.adjustment import LIMITS, about, pending, requests
from app.deadlines.adjustment_models import Extension, Pause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.cases.models import Case
    from app.cases.records import Assignment
    from app.core.scope import Person
    from app.deadlines.models import Deadline
    from app.deadlines.rules import ClockKind


@dataclass
class Standing:
    """A case as one person meets it at an instant; what is asked of the database is asked once."""

    case: Case
    actor: Person
    now: datetime

    def holds(self, role: str) -> bool:
        """Say whether the person holds a role for this case."""
        return role in self._held

    @cached_property
    def _held(self) -> set[str]:
        roles = sorted(self.actor.roles & {"clerk", "handler", "supervisor"})
        return {role for role in roles if scope.within_as(self.actor, [role], self.case)}

    @cached_property
    def own(self) -> list[Assignment]:
        """The running assignments of the departments that the person handles for."""
        departments = self.actor.departments("handler")
        return [
            item for item in self.case.assignments
            if item.running and item.department_id in departments
        ]  # fmt: skip

    def assignment(self, party: str) -> Assignment | None:
        """Return the own running assignment as lead, as assist, or (no party) as any."""
        return next((item for item in self.own if not party or item.role.value == party), None)

    @property
    def clock(self) -> Deadline | None:
        """The main clock while it is open."""
        clock = self.case.clock
        return clock if clock is not None and clock.met_at is None else None

    def open_clock(self, kind: ClockKind) -> Deadline | None:
        """Return the open clock of a kind."""
        return next(
            (item for item in self.case.clocks if item.kind is kind and item.met_at is None), None
        )

    @cached_property
    def requests(self) -> dict[type[Extension | Pause], Sequence[Any]]:
        """Everything that was ever asked for about a clock of the case, by its kind."""
        return {kind: requests(self.case.id, kind) for kind in LIMITS}

    @cached_property
    def asked(self) -> dict[type[Extension | Pause], Sequence[Any]]:
        """What was asked for about the main clock, by its kind."""
        clock = self.clock
        return {kind: about(clock, rows) if clock else () for kind, rows in self.requests.items()}

    @property
    def extension(self) -> Extension | None:
        """The request for more days that waits for a decision."""
        found: Extension | None = pending(self.asked[Extension])
        return found

    @property
    def pause(self) -> Pause | None:
        """The request for a pause that waits for a decision."""
        found: Pause | None = pending(self.asked[Pause])
        return found

    @property
    def paused(self) -> bool:
        """Whether the main clock stands still now."""
        clock = self.clock
        until = clock.paused_until if clock is not None else None
        return until is not None and self.now < until

    @property
    def returns(self) -> int:
        """How often a lead department gave the case back since it was last opened."""
        return sum(
            item.returned_at is not None and item.role is AssignmentRole.LEAD
            for item in self.case.assignments
            if self.case.reopened_at is None or item.dispatched_at >= self.case.reopened_at
        )
