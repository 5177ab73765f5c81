"""The timeline as the case page shows it: each event in a sentence, with old and new, by group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.documents.models import Attachment
from app.cases.file_cards import TOLD
from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.cases.records import Assignment, Callback, CaseCause, Visit
from app.cases.rules import Satisfaction
from app.core.changes import HIDDEN
from app.core.crud import changed
from app.core.crud.pages import Tab
from app.core.crud.present import EMPTY, local
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.core.timeline import CHOICES, GROUPS, KINDS, WORDS, Event
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.evidence_in_words import duration
from app.deadlines.models import Deadline
from app.deadlines.rules import Classification, ClockKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.core.panel import Attribute

CHOICES |= {
    "classification": Classification,
    "before": Classification,
    "satisfaction": Satisfaction,
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
BY_THE_DATABASE = {"changed_outside", "migrated"}
"""The kinds that the database tells by itself (app/core/guards/), in the names of its columns."""

IN_FULL = {"edited", *BY_THE_DATABASE}
"""The kinds whose old and new are the event itself; of others they unfold below it."""

PLAIN = {"note", "result"}
"""What needs no label when an event begins with it: its verb says what it is."""

APART = {"changes", "table", "added", "removed", "clocks", "seconds", "began"}
"""The keys of a payload that are told in another way than by their words."""

NAMES: dict[type[Any], str] = {
    Case: N_("事项"),
    Deadline: N_("时限"),
    Assignment: N_("承办科室"),
    Visit: N_("上门帮办"),
    Callback: N_("回访"),
    Extension: N_("延期申请"),
    Pause: N_("中止申请"),
    Attachment: N_("材料"),
    CaseCause: N_("办不成的原因"),
    CaseLink: N_("关联", "event"),
}
"""What the tables hold whose changes the database itself tells (app/core/guards/watched.py)."""

TABLES = {model.__tablename__: model for model in NAMES}


def name_table(model: type[Any], name: str) -> None:
    """Say what a table of a feature above holds, whose changes the database itself tells."""
    NAMES[model], TABLES[model.__tablename__] = name, model


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
        _actor(event),
        gettext(KINDS.get(event.kind, event.kind)),
        detail(event, zone),
        f"{local(event.at, zone):%Y-%m-%d %H:%M}",
        TONES.get(event.kind, ""),
        lines=told if in_full else (),
        changes=() if in_full else told,
    )


def _actor(event: Event) -> str:
    """Return who it was; for what came past the application, as whom the database knows them."""
    if event.kind not in BY_THE_DATABASE:
        return event.actor
    name = event.actor.partition(":")[2]
    if event.kind == "migrated":
        return gettext("系统升级 %(number)s", number=name)
    return gettext("数据库用户 %(name)s", name=name) if name else gettext("数据库")


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
    if told.get("added") or told.get("removed"):
        return _in_the_database(told) if event.kind == "changed_outside" else _by_migration(told)
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


def _in_the_database(told: Mapping[str, Any]) -> str:
    """Say that a row came or went without the application."""
    model = TABLES[told["table"]]
    if model is Case and told.get("added"):
        return gettext("该事项不是经本系统登记的")
    name = gettext(NAMES[model])
    if told.get("added"):
        return gettext("不经本系统添加了%(name)s", name=name)
    return gettext("不经本系统删除了%(name)s", name=name)


def _by_migration(told: Mapping[str, Any]) -> str:
    """Say that a row came or went when the program was brought up to date."""
    model = TABLES[told["table"]]
    name = gettext(NAMES[model])
    if told.get("added"):
        return gettext("升级程序添加了%(name)s", name=name)
    return gettext("升级程序删除了%(name)s", name=name)


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
    changes = event.payload.get("changes") or {}
    model = TABLES.get(event.payload.get("table", "case"), Case)
    if event.kind not in BY_THE_DATABASE:
        told = {name: pair for name, pair in changes.items() if name not in event.payload}
        return changed.sentences(changed.pairs(Case, told, zone))
    return [_outside(model, name, pair, zone) for name, pair in changes.items()]


def _outside(model: type[Any], column: str, pair: Sequence[Any], zone: str) -> str:
    """Say what somebody changed of a column in the database itself."""
    known: Mapping[str, Any] = attributes(model) if "__panel__" in vars(model) else {}
    field = known.get(column) or next(
        (item for item in known.values() if item.foreign_key == column), None
    )
    label = column if field is None else gettext(field.label)
    say: Callable[[Any], str] = _plainly
    if field is not None and field.target is not None:
        say = _named(field.target)
    elif field is not None:
        say = partial(_said, field, zone)
    if HIDDEN in pair:
        return gettext("%(label)s：已改动（内容不记录）", label=label)
    old, new = (say(value) for value in pair)
    return gettext("%(label)s：%(old)s → %(new)s", label=label, old=old, new=new)


def _said(field: Attribute, zone: str, value: Any) -> str:
    return changed.said(field, value, zone)


def _plainly(value: Any) -> str:
    return EMPTY if value in (None, "") else str(value)


def _named(target: type[Any]) -> Callable[[Any], str]:
    """Return what tells the row behind a key."""

    def say(key: Any) -> str:
        row = db.session.get(target, int(key)) if str(key).isdecimal() else None
        if row is not None:
            return str(row)
        return f"#{key}" if key not in (None, "") else EMPTY

    return say
