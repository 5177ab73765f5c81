"""Ask for what rows of a file name: halls and departments, cases, rows that came in before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.models import Case
from app.core.db import db
from app.core.language import gettext
from app.departments.models import Department, Hall
from app.imports.models import ImportLine, ImportRun
from app.imports.rules import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from app.core.scope import Person
    from app.imports.columns import Column
    from app.imports.rules import LineKind

AT_ONCE = 500
SHOWN = 8


class Places:
    """The halls in which a person holds some roles, and their departments, by code and by name."""

    def __init__(self, person: Person, roles: Collection[str]) -> None:
        """Read them once."""
        own = None if person.unlimited else person.only(roles).halls()
        query = select(Hall).where(Hall.active).order_by(Hall.id)
        self.halls: list[Hall] = list(
            db.session.scalars(query if own is None else query.where(Hall.id.in_(sorted(own))))
        )
        departments = db.session.scalars(
            select(Department)
            .where(Department.hall_id.in_([hall.id for hall in self.halls]))
            .options(joinedload(Department.hall))
            .order_by(Department.id)
        ).all()
        self.everywhere = own is None
        self.departments = departments
        self._halls = _by_words((hall.code, hall.name, hall) for hall in self.halls)
        self._departments: dict[int, dict[str, Department]] = {}
        for hall in self.halls:
            here = ((it.code, it.name, it) for it in departments if it.hall_id == hall.id)
            self._departments[hall.id] = _by_words(here)

    @property
    def only(self) -> Hall | None:
        """The hall, where there is but one."""
        return self.halls[0] if len(self.halls) == 1 else None

    def hall(self, text: str) -> Hall | None:
        """Return the hall that a text names."""
        return self._halls.get(folded(text))

    def department(self, hall: Hall, text: str) -> Department | None:
        """Return the department of a hall that a text names, with or without the hall."""
        here = self._departments.get(hall.id, {})
        return here.get(folded(text)) or here.get(folded(text.partition("·")[0]))

    def no_hall(self, text: str) -> str:
        """Say that there is no such hall."""
        return gettext(
            "没有“%(text)s”这个大厅，或者您不能在那里导入；可以是：%(known)s",
            text=text[:20],
            known=_few([hall.name for hall in self.halls]),
        )

    def no_department(self, hall: Hall, text: str) -> str:
        """Say that there is no such department."""
        names = [it.name for it in self.departments if it.hall_id == hall.id]
        return gettext(
            "%(hall)s没有“%(text)s”这个科室；可以是：%(known)s",
            hall=hall.name,
            text=text[:20],
            known=_few(names),
        )


def _by_words(told: Iterator[tuple[str, str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, name, row in told:
        found.setdefault(folded(name), row)
        found.setdefault(folded(code), row)
    return found


def _few(names: Sequence[str]) -> str:
    shown = gettext("、").join(names[:SHOWN])
    return gettext("%(names)s 等", names=shown) if len(names) > SHOWN else shown


def cases_numbered(numbers: Collection[str]) -> dict[str, Case]:
    """Return the cases in sight that have one of the numbers."""
    found: dict[str, Case] = {}
    for some in _pieces(sorted(numbers)):
        query = select(Case).where(Case.number.in_(some)).options(joinedload(Case.hall))
        found |= {case.number: case for case in db.session.scalars(query)}
    return found


class Came(NamedTuple):
    """When and by whose hand a row came in, and which case it is about."""

    at: datetime
    by: str
    number: str


def came_before(kind: LineKind, digests: Collection[str]) -> dict[str, Came]:
    """Return the rows that came in before, by their content.

    The import itself is read past the scope: a colleague's file is not seen, that it came in is.
    """
    run, case = ImportRun.__table__.c, Case.__table__.c
    found: dict[str, Came] = {}
    for some in _pieces(sorted(digests)):
        query = (
            select(ImportLine.digest, run.applied_at, run.applied_by, case.number)
            .join(ImportRun.__table__, run.id == ImportLine.run_id)
            .join(Case.__table__, case.id == ImportLine.case_id)
            .where(ImportLine.kind == kind, ImportLine.digest.in_(some))
        )
        for row in db.session.execute(query):
            found[row.digest] = Came(row.applied_at, row.applied_by, row.number)
    return found


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield a few hundred at a time: a statement has room for so many."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def choices_of(
    columns: Sequence[Column], person: Person, roles: Collection[str]
) -> dict[str, list[str]]:
    """Return what the columns that name a place are chosen from."""
    if not any(column.kind == "place" for column in columns):
        return {}
    places = Places(person, roles)
    halls, one = [hall.name for hall in places.halls], places.only is not None
    departments = [it.name if one else str(it) for it in places.departments if it.active]
    return {"hall": halls, "department": departments, "parent": departments}
