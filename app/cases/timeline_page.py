"""The timeline as the case page shows it: each event in a sentence, with old and new, by group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases import outside
from app.cases.file_cards import TOLD
from app.cases.models import Case
from app.cases.rules import Means, Satisfaction
from app.core.crud import changed
from app.core.crud.pages import Tab
from app.core.crud.present import local
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import N_, gettext
from app.core.timeline import CHOICES, GROUPS, KINDS, WORDS, Event
from app.deadlines.evidence_in_words import duration
from app.deadlines.rules import Classification, ClockKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence


CHOICES |= {
    "classification": Classification,
    "before": Classification,
    "satisfaction": Satisfaction,
    "means": Means,
    "verdict": Verdict,
    "clock": ClockKind,
}

SHOWN = {
    "all": N_("全部"),
    "moves": N_("办理", "timeline"),
    "clock": N_("时限"),
    "edits": N_("修改", "timeline"),
    "views": N_("查看", "timeline"),
}
"""What the timeline can be narrowed to: `?show=…`."""

TONES = {
    "warning": "warn",
    "overdue": "late",
    "escalated": "late",
    "changed_outside": "late",
    "revealed": "idle",
}
IN_FULL = {"edited", *outside.TOLD}
"""The kinds whose old and new are the event itself; of others they unfold below it."""

PLAIN = {"note", "result"}
"""What needs no label when an event begins with it: its verb says what it is."""

APART = {"changes", "was", "table", "added", "removed", "clocks", "seconds", "began"}
"""The keys of a payload that are told in another way than by their words."""


@dataclass(frozen=True)
class Entry:
    """One line of the timeline; `lines` are always shown, `changes` unfold."""

    actor: str
    verb: str
    detail: str
    at: str
    tone: str
    lines: Sequence[str] = ()
    changes: Sequence[str] = ()


@dataclass(frozen=True)
class Timeline:
    """What the case page shows of a timeline."""

    tabs: Sequence[Tab]
    entries: Sequence[Entry]


def build(case: Case, show: str, url: str) -> Timeline:
    """Return the timeline of a case, narrowed to a group; raise InvalidInputError for none."""
    if show not in SHOWN:
        raise InvalidInputError({"": gettext("没有这个分类页")})
    events = timeline_of(case)
    counts = Counter(group_of(event) for event in events)
    counts["all"] = len(events)
    tabs = [
        Tab(
            gettext(label),
            (url if name == "all" else f"{url}?show={name}") + "#timeline",
            name == show,
            counts[name],
        )
        for name, label in SHOWN.items()
        if counts[name] or name in {"all", show}
    ]
    chosen = [event for event in events if show in {"all", group_of(event)}]
    return Timeline(tabs, [entry(event, case) for event in chosen])


def timeline_of(case: Case) -> Sequence[Event]:
    """Return what happened to a case, the latest first."""
    events = select(Event).where(Event.case_id == case.id)
    return db.session.scalars(events.order_by(Event.at.desc(), Event.sequence.desc())).all()


def group_of(event: Event) -> str:
    """Return the group that an event belongs to."""
    return GROUPS.get(event.kind, "moves")


def entry(event: Event, case: Case) -> Entry:
    """Return an event as a line of the timeline."""
    zone = case.hall.timezone
    told = _changes(event, zone)
    in_full = event.kind in IN_FULL
    return Entry(
        outside.actor(event) if event.kind in outside.TOLD else event.actor,
        gettext(KINDS.get(event.kind, event.kind)),
        detail(event, zone),
        f"{local(event.at, zone):%Y-%m-%d %H:%M}",
        TONES.get(event.kind, ""),
        lines=told if in_full else (),
        changes=() if in_full else told,
    )


def detail(event: Event, zone: str) -> str:
    """Say in words what an event carries, old and new of the case's fields aside."""
    told = event.payload
    if event.kind == "recomputed":
        return gettext(
            "%(old)s → %(new)s，依据工作日历第 %(revision)d 版",
            old=_moment(told["old_due"], zone, "%m-%d %H:%M"),
            new=_moment(told["new_due"], zone, "%m-%d %H:%M"),
            revision=told["calendar_revision"],
        )
    if event.kind in TOLD:
        return TOLD[event.kind](told)
    if event.kind in outside.TOLD:
        return outside.detail(event)
    kept = [
        (name, text)
        for name, value in told.items()
        if name not in APART and (text := _word(name, value, zone))
    ]
    words = [text for _, text in kept]
    if kept and kept[0][0] in PLAIN:
        words[0] = str(told[kept[0][0]])
    if "seconds" in told:
        words.append(gettext("中止的工作时间：%(time)s", time=duration(told["seconds"])))
    return _joined(words)


def _joined(words: Sequence[str]) -> str:
    """Put what was said into one line; a full stop in the middle of it gives way."""
    return gettext("；").join([*(text.rstrip("。") for text in words[:-1]), *words[-1:]])


def _word(name: str, value: Any, zone: str) -> str:
    """Say one thing that a payload holds; empty for what tells a reader nothing."""
    if value in (None, "", []) or name == "id" or name.endswith(("_id", "_version", "_ids")):
        return ""
    text = _text(name, value, zone)
    label = WORDS.get(name, "")
    if not label:
        return text if isinstance(value, str) else ""
    return gettext("%(label)s：%(text)s", label=gettext(label), text=text)


def _text(name: str, value: Any, zone: str) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(str(item) for item in value)
    known = CHOICES.get(name)
    if known is not None and value in set(known):
        return gettext(known(value).label)
    return _moment(value, zone) if isinstance(value, str) else str(value)


def _moment(text: str, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return an instant as the hall's clock shows it; any other text as it is."""
    if "T" not in text:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return local(moment, zone).strftime(form)


def _changes(event: Event, zone: str) -> list[str]:
    """Say which fields changed from what to what."""
    if event.kind in outside.TOLD:
        return outside.changes(event, zone)
    changes = event.payload.get("changes") or {}
    told = {name: pair for name, pair in changes.items() if name not in event.payload}
    return changed.sentences(changed.pairs(Case, told, zone))
