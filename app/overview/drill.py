"""From a number to the cases that it counts: a filter of the list of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import and_, or_, select, true

from app.cases.models import Case
from app.causes.models import Cause
from app.core import scope
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.language import N_, gettext
from app.deadlines.rules import Classification
from app.departments.models import Department
from app.overview.places import place
from app.overview.queries import CAUSED, FACT, Changed
from app.overview.rules import COUNTS, Facet, Need, Period

if TYPE_CHECKING:
    from datetime import datetime

    from app.overview.facts import Fact

PARAMETER = "counted"
"""The name of the filter."""

MARK, JOINT = "~", "+"
PARTS = 6

MEASURES: dict[str, str] = {
    "registered": N_("登记"),
    "taken": N_("受理"),
    "refused": N_("不予受理", "figure"),
    "finished": N_("办结", "figure"),
    "in_time": N_("按期办结"),
    "late": N_("超期办结"),
    "open_late": N_("超期在办"),
    "timed": N_("有办理用时"),
    "overdue": N_("超期"),
    "judged": N_("办结或超期在办"),
    "rated": N_("已评价"),
    "satisfied": N_("评价满意"),
}
"""What is counted → what it is called."""

SUMS = {"overdue": ("late", "open_late"), "judged": ("finished", "open_late")}
"""What is counted → the counts of a case that it is the sum of."""


@dataclass(frozen=True)
class Drill:
    """What a number counts: where, when, what, by which value; several reasons joined by `+`."""

    place: str
    period: Period
    measure: str
    facet: Facet = Facet.ALL
    value: str = ""

    def url(self) -> str:
        """Return the address of the list of its cases."""
        return f"/cases/list/?{urlencode({f'f_{PARAMETER}': self.code()})}"

    def code(self) -> str:
        """Write it as the value of the filter."""
        days = (self.period.since.isoformat(), self.period.until.isoformat())
        return MARK.join((self.place, *days, self.measure, self.facet, self.value))

    @classmethod
    def read(cls, code: str) -> Drill:
        """Read it back; raise InvalidInputError when it is none."""
        try:
            where, since, until, measure, facet, value = code.split(MARK, PARTS - 1)
            period = Period(date.fromisoformat(since), date.fromisoformat(until))
            found = cls(where, period, measure, Facet(facet), value)
        except ValueError:
            raise InvalidInputError({"": gettext("没有这个筛选条件")}) from None
        if measure not in COUNTS:
            raise InvalidInputError({"": gettext("没有这个筛选条件")})
        return found

    def counts(self, fact: Fact) -> bool:
        """Say whether the number counts a case."""
        inside = self.period.since <= fact.day <= self.period.until
        asked = {(self.facet, value) for value in self._values}
        named = self.facet is Facet.ALL or not asked.isdisjoint(fact.values())
        return inside and named and getattr(fact.figures, self.measure) > 0

    def kept(self) -> Any:
        """Return the criterion of the facts that the number counts."""
        parts = SUMS.get(self.measure, (self.measure,))
        measure = sum((FACT[name] for name in parts[1:]), FACT[parts[0]])
        caused = select(CAUSED.case_id).where(CAUSED.cause_id == _number(self.value))
        by: dict[Facet, Any] = {
            Facet.ALL: true(),
            Facet.DEPARTMENT: FACT.department == self.value,
            Facet.MATTER: FACT.matter == self.value,
            Facet.CLASSIFICATION: FACT.classification == self.value,
            Facet.CAUSE: FACT.case_id.in_(caused),
            Facet.NEED: FACT.need.in_(self._values),
            Facet.UNLISTED: and_(FACT.need == Need.UNLISTED, FACT.matter == self.value),
        }
        days = FACT.day.between(self.period.since, self.period.until)
        return and_(days, measure > 0, by[self.facet])

    @property
    def _values(self) -> list[str]:
        return self.value.split(JOINT) if self.facet is Facet.NEED else [self.value]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - an integer


def criterion(code: str, now: datetime) -> Any:
    """Return the criterion of the cases that a number counts at an instant."""
    drill = Drill.read(code)
    halls = place(drill.place, scope.current()).ids
    changed = Changed(now, halls)
    live = [it.case_id for it in changed.live if it.hall_id in halls and drill.counts(it)]
    kept = select(FACT.case_id).where(
        FACT.hall_id.in_(halls), drill.kept(), FACT.case_id.not_in(changed.ids)
    )
    return or_(Case.id.in_(kept), Case.id.in_(live))


def words(code: str) -> str:
    """Say what a number counts."""
    drill = Drill.read(code)
    parts = [
        place(drill.place, scope.current()).name,
        gettext("%(since)s 至 %(until)s 登记", since=drill.period.since, until=drill.period.until),
        gettext(MEASURES[drill.measure]),
    ]
    if drill.facet is not Facet.ALL:
        parts.append(named(drill.facet, [drill.value])[drill.value])
    return gettext("统计：%(what)s", what=gettext("，").join(parts))


def named(facet: Facet, values: list[str]) -> dict[str, str]:
    """Return what the values of a facet are called."""
    if facet is Facet.DEPARTMENT:
        rows: dict[str, str] = _rows(Department, values)
        return {value: rows.get(value, gettext("尚未派发")) for value in values}
    if facet is Facet.CAUSE:
        rows = _rows(Cause, values)
        return {value: rows.get(value, value) for value in values}
    if facet is Facet.UNLISTED:
        return {it: gettext("%(matter)s（清单未列）", matter=it) for it in values}
    choices = {Facet.CLASSIFICATION: Classification, Facet.NEED: Need}.get(facet)
    if choices is None:
        return {value: value for value in values}
    labels = {str(it.value): gettext(it.label) for it in choices}
    return {
        value: gettext("、").join(labels.get(it, gettext("尚未分类")) for it in value.split(JOINT))
        for value in values
    }


def _rows(model: Any, values: list[str]) -> dict[str, str]:
    ids = [_number(value) for value in values]
    with scope.everything():  # the names of what one oversees
        found = db.session.scalars(select(model).where(model.id.in_(ids)))
        return {str(row.id): str(row) for row in found}
