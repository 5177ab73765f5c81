"""Walk through the lives of cases at random, look after every step, and leave nothing behind.

Walks are the paths of trees: they share their first steps, and each is undone to where the next
one branches off. So ten thousand take minutes, not an hour.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select

from app.cases import operations
from app.cases.models import Case
from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, OutOfScopeError
from app.core.transaction import transaction
from app.deadlines import flagging
from tests.cases.life import appealing, correcting
from tests.cases.life.choosing import CLOCK_WEIGHTS, FAVOUR, MINUTE, USUAL, WEIGHTS, Chooser
from tests.cases.life.law import ON_APPEAL
from tests.cases.life.looking import look
from tests.cases.life.passages import BY_KIND, HOUSEKEPT, PASSAGE, the_mover_was_entitled
from tests.cases.life.predicates import STATE
from tests.cases.life.world import WINDOWS
from tests.cases.window import COMPANY

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
LEAVES = 50
"""Walks of one tree."""

_SIGNED = ("accept", "dispatch", "sign")
_UNLAWFUL = (("accept", {"classification": "unlawful"}), "dispatch", "sign")
HEADS = (
    (),
    (),
    (),
    ("accept", "dispatch"),
    _SIGNED,
    (*_SIGNED, "ask_extension", "grant_extension"),
    (*_SIGNED, "ask_pause", "grant_pause"),
    (*_SIGNED, "resolve"),
    (*_UNLAWFUL, "reply", "no_answer", "no_answer"),
    (*_UNLAWFUL, "reply", "callback"),
)
"""How a tree may begin, so that what comes late in a life is come upon often enough.

A move may stand with what it is filled in with.
"""


class Undone(Exception):  # noqa: N818 - nothing is wrong: what was walked is to be forgotten
    """End a transaction without a trace."""


class Broken(AssertionError):  # noqa: N818 - a rule is
    """Tell which rule was broken, and the steps that led there."""

    def __init__(self, what, tree, path):
        self.what = what
        told = "\n  ".join(str(step) for step in path)
        super().__init__(f"{what}\ntree {tree}, after\n  {told}")


class Tree:
    """Walks that begin with one case, at one window."""

    def __init__(self, world, seed, *, weights=None, favoured=(), wild=0.15, at_leaf=None):
        self.world, self.seed, self.dice = world, seed, Random(seed)  # noqa: S311 - dice
        self.window = self.dice.choice(WINDOWS)
        chosen = weights or self.dice.choice((WEIGHTS, CLOCK_WEIGHTS))
        chosen = chosen | {verb: FAVOUR * chosen.get(verb, USUAL) for verb in favoured}
        self.chooser, self.wild = Chooser(world, self.dice, self.window, chosen), wild
        if set(favoured) & set(ON_APPEAL):
            self.chooser.kinds["appeal"] = 0.5
        self.start = FIRST + timedelta(minutes=self.dice.randrange(220 * 24 * 60))
        self.at_leaf = at_leaf
        self.path, self.walks = [], 0
        self.tried, self.made = Counter(), Counter()

    def grow(self, leaves=LEAVES, depth=None, head=None):
        """Walk so many walks; nothing of them is kept."""
        head = self.dice.choice(HEADS) if head is None else head
        depth = depth or self.dice.randint(4, 12 - len(head))
        with suppress(Undone), scope.everything(), transaction():
            self.case = self._registered(self.window)
            elsewhere = next(name for name in WINDOWS if name != self.window)
            self.chooser.others = (self._registered(self.window), self._registered(elsewhere))
            seen, now = self._begun(head)
            self._branch(seen, now, leaves, depth)
            raise Undone
        return self

    def _registered(self, window):
        clerk = self.world.people[f"clerk.{window}"]
        case = Case(
            hall=self.world.halls[window],
            applicant_name="张桂英",
            phone="13812342046",
            matter=COMPANY,
            description="无法完成人脸识别",
        )
        with scope.working_for(clerk):
            operations.register(case, actor=clerk, now=self.start)
            db.session.flush()
        return case

    def _begun(self, head):
        """Take the first steps, as they should be."""
        seen, now = look(self.case.id), self.start
        for told in head:
            verb, fields = (told, {}) if isinstance(told, str) else told
            if verb == appealing.SEEK:
                step = self.chooser.appealed(verb, seen, now + MINUTE)
            else:
                step = self.chooser.usual(verb, seen, now, **fields)
            self.path.append(step)
            seen, now = self.take(step, seen), step.at
        return seen, now

    def _branch(self, seen, now, leaves, depth):
        """Take the next step, once or in several ways, until the walks are as long as they get.

        What all walks of a tree share is mostly as it should be; the rest is wilder.
        """
        if not depth:
            self.walks += 1
            if self.at_leaf:
                self.at_leaf(self, seen, now)
            return
        if seen.status == "archived":  # but for an appeal nothing can be done: one try shows it
            leaves, depth = 1, min(depth, 1 + bool(seen.appeals))
        ways = self._ways(leaves, depth)
        self.chooser.wild = self.wild if ways > 1 else self.wild / 5
        for share in _shares(leaves, ways):
            point = db.session.begin_nested()
            step = self.chooser.next(seen, now)
            self.path.append(step)
            after = self.take(step, seen)
            self._branch(after, step.at, share, depth - 1)
            self.path.pop()
            point.rollback()
            self._forget()

    def _ways(self, leaves, depth):
        """Branch late, where it costs least, and now and then early."""
        needed = 0
        while 3**needed < leaves:
            needed += 1
        if depth == 1:
            return leaves
        if depth <= needed:
            return min(3, leaves)
        return min(2, leaves) if self.dice.random() < 0.12 else 1

    def _forget(self):
        """Have whatever was read since be read again, if it is there at all."""
        for row in list(db.session):
            if hasattr(type(row), "case_id"):
                db.session.expunge(row)
            elif isinstance(row, Case):
                db.session.expire(row)

    def take(self, step, before):
        """Take a step, look, and compare; return what is seen afterwards."""
        try:
            made = self._try(step, before)
        except Broken:
            raise
        except Exception as error:
            raise self._broken(f"{type(error).__name__}: {error}") from error
        after = look(self.case.id)
        if not made:
            if after != before:
                raise self._broken("a refused move changed something")
            return after
        further = BY_KIND.get(step.kind, HOUSEKEPT)
        for rule in STATE:
            if not rule(after):
                raise self._broken(rule.__name__)
        for rule in (*PASSAGE, *further):
            if not rule(before, after, step, self.world):
                raise self._broken(rule.__name__)
        self._look_with_other_eyes(step, after)
        return after

    def _try(self, step, before):
        """Do what the step says; return whether it was taken."""
        if step.kind == "flag":
            flagging.flag(step.at)
            return True
        if step.kind == "lapse":
            return operations.let_lapse(self.case, now=step.at) or True
        if step.kind == "correct":
            return correcting.correct(step)
        verb = self._verb(step, before)
        self.tried[verb] += 1
        point = db.session.begin_nested()
        try:
            self._do(step)
        except DomainError as error:
            point.rollback()
            self._forget()
            entitled = step.kind == "move" and the_mover_was_entitled(
                before, before, step, self.world
            )
            if isinstance(error, OutOfScopeError) and entitled:
                raise self._broken(f"out of the scope of who may: {error}") from error
            return False
        point.commit()
        self.made[verb] += 1
        return True

    def _do(self, step):
        """Make a move, or take a step of an appeal."""
        if step.verb == appealing.SEEK:
            appealing.sought(self.case, self.world, self.window, step)
        elif step.verb == appealing.DECIDE:
            appealing.decided(self.world, step)
        else:
            actor = self.world.people[step.who]
            with scope.working_for(actor):
                operations.move(self.case, step.verb, step.filled, actor=actor, now=step.at)

    def _verb(self, step, before):
        """Name what is tried; of an appeal that is upheld, what it does to the case."""
        if step.verb == appealing.DECIDE and step.filled["outcome"] in appealing.UPHELD:
            return appealing.verb_of(before, appealing.waiting(before))
        return step.verb

    def _look_with_other_eyes(self, step, seen):
        """Whoever gave the case back sees it no more, unless they are or were at it otherwise."""
        if step.kind != "move" or not step.verb.startswith("return"):
            return
        kept = {row["department_id"] for row in seen.assignments if row["returned_at"] is None}
        for department, username in self.world.offices.items():
            with scope.working_for(self.world.people[username]):
                sees = db.session.scalar(select(Case.id).where(Case.id == self.case.id))
            if (sees is not None) != (department in kept):
                raise self._broken("who gave it back, and nobody else, sees it no more")

    def _broken(self, what):
        return Broken(what, f"{self.seed} at {self.window}", self.path)


def _shares(leaves, ways):
    return [leaves // ways + (number < leaves % ways) for number in range(ways)]
