"""The timeline of a case: what happened, when, by whom, old and new. Append only and chained.

`at` is when a thing happened (for a flag: when the stage began), `recorded_at` when it was written.
The database refuses UPDATE and DELETE and chains what comes in (app/core/guards/). What a flush
changes of a case is told by the event that is recorded with it, as `changes`; where none is
recorded, one is made at the commit, so that no path can forget.
"""

from __future__ import annotations

from dataclasses import dataclass, field as dataclass_field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock, scope
from app.core.chain import DIGITS
from app.core.changes import changes_of, told
from app.core.db import Instant, db
from app.core.language import N_, gettext
from app.core.panel import Panel, field

if TYPE_CHECKING:
    from sqlalchemy.orm import UOWTransaction

    from app.core.scope import Person
    from app.core.words import Choice

__all__ = ["CHOICES", "GROUPS", "KINDS", "WORDS", "Event", "Json", "changes_of", "record"]

Json = JSON().with_variant(JSONB(), "postgresql")

KINDS: dict[str, str] = {
    "registered": N_("登记"),
    "imported": N_("从表格导入"),
    "edited": N_("修改", "event"),
    "accepted": N_("受理"),
    "refused": N_("不予受理"),
    "closed_on_the_spot": N_("当场办结"),
    "merged": N_("并入"),
    "dispatched": N_("派发"),
    "signed": N_("签收"),
    "assist_signed": N_("协办签收"),
    "returned": N_("退回"),
    "disputed": N_("再次退回"),
    "assist_returned": N_("退回协办"),
    "settled": N_("裁定承办科室"),
    "reassigned": N_("改派经办人"),
    "contacted": N_("联系反映人"),
    "progress": N_("反馈进展"),
    "assist_finished": N_("协办办结"),
    "visit_planned": N_("安排上门帮办"),
    "visit_done": N_("上门帮办"),
    "escalated_to_leadership": N_("提级办理"),
    "instructed": N_("领导批示"),
    "reminded": N_("催办"),
    "extension_asked": N_("申请延期"),
    "extension_granted": N_("同意延期"),
    "extension_declined": N_("不同意延期"),
    "applicant_told": N_("告知延期"),
    "pause_asked": N_("申请中止计时"),
    "pause_granted": N_("同意中止"),
    "pause_declined": N_("不同意中止"),
    "resumed": N_("恢复计时"),
    "reclassified": N_("重新分类"),
    "resolved": N_("办结"),
    "replied": N_("答复释因"),
    "called_back": N_("回访"),
    "no_answer": N_("回访未接通"),
    "explained": N_("解释说明"),
    "reopened": N_("重新办理"),
    "closed": N_("结案"),
    "archived": N_("归档"),
    "revealed": N_("查看个人信息", "event"),
    "receipt_printed": N_("打印回执"),
    "warning": N_("临期预警"),
    "overdue": N_("超期"),
    "escalated": N_("提级提醒"),
    "recomputed": N_("到期时间更正"),
    "attached": N_("添加材料", "event"),
    "attachment_removed": N_("移除材料", "event"),
    "linked": N_("关联", "event"),
    "reminder_issued": N_("下发催办单"),
    "yellow_card": N_("亮黄牌"),
    "red_card": N_("亮红牌"),
    "reported": N_("呈报领导督办"),
    "card_replied": N_("回复督办"),
    "card_reply_late": N_("督办逾期未回复"),
    "card_withdrawn": N_("撤销督办"),
    "referred": N_("移交追责"),
    "referral_concluded": N_("记录追责结果"),
    "appeal_registered": N_("登记申诉、复议或诉讼"),
    "appeal_late_ruled": N_("裁定逾期提出"),
    "appeal_assigned": N_("指派申诉承办人"),
    "appeal_accepted": N_("申诉、复议或诉讼受理"),
    "appeal_noted": N_("申诉办理进展"),
    "appeal_decided": N_("申诉、复议或诉讼有结果"),
    "appeal_warning": N_("申诉临期"),
    "appeal_overdue": N_("申诉超期"),
    "overturned": N_("原答复认定有误，重新办理"),
    "changed_outside": N_("库外修改"),
    "migrated": N_("升级时修改"),
}
"""The kinds of event, each with the word that the timeline shows."""


GROUPS: dict[str, str] = {
    "edited": "edits",
    "changed_outside": "edits",
    "migrated": "edits",
    "revealed": "views",
    "warning": "clock",
    "overdue": "clock",
    "escalated": "clock",
    "recomputed": "clock",
    "extension_asked": "clock",
    "extension_granted": "clock",
    "extension_declined": "clock",
    "applicant_told": "clock",
    "pause_asked": "clock",
    "pause_granted": "clock",
    "pause_declined": "clock",
    "resumed": "clock",
    "reclassified": "clock",
    "appeal_warning": "clock",
    "appeal_overdue": "clock",
}
"""Kind → the group that the timeline can be narrowed to; what is not named here is a move."""

WORDS: dict[str, str] = {
    "reason": N_("理由"),
    "remedy": N_("救济途径"),
    "department": N_("承办科室"),
    "result": N_("办理结果"),
    "reasons": N_("不能办理的原因"),
    "legal_basis": N_("法律依据"),
    "classification": N_("分类"),
    "satisfaction": N_("满意度"),
    "verdict": N_("结论"),
    "due_at": N_("到期时间"),
    "old_due": N_("原到期时间"),
    "new_due": N_("新到期时间"),
    "note": N_("说明"),
    "clock": N_("时限"),
    "criterion": N_("适用标准"),
    "remedies": N_("告知的救济途径"),
    "assist": N_("协办科室"),
    "handler": N_("经办人"),
    "officer": N_("上门人员"),
    "place": N_("上门地点"),
    "visit_at": N_("上门时间"),
    "days": N_("工作日数"),
    "until": N_("最迟恢复时间"),
    "before": N_("原分类"),
    "listed": N_("列入权责清单"),
    "other": N_("另一事项"),
    "why": N_("缘由"),
    "causes": N_("办不成的原因"),
    "card": N_("督办单号"),
    "demand": N_("督办要求"),
    "reply_due": N_("回复期限"),
    "by_rule": N_("督办规则"),
    "days_over": N_("超期工作日"),
    "late_reply": N_("逾期回复"),
    "referral": N_("移交编号"),
    "recipient": N_("移交给"),
    "seal": N_("封签"),
    "file": N_("文件"),
    "row": N_("表格位置"),
    "reported_on": N_("反映日期"),
    "appeal": N_("申诉编号"),
    "remedy_kind": N_("种类"),
    "filed_on": N_("提出日期"),
    "authority": N_("向谁提出"),
    "late_reason": N_("逾期提出的理由"),
    "admitted": N_("准予逾期提出"),
    "accepted_on": N_("受理日期"),
    "simplified": N_("简易程序"),
    "appeal_outcome": N_("申诉结果"),
    "decided_on": N_("决定日期"),
    "decided_by": N_("作出决定的机关或人员"),
    "document": N_("文书号"),
    "findings": N_("决定内容和理由"),
    "step": N_("环节"),
    "last_day": N_("最后一日"),
}
"""What the keys of a payload are called; a text under any other key is shown without a label.

Whoever records a new kind of event adds its words here: `WORDS["days"] = N_("工作日")`.
"""

CHOICES: dict[str, type[Choice]] = {}
"""The keys of a payload that hold a code, each with its closed list."""


class Event(Model):
    """One entry of a case's timeline."""

    __tablename__ = "event"
    __table_args__ = (Index("uq_event_case_id_sequence", "case_id", "sequence", unique=True),)
    __mapper_args__ = {"eager_defaults": False}  # RETURNING sees no trigger of SQLite
    __panel__ = Panel(
        N_("办理过程"),
        "events",
        columns=("at", "actor", "kind", "case_number"),
        order=("-id",),
        filters=("kind",),
        search=("case_number", "actor"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), nullable=False)
    case_number: Mapped[str] = field(String(32), label=N_("编号"), nullable=False)
    at: Mapped[datetime] = field(Instant, label=N_("时间"), nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant, nullable=False)
    actor_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = field(String(64), label=N_("经手人"), nullable=False)
    kind: Mapped[str] = field(String(32), label=N_("事件"), words=KINDS, nullable=False)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    sequence: Mapped[int] = mapped_column(Integer, nullable=False, server_default="0")
    previous: Mapped[str] = mapped_column(String(DIGITS), nullable=False, server_default="")
    hash: Mapped[str] = mapped_column(String(DIGITS), nullable=False, server_default="")

    def __str__(self) -> str:
        """Name the case and what happened to it."""
        return f"{self.case_number} {gettext(KINDS.get(self.kind, self.kind))}"


def record(
    case: Any,
    kind: str,
    *,
    actor: Person,
    now: datetime,
    at: datetime | None = None,
    **payload: Any,
) -> Event:
    """Write an event onto a case's timeline; it is committed with what it tells of.

    `at` is when it happened, where that was before it is written.

    The flush that writes it adds `changes`, old and new of each field of the case that was changed
    since the last event, unless the payload tells of that field already.
    """
    written = _event(case, kind, actor, now, payload)
    written.at = at or now
    db.session.add(written)
    return written


def _event(case: Any, kind: str, actor: Person, now: datetime, payload: dict[str, Any]) -> Event:
    return Event(
        case_id=case.id,
        case_number=case.number,
        at=now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        kind=kind,
        payload=payload,
    )


# --- what changed, told by itself ----------------------------------------------------------------

CASE = "case"
"""The table whose changes the timeline tells."""


@dataclass
class _Untold:
    """What was flushed of a case, or is about to be, and no event tells yet."""

    actor: Person
    new: bool = False
    changes: dict[str, list[Any]] = dataclass_field(default_factory=dict)

    def add(self, changes: dict[str, list[Any]]) -> None:
        """Add later changes: the first old and the last new count."""
        for name, (old, new) in changes.items():
            self.changes[name] = [self.changes.get(name, [old])[0], new]


def _untold(session: Session) -> dict[Any, _Untold]:
    found: dict[Any, _Untold] = session.info.setdefault("untold", {})
    return found


@event.listens_for(Session, "before_flush")
def _tell(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Put what the flush changes of a case into the event that is written with it."""
    untold = _untold(session)
    for row in (*session.new, *session.dirty):
        if getattr(row, "__tablename__", "") == CASE and session.is_modified(row):
            item = untold.setdefault(row, _Untold(scope.current()))
            if row in session.new:
                item.new = True
            else:
                item.add(told(type(row), changes_of(row)))
    if not untold:
        return
    cases = {row.id: row for row in untold}
    for written in reversed([row for row in session.new if isinstance(row, Event)]):
        case = cases.pop(written.case_id, None)
        if case is not None:
            _complete(written, untold.pop(case).changes)


def _complete(written: Event, changes: dict[str, list[Any]]) -> None:
    """Add changes to an event; what it tells itself stands."""
    more = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if more:
        own = written.payload.get("changes", {})
        written.payload = {**written.payload, "changes": {**more, **own}}


@event.listens_for(Session, "before_commit")
def _tell_the_rest(session: Session) -> None:
    """Write an event for each case that was changed and of which none was recorded."""
    if session.in_nested_transaction():
        return
    session.flush()
    for case, item in _untold(session).items():
        if item.new or any(old != new for old, new in item.changes.values()):
            kind = "registered" if item.new else "edited"
            session.add(_event(case, kind, item.actor, clock.now(), {}))
    with scope.everything():
        session.flush()


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("untold", None)
