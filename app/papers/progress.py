"""What the public is told of a case: where it stands and when what was done, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cases.rules import OPEN, Status
from app.core.crud.present import local
from app.core.language import N_, gettext

if TYPE_CHECKING:
    from datetime import datetime

    from app.cases.models import Case

PLAIN: dict[Status, str] = {
    Status.REGISTERED: N_("已登记，窗口正在审核是否受理"),
    Status.ACCEPTED: N_("已受理，即将转交承办科室"),
    Status.REFUSED: N_("不予受理，理由和救济途径见书面通知"),
    Status.DISPATCHED: N_("已转交承办科室，等待签收"),
    Status.SIGNED: N_("承办科室正在办理"),
    Status.RESOLVED: N_("已办结，结果由窗口告知"),
    Status.REPLIED: N_("已作出书面答复，由窗口送达"),
    Status.RETURNED: N_("承办科室已退回，窗口正在重新转交"),
    Status.DISPUTED: N_("正在确定由哪个科室承办"),
    Status.CALLED_BACK: N_("已办结并回访"),
    Status.CLOSED: N_("已结案"),
    Status.ARCHIVED: N_("已结案归档"),
    Status.MERGED: N_("已并入您反映的另一件事项一并办理"),
}
"""Where a case stands, for people outside; a state that is not named is called as in the panel."""


@dataclass(frozen=True)
class Step:
    """One step on a case's way, with its day once it was made."""

    label: str
    day: str


@dataclass(frozen=True)
class Progress:
    """What the public page shows."""

    number: str
    hall: str
    department: str
    status: str
    due: str
    steps: list[Step]


def told(case: Case) -> Progress:
    """Return what may be told of a case to whoever holds its receipt."""

    def day(instant: datetime | None, form: str = "%Y-%m-%d") -> str:
        return f"{local(instant, case.hall.timezone):{form}}" if instant else ""

    running = case.clock is not None and case.status in OPEN
    steps = [Step(gettext("登记"), day(case.registered_at))]
    if case.status is not Status.REFUSED:
        steps += [
            Step(gettext("受理"), day(case.accepted_at)),
            Step(gettext("转交承办科室"), day(case.dispatched_at)),
            Step(gettext("办结或答复"), day(case.finished_at)),
            Step(gettext("结案"), day(case.closed_at)),
        ]
    return Progress(
        number=case.number,
        hall=case.hall.name,
        department=case.lead_department.name if case.lead_department else "",
        status=gettext(PLAIN.get(case.status, case.status.label)),
        due=day(case.clock.due_at, "%Y-%m-%d %H:%M") if running and case.clock else "",
        steps=steps,
    )
