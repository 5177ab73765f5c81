"""Facts of the knowledge base: the states of an article, and the grams by which texts are found."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from app.core.words import N_, Choice

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
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")


def grams(text: str) -> list[str]:
    """Return what a text is found by: each pair of neighbouring Han characters, and other words.

    Chinese has no blanks to split words at, and most of its words have two characters; a pair
    stands for a word well enough, and any two characters of a text find it. A Han character that
    stands alone counts as itself. Full-width letters and capitals are as good as plain ones.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for word in _WORD.findall(plain):
        if word[0].isascii():
            found.append(word[:LONGEST_GRAM])
        elif len(word) == 1:
            found.append(word)
        else:
            found += [first + second for first, second in pairwise(word)]
    return list(dict.fromkeys(found))


def weighed(parts: dict[str, str]) -> dict[str, int]:
    """Return the grams of an article's parts, each with its weight where it tells the most."""
    found: dict[str, int] = {}
    for name, weight in WEIGHTS.items():
        for gram in grams(parts.get(name, "")):
            found[gram] = max(weight, found.get(gram, 0))
    return found
