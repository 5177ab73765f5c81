"""Words as data, standard library only: marked messages, and closed lists of codes with labels."""

from __future__ import annotations

import enum
import re
import unicodedata

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def N_(message: str, context: str = "") -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for translation without translating it yet.

    A context tells apart two meanings of one Chinese word, as catalogues do it: `不予受理` is what
    a case is (refused), and with the context "move" what a button does (refuse).
    """
    return f"{context}\x04{message}" if context else message


def folded(text: str) -> str:
    """Return a text as it is compared: full-width letters and capitals are like plain ones."""
    return unicodedata.normalize("NFKC", text).casefold()


def unprintable(text: str) -> bool:
    """Say whether a text holds what no screen, paper or Excel file can show."""
    return _UNPRINTABLE.search(text) is not None


class Choice(enum.StrEnum):
    """A closed list of codes, each with its label: `WINDOW = "window", N_("窗口")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Choice:  # noqa: PYI034 - StrEnum's own shape
        """Keep the label beside the code."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        return member
