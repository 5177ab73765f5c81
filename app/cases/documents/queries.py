"""Ask for the files of cases: those in sight, those still there, those that nobody names."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.cases.documents.models import Attachment
from app.cases.documents.rules import REVIEWERS
from app.core import scope
from app.core.db import db
from app.core.files import DRAFT, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from app.cases.models import Case
    from app.core.scope import Person

AT_ONCE = 500

NAMING: list[Any] = [Attachment.sha256]
"""The columns that name a file in the store; a feature above that keeps files adds its own, or
the nightly sweep takes them."""


def files_of(case: Case, person: Person) -> Sequence[Attachment]:
    """Return the files of a case; removed ones only for those who look back."""
    query = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    rows = db.session.scalars(query).all()
    there = [row for row in rows if row.removed_at is None]
    if len(there) == len(rows) or scope.within_as(person, REVIEWERS, case):
        return rows
    return there


def file_for(number: int, person: Person) -> Attachment | None:
    """Return a file that the person may open; None when it is out of sight or removed."""
    found = db.session.get(Attachment, number)
    if found is None or found.removed_at is None:
        return found
    return found if scope.within_as(person, REVIEWERS, found) else None


def count_of(case: Case) -> int:
    """Count the files that a case holds now."""
    held = (Attachment.case_id == case.id) & Attachment.removed_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Attachment).where(held)) or 0


def orphans(before: datetime) -> Iterator[Path]:
    """Return the files in the store that no row names and nobody touched since an instant."""
    old = store().old(before)
    while paths := list(islice(old, AT_ONCE)):
        names = [it.name for it in paths]
        known = {
            name
            for column in NAMING
            for name in db.session.scalars(select(column).where(column.in_(names)))
        }
        yield from (it for it in paths if it.name.startswith(DRAFT) or it.name not in known)
