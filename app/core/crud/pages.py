"""What a template is given: plain values, ready to be shown. No template asks the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Page:
    """Where one is: title, a line below it, and the way back as (label, url or None)."""

    title: str
    subtitle: str = ""
    crumbs: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True)
class Button:
    """Something that can be done from here; a reason disables it and says why."""

    label: str
    url: str
    style: str = ""
    key: str = ""
    method: str = "get"
    disabled_reason: str = ""


@dataclass(frozen=True)
class Cell:
    """One value in a list. `kind` is text, number, datetime, lamp or wide."""

    text: str
    kind: str = "text"
    url: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Fact:
    """One labelled value on a page. `kind` is text, long, lamp or mono."""

    label: str
    text: str
    kind: str = "text"
    url: str | None = None
    tone: str = ""
    reveal_url: str | None = None


@dataclass(frozen=True)
class Col:
    """The head of a column."""

    name: str
    label: str
    kind: str = "text"
    sort_url: str | None = None
    direction: str = ""
    width: str = ""
    """narrow, middle or broad; without a word as wide as it needs."""


@dataclass(frozen=True)
class Row:
    """One row of a list."""

    id: int
    cells: Sequence[Cell]
    url: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Tab:
    """A part of a list, with its own address."""

    label: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list."""

    name: str
    label: str
    kind: str
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Listing:
    """A list with everything around it."""

    columns: Sequence[Col]
    rows: Sequence[Row]
    tabs: Sequence[Tab] = ()
    filters: Sequence[Filter] = ()
    q: str = ""
    search_hint: str = ""
    chips: Sequence[tuple[str, str]] = ()
    total: int = 0
    total_capped: bool = False
    first: int = 0
    last: int = 0
    previous_url: str | None = None
    next_url: str | None = None
    page_sizes: Sequence[tuple[int, str, bool]] = ()
    hidden: Sequence[tuple[str, str]] = ()
    columns_url: str = ""
    entity: str = ""
    """Whose list it is, where it can be kept under a name."""
    buttons: Sequence[Button] = ()
    bulk: Sequence[Button] = ()
    """What may be done with the rows that are ticked; where there is nothing, none can be."""
    empty: str = ""
    empty_action: Button | None = None


@dataclass(frozen=True)
class Text:
    """A ready-made text, under the heading of its sort; that it was shown or used is posted."""

    sort: str
    name: str
    body: str
    shown_url: str = ""
    used_url: str = ""


@dataclass(frozen=True)
class Input:
    """One field of a form, as it is drawn."""

    name: str
    label: str
    kind: str
    value: str = ""
    hint: str = ""
    required: bool = False
    errors: Sequence[str] = ()
    choices: Sequence[tuple[str, str, bool]] = ()
    heads: Sequence[str] = ()
    """The choices that begin a line of boxes, by their values."""
    suggestions: Sequence[str] = ()
    suggest_url: str = ""
    choices_url: str = ""
    texts: Sequence[Text] = ()
    """Ready-made texts to put into the field."""
    placeholder: str = ""
    max_length: int = 0
    wide: bool = False
    multiple: bool = False
    accept: str = ""
    autofocus: bool = False


@dataclass(frozen=True)
class Conflict:
    """Somebody else changed the row meanwhile: who, and (label, theirs, mine) for each field."""

    sentence: str
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class FormPage:
    """A form as it is drawn."""

    sections: Sequence[tuple[str, Sequence[Input]]]
    action: str
    submit_label: str
    cancel_url: str
    hidden: Sequence[tuple[str, str]] = ()
    errors: Sequence[tuple[str, str]] = ()
    conflict: Conflict | None = None
    extra_buttons: Sequence[Button] = field(default_factory=tuple)
    drafted: bool = True
    """Whether what is typed is kept; not where the page is about rows that were just ticked."""
