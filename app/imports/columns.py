"""The columns of an import: most of them are the fields of the model, as it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from app.core.language import wordings
from app.core.panel import attributes, sections
from app.imports.aliases import HEADINGS
from app.imports.rules import folded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from app.core.panel import Attribute
    from app.core.words import Choice

KINDS = {
    "text": "text",
    "long": "long",
    "secret": "code",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "choice": "choice",
    "link": "place",
}
"""Kind of a field → kind of its column."""


@dataclass(frozen=True)
class Column:
    """One column: how it is headed and read, and what the template says of it."""

    name: str
    label: str
    """Marked, not translated yet."""
    kind: str = "text"
    """text, long, code, phone, identity, integer, boolean, date, time, choice, place or shown."""
    required: bool = False
    most: int = 0
    choices: type[Choice] | None = None
    hint: str = ""
    mask: str = ""
    default: Any = None
    """What stands for an empty cell, where the model says so."""
    width: float = 14
    fill_in: bool = True
    """Whether people fill it in; the others only show what is."""


def of_model(
    model: type[Any], names: Iterable[str] = (), **changes: dict[str, Any]
) -> tuple[Column, ...]:
    """Return the columns of a model's form; `changes` says what is otherwise for one of them."""
    known = attributes(model)
    chosen = names or [name for part in sections(model) for name in part.names]
    return tuple(replace(_of_attribute(known[name]), **changes.get(name, {})) for name in chosen)


def _of_attribute(known: Attribute) -> Column:
    return Column(
        known.name,
        known.label,
        KINDS[known.kind],
        required=known.required and known.default is None,
        most=known.max_length,
        choices=known.choices,
        hint=known.hint,
        mask=known.mask,
        default=known.default,
        width=40 if known.kind == "long" else 14,
    )


@cache
def headings(kind: str, columns: tuple[Column, ...]) -> dict[str, Column]:
    """Return every heading that is understood, folded: labels in each language, codes, aliases."""
    found: dict[str, Column] = {}
    for column in columns:
        for word in (*wordings(column.label), column.name):
            found.setdefault(folded(word), column)
    for column in columns:
        for word in HEADINGS.get(kind, {}).get(column.name, []):
            found.setdefault(folded(word), column)
    return found
