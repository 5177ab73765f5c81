"""Which halls are asked about: one and everything below it, among those that a person oversees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import gettext
from app.departments.models import Hall
from app.overview.visibility import OVERSEE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.scope import Person

BELOW = "+"
"""Behind the code of a hall: with all halls below it."""


@dataclass(frozen=True)
class Place:
    """Some halls under one name; `code` is how an address names them, empty for all."""

    code: str
    name: str
    halls: tuple[Hall, ...]

    @property
    def ids(self) -> frozenset[int]:
        """The numbers of the halls."""
        return frozenset(hall.id for hall in self.halls)


def overseen(person: Person) -> Sequence[Hall]:
    """Return the halls whose figures a person may see, each behind the one above it."""
    halls = db.session.scalars(
        select(Hall).where(person.in_halls(Hall.id, *OVERSEE)).order_by(Hall.id)
    ).all()
    known = {hall.id for hall in halls}
    tops = [hall for hall in halls if hall.parent_id not in known]
    return [hall for top in tops for hall in _with_those_below(top, halls)]


def _with_those_below(hall: Hall, halls: Sequence[Hall]) -> list[Hall]:
    below = [it for it in halls if it.parent_id == hall.id]
    return [hall, *(one for it in below for one in _with_those_below(it, halls))]


def place(code: str, person: Person) -> Place:
    """Return the halls that a code names; raise InvalidInputError for one that is out of sight.

    The code of a hall means that hall alone; with `+` behind it, all below it as well.
    """
    halls = overseen(person)
    if not code:
        return Place("", _name_of_all(halls), tuple(halls))
    hall = next((it for it in halls if it.code == code.removesuffix(BELOW)), None)
    if hall is None:
        wrong = gettext("没有代码为“%(code)s”的大厅，或者它不在您的权限范围内", code=code[:64])
        raise InvalidInputError({"": wrong})
    if not code.endswith(BELOW):
        return Place(code, hall.name, (hall,))
    below = _with_those_below(hall, halls)
    name = hall.name if len(below) == 1 else gettext("%(hall)s及下级大厅", hall=hall.name)
    return Place(code, name, tuple(below))


def _name_of_all(halls: Sequence[Hall]) -> str:
    known = {hall.id for hall in halls}
    tops = [hall for hall in halls if hall.parent_id not in known]
    if len(tops) != 1:
        return gettext("各大厅")
    return tops[0].name if len(halls) == 1 else gettext("%(hall)s及下级大厅", hall=tops[0].name)
