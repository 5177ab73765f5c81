"""What can be typed into a move, and which rows the database refuses whoever writes them."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import literal_column, select, update
from sqlalchemy.exc import IntegrityError

from app.cases.asked import ASKED
from app.cases.models import MAX_TEXT, Case
from app.cases.moves import MOVES
from app.cases.records import Assignment, AssignmentRole, Callback, Visit
from app.cases.rules import Status
from app.core.db import db
from app.core.errors import InvalidInputError
from app.deadlines.adjustment_models import Extension, Pause
from app.deadlines.models import MAX_WORKING_DAYS, Deadline
from app.deadlines.rules import Classification, ClockKind, Verdict
from tests.cases.window import (
    LATER,
    act,
    acting,
    agent,
    attempt,
    brought_to,
    department,
    filled,
    ready_for,
    staff,
)
from tests.conftest import NOW

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("unlimited")

# --- what can be typed -------------------------------------------------------------------------


@pytest.fixture
def refuses(demo):
    """Return a function that says whether a move refuses a value, naming the field alone."""
    ready = {}

    def ask(step, name, bad):
        if step.verb not in ready:
            ready[step.verb] = ready_for(step.verb), filled(step.verb)
        case, values = ready[step.verb]
        done = attempt(case, step.verb, agent(step.verb), {**values, name: bad})
        return isinstance(done, InvalidInputError) and set(done.problems) == {name}

    return ask


def fields_of(*kinds):
    """Return the fields of the moves that are of these kinds, each with its move."""
    found = [(step, name) for step in MOVES for name in (*step.required, *step.optional)]
    return [(step, name) for step, name in found if ASKED[name].kind in kinds]


def test_every_kind_of_field_is_tried_here():
    assert {asked.kind for asked in ASKED.values()} == {*BAD, "long", "text"}
    assert {kind for kind in (*BAD, "long", "text") if fields_of(kind)} == {*BAD, "long", "text"}


def test_a_text_has_a_limit_and_no_control_characters(refuses):
    bad = ("夹带\x00空字符", "铃\x07声", "半个\ud800字", 7, True, ["表"])
    for (step, name), value in product(fields_of("long", "text"), bad):
        assert refuses(step, name, value), (step.verb, name, repr(value)[:20])
    for step, name in fields_of("long", "text"):
        assert refuses(step, name, "长" * (ASKED[name].most + 1)), (step.verb, name)


def test_a_long_text_with_lines_and_tabs_is_kept_as_it_is(demo):
    case, text = brought_to(Status.SIGNED), "两行\n文字，\t制表 " + "长" * (MAX_TEXT - 20)
    act(case, "resolve", LATER, result=text)
    assert case.result == text


BAD = {
    "choice": ("nonsense", 9, True, ["5"], {"a": 1}),
    "days": (0, -1, MAX_WORKING_DAYS + 1, 10**30, "2", 2.0, True, [2]),
    "yes": ("on", 1, 0, []),
    "instant": ("2026-09-18T10:00", "明天", 7, NOW.replace(tzinfo=None), NOW.date(), True),
    "row": ("scjg", 1, True, [], {"id": 1}),
    "rows": ("syk", 1, ["syk"], [1], [None], {"id": 1}),
    "case": ("LQ-2026-000001", 1, True, ["LQ-2026-000001"]),
}
"""Kind of field → what none of its fields can be filled in with."""


@pytest.mark.parametrize("kind", BAD)
def test_a_field_takes_what_its_kind_says_and_nothing_else(refuses, kind):
    for (step, name), value in product(fields_of(kind), BAD[kind]):
        assert refuses(step, name, value), (step.verb, name, value)


def test_rows_are_of_the_right_table(refuses, demo):
    people, places = staff("clerk.linqing"), department()
    for (step, name), value in product(fields_of("row"), (people, places)):
        if not isinstance(value, ASKED[name].target):
            assert refuses(step, name, value), (step.verb, name)
    for step, name in fields_of("rows"):
        assert refuses(step, name, [people]), step.verb
    for step, name in fields_of("case"):
        assert refuses(step, name, places), step.verb


def test_a_case_is_classified_as_one_of_three(cases):
    for classification in Classification:
        done = attempt(
            cases[Status.REGISTERED],
            "accept",
            acting("clerk"),
            {"classification": classification.value},
        )
        assert done is Status.ACCEPTED


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
    "registered-with-an-outcome": (
        Status.REGISTERED,
        {"outcome": "resolved", "result": "办成", "finished_at": NOW},
    ),
    "called-back-without-outcome": (Status.SIGNED, {"status": "called_back"}),
    "called-back-with-a-closing-time": (Status.CALLED_BACK, {"closed_at": NOW}),
    "returned-with-an-outcome": (Status.RESOLVED, {"status": "returned"}),
    "disputed-with-an-outcome": (Status.RESOLVED, {"status": "disputed"}),
    "reopened-with-the-old-outcome": (Status.RESOLVED, {"status": "dispatched"}),
    "merged-into-nothing": (Status.REGISTERED, {"status": "merged"}),
    "merged-into-no-case": (Status.MERGED, {"merged_into_id": 999_999}),
    "archived-without-a-time": (Status.CLOSED, {"status": "archived"}),
    "an-archiving-time-before": (Status.CLOSED, {"archived_at": NOW}),
    "dispatched-to-nobody": (Status.DISPATCHED, {"lead_department_id": None}),
    "signed-by-nobody": (Status.SIGNED, {"lead_department_id": None}),
    "returned-without-classification": (Status.RETURNED, {"classification": None}),
    "disputed-without-classification": (Status.DISPUTED, {"classification": None}),
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


def kept_of(table, case, **criteria):
    """Return a row of a case as it is kept."""
    wanted = [table.c[name] == value for name, value in criteria.items()]
    rows = db.session.connection().execute(select(table).where(table.c.case_id == case.id, *wanted))
    return dict(rows.mappings().one())


def impossible(statement):
    """Say whether the database refuses a statement."""
    try:
        db.session.connection().execute(statement)
    except IntegrityError:
        return True
    else:
        return False
    finally:
        db.session.rollback()


def code(value):
    """Write a code past the check of its mapped type."""
    return literal_column(f"'{value}'")


def test_the_database_refuses_a_second_open_clock_and_a_verdict_without_a_time(demo):
    case, table = brought_to(Status.DISPATCHED), Deadline.__table__
    kept = kept_of(table, case, kind=ClockKind.RESOLVE)
    twin = {**kept, "id": kept["id"] + 10_000, "current": False}
    ours = table.c.id == kept["id"]
    assert impossible(table.insert().values(twin))
    assert impossible(table.insert().values({**twin, "kind": ClockKind.REPLY, "current": True})), (
        "two clocks that the lamp follows"
    )
    for values in (
        {"verdict": Verdict.MET},
        {"met_at": NOW},
        {"paused_at": NOW},
        {"paused_until": NOW},
        {"paused_at": NOW, "paused_until": LATER, "met_at": NOW, "verdict": Verdict.MET},
        {"due_at": kept["start"]},
        {"escalate_at": kept["due_at"]},
    ):
        assert impossible(update(table).where(ours).values(values)), values


def test_the_database_refuses_impossible_requests(demo):
    case = ready_for("grant_pause")
    table = Pause.__table__
    kept = kept_of(table, case)
    ours = table.c.id == kept["id"]
    assert impossible(table.insert().values({**kept, "id": kept["id"] + 10_000}))
    for values in (
        {"days": 0},
        {"state": code("granted")},
        {"began_at": NOW, "until": LATER},
        {"state": code("perhaps")},
        {"state": code("granted"), "began_at": LATER, "until": NOW},
        {"state": code("granted"), "began_at": NOW, "until": LATER, "ended_at": LATER + DAY},
    ):
        assert impossible(update(table).where(ours).values(values)), values
    case = ready_for("grant_extension")
    table = Extension.__table__
    kept = kept_of(table, case)
    assert impossible(table.insert().values({**kept, "id": kept["id"] + 10_000}))
    for values in ({"days": -1}, {"state": code("granted")}, {"new_due": NOW}, {"old_due": NOW}):
        assert impossible(update(table).where(table.c.id == kept["id"]).values(values)), values


def test_the_database_refuses_impossible_records(demo):
    case = ready_for("finish_assist")
    table = Assignment.__table__
    kept = kept_of(table, case, role=AssignmentRole.ASSIST)
    ours, twin = table.c.id == kept["id"], {**kept, "id": kept["id"] + 10_000}
    assert impossible(table.insert().values(twin)), "a department twice"
    other = {"department_id": department("bdc").id, "role": AssignmentRole.LEAD}
    assert impossible(table.insert().values({**twin, **other})), "two that lead"
    for values in (
        {"returned_at": NOW},
        {"returned_at": NOW, "return_reason": ""},
        {"returned_at": NOW, "return_reason": "不是本科室职责", "finished_at": NOW},
    ):
        assert impossible(update(table).where(ours).values(values)), values
    case = ready_for("report_visit")
    visits = update(Visit.__table__).where(Visit.__table__.c.case_id == case.id)
    for values in ({"done_at": NOW}, {"done": "办成了"}):
        assert impossible(visits.values(values)), values
    case = ready_for("close")
    calls = update(Callback.__table__).where(Callback.__table__.c.case_id == case.id)
    for values in ({"reached": False}, {"satisfaction": None}, {"satisfaction": code("9")}):
        assert impossible(calls.values(values)), values
