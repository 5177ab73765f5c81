"""Write a rule document, publish it as a version that never changes, repeal it; begin with some."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.core.db import db
from app.core.errors import DomainError, InvalidInputError, OutOfScopeError
from app.core.language import gettext
from app.deadlines.visibility import governs_all_halls
from app.rulebook.documents import queries
from app.rulebook.documents.expansion import expanded
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import DocumentKind, DocumentStatus, midnight, unfilled

if TYPE_CHECKING:
    from datetime import datetime

    from app.core.scope import Person

BEGINNING = Path(__file__).with_name("seed")
PUBLISHERS = ("supervisor", "admin")
UNDATED = date(2026, 1, 1)
"""Of the drafts to begin with: whoever publishes one sets the day."""


def rules_over(document: RuleDocument, person: Person) -> bool:
    """Say whether a person may write and publish a document: in the own halls, or for all."""
    if document.hall is None or person.unlimited:
        return governs_all_halls(person)
    halls = person.halls(*PUBLISHERS)
    return halls is None or document.hall.id in halls


def write(document: RuleDocument, *, actor: Person) -> None:
    """Take over what somebody wrote into a draft."""
    _require(document, actor)
    if document.status not in {None, DocumentStatus.DRAFT}:
        raise DomainError(gettext("已发布的文件不能修改；请起草新版本"))
    document.body = document.body.replace("\r\n", "\n")
    document.written_by = actor.name


def publish(document: RuleDocument, *, actor: Person, now: datetime) -> RuleDocument:
    """Make a draft the version that holds from its day on, with the data of that day frozen in it.

    The version that held ends where this one begins.
    """
    former = _latest(document, actor)
    if document.status is not DocumentStatus.DRAFT:
        raise DomainError(gettext("这一版已经发布过了"))
    begins = _beginning(document, former, now)
    if blanks := unfilled(document.body):
        raise DomainError(gettext("还有没填的内容：%(blanks)s", blanks=gettext("、").join(blanks)))
    text = expanded(document, begins.astimezone(ZoneInfo(document.zone)).date())
    if former is not None and former.status is DocumentStatus.PUBLISHED:
        _end(former, begins, actor)
        db.session.flush()  # of two published ones the database would refuse the second
    document.number = (former.number or 0) + 1 if former is not None else 1
    document.text, document.status = text, DocumentStatus.PUBLISHED
    document.published_at, document.published_by = now, actor.name
    document.in_force_from = begins
    if document.valid_to is not None:
        document.in_force_until = midnight(document.valid_to + timedelta(days=1), document.zone)
    db.session.flush()
    return document


def repeal(document: RuleDocument, *, actor: Person, now: datetime) -> None:
    """End a version without another in its place: what holds for all halls holds again."""
    _latest(document, actor)
    if document.status is not DocumentStatus.PUBLISHED:
        raise DomainError(gettext("只有已发布且未被取代的文件可以废止"))
    _end(document, now, actor)
    db.session.flush()


def seed() -> None:
    """Give an empty database a draft of each kind, to be adapted; repeatable."""
    if db.session.scalar(select(RuleDocument.id).limit(1)) is not None:
        return
    for kind in DocumentKind:
        title, source, body = _told(kind).split("\n", 2)
        db.session.add(
            RuleDocument(
                kind=kind,
                title=title.removeprefix("# "),
                body=body.strip(),
                source=source,
                valid_from=UNDATED,
            )
        )
    db.session.flush()


def _told(kind: DocumentKind) -> str:
    return (BEGINNING / f"{kind.value}.md").read_text(encoding="utf-8")


# --- what they share -----------------------------------------------------------------------------


def _require(document: RuleDocument, actor: Person) -> None:
    if not rules_over(document, actor):
        raise OutOfScopeError(RuleDocument.__tablename__)


def _latest(document: RuleDocument, actor: Person) -> RuleDocument | None:
    """Lock all versions of a document, for somebody who may; return the one published last."""
    _require(document, actor)
    locked = queries.series_of(document).with_for_update(of=RuleDocument)
    rows = db.session.scalars(locked.execution_options(populate_existing=True)).all()
    return max(
        (row for row in rows if row.number is not None),
        key=lambda row: row.number or 0,
        default=None,
    )


def _beginning(document: RuleDocument, former: RuleDocument | None, now: datetime) -> datetime:
    """Return when a version begins to hold: never before now, what was done is left alone."""
    today = now.astimezone(ZoneInfo(document.zone)).date()
    if document.valid_from < today:
        raise InvalidInputError(
            {"valid_from": gettext("施行日期已过：发布不溯及既往，请改为今天或以后的日期")}
        )
    begins = max(now, midnight(document.valid_from, document.zone))
    if former is not None and former.in_force_from is not None and begins < former.in_force_from:
        raise InvalidInputError(
            {
                "valid_from": gettext(
                    "第 %(number)d 版自 %(day)s 起施行，新版本不能早于它",
                    number=former.number,
                    day=former.valid_from,
                )
            }
        )
    return begins


def _end(document: RuleDocument, at: datetime, actor: Person) -> None:
    """Let a version hold no longer than to an instant; one that has not begun never will."""
    begins, known = document.in_force_from, document.in_force_until
    ends = at if begins is None else max(at, begins)
    document.in_force_until = ends if known is None else min(known, ends)
    document.status, document.ended_by = DocumentStatus.SUPERSEDED, actor.name
