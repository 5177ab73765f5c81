"""Ten thousand random walks through the life of a case find no state that breaks a rule."""

from __future__ import annotations

import gc
from collections import Counter
from itertools import cycle

import pytest

from app.cases.moves import MOVES
from tests.cases.life.law import LAW
from tests.cases.life.walking import LEAVES, Tree
from tests.cases.life.ways import ASSISTED, WAYS
from tests.cases.life.world import opened

WALKS = 10_000
"""On each database."""

PARTS = 4


def test_the_law_names_every_move():
    assert set(LAW) == {move.verb for move in MOVES}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_breaks_a_rule(demo, part):
    world = opened()
    gc.freeze()
    walks, tried, made = 0, Counter(), Counter()
    for number, verb in enumerate(cycle(LAW), start=1):  # each move has its tree
        tree = Tree(world, f"{part}-{number}", favoured=(*WAYS[verb], verb))
        head = WAYS[verb][:1] if verb in ASSISTED else WAYS[verb]
        tree.grow(min(LEAVES, WALKS // PARTS - walks), head=head)
        walks += tree.walks
        tried += tree.tried
        made += tree.made
        if walks == WALKS // PARTS:
            break
    assert len(set(LAW) - set(made)) < 3, set(LAW) - set(made)
    assert made.total() > tried.total() / 2
