"""Keep the account of a deadline: how it was reckoned, as data.

The data is JSON in Chinese, written once; `evidence_in_words` translates it on reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.deadlines.clock import DayLine, Term
    from app.deadlines.hours import Hours


class RuleFact(TypedDict):
    """Type the rule of a deadline: its days, or the instant before which it asks for something."""

    name: str
    source: str
    working_days: NotRequired[int]
    until: NotRequired[str]
    """Of telling about an extension: when the clock that was extended would have run out."""


class StartFact(TypedDict):
    """Type what started a deadline, and its instant on the hall's clock."""

    event: str
    at: str


class HallFact(TypedDict):
    """Type the hall's clock; `day_end` is closing or midnight."""

    tz: str
    opening: str
    closing: str
    day_end: str


class DayFact(TypedDict):
    """Type one day, counted or skipped."""

    date: str
    counted: bool
    ordinal: int | None
    reason: str
    provisional: bool


class PauseFact(TypedDict):
    """Type one pause: instants on the hall's clock, the working seconds that it kept."""

    began: str
    ended: str
    open: bool
    """It still goes on: `ended` is when it ends by itself at the latest."""
    seconds: int
    reason: str
    approved_by: str


class ExtensionFact(TypedDict):
    """Type one extension: when it was granted, how far the due time moved."""

    at: str
    days: int
    reason: str
    approved_by: str
    old_due: str
    new_due: str


class Evidence(TypedDict):
    """Type the whole account; instants are ISO 8601 on the hall's clock."""

    rule: RuleFact
    start: StartFact
    hall: HallFact
    revision: int
    due_at: str
    warn_at: str
    escalate_at: str
    provisional: bool
    days: list[DayFact]
    pauses: list[PauseFact]
    extensions: list[ExtensionFact]


def evidence(
    term: Term,
    rule: RuleFact,
    *,
    hours: Hours,
    revision: int,
    start_event: str,
    pauses: Sequence[PauseFact] = (),
    extensions: Sequence[ExtensionFact] = (),
) -> Evidence:
    """Write down how a period was reckoned, complete and ready for JSON."""

    def local(instant: datetime) -> str:
        return instant.astimezone(hours.tz).isoformat()

    return {
        "rule": rule,
        "start": {"event": start_event, "at": local(term.start)},
        "hall": _hall(hours),
        "revision": revision,
        "due_at": local(term.due_at),
        "warn_at": local(term.warn_at),
        "escalate_at": local(term.escalate_at),
        "provisional": term.provisional,
        "days": [_fact(line) for line in term.days],
        "pauses": list(pauses),
        "extensions": list(extensions),
    }


def _hall(hours: Hours) -> HallFact:
    """Write down the hall's clock."""
    return {
        "tz": hours.tz.key,
        "opening": f"{hours.opening:%H:%M}",
        "closing": f"{hours.closing:%H:%M}",
        "day_end": "midnight" if hours.until_midnight else "closing",
    }


def _fact(line: DayLine) -> DayFact:
    """Write down one day."""
    return {
        "date": line.date.isoformat(),
        "counted": line.counted,
        "ordinal": line.ordinal,
        "reason": line.reason,
        "provisional": line.provisional,
    }
