"""Invented appeals: a complaint upheld, a reconsideration under way, a complaint to be assigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from app.appeals import operations
from app.appeals.models import Appeal
from app.appeals.queries import candidates, deciders, option_for
from app.appeals.rules import AppealOutcome
from app.cases.models import Case
from app.cases.rules import Outcome
from app.core.db import db
from app.deadlines.queries import calendar, hours_of
from app.deadlines.rules import Classification
from app.departments.models import Hall
from app.rulebook.rules import RemedyKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.core.scope import Person

LATEST = timedelta(days=50)
"""How long ago a case was decided at most, so that every remedy is still open."""


@dataclass(frozen=True)
class Told:
    """An appeal: of which kind, with which grounds, how long ago, how far it came."""

    kind: RemedyKind
    grounds: str
    ago: timedelta
    steps: bool = True
    authority: str = ""
    upheld: bool = False


TOLD = (
    Told(
        RemedyKind.COMPLAINT,
        "答复说不能办理，但同样的情况别人已经办成，请求重新核实。",
        timedelta(days=5),
        upheld=True,
    ),
    Told(
        RemedyKind.RECONSIDERATION,
        "不服答复，请求撤销该答复并责令依法受理。",
        timedelta(days=20),
        authority="临清市人民政府",
    ),
    Told(
        RemedyKind.COMPLAINT,
        "认为答复没有说明法律依据，请求书面说明。",
        timedelta(days=1),
        steps=False,
    ),
)

NOTE = "已调取案卷，并向申请人核对了请求和理由。"

FINDINGS = "经核查，申请材料齐全、符合法定形式，原答复适用依据有误，应予办理。"


def write(people: Mapping[str, Person], now: datetime, hall: str = "linqing") -> int:
    """Write the appeals about replies of a hall, as many as it has; return how many."""
    written = 0
    for told in TOLD:
        case = _case(hall, told.kind, now)
        if case is not None:
            _write(case, told, people, now)
            written += 1
    return written


def _case(hall: str, kind: RemedyKind, now: datetime) -> Case | None:
    """Return the latest reply of the hall against which a remedy is open and none was sought."""
    recent = (
        select(Case)
        .join(Case.hall)
        .where(
            Hall.code == hall,
            Case.outcome == Outcome.REPLIED,
            Case.finished_at.between(now - LATEST, now - timedelta(days=1)),
            ~exists().where(Appeal.case_id == Case.id),
        )
        .order_by(Case.finished_at.desc())
    )
    for case in db.session.scalars(recent):
        option = option_for(case, kind, now)
        if option is not None and not option.closed:
            return case
    return None


def _working(case: Case, wished: datetime) -> datetime:
    """Return ten in the morning of the working day that an instant falls on or follows.

    Not before the case was decided: then it is a little after that.
    """
    decided: Any = case.finished_at
    hours, days = hours_of(case.hall), calendar()
    day = hours.local(wished).date()
    while not days.is_workday(day):
        day -= timedelta(days=1)
    soonest: datetime = decided + timedelta(minutes=20)
    return max(hours.instant(day, timedelta(hours=10)), soonest)


def _write(case: Case, told: Told, people: Mapping[str, Person], now: datetime) -> None:
    """Register an appeal about a case and lead it as far as it came."""
    code = case.hall.code
    clerk, supervisor = people[f"clerk.{code}"], people[f"supervisor.{code}"]
    filed = _working(case, now - told.ago)
    row = operations.register(
        case,
        told.kind,
        filed_on=operations.today(case, filed),
        grounds=told.grounds,
        authority=told.authority or None,
        actor=clerk,
        now=filed,
    )
    if not told.steps:
        return
    if supervisor.id in deciders(case.id):
        supervisor = people["supervisor.liaocheng"]
    handler = candidates(row, supervisor)[-1]
    operations.assign(row, handler, actor=supervisor, now=filed + timedelta(minutes=20))
    actor = people[handler.username]
    later = filed + timedelta(minutes=40)
    if row.accepted_on is None:
        day = operations.today(case, later)
        operations.accept(row, day, simplified=False, actor=actor, now=later)
    operations.note(row, NOTE, actor=actor, now=later + timedelta(minutes=5))
    if told.upheld:
        at = now - timedelta(minutes=30)
        outcome = {
            "decided_on": operations.today(case, at),
            "decided_by": row.authority,
            "findings": FINDINGS,
            "lead_department": case.lead_department,
            "classification": Classification.SHOULD_BE_DONE,
        }
        operations.decide(row, AppealOutcome.UPHELD, outcome, actor=actor, now=at)
