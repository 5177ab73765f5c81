"""Every number in the evidence of a clock can be reckoned from the timeline, by other means."""

from __future__ import annotations

import gc
from collections import Counter
from datetime import date, time
from itertools import count

import pytest
from sqlalchemy import text

from app.core.db import db
from app.deadlines import statutory
from tests.cases.life.choosing import CLOCK_WEIGHTS
from tests.cases.life.correcting import corrections
from tests.cases.life.looking import facts, moment
from tests.cases.life.recounting import Recount
from tests.cases.life.stepping import MAKE_UP, ONE, Place, known, named
from tests.cases.life.walking import Tree
from tests.cases.life.world import opened

PARTS = 2
WALKS = 400
"""In each part."""

PLACES = {
    "linqing": Place(time(9), time(17, 30), midnight=False),
    "yanggu": Place(time(8, 30), time(17), midnight=True),
}


def test_the_table_typed_in_is_the_notice():
    days, _ = statutory.published()
    notice = {day.date: (day.working, day.name) for day in days if day.date.year == 2026}
    first = date(2026, 1, 1)
    year = [first + number * ONE for number in range(365)]
    unusual = {day: named(day) for day in year if named(day)[1] not in ("工作日", "周末")}
    assert unusual == notice
    assert {day for day, (working, _) in unusual.items() if working} == MAKE_UP


@pytest.mark.parametrize("part", range(PARTS))
def test_evidence_is_what_the_timeline_makes_it(demo, part):
    world = opened()
    gc.freeze()
    revision = db.session.scalar(text("SELECT max(id) FROM calendar_revision"))
    db.session.rollback()
    seen = Counter()

    def recounted(tree, leaf, _now):
        rules = {row["id"]: world.rules[row["rule_id"]] for row in leaf.clocks}
        recount = Recount(PLACES[tree.window], rules, revision, corrections(tree.path))
        clocks = recount.read(leaf.events)
        kept = {row["id"]: row for row in leaf.clocks}
        assert set(clocks) == set(kept), tree.path
        for number, clock in clocks.items():
            _compare(clock, kept[number])
        known({})
        seen.update(_told(clocks.values(), leaf))

    walks = 0
    for number in count(1):
        tree = Tree(
            world, f"evidence {part}-{number}", weights=CLOCK_WEIGHTS, wild=0.03, at_leaf=recounted
        )
        tree.chooser.kinds |= {"correct": 0.08, "appeal": 0.2}
        walks += tree.grow(min(16, WALKS - walks), depth=tree.dice.randint(8, 16)).walks
        if walks == WALKS:
            break
    assert all(seen[what] > WALKS / 100 for what in WANTED), seen


WANTED = (
    *("extensions", "pauses", "resumed", "lapsed", "reclassified", "reopened", "breached"),
    *("recomputed", "overturned"),
)


def _told(clocks, leaf):
    """Name what a walk went through, so that no run passes that never met it."""
    yield from (row["kind"] for row in leaf.events)
    yield from ("lapsed" for row in leaf.events if row["kind"] == "resumed" and not row["actor_id"])
    for clock in clocks:
        yield from ("pauses" for _ in clock.pauses)
        yield from ("extensions" for _ in clock.extensions)
        yield clock.verdict or "running"


INSTANTS = ("start", "due_at", "warn_at", "escalate_at", "met_at", "paused_at", "paused_until")


def _compare(clock, row):
    """Compare a clock, number by number, with the row and its evidence."""
    known(clock.off)
    warn, due, escalates = clock.instants()
    paused = clock.pauses[-1] if clock.pauses and clock.pauses[-1]["open"] else {}
    expected = {
        "kind": clock.kind, "working_days": clock.granted,
        "start": clock.start, "due_at": due, "warn_at": warn, "escalate_at": escalates,
        "due_version": clock.versions, "met_at": clock.met, "verdict": clock.verdict,
        "days_late": clock.late, "provisional": False, "calendar_revision": clock.revision,
        "paused_at": paused.get("began"), "paused_until": paused.get("ended"),
    }  # fmt: skip
    kept = {name: row[name] for name in expected}
    for name in (
        "start",
        "due_at",
        "warn_at",
        "escalate_at",
        "met_at",
        "paused_at",
        "paused_until",
    ):
        kept[name] = moment(kept[name])
    assert kept == expected
    account, evidence = facts(row["evidence"]), clock.evidence()
    assert account.pop("days") == evidence.pop("days")
    assert account == evidence
