"""The moves that lead a new case to a state, or to where a move can be made."""

from __future__ import annotations

from app.cases.rules import Status

JOINTLY = ("dispatch", {"assist_departments": ("syk",)})
DISSATISFIED = ("callback", {"satisfaction": "1"})

SENT = ("accept", "dispatch")
SIGNED = (*SENT, "sign")
UNLAWFUL = (("accept", {"classification": "unlawful"}), "dispatch", "sign")
"""To where a reply with reasons can be given; what should have been done has to be done."""
JOINT = ("accept", JOINTLY)
DISPUTED = (*SENT, "return", "dispatch", "return_again")
DONE = (*SIGNED, "resolve")


def unlawful(way):
    """Return a way of a case that is accepted as one that lawfully can't be done."""
    return (UNLAWFUL[0], *way[1:])


PATHS = {
    Status.REGISTERED: (),
    Status.ACCEPTED: ("accept",),
    Status.REFUSED: ("refuse",),
    Status.DISPATCHED: SENT,
    Status.SIGNED: SIGNED,
    Status.RESOLVED: DONE,
    Status.REPLIED: (*UNLAWFUL, "reply"),
    Status.RETURNED: (*SENT, "return"),
    Status.DISPUTED: DISPUTED,
    Status.CALLED_BACK: (*DONE, "callback"),
    Status.CLOSED: (*DONE, "callback", "close"),
    Status.MERGED: ("merge",),
    Status.ARCHIVED: ("refuse", "archive"),
}
"""State → the moves that lead a new case there; a move may stand with what it is filled in with."""

WAYS = {
    "accept": (),
    "refuse": (),
    "close_on_the_spot": (),
    "merge": (),
    "link": (),
    "dispatch": ("accept",),
    "sign": SENT,
    "sign_assist": JOINT,
    "return": SENT,
    "return_again": (*SENT, "return", "dispatch"),
    "return_assist": JOINT,
    "settle": DISPUTED,
    "reassign": SIGNED,
    "contact": SENT,
    "progress": SIGNED,
    "finish_assist": (*JOINT, "sign", "sign_assist"),
    "plan_visit": SIGNED,
    "report_visit": (*SIGNED, "plan_visit"),
    "raise": SENT,
    "instruct": SENT,
    "remind": SENT,
    "ask_extension": SIGNED,
    "grant_extension": (*SIGNED, "ask_extension"),
    "decline_extension": (*SIGNED, "ask_extension"),
    "tell_applicant": (*SIGNED, "ask_extension", "grant_extension"),
    "ask_pause": SIGNED,
    "grant_pause": (*SIGNED, "ask_pause"),
    "decline_pause": (*SIGNED, "ask_pause"),
    "resume": (*SIGNED, "ask_pause", "grant_pause"),
    "reclassify": SIGNED,
    "resolve": SIGNED,
    "reply": UNLAWFUL,
    "callback": DONE,
    "no_answer": DONE,
    "explain": (*DONE, DISSATISFIED),
    "close": (*DONE, "callback"),
    "close_unreached": (*DONE, *["no_answer"] * 3),
    "reopen": (*DONE, "callback"),
    "archive": ("refuse",),
}
"""Verb → the moves that lead a new case to where it can be made."""
