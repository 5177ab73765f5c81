"""By which columns rows are sorted, grouped and narrowed, and how: never by what is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Enum, and_, case, or_

from app.core.privacy import Secret
from app.core.workbook import Kind
from app.deadlines.rules import Verdict
from app.ledgers.columns import label, local, plain
from app.ledgers.subjects import STANDING
from app.ledgers.templates.rules import Lamp

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from app.core.words import Choice
    from app.ledgers.columns import LedgerColumn
    from app.ledgers.subjects import Subject

LATE = "late"
"""The code of the column that says whether a row is late, in every ledger."""

WIDEST_GROUP = 20
"""Columns beyond are prose: a group to each row is no group."""


def sortable(column: LedgerColumn) -> bool:
    """Say whether rows can be sorted by a column: it shows what the database holds.

    Lines that are counted stand in the order of their ledger.
    """
    if _type(column) is None:
        return False
    told = column.tell in {plain, label, local}
    return column.code == LATE or (told and not isinstance(_type(column), Secret))


def groupable(column: LedgerColumn) -> bool:
    """Say whether rows can be grouped by a column."""
    text = column.kind is Kind.TEXT and column.width <= WIDEST_GROUP
    return sortable(column) and text and column.code != "number"


def words(column: LedgerColumn) -> type[Choice] | None:
    """Return the closed list that a column's values are of, if they are of one."""
    kind = _type(column)
    listed = column.tell is label and isinstance(kind, Enum)
    found: Any = kind.enum_class if listed else None
    return found  # type: ignore[no-any-return]


def by(column: LedgerColumn, subject: Subject, now: datetime) -> Any:
    """Return what rows are sorted by."""
    if column.code != LATE:
        return column.source
    standing = standing_of(subject)
    ended = standing["met_at"].is_not(None)
    return case(
        (standing["due_at"].is_(None), None), (or_(*late(subject, now)), 1), (ended, 0), else_=0
    )


def standing_of(subject: Subject) -> dict[str, Any]:
    """Return how the clock of a row stands, by the names of `STANDING`."""
    return dict(zip(STANDING, subject.standing, strict=True))


def late(subject: Subject, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the criteria of rows that are late now, and of those that were when they ended."""
    at = standing_of(subject)
    running = and_(at["met_at"].is_(None), at["due_at"] < now)
    return running, and_(at["met_at"].is_not(None), at["verdict"] == Verdict.BREACHED)


def lit(lamp: Lamp, subject: Subject, now: datetime) -> ColumnElement[bool]:
    """Return the criterion of the rows of a lamp, as `telling` judges them."""
    at = standing_of(subject)
    running = and_(at["met_at"].is_(None), at["due_at"] >= now)
    match lamp:
        case Lamp.LATE:
            return or_(*late(subject, now))
        case Lamp.SOON:
            return and_(running, at["warn_at"] <= now)
        case _:
            return and_(running, at["warn_at"] > now)


def _type(column: LedgerColumn) -> Any:
    return getattr(column.source, "type", None)
