"""Words of the clock that are not arithmetic: kinds of clock, classifications, verdicts."""

from __future__ import annotations

from app.core.words import N_, Choice


class ClockKind(Choice):
    """What a clock waits for."""

    RESOLVE = "resolve", N_("解决时限")
    REPLY = "reply", N_("释因答复时限")
    CONTACT = "contact", N_("当日联系时限")
    SIGN = "sign", N_("签收时限")
    TELLING = "telling", N_("延期告知时限")
    CALLBACK = "callback", N_("回访时限")

    @property
    def main(self) -> bool:
        """Whether the case's lamp and ledgers follow this clock."""
        return self in (ClockKind.RESOLVE, ClockKind.REPLY)


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
    REPLACED = "replaced", N_("已更换")


class RequestState(Choice):
    """How a request about a clock stands."""

    ASKED = "asked", N_("待审批")
    GRANTED = "granted", N_("已同意")
    DECLINED = "declined", N_("未同意")
    WITHDRAWN = "withdrawn", N_("已失效")


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
