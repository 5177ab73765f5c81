"""What the pages of rule documents say: texts, standings, questions; no route of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core import clock
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import EMPTY, local
from app.core.errors import DomainError
from app.core.language import gettext
from app.rulebook.documents import queries
from app.rulebook.documents.expansion import expanded
from app.rulebook.documents.rules import Standing, last_day, standing, unfilled
from app.rulebook.rules import named_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from app.rulebook.documents.models import RuleDocument

FACTS = (
    *("kind", "hall", "source", "valid_from", "valid_to", "number", "written_by"),
    *("published_at", "published_by", "in_force_from", "in_force_until", "ended_by"),
)


def today(document: RuleDocument | None) -> date:
    """Return the day of now, where a document holds."""
    return local(clock.now(), document.zone if document is not None else None).date()


def text_of(document: RuleDocument, now: datetime) -> tuple[str, str]:
    """Return the text that was published, or of a draft what would be; and what is in the way."""
    if document.text is not None:
        return document.text, ""
    try:
        day = max(local(now, document.zone).date(), document.valid_from)
        return expanded(document, day), ""
    except DomainError as error:
        return document.body, str(error)


def fresh(document: RuleDocument, now: datetime) -> str | None:
    """Return what the data of today make of a version; None where it has no data in it."""
    if not named_in(document.body):
        return None
    begins = document.in_force_from or now
    return expanded(document, local(max(now, begins), document.zone).date())


def period(document: RuleDocument) -> str:
    """Say from when to when a version holds, in words."""
    begins, until = document.in_force_from, document.in_force_until
    if begins is None:
        return EMPTY
    if until == begins:
        return gettext("未施行")
    first = local(begins, document.zone).date()
    if until is None:
        return gettext("%(first)s 起", first=first)
    last = last_day(until, document.zone)
    return gettext("%(first)s 至 %(last)s", first=first, last=last)


def told_of(document: RuleDocument, now: datetime) -> str:
    """Say in a line what a version is now."""
    found = standing(document, now)
    label = gettext(found.label)
    if found is Standing.DRAFT:
        return label
    return gettext("%(standing)s，%(period)s", standing=label, period=period(document))


def notices(document: RuleDocument, now: datetime, problem: str) -> list[tuple[str, str, str, str]]:
    """Return what is to be known before the text is read: tone, sentence, address and its label."""
    found = standing(document, now)
    told = []
    if found is Standing.DRAFT:
        told.append(("info", gettext("这是草稿，下面是按今天的数据生成的发布效果。"), "", ""))
        if blanks := unfilled(document.body):
            listed = gettext("、").join(blanks)
            told.append(("warn", gettext("发布前须填写：%(blanks)s", blanks=listed), "", ""))
    elif found in {Standing.IN_FORCE, Standing.COMING} and (
        fresh(document, now) not in {None, document.text}
    ):
        sentence = gettext("发布之后，本文引用的标准、清单或规则已有变更，文本与现行数据不一致。")
        url = f"/rule-documents/{document.id}/compare?with=data"
        told.append(("warn", sentence, url, gettext("查看差异")))
    if problem:
        told.append(("late", problem, "", ""))
    return told


def versions(found: Iterable[RuleDocument], base: str, now: datetime) -> Listing:
    """List the published versions of a document, the latest first."""
    heads = (gettext("版本"), gettext("状态"), gettext("施行"), gettext("发布人"), gettext("差异"))
    rows = [
        Row(
            row.id,
            [
                Cell(str(row), url=f"{base}/show/{row.id}"),
                Cell(gettext(standing(row, now).label)),
                Cell(period(row), "datetime"),
                Cell(row.published_by or EMPTY),
                Cell(gettext("与前一版比较"), url=f"{base}/{row.id}/compare"),
            ],
        )
        for row in found
    ]
    columns = [Col(str(index), label) for index, label in enumerate(heads)]
    return Listing(columns=columns, rows=rows, total=len(rows), empty=gettext("还没有发布过"))


@dataclass(frozen=True)
class Question:
    """What is asked before something is decided, and what is said when it was."""

    title: str
    text: str
    details: list[str]
    done: str
    danger: bool = False


def publishing(document: RuleDocument, now: datetime) -> Question:
    """Ask whether to publish: what it ends, that it can't be changed, where it will be read."""
    name, day = document.title, max(document.valid_from, local(now, document.zone).date())
    details = [
        gettext("自 %(day)s 起施行；受理标准等数据按当日内容写入文本并固定下来。", day=day),
        gettext("发布后不能修改或删除，只能发布新版本或者废止。"),
    ]
    former = next(iter(queries.versions_of(document)), None)
    if former is not None:
        details.append(gettext("%(former)s 到这一版施行时为止。", former=str(former)))
    if document.hall is None or document.hall.public_rules:
        details.append(gettext("发布后在公开页面上任何人都能看到，不需要登录。"))
    return Question(
        gettext("发布"),
        gettext("要发布“%(name)s”吗？", name=name),
        details,
        gettext("已发布：%(name)s", name=name),
    )


def repealing(document: RuleDocument, _now: datetime) -> Question:
    """Ask whether to repeal: what holds afterwards."""
    after = (
        gettext("废止后没有这一种通用文件。")
        if document.hall is None
        else gettext("废止后本厅适用全部大厅的通用文件（如果有）。")
    )
    details = [after, gettext("文本和已经依据它办理的事项不受影响，历史版本仍可查阅。")]
    return Question(
        gettext("废止"),
        gettext("要从现在起废止“%(name)s”吗？", name=str(document)),
        details,
        gettext("已废止：%(name)s", name=str(document)),
        danger=True,
    )
