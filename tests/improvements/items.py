"""Items that the supervisor of Linqing opens and the market department owes; who heard of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.core import scope
from app.core.db import db
from app.core.transaction import transaction
from app.improvements import operations
from app.improvements.models import Improvement
from app.notices.models import Notice
from tests.cases.window import act, cause, department, hall, person, register
from tests.conftest import NOW

SUPERVISOR, ABOVE = "supervisor.linqing", "supervisor.liaocheng"
OWNER = "handler.linqing.scjg"
MATTER = "整改测试事项"
HOUR = timedelta(hours=1)


def opened(now=NOW, days=5, by=SUPERVISOR, hall_code="linqing", owner="linqing", **fields):
    """Open an item; committed."""
    actor = person(by)
    told = {
        "matter": MATTER,
        "cause": cause(),
        "problem": "老人没有智能手机，刷脸过不去",
        "measure": "配工作手机，上门帮办",
        "department": department("scjg", owner),
        **fields,
    }
    with scope.working_for(actor), transaction():
        row = Improvement(hall=hall(hall_code), **told)
        operations.open_item(row, days=days, actor=actor, now=now)
    return row


def moved(row, verb, by=OWNER, now=NOW + HOUR, **values):
    """Make a move; committed."""
    actor = person(by)
    db.session.rollback()
    with scope.working_for(actor), transaction():
        row = db.session.get(Improvement, row.id)
        operations.move(row, verb, values, actor=actor, now=now)
    return row


def completed(now=NOW + HOUR, **fields):
    """Open an item and report it complete."""
    row = opened(now - HOUR, **fields)
    moved(row, "start", now=now)
    return moved(row, "complete", now=now, evidence="工作手机已配到每个镇")


def verified(now=NOW + HOUR, **fields):
    """Bring an item to its end."""
    return moved(completed(now, **fields), "verify", SUPERVISOR, now=now, review="实地看过，属实")


def closed_cases(number, now, code="0301", hall_code="linqing", matter=MATTER):
    """Register and close so many cases of the matter at an instant."""
    who = person(f"clerk.{hall_code}")
    with scope.working_for(who), transaction():
        cases = [register(now, hall_code, matter=matter) for _ in range(number)]
        for case in cases:
            act(case, "close_on_the_spot", now, actor=who, causes=[cause(code)])
    return [case.id for case in cases]


def heard(kind, row):
    """Return who was told of a kind of event about an item, by their names."""
    with scope.everything():
        rows = db.session.scalars(
            select(Notice).where(
                Notice.kind == f"improvement_{kind}",
                Notice.about == "improvements",
                Notice.row_id == row.id,
            )
        ).all()
        return sorted(row.recipient for row in rows)


def name(username):
    return person(username).name
