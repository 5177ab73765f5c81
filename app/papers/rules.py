"""Facts of paper: its kinds, the type that fits onto one page, the codes on receipts."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from app.core.words import N_, Choice

if TYPE_CHECKING:
    from collections.abc import Iterable


class PaperKind(Choice):
    """What can be printed about a case; the code is its address."""

    RECEIPT = "receipt", N_("回执")
    ACCEPTANCE = "acceptance", N_("受理通知书")
    REFUSAL = "refusal", N_("不予受理通知书")
    REPLY = "reply", N_("答复书")
    RESULT = "result", N_("办结告知书")
    FILE = "file", N_("案卷")


# --- fitting onto a page ---------------------------------------------------------------------


@dataclass(frozen=True)
class Type:
    """A size of type with its page: CSS class, points, line height, text area in millimetres."""

    name: str
    points: float
    leading: float
    width: float
    height: float

    def lines(self, text: str) -> int:
        """Return how many lines a text takes at most."""
        room = self.width / self.millimetres - 1  # punctuation may not begin a line
        return sum(max(1, -int(-_width(line) // room)) for line in text.split("\n"))

    @property
    def millimetres(self) -> float:
        """The size of a character."""
        return self.points * 25.4 / 72


TYPES = (
    Type("t14", 14, 1.7, 166, 258),
    Type("t12", 12, 1.6, 166, 258),
    Type("t12c", 12, 1.45, 166, 258),
    Type("t10", 10.5, 1.55, 166, 258),
    Type("t9", 9, 1.45, 180, 268),
    Type("t7", 7.5, 1.4, 186, 275),
    Type("t6", 6.5, 1.3, 186, 275),
    Type("t5", 5.5, 1.3, 186, 275),
)
"""The type of a paper, from 四号 down to 七号, once with closer lines; papers.css says the same."""

FLOWING = TYPES[3]
"""The type of a paper that one page can't hold: one that can be read."""

BELOW = 37.0
"""Millimetres that seal, date and the line for signing take."""


def fitting(texts: Iterable[str | None], around: float) -> Type | None:
    """Return the largest type in which texts go onto one page; None when there is none.

    `around` is what else stands there: title, opening words, headings, in lines.
    """
    told = [text for text in texts if text]
    for size in TYPES:
        lines = around + sum(size.lines(text) for text in told)
        if lines * size.millimetres * size.leading + BELOW <= size.height:
            return size
    return None


def _width(text: str) -> float:
    """Return the width of a line in characters: Latin ones are narrower, capitals hardly."""
    return sum(
        1.0 if unicodedata.east_asian_width(char) in "WFA" or char.isupper() else 0.6
        for char in text
    )


# --- the code on a receipt -------------------------------------------------------------------

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that nobody takes for one another, not even on bad paper."""

CODE_LENGTH = 10
MOST_TYPED = 64
KEPT_OPEN = timedelta(days=90)
"""How long after its end a case can still be looked up."""


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """Return a code in two halves, as it is read aloud and typed."""
    return " ".join(code[start:end] for start, end in pairwise((0, 5, CODE_LENGTH)))


def as_meant(typed: str) -> str:
    """Return a number or code as it is meant: full-width, small letters and blanks are the same."""
    plain = unicodedata.normalize("NFKC", typed[:MOST_TYPED])
    return "".join(plain.split()).upper().replace("\0", "")
