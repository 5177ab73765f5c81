"""For each move, the way that brings a new case to where it can be made; and a few harder ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.appeals.models import Appeal
from app.appeals.operations import decide
from app.appeals.rules import AppealOutcome
from app.cases import operations
from app.cases.moves import MOVE
from app.core.db import db
from tests.appeals import appeals
from tests.cases.window import ACTORS, act, department, filled, person, register
from tests.conftest import NOW

_D = ("accept", "dispatch")
_S = (*_D, "sign")
_R = (*_S, "resolve")

WAYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("accept", "refuse", "close_on_the_spot", "merge", "link"), ()),
    "dispatch": ("accept",),
    **dict.fromkeys(("sign", "sign_assist", "return", "return_assist", "contact"), _D),
    "return_again": (*_D, "return", "dispatch"),
    "settle": (*_D, "return", "dispatch", "return_again"),
    **dict.fromkeys(("reassign", "progress", "plan_visit", "raise", "instruct", "remind"), _S),
    "finish_assist": (*_S, "sign_assist"),
    "report_visit": (*_S, "plan_visit"),
    **dict.fromkeys(("ask_extension", "ask_pause", "reclassify", "resolve", "reply"), _S),
    **dict.fromkeys(("grant_extension", "decline_extension"), (*_S, "ask_extension")),
    "tell_applicant": (*_S, "ask_extension", "grant_extension"),
    **dict.fromkeys(("grant_pause", "decline_pause"), (*_S, "ask_pause")),
    "resume": (*_S, "ask_pause", "grant_pause"),
    **dict.fromkeys(("callback", "no_answer"), _R),
    **dict.fromkeys(("explain", "close"), (*_R, "callback")),
    "close_unreached": (*_R, *["no_answer"] * 3),
    "reopen": (*_R, "callback", "explain", "close"),
    "archive": ("refuse",),
}
"""Verb → the moves that come before it."""

APPEALED: dict[str, tuple[str, ...]] = {
    "overturn": (*_R, "seek"),
    "overturn_refusal": ("refuse", "seek"),
    "mark_wrong": (*_R, "seek", "reopen"),
}
"""The same, of what an appeal does that is upheld; `seek` registers it and gives it to somebody."""

ASSISTED = ("sign_assist", "return_assist", "finish_assist")
"""The moves of a department that assists."""

_SOON, _LATE = timedelta(hours=1), timedelta(days=9)


@dataclass(frozen=True)
class Way:
    """A move that is about to be made: by whom, when, with what."""

    name: str
    verb: str
    before: tuple[str, ...]
    after: timedelta = _SOON
    assisted: bool = False
    unhappy: bool = False
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self):
        return NOW + self.after

    @property
    def who(self):
        return _who(self.verb)

    def walked(self):
        """Bring a new case there, a minute for each step; committed."""
        case = register()
        for minutes, verb in enumerate(self.before, start=1):
            now = NOW + timedelta(minutes=minutes)
            if verb == "seek":
                appeals.handled(case.id, now=now)
            else:
                act(case, verb, now, person(_who(verb)), **self._of(verb))
        return case

    def make(self, case, filled, actor):
        """Make the move; not committed."""
        operations.move(case, self.verb, filled, actor=actor, now=self.now)

    def filled(self):
        """Return what the move is filled in with."""
        return filled(self.verb, **self._of(self.verb) | self.fields)

    def _of(self, verb):
        """Return what a move on the way is filled in with beyond the usual."""
        if verb == "accept" and self.verb == "reply":
            return {"classification": "unlawful"}
        if verb == "dispatch" and (self.assisted or self.verb == "dispatch"):
            return {"assist_departments": [department("syk")]}
        if verb == "settle":
            return {"assist_departments": [department("syk")], "add_to_list": True,
                    "restart_clock": True}  # fmt: skip
        if verb == "reclassify":
            return {"classification": "unlawful"}
        if verb == "callback" and self.unhappy:
            return {"satisfaction": "1"}
        return {}


@dataclass(frozen=True)
class Decision(Way):
    """The outcome of an appeal that is upheld, which does to the case what the verb says."""

    @property
    def who(self):
        return appeals.HANDLER

    def filled(self):
        return appeals.outcome()

    def make(self, case, filled, actor):
        """Record the outcome; not committed."""
        row = db.session.scalars(select(Appeal).where(Appeal.case_id == case.id)).one()
        decide(row, AppealOutcome.UPHELD, filled, actor=actor, now=self.now)


def _who(verb):
    return "handler.linqing.syk" if verb in ASSISTED else ACTORS[MOVE[verb].roles[0]]


def ways():
    """Return a way for each move of the table, and the ways on which a clock adds its part."""
    usual = [
        Way(verb, verb, before, assisted=verb in ASSISTED, unhappy="explain" in (verb, *before))
        for verb, before in WAYS.items()
    ]
    harder = [
        Way("resolve, late", "resolve", WAYS["resolve"], _LATE),
        Way("reclassify with an extension to tell of", "reclassify", WAYS["tell_applicant"]),
        Way("progress after a pause ran out", "progress", WAYS["resume"], _LATE),
        Way("reopen before the callback", "reopen", WAYS["callback"]),
    ]
    upheld = [Decision(verb, verb, before) for verb, before in APPEALED.items()]
    return [*usual, *harder, *upheld]
