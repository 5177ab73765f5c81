"""What a notice says: what happened to which matter, until when; nobody's private data.

The matter is typed by hand: an applicant's name in it is masked, and so is every long number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.core.language import gettext, ngettext
from app.core.panel import entities
from app.core.privacy import mask_name
from app.notices.kinds import WORDS
from app.notices.rules import MOST_IN_DIGEST, Way

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.departments.models import Hall

SHORT = 24
_LONG_NUMBER = re.compile(r"\d{6,}[\dXx]?")


@dataclass(frozen=True)
class Happening:
    """An event as far as anybody is told of it."""

    event_id: int | None
    kind: str
    at: datetime
    recorded_at: datetime
    actor_id: int | None
    actor: str
    about: str
    """The code of the entity that it happened to."""
    row_id: int
    number: str
    """By which the row is called, as a case by its number; empty of what has none."""
    hall_id: int
    hall: str
    zone: str
    matter: str
    applicant_name: str
    lead_department_id: int | None
    due_at: datetime | None
    person_id: int | None = None
    """Whom the event names in its payload."""
    case_id: int | None = None
    """The case whose timeline tells of it; None of what happens beside cases."""
    department_id: int | None = None
    """The department that alone is addressed, as by a card, whoever has the case now."""
    departments: tuple[int, ...] = ()
    """The departments that are responsible where none leads alone."""
    lines: tuple[str, ...] = ()
    """What else is told, below the rest."""


def by_system(
    kind: str,
    now: datetime,
    *,
    about: tuple[str, int],
    number: str,
    matter: str,
    hall: Hall,
    person_id: int | None,
    lines: tuple[str, ...] = (),
) -> Happening:
    """Return what the program itself did or found for a person, beside any case.

    `about` is the code of an entity and the number of a row.
    """
    return Happening(
        event_id=None,
        kind=kind,
        at=now,
        recorded_at=now,
        actor_id=None,
        actor=gettext("系统"),
        about=about[0],
        row_id=about[1],
        number=number,
        hall_id=hall.id,
        hall=hall.name,
        zone=hall.timezone,
        matter=matter,
        applicant_name="",
        lead_department_id=None,
        due_at=None,
        person_id=person_id,
        lines=lines,
    )


@dataclass(frozen=True)
class Attached:
    """A produced file that goes with a letter: what it is called, under which key it is kept."""

    name: str
    key: str


def told(event: Happening) -> tuple[str, str]:
    """Return the title and the text of a notice."""
    what, matter = gettext(WORDS.get(event.kind, event.kind)), plain(event)
    short = matter if len(matter) <= SHORT else f"{matter[: SHORT - 1]}…"
    due = _local(event.due_at, event.zone) if event.due_at else ""
    about = gettext(_named(event.about))
    title = gettext("%(what)s：%(row)s", what=what, row=f"{event.number} {short}".strip())
    lines = [
        gettext("%(what)s：%(row)s", what=about, row=f"{event.number} {matter}".strip()),
        gettext(
            "%(when)s，%(who)s：%(what)s",
            when=_local(event.at, event.zone),
            who=event.actor,
            what=what,
        ),
        gettext("大厅：%(hall)s", hall=event.hall),
    ]
    if due:
        title = gettext("%(title)s（%(due)s 到期）", title=title, due=due)
        lines.insert(2, gettext("到期时间：%(due)s", due=due))
    return title[:200], "\n".join([*lines, *event.lines])


def _named(code: str) -> str:
    """Return what an entity is called."""
    found: str = next(it.__panel__.name for it in entities() if it.__panel__.code == code)
    return found


def plain(event: Happening) -> str:
    """Return the matter without names and numbers that are somebody's."""
    name = event.applicant_name
    text = event.matter.replace(name, mask_name(name)) if name else event.matter
    text = _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), text)
    return " ".join(text.split())


def digest(titles: Sequence[str], way: Way) -> tuple[str, str]:
    """Return the title and the text of several notices in one message."""
    number = len(titles)
    title = ngettext("“办成”有 %(num)d 条消息", "“办成”有 %(num)d 条消息", number)
    return title, "\n".join(f"· {text}" for text in titles[: MOST_IN_DIGEST[way]])


def _local(instant: datetime, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
