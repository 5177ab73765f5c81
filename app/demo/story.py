"""What the invented cases are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

Field = str | int | None


@dataclass(frozen=True)
class Story:
    """A situation that could have happened at any hall; texts have slots in braces.

    Slots: `matter`, `town`, `age` (years), `days`, `visits`, `message` (what the system said).
    `outcome` is the result where the matter should have been done, the reasons where it could
    not; `basis` is the legal basis of the reasons. A story of weight 5 is told five times as often
    as others: a frequent problem.
    """

    matters: tuple[str, ...]
    situation: str
    description: str
    demand: str
    outcome: str
    cause: str
    """The code of the cause, as the seeded tree has it."""
    classification: str = "should_be_done"
    applicant: str = "individual"
    basis: str = ""
    messages: tuple[str, ...] = ("系统异常，请稍后再试",)
    on_the_spot: bool = False
    weight: int = 1


@dataclass(frozen=True)
class Refusal:
    """A matter that no window takes: a lawsuit, a petition, a dispute between private parties."""

    matters: tuple[str, ...]
    description: str
    demand: str
    reason: str
    remedy: str
    criterion: str
    """The code of the criterion by which it is refused."""
    situation: str = "other"
    applicant: str = "individual"
    messages: tuple[str, ...] = ("",)
    weight: int = 1


@dataclass(frozen=True)
class Moment:
    """A step of a story that is told in full: when, what, by whom.

    `day` counts working days from the registration; `at` is local time.
    """

    day: int
    at: time
    verb: str
    actor: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Narrative:
    """A case told in full, word for word."""

    hall: str
    channel: str
    registered: time
    applicant: str
    name: str
    phone: str
    address: str
    matter: str
    situation: str
    visits: int
    description: str
    demand: str
    urgency: str
    classification: str
    moments: tuple[Moment, ...]
