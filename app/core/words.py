"""Words as data, standard library only: marked messages, and closed lists of codes with labels."""

from __future__ import annotations

import enum


def N_(message: str) -> str:  # noqa: N802 - the name that message extractors know
    """Mark a message for translation without translating it yet."""
    return message


class Choice(enum.StrEnum):
    """A closed list of codes, each with its label: `WINDOW = "window", N_("窗口")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Choice:  # noqa: PYI034 - StrEnum's own shape
        """Keep the label beside the code."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        return member
