"""Produce a ledger: stream its rows into a workbook, say on the cover what it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core import scope
from app.core.crud.export import cover_facts
from app.core.crud.present import local
from app.core.language import gettext
from app.core.privacy import seal_keys
from app.core.workbook import Produced, Sheet, Tone, write_tables
from app.departments.rules import Role
from app.ledgers import past
from app.ledgers.choosing import choose
from app.ledgers.columns import LEDGERS
from app.ledgers.columns.column import MASKED
from app.ledgers.parts import Asked, Part, chosen_rows, parts_of
from app.ledgers.queries import selection
from app.ledgers.rollup import rolled_up
from app.ledgers.templates.shaping import Shape, shaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Select

    from app.core.scope import Person
    from app.core.workbook import Row
    from app.ledgers.choosing import Chosen
    from app.ledgers.columns import Ledger
    from app.ledgers.orders import Order
    from app.ledgers.unmasking import Unmasking


def produce(
    order: Order,
    path: Path,
    *,
    person: Person,
    now: datetime,
    progress: Callable[[int], None] | None = None,
    unmasked: Unmasking | None = None,
) -> Produced:
    """Write a ledger of the rows that a person may see, as they stand now or stood at an instant.

    `progress` is told how many rows are written, and may raise to stop (`workbook.write`).
    Personal data are masked, and the file is open to all, unless `unmasked` says otherwise.
    InvalidInputError for an unknown hall or department, and for an instant of which nothing can be
    told; WorkbookError when the file can't be written.
    """
    at = order.as_of or now
    with scope.working_for(person), past_of(order, person, now) as position:
        order, shape = shaped(order, person, at)
        chosen = choose(order)
        if unmasked is not None:
            shape = shape.clear(unmasked.cases)
        asked = Asked(order.kind, person, at, chosen.place, in_words(chosen, shape), shape,
                      now, position)  # fmt: skip
        if order.roll_up:
            parts, summary = rolled_up(asked, chosen)
        else:
            parts, summary = list(parts_of(asked, chosen)), None
        return _written(asked, path, parts, progress, summary, unmasked)


def counted_rows(order: Order, *, person: Person, now: datetime) -> Select[Any] | None:
    """Select the rows that make a ledger long; None for one that only has figures.

    Of a past instant they are not known before: then they are the most that there may be.
    """
    with scope.working_for(person):
        order, shape = shaped(order, person, order.as_of or now)
        chosen, ledger = choose(order), LEDGERS[order.kind]
        if order.as_of is not None:
            return selection(ledger.subject, ()).where(*chosen.criteria(ledger.subject))
        if ledger.figures is None:
            return chosen_rows(order.kind, now, shape).where(*chosen.criteria(ledger.subject))
        if ledger.behind is None:
            return None
        _, columns, subject = ledger.behind
        return selection(subject, columns).where(*chosen.criteria(subject))


def told_in_words(order: Order, *, person: Person, now: datetime) -> str:
    """Say by what an order is narrowed, and which template it is of."""
    with scope.working_for(person):
        order, shape = shaped(order, person, order.as_of or now)
        words = [*([shape.name] if shape.name else []), in_words(choose(order), shape)]
    if order.as_of is not None:
        words.append(gettext("截至 %(at)s", at=f"{local(order.as_of):%Y-%m-%d %H:%M}"))
    return gettext("；").join(words)


def check(order: Order, now: datetime) -> None:
    """Raise InvalidInputError where a ledger can't be told as of the instant that is asked for."""
    if order.as_of is not None:
        past.refuse(order.as_of, gettext(order.kind.label), LEDGERS[order.kind].past, now)


def past_of(order: Order, person: Person, now: datetime) -> Any:
    """Open the past of which a ledger tells, if it tells of one."""
    ledger = LEDGERS[order.kind]
    return past.opened(order.as_of, gettext(order.kind.label), ledger.past, person, now)


def in_words(chosen: Chosen, shape: Shape) -> str:
    """Say by what a ledger is narrowed."""
    if not shape.words:
        return chosen.words
    return gettext("；").join((*((chosen.words,) if chosen.narrow else ()), *shape.words))


# --- its file and its cover ----------------------------------------------------------------------


def _written(
    asked: Asked,
    path: Path,
    parts: Sequence[Part],
    progress: Callable[[int], None] | None,
    summary: tuple[Sheet, Iterable[Row]] | None,
    unmasked: Unmasking | None,
) -> Produced:
    """Write the parts to a file, a summary before them, and the cover behind them."""

    def cover(produced: Produced) -> list[tuple[str, str]]:
        several = len(parts) > 1 or summary is not None
        told = replace(produced, sheets=1) if several else produced
        person, reader = asked.person, _reader(asked.person, asked.place)
        return [
            *cover_facts(
                asked.title,
                person,
                asked.now,
                asked.filters,
                told,
                reader=reader,
                masked=unmasked is None,
            ),
            *([(gettext("未脱敏的原因"), unmasked.reason)] if unmasked is not None else []),
            *([(gettext("工作表"), gettext("每个大厅一张，汇总在前"))] if summary else []),
            *_then(asked),
            *asked.shape.facts,
            (gettext("数据范围"), _in_sight(person)),
            *_counted(LEDGERS[asked.kind], parts),
            (gettext("工作日历"), gettext("第 %(revision)d 版", revision=_calendar_of(parts))),
            *_explained(LEDGERS[asked.kind], masked=unmasked is None),
        ]

    produced = write_tables(
        path,
        [(part.sheet, part.rows) for part in parts],
        cover,
        produced_at=local(asked.made or asked.now),
        progress=progress,
        keys=seal_keys(),
        summary=summary,
        lock=unmasked.lock if unmasked is not None else None,
    )
    return replace(produced, figures=tuple(_counted(LEDGERS[asked.kind], parts)))


def _reader(person: Person, place: str) -> str:
    """Say whom a ledger is for: what is made on time is for all who oversee the place."""
    if not person.unlimited:
        return person.name
    return gettext("有权查看%(place)s台账的人员", place=place)


def _in_sight(person: Person) -> str:
    """Say whose eyes the ledger was taken through: a handler's lists the own department's cases."""
    if person.unlimited:
        return gettext("系统中的全部事项")
    roles = gettext("、").join(gettext(role.label) for role in Role if role in person.roles)
    return gettext("制表人权限内的事项（%(roles)s）", roles=roles)


def _counted(ledger: Ledger, parts: Sequence[Part]) -> list[tuple[str, str]]:
    """Say how many rows were in time, are late, due soon, provisional, what occurs how often."""
    counted: Counter[str] = Counter()
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for part in parts:
        counted += part.telling.counted
        for title, times in part.telling.words.items():
            words[title] += times
    clocks = [
        (gettext("其中按期办结"), str(counted["in_time"])),
        (gettext("其中超期"), str(counted[Tone.LATE])),
        (gettext("其中临期"), str(counted[Tone.SOON])),
        (gettext("其中时限暂定"), str(counted["provisional"])),
    ]
    sums = sum(part.table.sums for part in parts if part.table is not None)
    return [
        *([(gettext("其中小计与合计"), str(sums))] if sums else []),
        *(clocks if ledger.clocked else ()),
        *((gettext(title), _times(times)) for title, times in words.items()),
    ]


def _calendar_of(parts: Sequence[Part]) -> int:
    return parts[0].telling.calendar.revision


def _then(asked: Asked) -> list[tuple[str, str]]:
    """Say when a ledger of a past instant was made, and up to which event the timeline counted."""
    if asked.position is None or asked.made is None:
        return []
    counted = gettext(
        "计入 %(events)d 条，最后一条第 %(last)d 号，封签 %(seal)s",
        events=asked.position.events, last=asked.position.last, seal=asked.position.seal,
    )  # fmt: skip
    return [
        (gettext("制表时间"), f"{local(asked.made):%Y-%m-%d %H:%M:%S}"),
        (gettext("办理过程"), counted),
        (
            gettext("按过去的时间"),
            gettext(
                "事项、时限、大厅和科室的名称、工作日历均为截至时间的情况，"
                "由办理过程和变更记录还原；列哪些事项按制表人现在的权限"
            ),
        ),
    ]


def _times(times: Counter[str]) -> str:
    return gettext("，").join(
        gettext("%(word)s %(times)d", word=word, times=number)
        for word, number in sorted(times.items())
    )


def _explained(ledger: Ledger, *, masked: bool) -> list[tuple[str, str]]:
    about = [(gettext("收录范围"), gettext(ledger.about))] if ledger.about else []
    notes = [(label, note) for label, note in ledger.notes if masked or note != MASKED]
    return [*about, *((gettext(label), gettext(note)) for label, note in notes)]
