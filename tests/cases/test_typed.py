"""What can be typed into a move, and which rows the database refuses whoever writes them."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import literal_column, select, update
from sqlalchemy.exc import IntegrityError

from app.cases.models import MAX_TEXT, Case
from app.cases.rules import MOVE, MOVES, Status
from app.core.db import db
from app.core.errors import InvalidInputError
from app.deadlines.models import Deadline
from app.deadlines.rules import Classification, Verdict
from tests.cases.window import LATER, act, acting, attempt, brought_to, department, filled
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("unlimited")

# --- what can be typed -------------------------------------------------------------------------


def refuses(cases, step, name, bad):
    """Say whether a move refuses what one of its fields is filled in with, naming the field."""
    done = attempt(
        cases[step.sources[0]], step.verb, acting(step.role), {**filled(step.verb), name: bad}
    )
    return isinstance(done, InvalidInputError) and set(done.problems) == {name}


def fields_of_moves():
    return [(step, name) for step in MOVES for name in (*step.required, *step.optional)]


def test_a_text_has_a_limit_and_no_control_characters(cases):
    texts = [
        (step, name)
        for step, name in fields_of_moves()
        if name not in {"classification", "satisfaction", "lead_department"}
    ]
    assert len(texts) == 9
    bad = ("长" * (MAX_TEXT + 1), "夹带\x00空字符", "铃\x07声", "半个\ud800字", 7, True, ["表"])
    for (step, name), value in product(texts, bad):
        assert refuses(cases, step, name, value), (step.verb, name, repr(value)[:20])


def test_a_long_text_with_lines_and_tabs_is_kept_as_it_is(demo):
    case, text = brought_to(Status.SIGNED), "两行\n文字，\t制表 " + "长" * (MAX_TEXT - 20)
    act(case, "resolve", LATER, result=text)
    assert case.result == text


def test_a_choice_is_one_of_its_list(cases):
    choices = [
        (step, name)
        for step, name in fields_of_moves()
        if name in {"classification", "satisfaction"}
    ]
    assert len(choices) == 4
    for (step, name), value in product(choices, ("nonsense", 9, True, ["5"], {"a": 1})):
        assert refuses(cases, step, name, value), (step.verb, name, value)


def test_a_department_is_a_department(cases):
    for value in ("scjg", 1, [department()]):
        assert refuses(cases, MOVE["dispatch"], "lead_department", value), value


def test_a_case_is_classified_as_one_of_three(cases):
    for classification in Classification:
        assert (
            attempt(
                cases[Status.REGISTERED],
                "accept",
                acting("clerk"),
                {"classification": classification.value},
            )
            is Status.ACCEPTED
        )


# --- what the database refuses -------------------------------------------------------------------


CODES = {"status", "classification", "outcome"}
"""Columns whose codes are written past the check of their mapped type."""

IMPOSSIBLE = {
    "closed-without-outcome": (Status.SIGNED, {"status": "closed", "closed_at": NOW}),
    "closed-without-a-time": (Status.RESOLVED, {"status": "closed"}),
    "a-closing-time-while-open": (Status.RESOLVED, {"closed_at": NOW}),
    "an-outcome-without-a-time": (Status.SIGNED, {"outcome": "resolved", "result": "办成"}),
    "a-time-without-an-outcome": (Status.SIGNED, {"finished_at": NOW}),
    "resolved-without-result": (Status.SIGNED, {"outcome": "resolved", "finished_at": NOW}),
    "resolved-with-empty-result": (Status.RESOLVED, {"result": ""}),
    "replied-without-reasons": (Status.SIGNED, {"outcome": "replied", "finished_at": NOW}),
    "replied-with-empty-reasons": (Status.REPLIED, {"reasons": ""}),
    "refused-without-remedy": (Status.REFUSED, {"remedy": None}),
    "refused-without-reason": (Status.REFUSED, {"refusal_reason": None}),
    "refused-with-empty-remedy": (Status.REFUSED, {"remedy": ""}),
    "accepted-without-classification": (Status.ACCEPTED, {"classification": None}),
    "visits-below-nought": (Status.REGISTERED, {"visits": -1}),
    "visits-beyond-reason": (Status.REGISTERED, {"visits": 1000}),
    "a-state-that-does-not-exist": (Status.REGISTERED, {"status": "lost"}),
    "a-class-that-does-not-exist": (Status.ACCEPTED, {"classification": "perhaps"}),
    "a-department-that-does-not-exist": (Status.SIGNED, {"lead_department_id": 999_999}),
}


def test_the_database_refuses_an_impossible_case(cases):
    table = Case.__table__
    for name, (status, values) in IMPOSSIBLE.items():
        raw = {
            key: literal_column(f"'{value}'") if key in CODES and value else value
            for key, value in values.items()
        }
        with pytest.raises(IntegrityError):  # noqa: PT012 - names the row that was let through
            db.session.connection().execute(
                update(table).where(table.c.id == cases[status].id).values(**raw)
            )
            pytest.fail(name)
        db.session.rollback()


def test_the_database_refuses_a_second_open_clock_and_a_verdict_without_a_time(demo):
    case = brought_to(Status.DISPATCHED)
    table = Deadline.__table__
    kept = dict(
        db.session.connection()
        .execute(select(table).where(table.c.case_id == case.id))
        .mappings()
        .one()
    )
    with pytest.raises(IntegrityError):
        db.session.connection().execute(
            table.insert().values({**kept, "id": kept["id"] + 10_000, "current": False})
        )
    db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.connection().execute(
            update(table).where(table.c.id == kept["id"]).values(verdict=Verdict.MET)
        )
    db.session.rollback()
