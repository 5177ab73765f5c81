"""What may be done with an improvement item: one table for buttons, pages, REST and checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from app.core.language import gettext
from app.core.words import N_
from app.improvements.rules import RUNNING, ImprovementStatus

if TYPE_CHECKING:
    from app.core.scope import Person
    from app.improvements.models import Improvement

_OPENED, _IN_PROGRESS = ImprovementStatus.OPENED, ImprovementStatus.IN_PROGRESS
_COMPLETED, _VERIFIED = ImprovementStatus.COMPLETED, ImprovementStatus.VERIFIED


class By(Enum):
    """Whose move it is."""

    OWNER = auto()
    """A handler of the owner department."""
    OVERSEER = auto()
    """A supervisor of the item's hall."""


@dataclass(frozen=True)
class Move:
    """One move: from which states to which (None: it stays), by whom, what it asks for.

    What is asked for is a column of the item, or `files`, `days` and `due_on`. `event` is the kind
    of notice; empty: nobody is told.
    """

    verb: str
    label: str
    sources: tuple[ImprovementStatus, ...]
    target: ImprovementStatus | None
    by: By
    asks: tuple[str, ...] = ()
    event: str = ""
    style: str = ""


MOVES = (
    Move("start", N_("开始整改"), (_OPENED,), _IN_PROGRESS, By.OWNER, style="main"),
    Move(
        "complete", N_("报告完成"), (_IN_PROGRESS,), _COMPLETED, By.OWNER, ("evidence", "files"),
        "improvement_completed", "main",
    ),
    Move("report", N_("反馈进展"), RUNNING, _IN_PROGRESS, By.OWNER, ("progress",)),
    Move("attach", N_("上传材料"), RUNNING, None, By.OWNER, ("files",)),
    Move(
        "verify", N_("验收销号"), (_COMPLETED,), _VERIFIED, By.OVERSEER, ("review",),
        "improvement_verified", "main",
    ),
    Move(
        "send_back", N_("退回整改"), (_COMPLETED,), _IN_PROGRESS, By.OVERSEER, ("review",),
        "improvement_sent_back",
    ),
    Move(
        "move_due", N_("调整期限"), RUNNING, None, By.OVERSEER, ("due_on", "reason"),
        "improvement_due_moved",
    ),
    Move(
        "amend", N_("修改措施"), RUNNING, None, By.OVERSEER, ("department", "problem", "measure"),
        "improvement_amended",
    ),
    Move(
        "reopen", N_("重新整改"), (_VERIFIED,), _OPENED, By.OVERSEER, ("reason", "days"),
        "improvement_reopened",
    ),
    Move(
        "withdraw", N_("撤销整改"), (*RUNNING, _COMPLETED), ImprovementStatus.WITHDRAWN,
        By.OVERSEER, ("reason",), "improvement_withdrawn", "danger",
    ),
)  # fmt: skip

MOVE = {move.verb: move for move in MOVES}


def why_not(move: Move, row: Improvement, person: Person) -> str:
    """Say why a person may not make a move now; empty when they may."""
    if not theirs(move, row, person):
        return gettext("这一步不由您办理")
    if row.status not in move.sources:
        told = gettext(row.status.label)
        return gettext("整改事项现在是“%(status)s”，不能这样操作", status=told)
    own = row.completed_by_id == person.id or row.department_id in person.departments("handler")
    if move.verb == "verify" and own:
        return gettext("责任科室的人和报告完成的人不能验收，请由其他督查人员验收")
    return ""


def theirs(move: Move, row: Improvement, person: Person) -> bool:
    """Say whether a move belongs to a person, whatever the state."""
    if move.by is By.OWNER:
        return row.department_id in person.departments("handler")
    halls = person.halls("supervisor")
    return halls is None or row.hall_id in halls


def offered(row: Improvement, person: Person) -> list[tuple[Move, str]]:
    """Return the moves from the state that are a person's, each with why it can't be made."""
    return [
        (move, why_not(move, row, person))
        for move in MOVES
        if row.status in move.sources and theirs(move, row, person)
    ]
