"""What an administrator sees to before a house is used and while it is, as it stands now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.core.crud.present import local
from app.core.db import db
from app.core.language import gettext
from app.deadlines.calendar_models import CalendarYear
from app.departments.models import Department, Hall, Membership, Responsibility
from app.notices.queries import last_outward, some_channel
from app.notices.rules import State
from app.panel.backup import last_backup

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from app.core.scope import Person

LATELY = timedelta(days=7)
"""How long a backup counts."""


class Step(NamedTuple):
    """What it is, where it is done, whether it is done, and how it stands in words."""

    label: str
    url: str
    done: bool
    note: str = ""


def checklist(person: Person, now: datetime) -> list[Step]:
    """Return the steps in order; none once all of them are done."""
    people = _any(Membership.id, Membership.role != "admin")
    steps = [
        Step(gettext("添加大厅"), "/halls/add", _any(Hall.id)),
        Step(gettext("添加科室"), "/departments/add", _any(Department.id)),
        Step(gettext("添加人员并安排任职"), "/staff/add", people),
        Step(gettext("录入权责清单"), "/responsibilities/add", _any(Responsibility.id)),
        Step(gettext("录入工作日历"), "/calendar-days/import", _any(CalendarYear.id)),
        Step(gettext("让消息发得出去"), *_sending()),
    ]
    if person.halls("admin") is None:  # a file on the server is not the matter of one hall
        steps.append(Step(gettext("每周备份"), "/help?path=/jobs", *_backed_up(now)))
    return [] if all(step.done for step in steps) else steps


def _sending() -> tuple[str, bool, str]:
    """Say where one sees to it that messages leave, whether they do, and how the last one went."""
    if not some_channel():
        return "/notice-targets/add", False, gettext("还没有通知渠道")
    last = last_outward()
    if last is None:
        return "/notice-targets/list/", False, gettext("渠道已有，还没有发过消息")
    if last.state == State.SENT:
        at = f"{local(last.sent_at or last.created_at):%m-%d %H:%M}"
        return "/deliveries/list/", True, gettext("最近一次 %(at)s 已发送", at=at)
    why = last.last_error or gettext(last.state.label)
    return "/deliveries/list/", False, gettext("最近一次没有发成：%(why)s", why=why)


def _backed_up(now: datetime) -> tuple[bool, str]:
    """Say whether the last backup still counts, and when it was made."""
    at = last_backup()
    if at is None:
        return False, gettext("上次备份：从未")
    return now - at < LATELY, gettext("上次备份：%(at)s", at=f"{local(at):%Y-%m-%d %H:%M}")


def _any(column: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> bool:
    return db.session.scalar(select(column).where(*where).limit(1)) is not None
