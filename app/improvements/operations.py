"""Open an improvement item, move it, flag its clock, reopen it when the problem is back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core import scope
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.core.texts import said
from app.deadlines.hours import days_late
from app.deadlines.queries import calendar, hours_of
from app.departments.models import Department, Hall
from app.improvements import clockwork
from app.improvements.models import Improvement, ImprovementFile, ImprovementFlag
from app.improvements.moves import MOVE, why_not
from app.improvements.queries import files_of
from app.improvements.rules import (
    DONE,
    INSTANTS,
    MOST_DAYS,
    MOST_FILES,
    RUNNING,
    FlagStage,
    ImprovementStatus,
    reached,
)
from app.notices.telling import tell
from app.notices.wording import Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from app.cases.documents.receiving import Paper
    from app.cases.models import Case
    from app.core.scope import Person

OPENERS = ("supervisor",)
TEXTS = ("progress", "evidence", "review", "reason", "problem", "measure")


# --- open ----------------------------------------------------------------------------------------


def open_item(
    row: Improvement, *, days: int, cases: Iterable[Case] = (), actor: Person, now: datetime
) -> Improvement:
    """Open an item: matter, problem, measure and owner department stand in the row already."""
    halls = actor.halls(*OPENERS)
    if halls is not None and row.hall.id not in halls:
        raise OutOfScopeError(Improvement.__tablename__)
    if problems := row.problems():
        raise InvalidInputError(problems)
    for name in ("problem", "measure"):
        setattr(row, name, said(name, getattr(row, name)))
    _numbered(row, hours_of(row.hall).local(now).year)
    row.status = ImprovementStatus.OPENED
    row.opened_at, row.opened_by = now, actor.name
    clockwork.start(row, counted(days), now)
    row.cases = list(cases)
    db.session.add(row)
    db.session.flush()
    announce(row, "improvement_opened", actor=actor, now=now)
    return row


def _numbered(row: Improvement, year: int) -> None:
    """Give an item its number, under a lock of its hall that is held to the commit."""
    hall = row.hall
    with scope.everything(), db.session.no_autoflush:
        db.session.execute(
            select(Hall.id).where(Hall.id == hall.id).with_for_update(key_share=True)
        )
        last = select(func.max(Improvement.serial)).where(
            Improvement.hall_id == hall.id, Improvement.year == year
        )
        row.year, row.serial = year, (db.session.scalar(last) or 0) + 1
    row.number = f"{hall.prefix}-ZG-{row.year}-{row.serial:03d}"


# --- move ----------------------------------------------------------------------------------------


def move(
    row: Improvement, verb: str, values: Mapping[str, Any], *, actor: Person, now: datetime
) -> Improvement:
    """Make one move of the table; raise DomainError when it is not one from here or by this one."""
    step = MOVE[verb]
    hold(row)
    if refusal := why_not(step, row, actor):
        raise DomainError(refusal)
    flag(row, now=now)  # what the clock went through unseen is told before it is met or moved
    for name in step.asks:
        if name in TEXTS:
            setattr(row, name, said(name, values.get(name)))
    if verb in EFFECTS:
        EFFECTS[verb](row, values, actor, now)
    row.status = step.target or row.status
    db.session.flush()
    if step.event:
        announce(row, step.event, actor=actor, now=now)
    return row


def _attach(row: Improvement, values: Mapping[str, Any], actor: Person, now: datetime) -> None:
    """Keep received files: each is in its place before its row is committed."""
    papers: Sequence[Paper] = values.get("files") or ()
    if len(files_of(row.id)) + len(papers) > MOST_FILES:
        raise InvalidInputError(
            {"files": gettext("一个整改事项最多 %(most)d 个附件，未保存", most=MOST_FILES)}
        )
    for paper in papers:
        paper.draft.keep()
        db.session.add(
            ImprovementFile(
                improvement_id=row.id,
                name=paper.name,
                media_type=paper.kind.media_type,
                size=paper.draft.size,
                sha256=paper.draft.sha256,
                uploaded_at=now,
                uploaded_by=actor.name,
            )
        )


def _complete(row: Improvement, values: Mapping[str, Any], actor: Person, now: datetime) -> None:
    _attach(row, values, actor, now)
    row.completed_at, row.completed_by, row.completed_by_id = now, actor.name, actor.id
    row.verified_at = row.verified_by = row.verified_by_id = row.review = None
    late = now > row.due_at
    row.days_late = days_late(calendar(), hours_of(row.hall), row.due_at, now) if late else None


def _verify(row: Improvement, _values: Mapping[str, Any], actor: Person, now: datetime) -> None:
    row.verified_at, row.verified_by, row.verified_by_id = now, actor.name, actor.id


def _send_back(row: Improvement, _values: Mapping[str, Any], _who: Person, _now: datetime) -> None:
    """Let the clock run on: what was reported was no completion."""
    row.completed_at = row.completed_by = row.completed_by_id = row.days_late = None


def _move_due(row: Improvement, values: Mapping[str, Any], _who: Person, now: datetime) -> None:
    clockwork.move(row, values.get("due_on"), now)


def _amend(row: Improvement, values: Mapping[str, Any], _who: Person, _now: datetime) -> None:
    department = values.get("department")
    if not isinstance(department, Department):
        raise InvalidInputError({"department": gettext("没有这个选项，请重新选择")})
    row.department = department
    if problems := row.problems():
        raise InvalidInputError(problems)


def _reopen(row: Improvement, values: Mapping[str, Any], _who: Person, now: datetime) -> None:
    days = values.get("days")
    clockwork.start(row, counted(row.days if days is None else days), now)
    row.days_late = row.verified_at = row.verified_by = row.verified_by_id = row.review = None
    row.reopenings, row.reopened_at = row.reopenings + 1, now


EFFECTS: dict[str, Callable[[Improvement, Mapping[str, Any], Person, datetime], None]] = {
    "attach": _attach,
    "complete": _complete,
    "verify": _verify,
    "send_back": _send_back,
    "move_due": _move_due,
    "amend": _amend,
    "reopen": _reopen,
}
"""What a move does beyond its texts and its state."""


def remove(row: Improvement, file: ImprovementFile, *, actor: Person, now: datetime) -> None:
    """Take a file off an item, while it may be added to; row and bytes stay."""
    hold(row)
    if refusal := why_not(MOVE["attach"], row, actor):
        raise DomainError(refusal)
    file.removed_at, file.removed_by = now, actor.name
    db.session.flush()


def recur(row: Improvement, cases: Sequence[Case], reason: str, *, now: datetime) -> bool:
    """Reopen an item whose problem is back, for the job that saw it; False when it is open already.

    The given working days begin anew; the cases that tell of it are linked.
    """
    before = row.completed_at
    hold(row)
    if row.status not in DONE or row.completed_at != before:
        return False
    row.reason = reason
    _reopen(row, {}, scope.SYSTEM, now)
    row.status = ImprovementStatus.OPENED
    known = {case.id for case in row.cases}
    row.cases.extend(case for case in cases if case.id not in known)
    db.session.flush()
    announce(row, "improvement_reopened", actor=scope.SYSTEM, now=now)
    return True


# --- flag ----------------------------------------------------------------------------------------


def flag(row: Improvement, *, now: datetime) -> int:
    """Flag and tell each stage that began, once for its due-version; return how many are new.

    The item is locked by the caller; its unique key decides whatever happens.
    """
    new = 0
    for stage, instant in INSTANTS.items():
        at = getattr(row, instant)
        if row.status in RUNNING and reached(stage, at, now) and _flagged(row, stage, at, now):
            announce(row, f"improvement_{stage.value}", actor=scope.SYSTEM, now=now, at=at)
            new += 1
    return new


def flag_one(row: Improvement, *, now: datetime) -> int:
    """Flag an item for the job that found it."""
    hold(row)
    return flag(row, now=now)


def _flagged(row: Improvement, stage: FlagStage, at: datetime, now: datetime) -> bool:
    """Add a flag; say whether it is a new one."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    added = (
        dialect.insert(ImprovementFlag.__table__)
        .values(
            improvement_id=row.id,
            stage=stage,
            due_version=row.due_version,
            due_at=row.due_at,
            began_at=at,
            flagged_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ImprovementFlag.__table__.c.id)
    )
    return db.session.execute(added).scalar_one_or_none() is not None


# --- what they share -----------------------------------------------------------------------------


def counted(days: Any) -> int:
    """Return a number of working days; raise InvalidInputError for none that an item may have."""
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        raise InvalidInputError({"days": gettext("须在 1 至 %(most)d 之间", most=MOST_DAYS)})
    return days


def hold(row: Improvement) -> None:
    """Hold an item to the commit, and read what whoever was at it left."""
    db.session.refresh(row, with_for_update={"key_share": True, "of": Improvement})


def announce(
    row: Improvement, kind: str, *, actor: Person, now: datetime, at: datetime | None = None
) -> None:
    """Write the notices of what happened."""
    hall = row.hall
    happening = Happening(
        event_id=None,
        kind=kind,
        at=at or now,
        recorded_at=now,
        actor_id=actor.id,
        actor=actor.name,
        about=Improvement.__panel__.code,
        row_id=row.id,
        number=row.number,
        hall_id=hall.id,
        hall=hall.name,
        zone=hall.timezone,
        matter=row.matter,
        applicant_name="",
        lead_department_id=row.department_id,
        due_at=row.due_at if row.status in RUNNING else None,
    )
    tell(happening, now=now)
