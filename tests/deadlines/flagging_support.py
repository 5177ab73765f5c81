"""Clocks to flag, what was flagged of them, and a scheduler that can be stopped in the middle."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from sqlalchemy import event, func, insert, select, update
from sqlalchemy.engine import Engine

from app.cases.models import Case
from app.cases.rules import Situation, Status
from app.core.db import db
from app.core.timeline import Event
from app.deadlines import flagging
from app.deadlines.models import Deadline, DeadlineRule, Flag
from app.deadlines.rules import Classification, ClockKind, Verdict
from app.departments.models import Hall

DUE = datetime(2026, 9, 17, 9, 30, tzinfo=UTC)
"""Thursday 2026-09-17, 17:30 in Linqing."""
WARN_BEFORE = timedelta(hours=8, minutes=30)
ESCALATE_AFTER = timedelta(days=3)
STAGES = ("warning", "overdue", "escalated")


def stored(number, *, due=DUE, apart=timedelta(0), met_at=None):
    """Store cases with a clock each, the first due at `due` and each next one `apart` from it."""
    connection = db.session.connection()
    hall, rule = _place(connection)
    first = (connection.scalar(select(func.max(Deadline.id))) or 0) + 1
    ids = range(first, first + number)
    dues = [(i, due + n * apart) for n, i in enumerate(ids)]
    connection.execute(
        insert(Case.__table__),
        [
            {
                "id": i,
                "number": f"LQ-2026-{i:06d}",
                "hall_id": hall,
                "year": 2026,
                "serial": i,
                "applicant_name": "王秀英",
                "matter": "企业设立登记",
                "situation": Situation.NOT_ACCEPTED,
                "description": "人脸识别无法通过",
                "classification": Classification.SHOULD_BE_DONE,
                "status": Status.ACCEPTED,
                "registered_at": due - timedelta(days=9),
                "registered_by": "李敏",
                "version": 1,
            }
            for i in ids
        ],
    )
    connection.execute(
        insert(Deadline.__table__),
        [
            {
                "id": i,
                "case_id": i,
                "case_number": f"LQ-2026-{i:06d}",
                "hall_id": hall,
                "kind": ClockKind.RESOLVE,
                "rule_id": rule,
                "working_days": 3,
                "start": at - timedelta(days=3),
                "warn_at": at - WARN_BEFORE,
                "due_at": at,
                "escalate_at": at + ESCALATE_AFTER,
                "met_at": met_at,
                "verdict": Verdict.BREACHED if met_at else None,
                "calendar_revision": 1,
                "evidence": {},
                "version": 1,
            }
            for i, at in dues
        ],
    )
    db.session.commit()
    return list(ids)


def _place(connection):
    """Return the hall and the rule of all clocks here; they are made for the first."""
    code = "flagging"
    found = connection.execute(
        select(Hall.id, DeadlineRule.id).join(DeadlineRule).where(Hall.code == code)
    ).first()
    if found:
        return found
    hall = connection.scalar(
        insert(Hall.__table__)
        .values(name="临清市政务服务大厅", code=code, prefix="LQ", version=1)
        .returning(Hall.__table__.c.id)
    )
    rule = connection.scalar(
        insert(DeadlineRule.__table__)
        .values(
            name="应办未办",
            kind=ClockKind.RESOLVE,
            hall_id=hall,
            working_days=3,
            source="临清",
            warn_time=time(9),
            valid_from=date(2026, 1, 1),
            version=1,
        )
        .returning(DeadlineRule.__table__.c.id)
    )
    return hall, rule


def read(query):
    """Return the rows of a query as tuples, past whatever the session holds."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def flags():
    """Return every flag: deadline, stage, due-version, when it began."""
    row = Flag.__table__.c
    return read(
        select(row.deadline_id, row.stage, row.due_version, row.began_at).order_by(
            row.deadline_id, row.due_version, row.began_at
        )
    )


def events():
    """Return what the timelines tell of flags, in the form of `flags`."""
    row = Event.__table__.c
    told = read(select(row.payload, row.kind, row.at).where(row.kind.in_(STAGES)))
    found = [
        (payload["deadline_id"], kind, payload["due_version"], at) for payload, kind, at in told
    ]
    return sorted(found, key=lambda line: (line[0], *line[2:]))


def change(*clocks, **values):
    """Change clocks past the application."""
    with db.engine.begin() as connection:
        connection.execute(
            update(Deadline.__table__).where(Deadline.__table__.c.id.in_(clocks)).values(**values)
        )


@contextmanager
def statements():
    """Collect the statements that are executed in the block."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def scheduler(say, now, hang=0):
    """Flag, as a node of several would; return what was flagged.

    `hang` is the number of the commit at which it says so and stops, its batch done and not
    committed; 0 for never.
    """
    commits = count(1)

    def stop(_connection):
        if next(commits) == hang:
            say("hanging")
            signal.pause()

    event.listen(db.engine, "commit", stop)
    return flagging.flag(now)
