"""Exchange duties: asked for by one and agreed to by the other, or set by whoever plans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.language import gettext
from app.deadlines.queries import hours_of
from app.roster.models import Swap
from app.roster.operations import edits, lock, place, require_day, require_editor
from app.roster.queries import clerks, duties_of, posts
from app.roster.rules import SwapState, Turn

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person
    from app.departments.models import Staff


def shift_over(one: Turn, other: Turn, *, actor: Person, now: datetime) -> Swap | None:
    """Move whoever is in one place to another; where somebody is there, the two exchange.

    Returns the exchange, which is recorded, or None for a move.
    """
    known = lock({one.window, other.window})
    require_editor(actor, known[one.window].hall)
    if duties_of(other):
        return exchange(one, other, reason=None, actor=actor, now=now)
    person = holder(one)
    place(one, None, seen={}, actor=actor)
    place(other, person, seen={}, actor=actor)
    return None


def exchange(one: Turn, other: Turn, *, reason: str | None, actor: Person, now: datetime) -> Swap:
    """Exchange two duties at once, as whoever draws up the plan; recorded like any other swap."""
    swap = _drafted(one, other, reason, actor, now)
    require_editor(actor, swap.hall)
    return _carry_out(swap, actor=actor, now=now)


def ask(one: Turn, other: Turn, *, reason: str | None, actor: Person, now: datetime) -> Swap:
    """Ask a colleague to exchange a duty of one's own for one of theirs."""
    swap = _drafted(one, other, reason, actor, now)
    if swap.staff.id != actor.id:
        raise InvalidInputError({"mine": gettext("只能用自己的班去换")})
    if _asked_already(swap):
        raise DomainError(gettext("同样的换班已经提出，正在等对方同意"))
    db.session.add(swap)
    db.session.flush()
    return swap


def answer(swap: Swap, state: SwapState, *, actor: Person, now: datetime) -> Swap:
    """Accept, decline or withdraw a swap; raise DomainError where it is not for this person."""
    lock({swap.window_id, swap.other_window_id})
    db.session.refresh(swap)
    refusal = why_not(swap, state, actor)
    if refusal:
        raise DomainError(refusal)
    if state is SwapState.DONE:
        return _carry_out(swap, actor=actor, now=now)
    _decide(swap, state, actor, now)
    db.session.flush()
    return swap


def why_not(swap: Swap, state: SwapState, actor: Person) -> str:
    """Say why a person can't answer a swap so; empty when it can be."""
    if swap.state is not SwapState.ASKED:
        return gettext("这次换班的状态是“%(state)s”，不用再答复", state=gettext(swap.state.label))
    own = swap.staff_id if state is SwapState.WITHDRAWN else swap.other_staff_id
    if actor.id == own or (state is not SwapState.WITHDRAWN and edits(actor, swap.hall)):
        return ""
    if state is SwapState.WITHDRAWN:
        return gettext("只有提出换班的人才能撤回")
    return gettext("只有对方本人或督查才能答复换班")


def _drafted(one: Turn, other: Turn, reason: str | None, actor: Person, now: datetime) -> Swap:
    """Return the swap of two turns as they are staffed now, checked but not kept."""
    known = lock({one.window, other.window})
    hall = known[one.window].hall
    if known[other.window].hall_id != hall.id:
        raise DomainError(gettext("只能在同一大厅里换班"))
    people = [holder(turn) for turn in (one, other)]
    if people[0].id == people[1].id:
        raise DomainError(gettext("两个班是同一个人的，不用换"))
    with db.session.no_autoflush:
        swap = Swap(
            hall=hall,
            staff=people[0],
            window=known[one.window],
            day=one.day,
            shift=one.shift,
            other_staff=people[1],
            other_window=known[other.window],
            other_day=other.day,
            other_shift=other.shift,
            reason=reason,
            asked_at=now,
            asked_by=actor.name,
            asked_by_id=actor.id,
            state=SwapState.ASKED,
        )
        _check(swap, one, other, now)
    return swap


def turns_of(swap: Swap) -> tuple[Turn, Turn]:
    """Return what is given away and what is taken over."""
    return (
        Turn(swap.window.id, swap.day, swap.shift),
        Turn(swap.other_window.id, swap.other_day, swap.other_shift),
    )


def holder(turn: Turn) -> Staff:
    """Return who is on duty for the whole of a turn; DomainError where that is not one person."""
    found = duties_of(turn)
    people = {duty.staff_id for duty in found}
    if len(found) != len(turn.shift.halves) or len(people) != 1:
        raise DomainError(gettext("值班安排已经改变，请重新选择"))
    return found[0].staff


def _check(swap: Swap, one: Turn, other: Turn, now: datetime) -> None:
    """Refuse what is over, what falls on a day without work, and what puts one in two places."""
    today = hours_of(swap.hall).local(now).date()
    for turn in (one, other):
        if turn.day < today:
            raise DomainError(gettext("%(day)s 已经过去，不能再换班", day=turn.day.isoformat()))
        require_day(turn.day)
    staff = {person.id for person in clerks([swap.hall.id])}
    for person, given, taken in ((swap.staff, one, other), (swap.other_staff, other, one)):
        if person.id not in staff:
            raise DomainError(gettext("%(name)s 已不在本大厅窗口", name=person.name))
        for post in posts([person.id], taken.day, taken.day):
            leaves = (post.window, post.day) == (given.window, given.day) and (
                post.half in given.shift.halves
            )
            if post.half in taken.shift.halves and not leaves:
                raise DomainError(gettext("换班后 %(name)s 会同时在两个窗口值班", name=person.name))


def _asked_already(swap: Swap) -> bool:
    same = select(Swap.id).where(
        Swap.state == SwapState.ASKED,
        Swap.window_id == swap.window.id,
        Swap.day == swap.day,
        Swap.shift == swap.shift,
        Swap.other_window_id == swap.other_window.id,
        Swap.other_day == swap.other_day,
        Swap.other_shift == swap.other_shift,
    )
    with db.session.no_autoflush:
        return db.session.scalar(same) is not None


def _carry_out(swap: Swap, *, actor: Person, now: datetime) -> Swap:
    """Exchange the duties if both are still what they were, and note who decided it."""
    fresh = swap.id is None
    one, other = turns_of(swap)
    if (holder(one).id, holder(other).id) != (swap.staff.id, swap.other_staff.id):
        raise DomainError(gettext("值班安排已经改变，请重新选择"))
    _check(swap, one, other, now)
    _decide(swap, SwapState.DONE, actor, now)
    # A colleague who agrees changes both duties, which only whoever plans may write otherwise.
    with scope.working_for(replace(actor, unlimited=True)):
        if fresh:
            db.session.add(swap)
        for turn, person in ((one, swap.other_staff), (other, swap.staff)):
            for duty in duties_of(turn):
                duty.staff = person
        db.session.flush()
    return swap


def _decide(swap: Swap, state: SwapState, actor: Person, now: datetime) -> None:
    swap.state, swap.decided_at, swap.decided_by = state, now, actor.name
