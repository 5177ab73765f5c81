"""Facts of rule documents: their kinds and states, and which version governs at an instant."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.core.words import N_, Choice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

MOST_BODY = 20_000
"""Characters of a text as it is written; what data adds to it is not counted."""

EVERYWHERE = "Asia/Shanghai"
"""The zone in which a text for all halls begins to hold."""


class DocumentKind(Choice):
    """What a document rules, in the order in which it is shown."""

    CRITERIA = "criteria", N_("受理标准")
    PROCEDURE = "procedure", N_("办理流程")
    RESPONSIBILITIES = "responsibilities", N_("权责清单")
    PRIVACY = "privacy", N_("隐私告知")


class DocumentStatus(Choice):
    """How far a version came; whether it holds at an instant is a matter of its times."""

    DRAFT = "draft", N_("起草中")
    PUBLISHED = "published", N_("已发布")
    SUPERSEDED = "superseded", N_("已被取代或废止")


class Standing(Choice):
    """What a version is now."""

    DRAFT = "draft", N_("起草中")
    COMING = "coming", N_("待施行")
    IN_FORCE = "in_force", N_("现行")
    ENDED = "ended", N_("已失效")


class Version(Protocol):
    """What is asked of a version of a document."""

    kind: DocumentKind
    hall_id: int | None
    in_force_from: datetime | None
    in_force_until: datetime | None


V = TypeVar("V", bound=Version)


def holds(version: Version, at: datetime) -> bool:
    """Say whether a version holds at an instant: from its beginning, up to its end."""
    begins, ends = version.in_force_from, version.in_force_until
    return begins is not None and begins <= at and (ends is None or at < ends)


def standing(version: Version, now: datetime) -> Standing:
    """Say what a version is now."""
    begins, ends = version.in_force_from, version.in_force_until
    if begins is None:
        return Standing.DRAFT
    if ends is not None and ends <= max(now, begins):
        return Standing.ENDED
    return Standing.IN_FORCE if begins <= now else Standing.COMING


def governing(versions: Iterable[V], at: datetime) -> dict[DocumentKind, V]:
    """Return which version of each kind governs at an instant: the hall's own before the general.

    `versions` are those of one hall and those of all halls.
    """
    found: dict[DocumentKind, V] = {}
    for version in sorted(versions, key=lambda it: it.hall_id is None):
        if holds(version, at):
            found.setdefault(version.kind, version)
    return {kind: found[kind] for kind in DocumentKind if kind in found}


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def last_day(until: datetime, zone: str) -> date:
    """Return the last day of what ends at an instant: midnight belongs to the day before."""
    return (until.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


# --- the text ------------------------------------------------------------------------------------

_UNFILLED = re.compile(r"【待填[^】]*】")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LEADING = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def unfilled(body: str) -> list[str]:
    """Return the places of a template that are still to be filled in."""
    return list(dict.fromkeys(_UNFILLED.findall(body)))


def plain(text: str | None) -> str:
    """Return a value from the data as one line of simple text, in which no sign means anything."""
    line = " ".join((text or "").split())
    return _LEADING.sub(lambda it: f"{it[1]}{it[2][:-1]}\\{it[2][-1]}", _SPECIAL.sub(r"\\\1", line))
