"""First letters of Chinese words, as they are typed to find a name: 市场监管科 by `scjg`."""

from __future__ import annotations

from functools import lru_cache

KEPT = 20_000
"""Texts whose letters are remembered."""


def are_letters(text: str) -> bool:
    """Say whether a text can be first letters: it is of Latin letters alone, and at least two."""
    return len(text) > 1 and text.isascii() and text.isalpha()


@lru_cache(maxsize=KEPT)
def initials(text: str) -> str:
    """Return the first letter of each character's pinyin; what is not Chinese stays, in small."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionary takes a moment to load

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
