"""Draw up the plan: put somebody in a place, copy a pattern."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.deadlines.evidence_in_words import reason_in_words
from app.deadlines.queries import calendar
from app.roster.models import Duty, Window
from app.roster.queries import clerks, duties, duties_of, posts, windows
from app.roster.rules import EDITORS, repeated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.core.scope import Person
    from app.departments.models import Hall, Staff
    from app.roster.rules import Half, Turn


def edits(actor: Person, hall: Hall) -> bool:
    """Say whether a person draws up the plan of a hall."""
    return scope.within_as(actor, EDITORS, hall)


def require_editor(actor: Person, hall: Hall) -> None:
    """Refuse whoever does not; to them the plan is out of sight."""
    if not edits(actor, hall):
        raise OutOfScopeError("duty")


def lock(numbers: set[int]) -> dict[int, Window]:
    """Wait for whoever plans the same windows, in one order for all; return the windows."""
    found = db.session.scalars(
        select(Window)
        .where(Window.id.in_(sorted(numbers)))
        .options(joinedload(Window.hall))
        .order_by(Window.id)
        .with_for_update(of=Window, key_share=True)
        .execution_options(populate_existing=True)
    )
    known = {window.id: window for window in found}
    if set(known) != numbers:
        raise OutOfScopeError("window")
    return known


def window_of(number: int) -> Window:
    """Return the window with a number; a foreign one is none."""
    window = db.session.get(Window, number)
    if window is None:
        raise OutOfScopeError("window")
    return window


def require_day(day: date) -> None:
    """Refuse a day on which no work is done."""
    told = calendar().day(day)
    if not told.working:
        why = reason_in_words(told.name)
        raise DomainError(
            gettext("%(day)s 不是工作日（%(why)s），不排值班", day=day.isoformat(), why=why)
        )


def _require_window(window: Window) -> None:
    if not window.active:
        raise DomainError(gettext("“%(window)s”已停用，不能再排值班", window=window.name))


# --- one place ---------------------------------------------------------------------------------


def place(
    turn: Turn, person: Staff | None, *, seen: Mapping[Half, int], actor: Person
) -> list[str]:
    """Put a person in a place of the plan, or nobody; return where else the person is then.

    `seen` is who was there when the page was read, by half: what changed since is not overwritten.
    Raises DomainError for a day without work, a closed window, somebody who is no clerk here.
    """
    window = lock({turn.window})[turn.window]
    require_editor(actor, window.hall)
    kept = {duty.half: duty for duty in duties_of(turn)}
    for half in turn.shift.halves:
        there = kept[half].staff_id if half in kept else 0
        if there != seen.get(half, there):
            raise DomainError(gettext("他人刚刚改过这一格，请核对后再排"))
    if person is None:
        for duty in kept.values():
            db.session.delete(duty)
        db.session.flush()
        return []
    _require_window(window)
    require_day(turn.day)
    if person.id not in {staff.id for staff in clerks([window.hall_id])}:
        raise InvalidInputError({"person": gettext("只能安排本大厅的窗口人员")})
    for half in turn.shift.halves:
        _seat(kept.get(half), window, turn.day, half, person)
    db.session.flush()
    return _elsewhere(person, turn, window)


def _seat(duty: Duty | None, window: Window, day: date, half: Half, person: Staff) -> None:
    if duty is None:
        db.session.add(Duty(hall=window.hall, window=window, day=day, half=half, staff=person))
    elif duty.staff_id != person.id:
        duty.staff = person


def _elsewhere(person: Staff, turn: Turn, window: Window) -> list[str]:
    """Name the other windows at which a person is then; those of other halls as one."""
    others = [
        post
        for post in posts([person.id], turn.day, turn.day)
        if post.half in turn.shift.halves and post.window != window.id
    ]
    here = {post.window for post in others if post.hall == window.hall_id}
    names = [db.session.get_one(Window, number).name for number in sorted(here)]
    if any(post.hall != window.hall_id for post in others):
        names.append(gettext("别的大厅"))
    return names


# --- a pattern ---------------------------------------------------------------------------------


@dataclass
class Copied:
    """What came of copying a pattern, in half days."""

    placed: int = 0
    kept: int = 0
    """Places that were taken already and stayed as they were."""
    left_out: set[str] = field(default_factory=set)
    """Who is in the pattern and no longer works at the window."""


def copy(
    hall: Hall,
    pattern: Sequence[date],
    targets: Sequence[date],
    *,
    weekly: bool,
    since: date,
    overwrite: bool = False,
    actor: Person,
) -> Copied:
    """Plan the working days among the targets, from a date on, after the days of a pattern.

    What is planned already stays, unless it is to be overwritten. A place in which the pattern has
    nobody, or somebody who has left, stays as it is. Raises DomainError for an empty pattern.
    """
    require_editor(actor, hall)
    known = lock({window.id for window in windows(hall)})
    days = calendar()
    model: dict[date, list[Duty]] = {day: [] for day in pattern if days.is_workday(day)}
    for duty in duties(hall, min(pattern), max(pattern)) if pattern else ():
        if duty.day in model and duty.window_id in known:
            model[duty.day].append(duty)
    if not any(model.values()):
        raise DomainError(gettext("所选的范围里没有排过值班，没有可以照抄的"))
    working = [day for day in sorted(targets) if days.is_workday(day)]
    after = repeated(sorted(model), working, weekly=weekly)
    planned = [day for day in working if day >= since]
    if not planned:
        raise DomainError(gettext("本月没有还可以排的工作日"))
    there = {
        (duty.window_id, duty.day, duty.half): duty
        for duty in duties(hall, planned[0], planned[-1])
    }
    staff = {person.id for person in clerks([hall.id])}
    done = Copied()
    for day in planned:
        for duty in model[after[day]]:
            kept = there.get((duty.window_id, day, duty.half))
            if duty.staff_id not in staff:
                done.left_out.add(duty.staff.name)
            elif kept is not None and not overwrite:
                done.kept += 1
            elif kept is None or kept.staff_id != duty.staff_id:
                _seat(kept, known[duty.window_id], day, duty.half, duty.staff)
                done.placed += 1
    db.session.flush()
    return done
