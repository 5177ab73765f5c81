"""Say in words what a template asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.crud.pages import Fact
from app.core.language import gettext
from app.ledgers.columns import LEDGERS
from app.ledgers.rules import Period
from app.ledgers.templates import sorts
from app.ledgers.templates.rules import ORIENTATIONS, Lamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.ledgers.templates.definition import Definition


def facts_of(asked: Definition) -> list[Fact]:
    """Return what a version of a template says, label by label."""
    return [Fact(label, text, "long") for label, text in _told(asked)]


def _told(asked: Definition) -> Iterator[tuple[str, str]]:
    known = {column.code: column for column in LEDGERS[asked.kind].columns}
    titles = {code: gettext(column.title) for code, column in known.items()}
    shown = [it.title or titles.get(it.code, it.code) for it in asked.columns]
    yield gettext("列"), gettext("、").join(shown)
    yield gettext("期间"), _period(asked)
    where = [text for text in (asked.hall, asked.department) if text]
    if where:
        yield gettext("大厅、科室代码"), gettext("、").join(where)
    if asked.lamp is not Lamp.ANY:
        yield gettext("时限"), gettext(asked.lamp.label)
    for code, values in asked.narrowed:
        labels = (
            {it.value: it.label for it in sorts.words(known[code]) or ()} if code in known else {}
        )
        said = [gettext(labels.get(value, value)) for value in values]
        yield titles.get(code, code), gettext("、").join(said)
    if asked.group:
        yield gettext("分组小计"), titles.get(asked.group, asked.group)
    if asked.sort:
        down, up = gettext("%(title)s（降序）"), gettext("%(title)s（升序）")
        said = [(down if it else up) % {"title": titles.get(code, code)} for code, it in asked.sort]
        yield gettext("排序"), gettext("、").join(said)
    yield gettext("按时限着色"), gettext("是") if asked.coloured else gettext("否")
    paper = [asked.size, gettext(ORIENTATIONS.get(asked.orientation, asked.orientation))]
    if asked.fit:
        paper.append(gettext("一页宽"))
    yield gettext("纸张"), gettext("，").join(paper)


def _period(asked: Definition) -> str:
    if asked.period is not Period.FIXED:
        return gettext(asked.period.label)
    since, until = asked.since or gettext("最早"), asked.until or gettext("今天")
    return gettext("%(since)s 至 %(until)s", since=since, until=until)
