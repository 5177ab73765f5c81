"""Turn an order into what narrows a ledger, among what is in scope: halls, days, departments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.departments.queries import hall_of_code
from app.ledgers.columns import LEDGERS
from app.ledgers.queries import all_halls, begun_between, departments_coded, halls_below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

    from app.departments.models import Department, Hall
    from app.ledgers.orders import Order
    from app.ledgers.subjects import Subject


@dataclass(frozen=True)
class Chosen:
    """Which rows a ledger is about: as criteria, as a place, and in words."""

    halls: Sequence[Hall]
    since: date | None
    until: date | None
    departments: tuple[int, ...] | None
    """The numbers of the departments; None when they do not narrow."""
    place: str
    words: str
    whole: bool
    """Whether no hall was named: then halls narrow nothing beyond the scope."""

    @property
    def narrow(self) -> bool:
        """Whether it narrows anything beyond the scope."""
        days = self.since is not None or self.until is not None
        return days or not self.whole or self.departments is not None

    def criteria(self, subject: Subject) -> list[ColumnElement[bool]]:
        """Return the criteria of the rows of a subject."""
        found = []
        if self.since is not None or self.until is not None or not self.whole:
            found.append(begun_between(subject, self.since, self.until, self.halls))
        if self.departments is not None and subject.handled_by is not None:
            found.append(subject.handled_by(self.departments))
        return found

    def at(self, hall: Hall) -> Chosen:
        """Return the same of one hall alone."""
        return replace(self, halls=[hall], place=hall.name, whole=False)


def choose(order: Order) -> Chosen:
    """Turn what was asked for into criteria, among what is in scope."""
    subject, since, until = LEDGERS[order.kind].subject, order.since, order.until
    hall = _hall(order.hall)
    halls = halls_below(hall) if hall is not None else all_halls()
    words = []
    if since is not None or until is not None:
        words.append(_period_in_words(gettext(subject.begun), since, until))
    if hall is not None:
        words.append(_hall_in_words(hall, alone=len(halls) == 1))
    departments = None
    if order.department is not None:
        found = _departments(order.department, halls, subject)
        departments = tuple(row.id for row in found)
        words.append(gettext(subject.whose, name=gettext("、").join(map(str, found))))
    place = hall.name if hall is not None else place_of(halls)
    told = gettext("；").join(words) or gettext("全部")
    return Chosen(halls, since, until, departments, place, told, whole=hall is None)


def _hall(code: str | None) -> Hall | None:
    hall = hall_of_code(code) if code is not None else None
    if code is not None and hall is None:
        raise InvalidInputError(
            {"hall": gettext("没有代码为“%(code)s”的大厅，或者它不在您的权限范围内", code=code)}
        )
    return hall


def _hall_in_words(hall: Hall, *, alone: bool) -> str:
    if alone:
        return gettext("大厅：%(hall)s", hall=hall.name)
    return gettext("大厅：%(hall)s及其下级大厅", hall=hall.name)


def _departments(code: str, halls: Sequence[Hall], subject: Subject) -> Sequence[Department]:
    if subject.handled_by is None:
        raise InvalidInputError({"department": gettext("这种台账不分科室，请不要按科室筛选")})
    found = departments_coded(code, halls)
    if not found:
        sentence = gettext("没有代码为“%(code)s”的科室，或者它不在您的权限范围内", code=code)
        raise InvalidInputError({"department": sentence})
    return found


def _period_in_words(what: str, since: date | None, until: date | None) -> str:
    if since is None:
        return gettext("%(what)s：%(until)s 及以前", what=what, until=until)
    if until is None:
        return gettext("%(what)s：%(since)s 及以后", what=what, since=since)
    return gettext("%(what)s：%(since)s 至 %(until)s", what=what, since=since, until=until)


def place_of(halls: Sequence[Hall]) -> str:
    """Name halls together: by the one that all others are below, if there is one."""
    ids = {hall.id for hall in halls}
    top = [hall for hall in halls if hall.parent_id not in ids]
    return top[0].name if len(top) == 1 else gettext("各大厅")
