"""What stands beside the cases that wait: due next, late by department, recent ones, notices."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from app.cases.lamps import Lamp, lamp
from app.cases.models import Case
from app.cases.queries import at_stage, with_clock
from app.cases.rules import OPEN
from app.core.crud.pages import Cell, Col, Listing, Row
from app.core.crud.present import local
from app.core.db import db
from app.core.language import gettext
from app.core.timeline import Event
from app.deadlines.clock import Stage
from app.deadlines.hours import day_of
from app.deadlines.models import Deadline
from app.deadlines.queries import hours_of
from app.departments.models import Department, Hall
from app.notices.queries import inbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.core.scope import Person
    from app.deadlines.workdays import WorkCalendar

AHEAD = 2
"""Working days after this one that are looked ahead."""

ACTING = ("clerk", "handler")
"""The roles that handle cases themselves."""

MOST, FEW = 10, 5
LATEST = 5000
"""Entries of the timeline that one's own work is looked for in, so that it never costs more."""


Panels = list[tuple[str, Listing]]
"""Lists, each with its title."""


class Due(NamedTuple):
    """The cases that run out at one time of a day, with their lamp."""

    day: str
    time: str
    lamp: Lamp
    cases: Sequence[tuple[str, str, str]]
    """Number, matter, address."""


def due_soon(days: WorkCalendar, now: datetime) -> list[Due]:
    """Return what runs out in the next working hours, the next first; one statement."""
    today = local(now).date()
    rows = db.session.scalars(
        with_clock()
        .where(
            Deadline.met_at.is_(None),
            Deadline.due_at >= now,
            Deadline.due_at <= now + (days.add(today, AHEAD) - today + timedelta(days=1)),
        )
        .order_by(Deadline.due_at, Case.id)
        .limit(MOST)
    ).all()
    ends = [
        ((*_ending(case, case.clock), lamp(case, days, now)), case) for case in rows if case.clock
    ]
    return [
        Due(
            _named(day, today),
            time,
            shown,
            [(case.number, case.matter, f"/cases/show/{case.id}") for _, case in cases],
        )
        for (day, time, shown), cases in groupby(ends, key=itemgetter(0))
    ]


def _ending(case: Case, clock: Deadline) -> tuple[date, str]:
    """Return when a case runs out by the clock on its hall's wall: at 24:00, not at 0:00."""
    hours = hours_of(case.hall)
    wall, day = hours.local(clock.due_at), day_of(hours, clock.due_at)
    return day, f"{wall:%H:%M}" if wall.date() == day else "24:00"


def _named(day: date, today: date) -> str:
    if day == today:
        return gettext("今天")
    if day == today + timedelta(days=1):
        return gettext("明天")
    return gettext("%(month)d 月 %(day)d 日", month=day.month, day=day.day)


def below(roles: Sequence[str], person: Person, days: WorkCalendar, now: datetime) -> Panels:
    """Return what stands below the cases that wait: whoever handles cases sees the last of them."""
    if not _acting(roles):
        return _by_department(now) if roles else []
    return _kept(gettext("我最近办的事项"), _recent(person, days, now))


def beside(roles: Sequence[str], person: Person, now: datetime) -> Panels:
    """Return what stands beside the cases that wait, under what runs out next."""
    if not roles:
        return []
    notices = _kept(gettext("未读消息"), _unread(person))
    return [*notices, *(_by_department(now) if _acting(roles) else [])]


def _acting(roles: Sequence[str]) -> bool:
    return any(role in ACTING for role in roles)


def _kept(title: str, listing: Listing) -> Panels:
    """Return a list under its title, nothing where it is empty."""
    return [(title, listing)] if listing.rows else []


def _by_department(now: datetime) -> Panels:
    return [(gettext("各科室在办与超期"), by_department(now))]


def _recent(person: Person, days: WorkCalendar, now: datetime) -> Listing:
    """List the cases that a person did something to lately."""
    newest = Event.__table__.c.id  # the table's: the bound is of all entries, seen or not
    since = select(func.max(newest)).scalar_subquery() - LATEST
    last = func.max(Event.id)
    own = db.session.execute(
        select(Event.case_id, last)
        .where(Event.actor_id == person.id, Event.id > since)
        .group_by(Event.case_id)
        .order_by(last.desc())
        .limit(FEW)
    ).all()
    places = {row.case_id: at for at, row in enumerate(own)}
    rows = db.session.scalars(with_clock().where(Case.id.in_(places))).all() if places else []
    made = [
        Row(
            case.id,
            [
                Cell(case.number, url=f"/cases/show/{case.id}"),
                Cell(case.matter, "wide"),
                Cell((shown := lamp(case, days, now))[1], "lamp", tone=shown[0]),
            ],
        )
        for case in sorted(rows, key=lambda case: places[case.id])
    ]
    return _listing(
        ((gettext("编号"), "text"), (gettext("事项名称"), "wide"), (gettext("时限"), "lamp")), made
    )


def _unread(person: Person) -> Listing:
    """List a person's latest unread notices."""
    notices = db.session.scalars(inbox(person.id or 0, unread=True).limit(FEW))
    made = [
        Row(
            it.id,
            [
                Cell(it.title, "told", "/notices/?tab=unread"),
                Cell(f"{local(it.created_at):%m-%d %H:%M}", "datetime"),
            ],
        )
        for it in notices
    ]
    heads = ((gettext("消息"), "told"), (gettext("时间"), "datetime"))
    return _listing(heads, made)


def _listing(heads: Sequence[tuple[str, str]], rows: list[Row]) -> Listing:
    columns = [Col(head, head, kind) for head, kind in heads]
    return Listing(columns, rows, total=len(rows))


def by_department(now: datetime) -> Listing:
    """Count open and late cases by department, the latest first."""
    late = func.count().filter(at_stage(Stage.OVERDUE, now)).label("late")
    rows = db.session.execute(
        select(Department.id, Department.name, Hall.name, func.count().label("open"), late)
        .select_from(Case)
        .join(Case.lead_department)
        .join(Department.hall)
        .where(Case.status.in_(OPEN))
        .group_by(Department.id, Department.name, Hall.name)
        .order_by(late.desc(), func.count().desc(), Department.id)
        .limit(MOST)
    ).all()
    heads = (gettext("科室"), gettext("大厅"), gettext("在办"), gettext("超期"))
    kinds = ("text", "text", "number", "number")
    base = "/cases/list/?tab=open&f_lead_department="
    return Listing(
        [Col(head, head, kind) for head, kind in zip(heads, kinds, strict=True)],
        [
            Row(
                row[0],
                [
                    Cell(row[1], url=f"{base}{row[0]}"),
                    Cell(row[2]),
                    Cell(str(row[3]), "number"),
                    Cell(str(row[4]), "number", tone="late" if row[4] else ""),
                ],
            )
            for row in rows
        ],
        total=len(rows),
        empty=gettext("没有在办事项"),
    )
