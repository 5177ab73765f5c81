"""What the sealed file tells of a case: who owned it when, the list then, other referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cases.docket import in_words, when
from app.core.language import gettext
from app.supervision.as_of import ListThen
from app.supervision.owners import holdings
from app.supervision.referrals.queries import referrals_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.cases.docket import Told
    from app.cases.models import Case
    from app.supervision.as_of import Line
    from app.supervision.owners import Holding

APART = ("grounds", "findings")
"""What another body was told of the case and what it found: that is between it and the referrer."""


def referrals(case: Case, _now: datetime) -> list[Told]:
    """Tell of the referrals before this one: to whom, when, and how they ended."""
    zone = case.hall.timezone
    return [in_words(row, zone, apart=APART) for row in reversed(referrals_of(case))]


def owners(case: Case, now: datetime) -> list[Told]:
    """Tell who had the case when, as the page of accountability does."""
    return [_owner(it, case.hall.timezone) for it in holdings(case, now)]


def _owner(it: Holding, zone: str) -> Told:
    otherwise = gettext("督查（待裁定）") if it.ruling else gettext("窗口")
    told = {
        "assignment_id": it.assignment_id,
        gettext("承办"): it.owner or otherwise,
        gettext("现名称"): it.called_now if it.called_now != it.owner else "",
        gettext("角色"): gettext(it.role.label) if it.role is not None else "",
        gettext("经办人"): it.person,
        gettext("负责人"): it.head,
        gettext("起"): when(it.began, zone),
        gettext("止"): when(it.ended, zone) or gettext("至今"),
        gettext("退回理由"): it.returned,
    }
    counted = {gettext("工作日"): it.days, gettext("其中超期"): it.late}
    return {name: value for name, value in told.items() if value} | counted


def responsibilities(case: Case, now: datetime) -> list[Told]:
    """Tell what the list said of the matter when somebody began to own the case, and what now."""
    then, zone = ListThen(case.hall_id, case.matter), case.hall.timezone
    moments = sorted({*(it.began for it in holdings(case, now)), now})
    return [_listed(then, moment, case.matter, zone) for moment in moments]


def _listed(then: ListThen, moment: datetime, matter: str, zone: str) -> Told:
    lines, later = then.at(moment), None
    if not lines:
        later = then.first_after(moment)
    told: Told = {
        gettext("时间"): when(moment, zone),
        gettext("事项名称"): matter,
        gettext("当日权责清单"): _lines(lines) or gettext("清单未列此事项"),
    }
    if later is not None:
        told[gettext("其后列入")] = {
            gettext("时间"): when(later[0], zone),
            gettext("当日权责清单"): _lines(later[1]),
        }
    return told


def _lines(lines: Sequence[Line]) -> list[Told]:
    return [
        {gettext("责任科室"): it.department, gettext("法律依据"): it.legal_basis} for it in lines
    ]
