"""Words of the clock that are not arithmetic: kinds of clock, classifications, verdicts."""

from __future__ import annotations

from app.core.words import N_, Choice


class ClockKind(Choice):
    """What a clock waits for. Contact, sign-for and callback clocks come with later features."""

    RESOLVE = "resolve", N_("解决时限")
    REPLY = "reply", N_("释因答复时限")


class Classification(Choice):
    """Why it could not be done; it decides which clock runs (Linqing's two)."""

    SHOULD_BE_DONE = "should_be_done", N_("应办未办")
    UNLAWFUL = "unlawful", N_("完全不能（依法不应办）")
    INFEASIBLE = "infeasible", N_("完全不能（客观办不了）")

    @property
    def clock(self) -> ClockKind:
        """The clock that a case of this class runs on."""
        return ClockKind.RESOLVE if self is Classification.SHOULD_BE_DONE else ClockKind.REPLY


class Verdict(Choice):
    """How a clock ended; frozen when it is met."""

    MET = "met", N_("按期")
    BREACHED = "breached", N_("超期")


class DaySource(Choice):
    """Where a day of the calendar comes from."""

    STATUTORY = "statutory", N_("国务院通知")
    LOCAL = "local", N_("本地规定")


STAGE_LABELS: dict[str, str] = {
    "on_track": N_("正常"),
    "warning": N_("临期"),
    "overdue": N_("超期"),
    "escalated": N_("严重超期"),
}
"""The words of the four stages (clock.Stage)."""
