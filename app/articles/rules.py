"""Facts of the knowledge base: the states of an article, and the grams by which texts are found."""

from __future__ import annotations

import re
from itertools import pairwise

from app.core.words import N_, Choice, folded

REVIEW_AFTER = 365
"""Days after which a published article is due for review, unless a day was set."""

MOST_FILES = 10


class ArticleStatus(Choice):
    """Where an article stands."""

    DRAFT = "draft", N_("起草中")
    SUBMITTED = "submitted", N_("待审核")
    REVIEWED = "reviewed", N_("待发布")
    PUBLISHED = "published", N_("已发布")
    RETIRED = "retired", N_("已停用", "article")


WEIGHTS = {"question": 4, "matter": 3, "causes": 2, "solution": 1, "legal_basis": 1}
"""How much a text that is found in a part of an article tells about it."""

LONGEST_GRAM = 32
_HAN = r"\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_OTHER = rf"[^\W_{_HAN}]"
_RUN, _WORD = re.compile(r"[^\W_]+"), re.compile(f"{_OTHER}+")
_GAP = re.compile(rf"(?<=[{_HAN}]) +(?={_OTHER})|(?<={_OTHER}) +(?=[{_HAN}])")
"""Blanks that are set between Han and other letters for the eye alone."""


def grams(text: str) -> list[str]:
    """Return what is asked for to find a text: each pair of neighbouring letters.

    Chinese has no blanks to split words at, and most of its words have two characters; a pair
    stands for a word well enough, whatever the scripts of its two: 税务, 3天, A证, 开APP. A letter
    that stands alone is asked for as itself.
    """
    runs = _RUN.findall(folded(text))
    return list(dict.fromkeys(gram for run in runs for gram in (_pairs(run) or [run])))


def indexed(text: str) -> set[str]:
    """Return what a text is found by: its letters, their pairs, and words of other scripts.

    Whether a blank stands between Han and other letters makes no difference: 3 天 is found as 3天.
    """
    plain = folded(text)
    runs = [*_RUN.findall(plain), *_RUN.findall(_GAP.sub("", plain))]
    pairs = (gram for run in runs for gram in (*run, *_pairs(run)))
    return {*pairs, *(word[:LONGEST_GRAM] for word in _WORD.findall(plain))}


def telling(text: str) -> list[str]:
    """Return the grams that tell what a text is about: pairs with Han in them, and other words.

    Two figures of a telephone number, or a single letter, would be found anywhere.
    """
    plain = folded(text)
    runs = _RUN.findall(_GAP.sub("", plain))
    pairs = (gram for run in runs for gram in _pairs(run) if not _WORD.fullmatch(gram))
    words = (word[:LONGEST_GRAM] for word in _WORD.findall(plain) if len(word) > 1)
    return list(dict.fromkeys([*pairs, *words]))


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


def weighed(parts: dict[str, str]) -> dict[str, int]:
    """Return the grams of an article's parts, each with its weight where it tells the most."""
    found: dict[str, int] = {}
    for name, weight in WEIGHTS.items():
        for gram in indexed(parts.get(name, "")):
            found[gram] = max(weight, found.get(gram, 0))
    return found
