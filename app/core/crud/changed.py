"""Say in words what changed: `visits: 1 → 4`, from what timeline and field history keep of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from app.core.changes import HIDDEN
from app.core.crud.present import EMPTY, TELLERS, local
from app.core.history import Action
from app.core.language import gettext, ngettext
from app.core.panel import attributes, joined
from app.core.security import may

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.core.history import Change
    from app.core.panel import Attribute

READERS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}
"""How the text of a value is read back, to be told as its field tells it."""


def said(known: Attribute, value: Any, zone: str | None = None) -> str:
    """Say in words what `plain` made of a value, or what the database wrote of it."""
    text = str(value)
    if value in (None, "", []) or (known.stand_in and text.endswith(known.stand_in)):
        return EMPTY
    if known.many:
        return _names(known, value)
    if known.kind == "boolean":
        return TELLERS["boolean"](value in {True, "true", "True", "1"})
    if text == HIDDEN or known.mask:
        return text
    if known.kind in READERS:
        return _moment(known.kind, text, zone)
    words = known.words or {item.value: item.label for item in known.choices or ()}
    return gettext(words.get(text, text)) if words else text


def _names(known: Attribute, names: list[str]) -> str:
    """Name rows to whoever may read their kind, count them to everybody else."""
    target: Any = known.target
    if may(target.__panel__.code, "r"):
        return gettext("、").join(names)
    return ngettext("%(num)d 项", "%(num)d 项", len(names))


def _moment(kind: str, text: str, zone: str | None) -> str:
    try:
        value = READERS[kind](text)
    except ValueError:
        return text
    if kind == "datetime":
        return f"{local(value, zone):%Y-%m-%d %H:%M}"
    return TELLERS[kind](value)


def pairs(
    model: type[Any], changes: Mapping[str, list[Any]], zone: str | None = None
) -> list[tuple[str, str]]:
    """Say of each field what it was and is; what is no field of the model is passed over."""
    known = attributes(model) | joined(model)
    return [
        (
            gettext(known[name].label),
            gettext(
                "%(old)s → %(new)s",
                old=said(known[name], old, zone),
                new=said(known[name], new, zone),
            ),
        )
        for name, (old, new) in changes.items()
        if name in known
    ]


def pairs_of(change: Change, model: type[Any]) -> list[tuple[str, str]]:
    """Say what one change of reference data changed; of a row that came or went, what it held."""
    told = dict(change.changes)
    secret = [(gettext("密码"), gettext("已更改"))] if told.pop("password", None) else []
    if change.action is Action.EDITED:
        return pairs(model, told) + secret
    side = 1 if change.action is Action.ADDED else 0
    known = attributes(model) | joined(model)
    return [
        (gettext(known[name].label), said(known[name], pair[side]))
        for name, pair in told.items()
        if name in known
    ]


def sentences(found: Sequence[tuple[str, str]]) -> list[str]:
    """Return labelled texts as `label：text`."""
    return [gettext("%(label)s：%(text)s", label=label, text=text) for label, text in found]


def in_a_line(change: Change, model: type[Any]) -> str:
    """Say what one change of reference data changed, in one line."""
    return gettext("；").join(sentences(pairs_of(change, model)))
