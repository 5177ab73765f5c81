"""Cases of Linqing that were decided, appeals about them, and what became of both."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from app.appeals import operations
from app.appeals.jobs import watch_appeals
from app.appeals.models import Appeal
from app.appeals.queries import option_for, options
from app.appeals.rules import AppealOutcome
from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.rulebook.rules import RemedyKind
from tests.cases.window import acting, department, led, person, staff
from tests.conftest import NOW

TODAY = date(2026, 9, 17)
SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(hours=3)
UNLAWFUL = ("accept", {"classification": "unlawful"})
REPLY = (UNLAWFUL, "dispatch", "sign", "reply")
RESULT = ("accept", "dispatch", "sign", "resolve")
WAYS = {"reply": REPLY, "refusal": ("refuse",), "result": RESULT}
COMPLAINT, RECONSIDERATION, LITIGATION = RemedyKind
HANDLER = "clerk.linqing.b"
"""Somebody of the window who decides nothing here."""


def decided(occasion="reply", *more, way=None):
    """Return the number of a case of this morning that was decided so."""
    with scope.everything():
        number = led((*(way or WAYS[occasion]), *more)).id
    db.session.remove()
    return number


def case(number):
    """Return a case as it is kept, whoever asks."""
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(Case, number)


def appeal(number):
    """Return an appeal as it is kept, whoever asks."""
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(Appeal, number)


def sought(number, kind=COMPLAINT, now=SOON, *, actor=None, **fields):
    """Register an appeal about a case; committed. Return its number."""
    who, about = actor or acting("clerk"), case(number)
    told = {"filed_on": TODAY, "grounds": "不服，请求重新核实", **fields}
    with scope.working_for(who), transaction():
        return operations.register(about, kind, actor=who, now=now, **told).id


def assigned(number, username=HANDLER, now=SOON, *, actor=None, note=""):
    """Name who handles an appeal; committed."""
    who, row, to = actor or acting("supervisor"), appeal(number), staff(username)
    with scope.working_for(who), transaction():
        operations.assign(row, to, note=note, actor=who, now=now)
    return number


def handled(number, kind=COMPLAINT, now=SOON, **fields):
    """Register an appeal and give it to its handler."""
    return assigned(sought(number, kind, now, **fields), now=now)


def do(verb, number, *args, actor=None, now=LATER, **fields):
    """Take a step of an appeal as its handler, or as somebody; committed."""
    who, row = actor or person(HANDLER), appeal(number)
    with scope.working_for(who), transaction():
        getattr(operations, verb)(row, *args, actor=who, now=now, **fields)


def accepted(number, day=TODAY, now=LATER, *, simplified=False):
    """Record the acceptance of an appeal."""
    do("accept", number, day, simplified=simplified, now=now)
    return number


def outcome(**fields):
    """Return what is told of an outcome."""
    return {
        "decided_on": TODAY,
        "decided_by": "督查室",
        "document": "复决〔2026〕1 号",
        "findings": "原答复依据有误",
        "lead_department": department(),
        **fields,
    }


def concluded(number, what=AppealOutcome.UPHELD, now=LATER, *, actor=None, **fields):
    """Record the outcome of an appeal; committed."""
    do("decide", number, what, outcome(**fields), actor=actor, now=now)
    return number


def offered(number, now=SOON):
    """Return the remedies about a case: kind, occasion, last day, and whether each is open."""
    about = case(number)
    with scope.everything():
        return [
            (it.remedy.code.value, it.occasion.value, it.remedy.until, not it.closed)
            for it in options(about, now)
        ]


def closed(number, kind, now=SOON):
    """Return why a remedy is not open."""
    about = case(number)
    with scope.everything():
        return option_for(about, kind, now).closed


def told(number, kind):
    """Return what the timeline of a case tells of a kind of event: when, and its payload."""
    db.session.rollback()
    with scope.everything():
        events = select(Event).where(Event.case_id == number, Event.kind == kind)
        return [(row.at, row.payload) for row in db.session.scalars(events.order_by(Event.id))]


def watch(now, number):
    """Run the job as a scheduler does; return how many stages it flagged about a case."""
    before = flagged(number)
    db.session.remove()
    with scope.everything():
        watch_appeals(now, now)
    db.session.remove()
    return flagged(number) - before


def flagged(number):
    """Count what the timeline of a case tells of stages of appeals."""
    return len(told(number, "appeal_warning")) + len(told(number, "appeal_overdue"))
