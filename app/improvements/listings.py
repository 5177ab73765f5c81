"""What belongs to an item, as lists on its page: its cases, files, stages, and its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core import history
from app.core.charts import Chart, Kind, Series
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import local
from app.core.db import db
from app.core.language import gettext
from app.improvements.models import ImprovementFlag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.improvements.models import Improvement
    from app.improvements.queries import Effect
    from app.improvements.rules import Span

MOST_CHANGES = 200


def _listing(heads: Sequence[str], rows: Sequence[Row], empty: str) -> Listing:
    columns = [Col(str(index), label) for index, label in enumerate(heads)]
    return Listing(columns=columns, rows=rows, total=len(rows), empty=empty)


def _at(instant: datetime, zone: str) -> Cell:
    return Cell(f"{local(instant, zone):%Y-%m-%d %H:%M}", "datetime")


def files(row: Improvement, base: str) -> Listing:
    """List the files of an item; a removed one is named, and leads nowhere."""
    zone = row.hall.timezone
    rows = [
        Row(
            it.id,
            [
                Cell(it.name, url=f"{base}/{it.id}" if it.removed_at is None else None),
                Cell(it.uploaded_by),
                _at(it.uploaded_at, zone),
                Cell(_removed(it.removed_by, it.removed_at, zone)),
            ],
        )
        for it in row.files
    ]
    heads = (gettext("文件名"), gettext("上传人"), gettext("上传时间"), gettext("移除"))
    return _listing(heads, rows, gettext("没有附件"))


def _removed(who: str | None, at: datetime | None, zone: str) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M} {who}" if at is not None else ""


def stages(row: Improvement) -> Listing:
    """List the stages that the clock reached, each with the due time that held then."""
    zone = row.hall.timezone
    found = select(ImprovementFlag).where(ImprovementFlag.improvement_id == row.id)
    rows = [
        Row(it.id, [Cell(gettext(it.stage.label)), _at(it.due_at, zone), _at(it.began_at, zone),
                    _at(it.flagged_at, zone)])
        for it in db.session.scalars(found.order_by(ImprovementFlag.id))
    ]  # fmt: skip
    heads = (gettext("阶段"), gettext("当时的期限"), gettext("开始时间"), gettext("标记时间"))
    return _listing(heads, rows, gettext("没有临期或超期"))


def changes(row: Improvement) -> Sequence[history.Change]:
    """Return what happened to an item, for whoever sees it; to be asked past the scope."""
    return history.latest(row, MOST_CHANGES)


def effect(told: Effect, zone: str) -> Chart:
    """Draw the cases of each span, the earliest first; one that is not over yet is hollow."""
    found = [span for span, _ in told.spans]
    running = {place for place, span in enumerate(found) if not span.whole}
    return Chart(
        title=gettext("整改前后每 30 天的件数"),
        labels=tuple(in_words(span, zone) for span in found),
        series=(
            Series(gettext("整改前"), _side(told, before=True)),
            Series(gettext("整改后"), _side(told, before=False)),
        ),
        kind=Kind.STACKED,
        unit=gettext("件"),
        note=_on_average(told),
        head=gettext("期间"),
        muted=frozenset(running),
        notes={place: gettext("未满 30 天") for place in running},
    )


def in_words(span: Span, zone: str) -> str:
    """Say from which day to which a span goes."""
    begin, end = local(span.begin, zone), local(span.end, zone)
    return gettext("%(begin)s 至 %(end)s", begin=f"{begin:%m-%d}", end=f"{end:%m-%d}")


def _side(told: Effect, *, before: bool) -> tuple[float | None, ...]:
    return tuple(number if (span.number < 0) is before else None for span, number in told.spans)


def _on_average(told: Effect) -> str:
    """Say how many cases there are in 30 days before and after."""
    before = gettext("整改前平均 %(number)s 件", number=_short(told.before))
    if told.after is None:
        return gettext("%(before)s；还没有完成整改", before=before)
    after = gettext("整改后平均 %(number)s 件", number=_short(told.after))
    return gettext("%(before)s，%(after)s", before=before, after=after)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
