"""Ask the rulebook: what is accepted or refused here today, which remedies there are, which texts.

In each a hall's own rule stands before the general one; of remedies and criteria it takes its
place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.core.db import db
from app.deadlines.queries import calendar
from app.rulebook.models import Criterion, RemedyPeriod, RemedyRule, TextTemplate
from app.rulebook.rules import Occasion, PeriodUnit, Remedy, RemedyKind, last_day, nominal_last_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from app.deadlines.rules import Classification
    from app.deadlines.workdays import WorkCalendar
    from app.departments.models import Hall
    from app.rulebook.rules import Finding, RemedyStep, TemplateUse


def _here(model: Any, hall_id: int | None) -> Any:
    return or_(model.hall_id == hall_id, model.hall_id.is_(None))


def _valid(model: Any, day: date) -> Any:
    return (model.valid_from <= day) & or_(model.valid_to.is_(None), model.valid_to >= day)


def criteria(hall_id: int | None, finding: Finding, day: date) -> Sequence[Criterion]:
    """Return the criteria of a hall that hold on a day, by their codes."""
    found = db.session.scalars(
        select(Criterion)
        .where(Criterion.finding == finding, _here(Criterion, hall_id), _valid(Criterion, day))
        .order_by(Criterion.hall_id.is_(None), Criterion.valid_from.desc(), Criterion.id.desc())
    )
    return sorted(_first_of_each(found, lambda row: row.code), key=lambda row: row.code)


def _first_of_each(rows: Iterable[Any], key: Any) -> list[Any]:
    """Return of the rows that say the same the first: the hall's own, the latest."""
    kept: dict[Any, Any] = {}
    for row in rows:
        kept.setdefault(key(row), row)
    return list(kept.values())


def remedies_for(
    classification: Classification | None,
    told_on: date,
    hall: Hall,
    *,
    occasion: Occasion = Occasion.REPLY,
    decision: bool = False,
) -> list[Remedy]:
    """Return the remedies that really apply to what was told on a day, each with its last day.

    `decision` says that what was told is an administrative decision: some remedies are against
    nothing else. Complaint comes first, then reconsideration, then litigation.
    """
    rule = RemedyRule
    found = db.session.scalars(
        select(rule)
        .where(
            rule.occasion == occasion,
            or_(rule.classification == classification, rule.classification.is_(None)),
            _here(rule, hall.id),
            _valid(rule, told_on),
        )
        .order_by(
            rule.hall_id.is_(None),
            rule.classification.is_(None),
            rule.valid_from.desc(),
            rule.id.desc(),
        )
    )
    kinds = list(RemedyKind)
    applying = _first_of_each(found, lambda row: row.code)
    days = calendar()
    return [
        _told(row, told_on, days)
        for row in sorted(applying, key=lambda row: kinds.index(row.code))
        if decision or not row.decision_only
    ]


def _told(rule: RemedyRule, told_on: date, days: WorkCalendar) -> Remedy:
    """Return a rule as the applicant is told of it."""
    until, provisional = None, False
    if rule.period_number is not None:
        until = last_day(told_on, rule.period_number, rule.period_unit, days.is_workday)
        provisional = is_provisional(told_on, rule.period_number, rule.period_unit, days)
    return Remedy(
        code=rule.code,
        name=rule.name,
        authority=rule.authority,
        number=rule.period_number,
        unit=rule.period_unit,
        told_on=told_on,
        until=until,
        legal_basis=rule.legal_basis,
        provisional=provisional,
    )


def is_provisional(start: date, number: int, unit: PeriodUnit, days: WorkCalendar) -> bool:
    """Say whether the last day of a period rests on a year whose holidays are not published."""
    until = last_day(start, number, unit, days.is_workday)
    if unit is PeriodUnit.WORKING_DAYS:
        return days.touches_provisional(start, until)
    return not (days.is_final(nominal_last_day(start, number, unit)) and days.is_final(until))


def period_for(hall_id: int, code: RemedyKind, step: RemedyStep, day: date) -> RemedyPeriod | None:
    """Find how long a step of a remedy may take that begins on a day; the hall's own rule first."""
    rule = RemedyPeriod
    governing = select(rule).where(
        rule.code == code, rule.step == step, _here(rule, hall_id), _valid(rule, day)
    )
    latest = (rule.hall_id.is_(None), rule.valid_from.desc(), rule.id.desc())
    return db.session.scalar(governing.order_by(*latest).limit(1))


def templates(hall_id: int | None, use: TemplateUse) -> Sequence[TextTemplate]:
    """Return the texts of a hall for a use, its own before the general ones."""
    query = select(TextTemplate).where(
        TextTemplate.use == use, TextTemplate.active, _here(TextTemplate, hall_id)
    )
    return db.session.scalars(query.order_by(TextTemplate.hall_id.is_(None), TextTemplate.id)).all()
