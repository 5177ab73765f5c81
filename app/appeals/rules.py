"""Facts of appeals: outcomes, which events decide a case, periods, which remedy shuts out another.

The law: Administrative Reconsideration Law (2023), arts. 20, 29, 30, 62, 88; Administrative
Procedure Law (2017), arts. 44-46, 48, 51, 81, 83. How long is data (app/rulebook).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.core.words import N_, Choice
from app.deadlines.hours import since_midnight
from app.rulebook.rules import Occasion, RemedyKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.deadlines.hours import Hours

MOST_NAME = 128
"""Characters of an organ's name, of whoever decided, of a document's number."""


class AppealOutcome(Choice):
    """How an appeal ended."""

    UPHELD = "upheld", N_("成立")
    PARTLY = "partly", N_("部分成立")
    REJECTED = "rejected", N_("不成立")
    NOT_ACCEPTED = "not_accepted", N_("不予受理")
    WITHDRAWN = "withdrawn", N_("撤回")

    @property
    def founded(self) -> bool:
        """Whether what was told was wrong, wholly or in part: the case reopens."""
        return self in (AppealOutcome.UPHELD, AppealOutcome.PARTLY)

    @property
    def on_merits(self) -> bool:
        """Whether it says who was right."""
        return self.founded or self is AppealOutcome.REJECTED


ON_MERITS = tuple(outcome for outcome in AppealOutcome if outcome.on_merits)
FOUNDED = tuple(outcome for outcome in AppealOutcome if outcome.founded)

TONES = {
    AppealOutcome.UPHELD: "late",
    AppealOutcome.PARTLY: "late",
    AppealOutcome.REJECTED: "ok",
    AppealOutcome.NOT_ACCEPTED: "idle",
    AppealOutcome.WITHDRAWN: "idle",
}
"""Outcome → the tone of its lamp, as the hall sees it: an appeal that is upheld shows an error."""

DECIDING = (
    "refused",
    "closed_on_the_spot",
    "resolved",
    "replied",
    "settled",
    "instructed",
    "explained",
    "reclassified",
    "extension_granted",
    "extension_declined",
    "pause_granted",
    "pause_declined",
)
"""The kinds of event by which somebody decides a case or rules on it: refusal, result and reply;
the ruling on who must act, leadership's instruction, the defence of a result; the new
classification, the rulings on more time and on a pause. Whoever made one of them takes no part in
an appeal about the case. The triggers of the database say the same."""


class Lamp(Choice):
    """The stages of a period of an appeal."""

    ON_TRACK = "on_track", N_("正常")
    WARNING = "warning", N_("临期")
    OVERDUE = "overdue", N_("超期")


# --- periods -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A period of an appeal: its last day, and the instants at which it warns and runs out."""

    last_day: date
    warn_at: datetime
    due_at: datetime


def span(start: date, last_day: date, warn_days: int, hours: Hours) -> Span:
    """Return when a period warns and runs out: it ends with its last day, as the hall's days end.

    It warns when the hall opens, so many days before the last one, but not before it began.
    """
    warns = max(last_day - timedelta(days=warn_days), min(start, last_day))
    warn_at = hours.instant(warns, since_midnight(hours.opening))
    due_at = hours.end_of(last_day)
    return Span(last_day, min(warn_at, due_at), due_at)


def stage(warn_at: datetime, due_at: datetime, now: datetime) -> Lamp:
    """Return how a period that runs stands at an instant."""
    if now > due_at:
        return Lamp.OVERDUE
    return Lamp.WARNING if now >= warn_at else Lamp.ON_TRACK


# --- which remedy shuts out another --------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """An appeal that there is against what the applicant was told, as far as others depend on it.

    `lapsed` says that the time for its decision ran out without one.
    """

    kind: RemedyKind
    accepted: bool
    outcome: AppealOutcome | None
    lapsed: bool = False


def shut_out(kind: RemedyKind, occasion: Occasion, made: Iterable[Made]) -> str:
    """Say why a remedy is not open besides those that were sought already; empty when it is.

    The sentence is marked for translation, not translated.
    """
    others = [it for it in made if it.outcome is not AppealOutcome.NOT_ACCEPTED]
    if any(it.kind is kind for it in others):
        return N_("已对这一决定提出过，不能重复提出")
    reconsidered = [it for it in others if it.kind is RemedyKind.RECONSIDERATION]
    if kind is RemedyKind.RECONSIDERATION and any(
        it.kind is RemedyKind.LITIGATION and it.accepted for it in others
    ):
        return N_("人民法院已经立案，不得再申请行政复议（行政复议法第二十九条）")
    if kind is RemedyKind.LITIGATION and occasion is not Occasion.RECONSIDERATION:
        if any(it.accepted and it.outcome is None for it in reconsidered):
            return N_("行政复议机关已经受理，复议期间不得提起行政诉讼（行政复议法第二十九条）")
        if any(it.outcome is not None and it.outcome.on_merits for it in reconsidered):
            return N_("已经行政复议，对复议决定不服的，依行政诉讼法第四十五条提起诉讼")
    return ""


def opens_litigation(made: Made) -> bool:
    """Say whether a reconsideration opens the way to court of art. 45: decided, or out of time."""
    decided = made.outcome is not None and made.outcome.on_merits
    return made.kind is RemedyKind.RECONSIDERATION and (decided or made.lapsed)
