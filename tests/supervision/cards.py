"""Late cases of Linqing, the rule job run at an instant, and what became of it."""

from __future__ import annotations

from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import Status
from app.core import scope
from app.core.db import db
from app.core.timeline import Event
from app.core.transaction import transaction
from app.supervision import operations
from app.supervision.jobs import supervise
from app.supervision.models import SupervisionCard
from app.supervision.rules import CardKind
from tests.cases.window import acting, at, brought_to, department

# A case of this morning (Thursday 2026-09-17) is due on Monday 2026-09-21 at 17:30: Friday, the
# make-up Sunday, Monday. Friday 09-25 is Mid-Autumn; so the fifth working day after is 09-29.
DUE = at(2026, 9, 21, 17, 30)
FIRST, SECOND, FIFTH = at(2026, 9, 22, 9), at(2026, 9, 23, 9), at(2026, 9, 29, 9)


def late(status=Status.SIGNED, **fields):
    """Return the number of a case of this morning; all other clocks here are met."""
    with scope.everything():
        number = brought_to(status, **fields).id
        with transaction():
            others = "UPDATE deadline SET met_at = due_at, verdict = 'met', paused_at = NULL, "
            others += f"paused_until = NULL WHERE met_at IS NULL AND case_id <> {number}"
            db.session.connection().exec_driver_sql(others)
    db.session.remove()
    return number


def run(now):
    """Run the job as a scheduler does; return how many cards it issued."""
    db.session.remove()
    with scope.everything():
        done = supervise(now, now)
    db.session.remove()
    return done["cards"]


def cards(number):
    """Return the cards of a case, the first first, as they are kept."""
    db.session.rollback()
    with scope.everything():
        found = select(SupervisionCard).where(SupervisionCard.case_id == number)
        return list(db.session.scalars(found.order_by(SupervisionCard.id)))


def told(number, kind):
    """Return what the timeline tells of a kind of event: when, and its payload."""
    db.session.rollback()
    with scope.everything():
        events = select(Event).where(Event.case_id == number, Event.kind == kind)
        return [(row.at, row.payload) for row in db.session.scalars(events.order_by(Event.id))]


def case(number):
    """Return a case, also to somebody who does not see it: as if it were in hand already."""
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(Case, number)


def issue(number, now, kind=CardKind.YELLOW, *, actor=None, code="scjg", **fields):
    """Issue a card by hand; committed. Return its number."""
    who = actor or acting("supervisor")
    wanted = {"demand": "请说明原因", "reply_days": 2, **fields}
    of, to = case(number), department(code)
    with scope.working_for(who), transaction():
        card = operations.issue(of, kind, department=to, actor=who, now=now, **wanted)
        return card.id


def card(number):
    """Return a card, also to somebody who does not see it."""
    db.session.rollback()
    with scope.everything():
        return db.session.get_one(SupervisionCard, number)


def do(verb, number, text, now, *, role="handler"):
    """Reply to a card or withdraw it, as somebody; committed."""
    who, row = acting(role), card(number)
    with scope.working_for(who), transaction():
        getattr(operations, verb)(row, text, actor=who, now=now)
