"""Invented improvement items of Linqing, each at another state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.cases.models import Case
from app.cases.records import CaseCause
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.demo.courses import MENDED
from app.departments.models import Department, Hall
from app.improvements import operations
from app.improvements.jobs import flag_improvements
from app.improvements.models import Improvement

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

OVERSEER = "supervisor.linqing"
MOST_CASES = 3


@dataclass(frozen=True)
class Told:
    """An item: opened so many days ago, then moved on later days as (days ago, verb, text)."""

    matter: str
    cause: str
    department: str
    problem: str
    measure: str
    opened: int
    days: int
    moves: tuple[tuple[int, str, dict[str, Any]], ...] = field(default=())


ITEMS = (
    Told(
        "企业变更登记", "0104", "scjg",
        "材料要求分几次说，群众补了又补，每次说的还不一样。",
        "一张清单一次性告知，窗口照单收件；清单以外的材料不得再要。",
        opened=104, days=35,
        moves=(
            (101, "start", {}),
            (85, "report", {"progress": "一次性告知清单已经定稿，正在印制。"}),
            (MENDED.days, "complete",
             {"evidence": "清单已在窗口和网上公布，抽查 20 件，无二次补正。"}),
            (60, "verify", {"review": "现场抽查 10 件，都是一次性告知，属实。"}),
        ),
    ),
    Told(
        "诊所备案", "0801", "xzsp",
        "行政审批科和卫健窗口互相推，材料没有人收。",
        "由行政审批科一窗收件，卫健意见在内部流转，对外只收一次材料。",
        opened=30, days=15,
        moves=((28, "start", {}), (12, "report", {"progress": "流转单已经定稿，等两家签字。"})),
    ),
    Told(
        "养老保险关系转移接续", "0702", "sbk",
        "两地经办机构互相等联系函，群众来回跑。",
        "建立与转出地的电话核对清单，收件当日发函，三日内回告申请人。",
        opened=20, days=15,
        moves=(
            (18, "start", {}),
            (2, "complete", {"evidence": "核对清单已启用，本月 9 件全部当日发函。"}),
        ),
    ),
    Told(
        "个体工商户登记", "0703", "scjg",
        "注销后系统里留有旧记录，不能重新办照。",
        "与省平台约定每周更正一次历史数据，更正期间窗口先行收件。",
        opened=3, days=20,
    ),
)  # fmt: skip


def write(people: dict[str, Person], now: datetime) -> None:
    """Open the items and move them, through the same operations as the panel."""
    hall = db.session.scalars(select(Hall).where(Hall.code == "linqing")).one()
    for told in ITEMS:
        row = _opened(told, hall, people[OVERSEER], now - timedelta(days=told.opened))
        for ago, verb, values in told.moves:
            owner = people[f"handler.linqing.{told.department}"]
            actor = people[OVERSEER] if verb == "verify" else owner
            with scope.working_for(actor):  # the history tells whose work it was
                operations.move(row, verb, values, actor=actor, now=now - timedelta(days=ago))


def flag(now: datetime) -> None:
    """Flag what became due soon or late, as the scheduler would have."""
    flag_improvements(now, now)


def _opened(told: Told, hall: Hall, actor: Person, at: datetime) -> Improvement:
    own = Department.hall_id == hall.id, Department.code == told.department
    row = Improvement(
        hall=hall,
        matter=told.matter,
        cause=db.session.scalars(select(Cause).where(Cause.code == told.cause)).one(),
        department=db.session.scalars(select(Department).where(*own)).one(),
        problem=told.problem,
        measure=told.measure,
    )
    cases = _cases(row, at)
    with scope.working_for(actor):
        return operations.open_item(row, days=told.days, cases=cases, actor=actor, now=at)


def _cases(row: Improvement, before: datetime) -> list[Case]:
    """Return some cases that told of the problem before."""
    found = (
        select(Case)
        .join(CaseCause, (CaseCause.case_id == Case.id) & CaseCause.current)
        .where(
            Case.hall_id == row.hall.id,
            Case.matter == row.matter,
            CaseCause.cause == row.cause,
            Case.registered_at < before,
        )
        .order_by(Case.id.desc())
        .limit(MOST_CASES)
    )
    return list(db.session.scalars(found))
