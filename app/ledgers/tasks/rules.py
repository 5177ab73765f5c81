"""States and moves of the making of a ledger, and what it is bounded by."""

from __future__ import annotations

from datetime import timedelta

from app.core.words import N_, Choice


class TaskState(Choice):
    """How the making of a ledger stands."""

    QUEUED = "queued", N_("排队中")
    RUNNING = "running", N_("生成中")
    DONE = "done", N_("已生成")
    FAILED = "failed", N_("未能生成")
    CANCELLED = "cancelled", N_("已取消")


UNDER_WAY = (TaskState.QUEUED, TaskState.RUNNING)

MOVES: dict[str, tuple[tuple[TaskState, ...], TaskState]] = {
    "claim": (UNDER_WAY, TaskState.RUNNING),
    "give_back": ((TaskState.RUNNING,), TaskState.QUEUED),
    "finish": ((TaskState.RUNNING,), TaskState.DONE),
    "fail": ((TaskState.RUNNING,), TaskState.FAILED),
    "cancel": (UNDER_WAY, TaskState.CANCELLED),
    "retry": ((TaskState.FAILED, TaskState.CANCELLED), TaskState.QUEUED),
}
"""Move → from which states, into which. A running one is claimed anew once its lease is over."""

SMALL = 2_000
"""A ledger of fewer rows comes at once."""

MOST_UNDER_WAY = 2
"""How many a person may have queued or running."""

MOST_ATTEMPTS = 3
"""How often one is begun before it counts as failed."""

BEAT = 1.0
"""Seconds between two signs of life of whoever makes one."""

LEASE = timedelta(seconds=60)
"""How long after the last sign of life somebody else takes it up."""

KEPT = timedelta(days=7)
"""How long a file is kept."""

KEPT_UNMASKED = timedelta(days=1)
"""How long one with personal data in clear is kept, if nobody fetches it."""

FORGOTTEN = timedelta(days=1)
"""How old a file that no task names is before it is removed: nobody will name it any more."""


def seconds_left(done: int, expected: int | None, elapsed: float) -> int | None:
    """Estimate the seconds that are left, from the speed so far; None while nothing shows."""
    if not expected or done <= 0 or elapsed <= 0:
        return None
    return max(0, round(elapsed * (expected - done) / done))


def percent(done: int, expected: int | None) -> int:
    """Return how much is done; 100 is only said of what is."""
    return min(99, done * 100 // expected) if expected else 0
