"""A changed calendar corrects the clocks of items that run, as it does those of cases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.language import gettext
from app.deadlines.correction import Shift, held_if_late
from app.improvements import clockwork
from app.improvements.models import Improvement
from app.improvements.operations import announce, flag, hold
from app.improvements.rules import RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.core.scope import Person
    from app.deadlines.clock import Term
    from app.deadlines.workdays import WorkCalendar


def items(days: WorkCalendar, now: datetime) -> Iterator[Shift]:
    """Find the running items that the calendar would move."""
    running = (
        select(Improvement)
        .where(Improvement.status.in_(RUNNING), Improvement.calendar_revision < days.revision)
        .options(joinedload(Improvement.hall))
        .order_by(Improvement.id)
    )
    for row in db.session.scalars(running).all():
        term = clockwork.anew(row, days)
        if not _differs(row, term):
            continue
        yield Shift(
            kind="improvement",
            number=row.number,
            what=gettext("整改期限"),
            old_due=row.due_at,
            new_due=term.due_at,
            held=held_if_late(row.due_at, term.due_at, now),
            move=partial(_move, row.id, row.due_version, days),
        )


def _differs(row: Improvement, term: Term) -> bool:
    kept = (row.due_at, row.provisional)
    if row.due_on is not None:
        return kept != (term.due_at, term.provisional)
    return (*kept, row.warn_at, row.escalate_at) != (
        *(term.due_at, term.provisional),
        *(term.warn_at, term.escalate_at),
    )


def _move(number: int, version: int, days: WorkCalendar, actor: Person, now: datetime) -> bool:
    """Move an item, unless somebody completed or moved it meanwhile; tell its department."""
    row = db.session.get_one(Improvement, number)
    hold(row)
    if row.status not in RUNNING or row.due_version != version:
        return False
    flag(row, now=now)  # what the clock went through unseen is told before it is moved
    clockwork.correct(row, clockwork.anew(row, days), days)
    if row.due_version == version:
        db.session.flush()
        return True
    with force_locale("zh"):
        row.reason = gettext("按工作日历第 %(revision)d 版更正", revision=days.revision)
    db.session.flush()
    announce(row, "improvement_due_moved", actor=actor, now=now)
    return True
