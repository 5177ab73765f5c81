"""Count cases by the long way: row by row, with nothing of app.overview but its words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select

from app.cases.models import Case
from app.cases.rules import OPEN
from app.core import scope
from app.core.db import db
from app.overview.queries import counted
from app.overview.rules import Facet, Figures
from app.supervision.as_of import ListThen
from tests.cases.life.stepping import Place, local


def place_of(hall):
    return Place(hall.opening, hall.closing, midnight=hall.day_end == "midnight")


def figures_of(case, now):
    """Return what a case counts for."""
    told = {"registered": 1}
    archived_refusal = case.status == "archived" and case.refusal_reason and not case.outcome
    if case.status == "refused" or archived_refusal:
        told["refused"] = 1
    if case.accepted_at and case.status != "merged":
        told["taken"] = 1
    if case.outcome:
        late = case.clock is not None and case.clock.verdict == "breached"
        told |= {"finished": 1, "late" if late else "in_time": 1}
        if case.accepted_at:
            place = place_of(case.hall)
            seconds = place.worked(case.accepted_at, case.finished_at)
            day = place.ends(local(now).date()) - place.opens(local(now).date())
            told |= {"timed": 1, "seconds": seconds}
            told["days"] = round(1000 * seconds / day.total_seconds())
    elif case.status in OPEN and case.clock is not None and not case.clock.met_at:
        told["open_late"] = int(case.clock.due_at < now)
    if case.satisfaction:
        grade = int(case.satisfaction)
        told |= {"rated": 1, "satisfied": int(grade >= 3), "grades": grade}
    return Figures(**told)


def need_of(case):
    """Return why a case that was taken came to the window."""
    if not ListThen(case.hall_id, case.matter).at(case.registered_at):
        return "unlisted"
    if (
        case.raised_at
        or case.visits_made
        or any(it.role == "assist" or it.returned_at for it in case.assignments)
    ):
        return "together"
    return "counter" if case.classification == "should_be_done" else "explain"


def recounted(halls, period, now):
    """Return the figures by hall, by month and by value."""
    by_hall, by_month = defaultdict(Figures), defaultdict(Figures)
    values = defaultdict(lambda: defaultdict(Figures))
    with scope.everything():
        db.session.expire_all()
        for case in db.session.scalars(select(Case).where(Case.hall_id.in_(halls))):
            day = local(case.registered_at).date()
            if not period.since <= day <= period.until:
                continue
            given = figures_of(case, now)
            by_hall[case.hall_id] += given
            by_month[day.replace(day=1)] += given
            under = [("department", str(case.lead_department_id or "")), ("matter", case.matter)]
            under.append(("classification", case.classification or ""))
            under += [("cause", str(cause.id)) for cause in case.causes]
            if given.taken:
                need = need_of(case)
                under.append(("need", need))
                under += [("unlisted", case.matter)] if need == "unlisted" else []
            for facet, value in under:
                values[facet][value] += given
    return by_hall, by_month, values


def compare(halls, period, now):
    """Hold the figures that are shown to those of a recount; return the figures of all."""
    by_hall, by_month, values = recounted(halls, period, now)
    shown = counted(halls, period, now)
    assert not shown.waiting
    assert rounded(shown.halls) == rounded(by_hall)
    assert rounded(shown.months) == rounded(by_month)
    for facet in Facet:
        if facet is not Facet.ALL:
            assert rounded(shown.values[facet]) == rounded(values[facet.value]), facet
    return shown


def rounded(figures):
    """Return figures as they can be compared: a thousandth of a day rounds either way."""
    return {key: replace(it, days=round(it.days / 10)) for key, it in figures.items()}
