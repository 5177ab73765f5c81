"""Ask about appeals: what may be sought about a case, who decided it, who may handle an appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select, union
from sqlalchemy.orm import joinedload

from app.appeals.models import Appeal, AppealPeriod
from app.appeals.rules import DECIDING, ON_MERITS, Made, opens_litigation, shut_out
from app.cases.rules import Outcome, Status
from app.core.db import db
from app.core.language import gettext
from app.core.timeline import Event
from app.deadlines.queries import hours_of
from app.departments.models import Hall, Membership, Staff
from app.departments.rules import Role
from app.rulebook.queries import remedies_for
from app.rulebook.rules import Occasion, Remedy, RemedyKind, from_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.cases.models import Case
    from app.core.scope import Person

_event: Any = Event.__table__
_appeal: Any = Appeal.__table__
_period: Any = AppealPeriod.__table__
_membership: Any = Membership.__table__
_hall: Any = Hall.__table__


# --- what may be sought --------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """What the applicant was told, as it stands: of which kind, when, in which words."""

    occasion: Occasion
    at: datetime
    told: str


@dataclass(frozen=True)
class Option:
    """A remedy that the law gives against a decision; `closed` says why it can't be sought now."""

    remedy: Remedy
    occasion: Occasion
    previous: Appeal | None = None
    closed: str = ""

    def late(self, filed_on: date) -> bool:
        """Say whether it is sought after its last day."""
        return self.remedy.until is not None and filed_on > self.remedy.until


def decision_of(case: Case) -> Decision | None:
    """Return the reply, result or refusal that stands; None where nothing was decided."""
    if case.outcome is not None and case.finished_at is not None:
        if case.outcome is Outcome.REPLIED:
            return Decision(Occasion.REPLY, case.finished_at, case.reasons or "")
        return Decision(Occasion.RESULT, case.finished_at, case.result or "")
    if case.refusal_reason and case.status in {Status.REFUSED, Status.ARCHIVED}:
        at = db.session.connection().scalar(
            select(func.max(_event.c.at)).where(
                _event.c.case_id == case.id, _event.c.kind == "refused"
            )
        )
        return Decision(Occasion.REFUSAL, at or case.registered_at, case.refusal_reason)
    return None


def options(case: Case, now: datetime) -> list[Option]:
    """Return the remedies that the law gives about a case, in their order; none where none.

    What was told with the decision is what counts: the same that stands on its paper. After a
    reconsideration that was decided, or not decided in time, there is the way to court.
    """
    decision = decision_of(case)
    if decision is None:
        return []
    made = appeals_against(case, decision)
    facts = [_made(row, now) for row in made]
    found = [
        Option(
            remedy, decision.occasion, closed=_say(shut_out(remedy.code, decision.occasion, facts))
        )
        for remedy in _told(case, decision)
    ]
    for row, fact in zip(made, facts, strict=True):
        if opens_litigation(fact):
            after = Occasion.RECONSIDERATION
            found += [
                Option(remedy, after, row, _say(shut_out(remedy.code, after, facts)))
                for remedy in remedies_for(
                    case.classification, _known_on(row), case.hall, occasion=after
                )
            ]
    return found


def option_for(case: Case, kind: RemedyKind, now: datetime) -> Option | None:
    """Return the remedy of a kind: the one that is open, or else the last that is closed."""
    found = [it for it in options(case, now) if it.remedy.code is kind]
    return next((it for it in found if not it.closed), found[-1] if found else None)


def _say(sentence: str) -> str:
    return gettext(sentence) if sentence else ""


def _told(case: Case, decision: Decision) -> Sequence[Remedy]:
    """Return the remedies that were told with a decision, or those that applied on its day."""
    if case.remedies is not None:
        return from_data(case.remedies)
    day = hours_of(case.hall).local(decision.at).date()
    refused = decision.occasion is Occasion.REFUSAL
    classification = None if refused else case.classification
    return remedies_for(classification, day, case.hall, occasion=decision.occasion)


def remedy_of(row: Appeal, case: Case) -> Remedy | None:
    """Return the remedy that an appeal sought, as it was told; None where no decision stands."""
    if row.previous is not None:
        since, after = _known_on(row.previous), Occasion.RECONSIDERATION
        told: Sequence[Remedy] = remedies_for(case.classification, since, case.hall, occasion=after)
    else:
        decision = decision_of(case)
        if decision is None or decision.at != row.told_at:
            return None
        told = _told(case, decision)
    return next((it for it in told if it.code is row.kind), None)


def _made(row: Appeal, now: datetime) -> Made:
    accepted = row.accepted_on is not None
    running = row.period if row.outcome is None and accepted else None
    lapsed = running is not None and now > running.due_at
    return Made(row.kind, accepted, row.outcome, lapsed=lapsed)


def _known_on(row: Appeal) -> date:
    """Return the day from which the way to court is open: the delivery, or the end of the time."""
    if row.delivered_on is not None:
        return row.delivered_on
    period: Any = row.period
    lapsed: date = period.last_day
    return lapsed


def appeals_against(case: Case, decision: Decision) -> Sequence[Appeal]:
    """Return the appeals against a decision, the first first."""
    query = select(Appeal).where(Appeal.case_id == case.id, Appeal.told_at == decision.at)
    return db.session.scalars(query.order_by(Appeal.id)).all()


def appeals_of(case: Case) -> Sequence[Appeal]:
    """Return the appeals about a case that the person sees, the latest first."""
    query = select(Appeal).where(Appeal.case_id == case.id).options(joinedload(Appeal.handler))
    return db.session.scalars(query.order_by(Appeal.id.desc())).all()


# --- who decided, who may handle -----------------------------------------------------------------


def deciders(case_id: int, *, apart_from: int = 0) -> set[int]:
    """Return the numbers of those who decided a case or ruled on it; of complaints too.

    Past the scope on purpose: whoever decided is kept out by whoever can't see what they did.
    `apart_from` is the appeal that is asked about.
    """
    decided = select(_event.c.actor_id).where(
        _event.c.case_id == case_id, _event.c.kind.in_(DECIDING), _event.c.actor_id.is_not(None)
    )
    complained = select(_appeal.c.concluded_by_id).where(
        _appeal.c.case_id == case_id,
        _appeal.c.id != apart_from,
        _appeal.c.kind == RemedyKind.COMPLAINT,
        _appeal.c.outcome.in_(ON_MERITS),
    )
    return set(db.session.connection().scalars(union(decided, complained)))


def candidates(appeal: Appeal, actor: Person) -> Sequence[Staff]:
    """Return who may be named to handle an appeal: of the window and the oversight, no decider.

    Whoever oversees the hall from above is named from there: a hall is not told who works above it.
    """
    halls, hall, own = [appeal.hall_id], appeal.hall.parent_id, actor.halls("supervisor")
    while hall is not None:
        if actor.unlimited or own is None or hall in own:
            halls.append(hall)
        hall = db.session.connection().scalar(select(_hall.c.parent_id).where(_hall.c.id == hall))
    held = select(_membership.c.user_id).where(
        or_(
            and_(_membership.c.role == Role.CLERK, _membership.c.hall_id == appeal.hall_id),
            and_(_membership.c.role == Role.SUPERVISOR, _membership.c.hall_id.in_(halls)),
        )
    )
    out = deciders(appeal.case_id, apart_from=appeal.id)
    query = select(Staff).where(Staff.active, Staff.id.in_(held), Staff.id.not_in(sorted(out)))
    return db.session.scalars(query.order_by(Staff.id)).all()


# --- criteria and counts -------------------------------------------------------------------------


def open_ones() -> Any:
    """Return the criterion of the appeals without an outcome."""
    return Appeal.outcome.is_(None)


def unassigned() -> Any:
    """Return the criterion of the appeals that wait for a supervisor: to admit or assign."""
    return open_ones() & Appeal.handler_id.is_(None)


def of_handler(person: Person) -> Any:
    """Return the criterion of the open appeals that a person handles."""
    return open_ones() & (Appeal.handler_id == person.id)


def overdue(now: datetime) -> Any:
    """Return the criterion of the appeals with a period that ran out."""
    return open_ones() & exists().where(
        _period.c.appeal_id == Appeal.id, _period.c.met_on.is_(None), _period.c.due_at < now
    )


def founded() -> Any:
    """Return the criterion of the appeals that were upheld, wholly or in part."""
    return Appeal.wrong_at.is_not(None)


def count_of(criterion: Any) -> int:
    """Count the appeals that are so, among those in sight."""
    return db.session.scalar(select(func.count()).select_from(Appeal).where(criterion)) or 0


def to_flag(now: datetime, limit: int) -> Sequence[int]:
    """Return the numbers of the periods with a stage that began and that nobody was told of yet."""
    period = AppealPeriod
    warns = (period.warn_at <= now) & period.warning_flagged_at.is_(None)
    late = (period.due_at < now) & period.overdue_flagged_at.is_(None)
    query = select(period.id).where(period.met_on.is_(None), or_(warns, late))
    return db.session.scalars(query.order_by(period.due_at).limit(limit)).all()
