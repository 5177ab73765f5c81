"""What the sealed file of a case tells in words: lists that features add, each a part of its own.

Rows are kept as they are in another place of the file; here a reader finds names, under the labels
of the pages. Of another case its number alone is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.cases.intake.models import CaseLink
from app.cases.models import Case
from app.core.crud.present import local, text_of
from app.core.db import db
from app.core.language import gettext
from app.core.panel import attributes
from app.departments.models import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.cases.records import CaseCause

Told = dict[str, Any]


def in_words(row: Any, zone: str, *, apart: Iterable[str] = ()) -> Told:
    """Return what a row says under its labels, with its number; what is empty is left out."""
    known = attributes(type(row)).items()
    said = {
        gettext(it.label): _said(it, row, zone)
        for name, it in known
        if name not in apart and not it.many
    }
    return {"id": row.id, **{label: text for label, text in said.items() if text}}


def _said(known: Any, row: Any, zone: str) -> str:
    value = getattr(row, known.name)
    if isinstance(value, Staff):  # a person by name, without the log-in
        return value.name
    return when(value, zone) if isinstance(value, datetime) else text_of(known, row)


def when(instant: datetime | None, zone: str) -> str:
    """Return an instant as the clock of the hall showed it, with its distance from UTC."""
    if instant is None:
        return ""
    return local(instant, zone).isoformat(sep=" ", timespec="seconds")


def causes(case: Case, _now: datetime) -> list[Told]:
    """Tell which causes were named, and which of them stand."""
    return [_cause(row) for row in sorted(case.causes_named, key=lambda it: it.cause.code)]


def _cause(row: CaseCause) -> Told:
    return {
        "id": row.cause_id,
        gettext("代码"): row.cause.code,
        gettext("办不成的原因"): str(row.cause),
        gettext("现行"): gettext("是") if row.current else gettext("否"),
    }


def links(case: Case, _now: datetime) -> list[Told]:
    """Tell with which cases it was linked or merged: by their numbers."""
    told, zone = gettext("关系"), case.hall.timezone
    number = gettext("编号")
    found: list[Told] = []
    if case.merged_into is not None:
        found.append({told: gettext("本事项并入"), number: case.merged_into.number})
    merged = select(Case.number).where(Case.merged_into_id == case.id).order_by(Case.id)
    found += [{told: gettext("并入本事项"), number: it} for it in db.session.scalars(merged)]
    linked = (
        select(CaseLink, Case.number)
        .join(
            Case,
            or_(
                (CaseLink.case_id == case.id) & (Case.id == CaseLink.other_id),
                (CaseLink.other_id == case.id) & (Case.id == CaseLink.case_id),
            ),
        )
        .order_by(CaseLink.id)
    )
    for row, other in db.session.execute(linked):
        found.append(
            {
                told: gettext("关联事项"),
                number: other,
                gettext("时间"): when(row.at, zone),
                gettext("经办人"): row.by,
                gettext("缘由"): row.why,
            }
        )
    return found


PARTS: dict[str, Callable[[Case, datetime], list[Told]]] = {"causes": causes, "links": links}
"""Name of a part → what tells it of a case, as of an instant."""
