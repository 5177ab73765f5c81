"""The case that an address names, for features above: a foreign one is none."""

from __future__ import annotations

from flask import abort

from app.cases.models import Case
from app.core.crud.base import MOST_ID
from app.core.db import db
from app.core.errors import OutOfScopeError


def case_at(pk: str) -> Case:
    """Return the case of a number in the address of a page."""
    case = _numbered(pk)
    if case is None:
        abort(404)
    return case


def case_of(pk: str) -> Case:
    """Return the case of a number in an address of REST."""
    case = _numbered(pk)
    if case is None:
        raise OutOfScopeError(pk)
    return case


def _numbered(pk: str) -> Case | None:
    number = int(pk) if pk.isdecimal() and len(pk) <= len(str(MOST_ID)) else 0
    return db.session.get(Case, number) if 0 < number <= MOST_ID else None
