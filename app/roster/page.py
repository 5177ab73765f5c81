"""What the pages of the roster share: whose plan it is, which day it is there, where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort
from sqlalchemy import select

from app.core import clock, scope
from app.core.db import db
from app.core.errors import DomainError, OutOfScopeError
from app.core.language import gettext
from app.deadlines.evidence_in_words import WEEKDAYS
from app.deadlines.queries import hours_of
from app.departments.models import Hall
from app.roster.rules import READERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def halls() -> Sequence[Hall]:
    """Return the halls whose plans the person reads."""
    own = scope.current().only(READERS)
    query = select(Hall).where(own.in_halls(Hall.id), Hall.active).order_by(Hall.id)
    return db.session.scalars(query).all()


def hall_coded(code: str) -> Hall:
    """Return the hall with a code; a foreign one is no page."""
    hall = next((it for it in halls() if it.code == code), None)
    if hall is None:
        abort(404)
    return hall


def hall_asked(code: str) -> Hall | None:
    """Return the hall that an address names; the first there is, where it names none."""
    return hall_coded(code) if code else next(iter(halls()), None)


def today_at(hall: Hall) -> date:
    """Return which day it is in a hall."""
    return hours_of(hall).local(clock.now()).date()


def address(hall: Hall, day: date) -> str:
    """Return where the month of a day is in a hall's plan."""
    return f"/roster/?hall={hall.code}&month={day:%Y-%m}"


def month_in_words(first: date) -> str:
    """Tell a month."""
    return gettext("%(year)d 年 %(month)d 月", year=first.year, month=first.month)


def in_words(day: date) -> str:
    """Tell a date with its day of the week."""
    return f"{day:%m-%d} {gettext(WEEKDAYS[day.weekday()])}"


def refused(error: DomainError) -> str:
    """Say why nothing was saved; what is out of sight stays so."""
    if isinstance(error, OutOfScopeError):
        raise error
    return gettext("未保存：%(reason)s", reason=str(error))
