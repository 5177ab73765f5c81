"""A ruling on time or classification keeps out of appeals too; nobody comes in with the row."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from app.appeals.rules import DECIDING, AppealOutcome
from app.core.db import db
from app.core.errors import DomainError, InvalidInputError
from app.core.transaction import transaction
from app.departments.operations import appoint
from app.departments.rules import Role
from tests.appeals.appeals import HANDLER, appeal, assigned, concluded, decided, handled, sought
from tests.appeals.test_apart import WAYS, actor_of
from tests.cases.window import ACTORS, hall, person, staff
from tests.core.screens import choices

ABOVE = "supervisor.liaocheng"
CLERK = ACTORS["clerk"]

RULINGS = (
    "reclassified", "extension_granted", "extension_declined", "pause_granted", "pause_declined",
)  # fmt: skip
"""What is neither the end of a case nor a word about it, and yet a ruling."""

pytestmark = pytest.mark.usefixtures("unlimited")


@pytest.fixture(params=RULINGS)
def ruled(demo, request):
    """An appeal about a case on which somebody ruled, and the name of who did."""
    about = decided(way=WAYS[request.param])
    names = {staff(name).id: name for name in (CLERK, ACTORS["supervisor"])}
    username = names[actor_of(about, request.param)]
    with transaction():
        if username == CLERK:
            appoint(staff(username), Role.SUPERVISOR, hall())
    number = sought(about, actor=person(HANDLER))
    return number, username


def nobody_handles(number):
    return appeal(number).handler_id is None


def test_each_ruling_is_among_what_decides():
    assert set(RULINGS) < set(DECIDING)


def test_the_operation_refuses_whoever_ruled(ruled):
    number, username = ruled
    with pytest.raises(InvalidInputError, match="参与过"):
        assigned(number, username, actor=person(ABOVE))
    with pytest.raises(DomainError, match="其他督查人员"):
        assigned(number, HANDLER, actor=person(username))
    assert nobody_handles(number)
    assigned(number, HANDLER, actor=person(ABOVE))


def test_the_form_and_rest_refuse_whoever_ruled(ruled, demo, login, token):
    number, username = ruled
    client, address = login(demo, ABOVE), f"/appeals/{number}/assign"
    who = staff(username)
    offered = choices(client.get(address), "handler").values()
    assert who.name not in offered
    assert staff(HANDLER).name in offered
    assert client.post(address, data={"handler": str(who.id)}).status_code == 422
    rest = demo.test_client()
    answer = rest.post(f"/api/v1{address}", json={"handler": who.id}, headers=token(demo, ABOVE))
    assert answer.status_code == 422
    assert "参与过" in answer.json["errors"]["handler"]
    body = {"handler": staff(HANDLER).id}
    answer = rest.post(f"/api/v1{address}", json=body, headers=token(demo, username))
    assert answer.status_code == 409
    assert nobody_handles(number)


def test_the_database_refuses_whoever_ruled(ruled):
    number, username = ruled
    with pytest.raises(DBAPIError, match="takes no part"), db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE appeal SET handler_id = {staff(username).id}, assigned_at = registered_at, "  # noqa: S608
            f"assigned_by = 'x', assigned_by_id = 0 WHERE id = {number}"
        )
    assert nobody_handles(number)


# --- named as the row comes in --------------------------------------------------------------------

LATE = {
    "late_reason": "'x'", "last_day": "'2001-01-01'", "late_admitted": "true", "late_note": "'x'",
    "late_ruled_at": "registered_at", "late_ruled_by": "'x'", "late_ruled_by_id": "0",
}  # fmt: skip
NOT_ADMITTED = {
    **LATE, "late_admitted": "false", "handler_id": "NULL", "assigned_at": "NULL",
    "assigned_by": "NULL", "assigned_by_id": "NULL", "outcome": "'not_accepted'",
    "decided_on": "filed_on", "delivered_on": "filed_on", "decided_by": "'x'", "findings": "'x'",
    "concluded_at": "registered_at", "concluded_by": "'x'",
}  # fmt: skip
ENDED = (
    "outcome", "decided_on", "delivered_on", "decided_by", "document", "findings",
    "concluded_at", "concluded_by", "concluded_by_id",
)  # fmt: skip
PARTS = {
    "handler_id": {},
    "assigned_by_id": {},
    "late_ruled_by_id": LATE,
    "concluded_by_id": NOT_ADMITTED,
}
"""Column that names somebody → what a row needs beside it."""


def copied(number, **named):
    """Insert an appeal like another, with other people in it."""
    told = {"serial": "99", "number": "'X-99'", "told_at": "'2001-01-01 00:00:00'", **named}
    with db.engine.begin() as connection:
        columns = [it["name"] for it in inspect(connection).get_columns("appeal")]
        columns.remove("id")
        connection.exec_driver_sql(
            f"INSERT INTO appeal ({', '.join(columns)}) "  # noqa: S608
            f"SELECT {', '.join(told.get(it, it) for it in columns)} "
            f"FROM appeal WHERE id = {number}"
        )


@pytest.mark.parametrize("part", PARTS)
def test_nobody_who_decided_comes_in_with_the_row(demo, part):
    number = handled(decided("refusal"))
    with pytest.raises(DBAPIError, match="takes no part"):
        copied(number, **PARTS[part] | {part: str(staff(CLERK).id)})
    copied(number, **PARTS[part] | {part: str(staff(HANDLER).id)})


def test_nor_whoever_decided_a_complaint(demo):
    number = handled(decided())
    copied(number)
    other = handled(decided())
    concluded(other, AppealOutcome.REJECTED)
    with pytest.raises(DBAPIError, match="takes no part"):
        copied(other, **dict.fromkeys(ENDED, "NULL"))
