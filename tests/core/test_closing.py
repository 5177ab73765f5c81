"""The database itself closes no case without a cause, whoever writes to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.cases.rules import Status
from app.core.db import db
from app.core.timeline import Event
from tests.cases.window import brought_to

pytestmark = pytest.mark.usefixtures("unlimited")

CLOSED = (
    "UPDATE \"case\" SET status = 'closed', closed_at = finished_at, version = version + 1 "
    "WHERE id = :id"
)


def outside(statement, number):
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text(statement), {"id": number})


def events(number):
    db.session.rollback()
    return db.session.scalars(
        select(Event).where(Event.case_id == number).order_by(Event.sequence)
    ).all()


def test_no_case_closes_without_a_cause(demo):
    number = brought_to(Status.CALLED_BACK).id
    with pytest.raises(DBAPIError, match="a case closes with at least one cause"):
        outside(CLOSED, number)
    assert events(number)[-1].kind == "called_back"
    outside(
        "INSERT INTO case_cause (case_id, cause_id, current, version) "
        "SELECT :id, min(id), TRUE, 1 FROM cause",
        number,
    )
    outside(CLOSED, number)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_cause SET current = FALSE, version = version + 1 WHERE case_id = :id",
        "DELETE FROM case_cause WHERE case_id = :id",
    ],
)
def test_a_closed_case_keeps_a_cause(demo, statement):
    number = brought_to(Status.CLOSED).id
    with pytest.raises(DBAPIError, match="a case closes with at least one cause"):
        outside(statement, number)
    outside("UPDATE case_cause SET current = current WHERE case_id = :id", number)
