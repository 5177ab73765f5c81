"""Words and bounds of improvement items; the spans before and after that an effect is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.words import N_, Choice

if TYPE_CHECKING:
    from datetime import datetime


class ImprovementStatus(Choice):
    """Where an improvement item stands."""

    OPENED = "opened", N_("待整改")
    IN_PROGRESS = "in_progress", N_("整改中")
    COMPLETED = "completed", N_("待验收")
    VERIFIED = "verified", N_("已销号")
    WITHDRAWN = "withdrawn", N_("已撤销")


RUNNING = (ImprovementStatus.OPENED, ImprovementStatus.IN_PROGRESS)
"""The states in which the owner department has something to do, and the clock runs."""

DONE = (ImprovementStatus.COMPLETED, ImprovementStatus.VERIFIED)
"""The states in which the department says that it is done: what returns now reopens the item."""


class FlagStage(Choice):
    """A stage of the clock that is flagged, each once for a due-version."""

    WARNING = "warning", N_("临期")
    OVERDUE = "overdue", N_("超期")
    ESCALATED = "escalated", N_("严重超期")


INSTANTS = {
    FlagStage.WARNING: "warn_at",
    FlagStage.OVERDUE: "due_at",
    FlagStage.ESCALATED: "escalate_at",
}
"""Stage → the column that says when it begins."""


def reached(stage: FlagStage, instant: datetime, now: datetime) -> bool:
    """Say whether a stage that begins at an instant has begun: due only once it is past."""
    return now >= instant if stage is FlagStage.WARNING else now > instant


WARN_DAYS, ESCALATE_DAYS = 2, 5
"""Working days: so many before the last one it is due soon, so many after it very late."""

USUAL_DAYS, MOST_DAYS = 20, 250
"""Working days for an item: at first, and at most (a year)."""

AHEAD = timedelta(days=366)
"""How far from today a due day may be moved."""

MOST_MATTER = 128
MOST_FILES = 20
MOST_CASES = 200

SPAN = timedelta(days=30)
SPANS = 6
"""An effect is read from so many spans before the completion, and as many after it."""


@dataclass(frozen=True)
class Span:
    """Thirty days before or after a completion; `number` counts away from it, before is negative.

    `whole` is False while the span has not passed yet.
    """

    number: int
    begin: datetime
    end: datetime
    whole: bool = True


def spans(around: datetime, now: datetime) -> list[Span]:
    """Return the spans around a completion, the earliest first; those after it that have begun."""
    before = [
        Span(-back, around - back * SPAN, around - (back - 1) * SPAN)
        for back in range(SPANS, 0, -1)
    ]
    after = [
        Span(
            ahead, around + (ahead - 1) * SPAN, around + ahead * SPAN, around + ahead * SPAN <= now
        )
        for ahead in range(1, SPANS + 1)
        if around + (ahead - 1) * SPAN < now
    ]
    return before + after
