"""Ten thousand random walks through the life of a case find no state that breaks a rule."""

from __future__ import annotations

import gc
from collections import Counter
from itertools import cycle

import pytest

from app.cases.moves import EVERY
from tests.cases.life.law import LAW, ON_APPEAL
from tests.cases.life.walking import LEAVES, Tree
from tests.cases.life.ways import APPEALED, ASSISTED, WAYS
from tests.cases.life.world import opened

WALKS = 10_000
"""On each database."""

PARTS = 4


def test_the_law_names_every_move():
    assert {*LAW, *ON_APPEAL} == {move.verb for move in EVERY}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_breaks_a_rule(demo, part):
    world = opened()
    gc.freeze()
    walks, tried, made = 0, Counter(), Counter()
    for number, verb in enumerate(cycle((*LAW, *ON_APPEAL)), start=1):  # each has its tree
        way = (WAYS | APPEALED)[verb]
        tree = Tree(world, f"{part}-{number}", favoured=(*way, verb))
        head = way[:1] if verb in ASSISTED else way
        tree.grow(min(LEAVES, WALKS // PARTS - walks), head=head)
        walks += tree.walks
        tried += tree.tried
        made += tree.made
        if walks == WALKS // PARTS:
            break
    missed = {*LAW, *ON_APPEAL} - set(made)
    assert len(missed) < 3, missed
    assert made.total() > tried.total() / 2
