"""The few exceptions of the house. Each message is a sentence for the person at the screen."""

from __future__ import annotations

from app.core.language import gettext


class DomainError(Exception):
    """Raise when a rule of the trade forbids what was asked; the text is shown as it is."""


class InvalidInputError(DomainError):
    """Raise when a value that a person typed can't be taken; `field` names where it was typed."""

    def __init__(self, problems: dict[str, str]) -> None:
        """Keep the sentence for each field; the empty name stands for the whole form."""
        self.problems = problems
        super().__init__(gettext("；").join(problems.values()))


class OutOfScopeError(DomainError):
    """Raise when a row that the person may not touch is written; it is shown as not found."""


class ScopeMissingError(RuntimeError):
    """Raise when a statement reads scoped rows and nobody said for whom: a programming error."""
