"""Add files to a case and remove them from it; each is an event with name, size and SHA-256."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cases.documents.models import Attachment
from app.cases.documents.queries import count_of, orphans
from app.cases.documents.rules import CHANGERS, LOCKED, MOST_FILES, Purpose
from app.cases.operations import lock
from app.core import scope, timeline
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.files import store
from app.core.language import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.cases.documents.receiving import Paper
    from app.cases.models import Case
    from app.core.scope import Person


def attach(
    case: Case, papers: Sequence[Paper], purpose: Purpose, *, actor: Person, now: datetime
) -> list[Attachment]:
    """Add received files to a case: each is in its place before its row is committed."""
    if not papers:
        return []
    lock(case)
    refusal = why_not_add(case, actor)
    if refusal:
        raise DomainError(refusal)
    if count_of(case) + len(papers) > MOST_FILES:
        raise DomainError(gettext("一个事项最多 %(most)d 个文件，未保存", most=MOST_FILES))
    return [_added(case, paper, purpose, actor, now) for paper in papers]


def _added(case: Case, paper: Paper, purpose: Purpose, actor: Person, now: datetime) -> Attachment:
    paper.draft.keep()
    row = Attachment(
        case=case,
        name=paper.name,
        purpose=purpose,
        media_type=paper.kind.media_type,
        size=paper.draft.size,
        sha256=paper.draft.sha256,
        uploaded_at=now,
        uploaded_by=actor.name,
        uploaded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    timeline.record(case, "attached", actor=actor, now=now, **_told(row))
    return row


def remove(row: Attachment, reason: str, *, actor: Person, now: datetime) -> None:
    """Take a file out of a case, with the reason; row and bytes stay."""
    lock(row.case)
    db.session.refresh(row)
    refusal = why_not_remove(row, actor)
    if refusal:
        raise DomainError(refusal)
    if not reason.strip():
        raise InvalidInputError({"reason": gettext("请填写移除原因")})
    row.removed_at, row.removed_by, row.removed_reason = now, actor.name, reason.strip()
    db.session.flush()
    told = {**_told(row), "reason": row.removed_reason}
    timeline.record(row.case, "attachment_removed", actor=actor, now=now, **told)


def _told(row: Attachment) -> dict[str, Any]:
    return {"file": row.id, "name": row.name, "size": row.size, "sha256": row.sha256}


def why_not_add(case: Case, actor: Person) -> str:
    """Say why a person may not add files now; empty when they may."""
    if case.status.value in LOCKED:
        return gettext("事项已结束，材料不能再增减")
    if not scope.within_as(actor, CHANGERS, case):
        return gettext("只有窗口人员和承办科室的经办人可以添加材料")
    return ""


def why_not_remove(row: Attachment, actor: Person) -> str:
    """Say why a person may not remove a file now; empty when they may."""
    if row.removed_at is not None:
        return gettext("这份材料已被移除")
    if row in removable(row.case, [row], actor):
        return ""
    return why_not_add(row.case, actor) or gettext("只有上传人或窗口人员可以移除材料")


def removable(case: Case, rows: Sequence[Attachment], actor: Person) -> list[Attachment]:
    """Return the files of a case that a person may remove: all as its clerk, else one's own."""
    if not rows or why_not_add(case, actor):
        return []
    clerk = scope.within_as(actor, ["clerk"], case)
    own = actor.id if actor.id is not None else 0
    return [it for it in rows if it.removed_at is None and (clerk or it.uploaded_by_id == own)]


def sweep(before: datetime) -> int:
    """Remove the files that no row names since an instant; return how many."""
    return sum(store().drop(path, before) for path in orphans(before))
