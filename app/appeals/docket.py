"""What the sealed file of a case tells of its appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.appeals.models import Appeal, AppealPeriod
from app.appeals.pages import UNITS
from app.cases.docket import in_words
from app.core.db import db
from app.core.language import gettext
from app.rulebook.rules import PeriodUnit

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.docket import Told
    from app.cases.models import Case


def appeals(case: Case, _now: datetime) -> list[Told]:
    """Tell of each appeal what stands on its page, with its periods."""
    rows = db.session.scalars(select(Appeal).where(Appeal.case_id == case.id).order_by(Appeal.id))
    return [_appeal(row) for row in rows.all()]


def _appeal(row: Appeal) -> Told:
    periods = [_period(it) for it in row.periods]
    return {**in_words(row, row.hall.timezone), gettext("办理期限"): periods}


def _period(row: AppealPeriod) -> Told:
    told = {
        gettext("环节"): gettext(row.step.label),
        gettext("期限"): gettext(UNITS[PeriodUnit(row.unit)], number=row.number),
        gettext("起算日期"): row.begins_on.isoformat(),
        gettext("最后一日"): row.last_day.isoformat(),
        gettext("暂定"): gettext("是") if row.provisional else "",
        gettext("完成日期"): row.met_on.isoformat() if row.met_on is not None else "",
        gettext("逾期"): gettext("是") if row.late else "",
        gettext("法律依据"): row.rule.legal_basis,
    }
    return {"id": row.id, **{name: text for name, text in told.items() if text}}
