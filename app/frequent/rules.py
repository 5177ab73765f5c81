"""Facts of frequent problems: what may become of one, and the bounds of the setting."""

from __future__ import annotations

from app.core.words import N_, Choice

LEAST_CASES, MOST_CASES = 2, 1000
LEAST_DAYS, MOST_DAYS = 7, 730

USUAL_CASES, USUAL_DAYS = 5, 90
"""What an empty database begins with."""


class Decision(Choice):
    """What became of a problem that was found."""

    OPEN = "open", N_("待处理", "problem")
    ACCEPTED = "accepted", N_("已采纳")
    DISMISSED = "dismissed", N_("未采纳")
