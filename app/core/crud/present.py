"""Turn a value of a row into what a person reads, by what its attribute says of itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app

from app.core.crud.pages import Cell
from app.core.language import gettext
from app.core.privacy import masked

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.panel import Attribute

EMPTY = "—"
CELL_KINDS = {"integer": "number", "datetime": "datetime", "date": "datetime", "long": "wide"}


def local(instant: datetime, zone: str | None = None) -> datetime:
    """Return an instant as the wall clock of a place shows it; a naive one is taken for UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone or current_app.config["TIMEZONE"]))


TELLERS: dict[str, Callable[[Any], str]] = {
    "choice": lambda value: gettext(value.label),
    "boolean": lambda value: gettext("是") if value else gettext("否"),
    "datetime": lambda value: f"{local(value):%Y-%m-%d %H:%M}",
    "date": lambda value: f"{value:%Y-%m-%d}",
    "time": lambda value: f"{value:%H:%M}",
}
"""How a value of each kind is told; any other as it stands."""


def text_of(attribute: Attribute, row: Any, *, reveal: bool = False) -> str:
    """Return what an attribute of a row says to a reader; empty when it has no value."""
    value = getattr(row, attribute.name)
    if value is None or value == "":
        return ""
    if attribute.mask and not reveal:
        return masked(attribute.mask, str(value))
    if attribute.words is not None:
        return gettext(attribute.words.get(value, str(value)))
    return TELLERS.get(attribute.kind, str)(value)


def cell_of(attribute: Attribute, row: Any, *, url: str | None = None) -> Cell:
    """Return an attribute of a row as a cell of a list."""
    text = text_of(attribute, row)
    return Cell(text or EMPTY, CELL_KINDS.get(attribute.kind, "text"), url)
