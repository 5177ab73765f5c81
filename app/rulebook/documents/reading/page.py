"""What the public page of a hall says: plain values, nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.core.language import gettext
from app.rulebook.documents.pages import period
from app.rulebook.documents.rules import DocumentKind, Standing, governing, midnight, standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from app.departments.models import Hall
    from app.rulebook.documents.models import RuleDocument

BASE = "/public/rules"


@dataclass(frozen=True)
class Entry:
    """A version as it is listed: what it is now is told by a word and a tone."""

    title: str
    url: str
    place: str
    period: str
    standing: str
    tone: str


@dataclass(frozen=True)
class Kind:
    """The versions of one kind: the one that governs on the day asked for, and all of them."""

    name: str
    governing: Entry | None
    versions: Sequence[Entry]


@dataclass(frozen=True)
class Reading:
    """One version, to be read."""

    title: str
    entry: Entry
    source: str
    text: Markup


def address(hall: Hall, document: RuleDocument | None = None) -> str:
    """Return where the rules of a hall are read, or one version among them."""
    return f"{BASE}/{hall.code}" + (f"/{document.id}" if document is not None else "")


def end_of(day: date, hall: Hall) -> datetime:
    """Return the last instant of a day in a hall: what a day's rules are is what it ends with."""
    return midnight(day + timedelta(days=1), hall.timezone) - timedelta(microseconds=1)


def kinds(hall: Hall, published: Sequence[RuleDocument], at: datetime, now: datetime) -> list[Kind]:
    """Return what governs in a hall at an instant, and every version there is or was."""
    ruling, holding = governing(published, at), governing(published, now)
    found = []
    for kind in DocumentKind:
        rows = [row for row in published if row.kind == kind]
        entries = {row.id: entry(hall, row, now, holding.get(kind)) for row in rows}
        ruled = ruling.get(kind)
        found.append(
            Kind(gettext(kind.label), entries[ruled.id] if ruled else None, list(entries.values()))
        )
    return found


def entry(hall: Hall, row: RuleDocument, now: datetime, holding: RuleDocument | None) -> Entry:
    """Return a version as it is listed on the page of a hall where `holding` governs now."""
    is_now = standing(row, now)
    label = gettext(is_now.label)
    if is_now is Standing.IN_FORCE and row is not holding:
        is_now, label = Standing.ENDED, gettext("本厅另有规定")
    tones = {Standing.IN_FORCE: "ok", Standing.COMING: "warn"}
    return Entry(
        title=str(row),
        url=address(hall, row),
        place=hall.name if row.hall_id is not None else gettext("全部大厅通用"),
        period=period(row),
        standing=label,
        tone=tones.get(is_now, "idle"),
    )
