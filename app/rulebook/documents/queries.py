"""Ask for the versions of documents: of a hall, in force, the last of a series, the data in them.

What is published is open to everybody, so a caller may ask with everything in sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.deadlines.models import DeadlineRule
from app.departments.models import Department, Hall, Responsibility
from app.rulebook.documents.models import RuleDocument
from app.rulebook.documents.rules import DocumentStatus, governing
from app.rulebook.models import RemedyRule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.rulebook.documents.rules import DocumentKind

_PUBLISHED = RuleDocument.status != DocumentStatus.DRAFT


def published(hall_id: int | None) -> Sequence[RuleDocument]:
    """Return every published version of a hall and of all halls, the latest first."""
    here = or_(RuleDocument.hall_id == hall_id, RuleDocument.hall_id.is_(None))
    query = select(RuleDocument).where(_PUBLISHED, here).options(joinedload(RuleDocument.hall))
    return db.session.scalars(
        query.order_by(RuleDocument.in_force_from.desc(), RuleDocument.id.desc())
    ).all()


def in_force(hall_id: int | None, at: datetime) -> dict[DocumentKind, RuleDocument]:
    """Return what governs in a hall at an instant, by kind."""
    return governing(published(hall_id), at)


def series_of(document: RuleDocument) -> Any:
    """Return the select of all versions of a document, drafts included, the earliest first."""
    return (
        select(RuleDocument)
        .where(
            RuleDocument.kind == document.kind,
            RuleDocument.hall_id.is_(None)
            if document.hall_id is None
            else RuleDocument.hall_id == document.hall_id,
        )
        .order_by(RuleDocument.number, RuleDocument.id)
    )


def versions_of(document: RuleDocument) -> list[RuleDocument]:
    """Return the published versions of a document, the latest first."""
    found = db.session.scalars(series_of(document).where(_PUBLISHED)).all()
    return sorted(found, key=lambda row: row.number or 0, reverse=True)


def before(document: RuleDocument, now: datetime) -> RuleDocument | None:
    """Return what a version is compared with: the one before it, or what governs in its place."""
    for version in versions_of(document):
        if document.number is None or (version.number or 0) < document.number:
            return version
    other = in_force(document.hall_id, now).get(document.kind)
    return other if other is not document else None


def open_halls() -> Sequence[Hall]:
    """Return the halls whose documents the public may read."""
    query = select(Hall).where(Hall.active, Hall.public_rules).order_by(Hall.level, Hall.code)
    return db.session.scalars(query).all()


# --- the data that a text may include ------------------------------------------------------------


def responsibilities(hall_id: int) -> Sequence[Responsibility]:
    """Return the list of responsibilities of a hall, department by department."""
    query = (
        select(Responsibility)
        .join(Responsibility.department)
        .options(joinedload(Responsibility.department))
        .where(Department.hall_id == hall_id, Department.active, Responsibility.active)
    )
    return db.session.scalars(query.order_by(Department.code, Responsibility.code)).all()


def periods(hall_id: int | None, day: date) -> list[DeadlineRule]:
    """Return the deadline rules of a hall on a day: its own before the general ones."""
    return _own_first(DeadlineRule, hall_id, day, lambda row: (row.kind, row.classification))


def remedies(hall_id: int | None, day: date) -> list[RemedyRule]:
    """Return the remedies of a hall on a day: its own before the general ones."""
    found = _own_first(
        RemedyRule, hall_id, day, lambda row: (row.occasion, row.code, row.classification)
    )
    return sorted(found, key=lambda row: (row.occasion, row.code != "complaint", row.id))


def _own_first(model: Any, hall_id: int | None, day: date, key: Any) -> list[Any]:
    query = (
        select(model)
        .where(
            or_(model.hall_id == hall_id, model.hall_id.is_(None)),
            model.valid_from <= day,
            or_(model.valid_to.is_(None), model.valid_to >= day),
        )
        .order_by(model.hall_id.is_(None), model.valid_from.desc(), model.id.desc())
    )
    kept: dict[Any, Any] = {}
    for row in db.session.scalars(query):
        kept.setdefault(key(row), row)
    return sorted(kept.values(), key=lambda row: row.id)
