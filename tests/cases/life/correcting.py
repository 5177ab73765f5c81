"""Corrections of the calendar in a walk: a working day becomes one off, and clocks move."""

from __future__ import annotations

from sqlalchemy import text

from app.core.db import db
from app.deadlines import correction
from app.deadlines.calendar_models import CalendarDay
from app.deadlines.rules import DaySource
from tests.cases.window import acting

NAME = "本地停电"


def correct(step):
    """Make the day of a step one off, and move the clocks; return whether it was not off already.

    The number of the calendar's new revision is added to the step.
    """
    day, connection = step.filled["day"], db.session.connection()
    known = text("SELECT count(*) FROM calendar_day WHERE date = :day")
    if connection.scalar(known, {"day": day}):
        return False
    db.session.add(CalendarDay(date=day, working=False, name=NAME, source=DaySource.LOCAL))
    db.session.flush()
    actor = acting("admin")
    for confirming in (False, True):
        correction.correct(actor=actor, now=step.at, confirming=confirming)
    step.filled["revision"] = connection.scalar(text("SELECT max(id) FROM calendar_revision"))
    return True


def corrections(path):
    """Return the corrections on a path: when, which revision, which day."""
    return [
        (step.at, step.filled["revision"], step.filled["day"])
        for step in path
        if step.kind == "correct" and "revision" in step.filled
    ]
