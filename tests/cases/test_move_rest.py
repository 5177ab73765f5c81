"""Moves by REST: what JSON may say for each kind of field, and that every verb can be said."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest

from app.cases.asked import ASKED
from app.cases.models import MAX_TEXT, Case
from app.cases.moves import MOVE, MOVES
from app.core import scope
from app.core.db import db
from tests.cases.ways import PATHS
from tests.cases.window import agent, case_of, department, events, filled, made, made_for
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_now")


@pytest.fixture
def say(demo, token):
    """Return a function that makes a move as whoever usually does; tokens are fetched once."""
    known = {}

    def call(number, verb, body):
        name = agent(verb).username
        db.session.rollback()
        headers = known.setdefault(name, None) or token(demo, name)
        known[name] = headers
        address = f"/api/v1/cases/{number}/moves/{verb}"
        return demo.test_client().post(address, json=body, headers=headers)

    return call


def as_json(value):
    """Return what a program sends for what a field is filled in with."""
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, Case):
        return value.number
    if isinstance(value, datetime):
        return value.isoformat()
    return getattr(value, "id", value)


def sent(verb, **fields):
    with scope.everything():
        body = {name: as_json(value) for name, value in filled(verb, **fields).items()}
    db.session.rollback()
    return body


def test_every_move_is_made_by_rest(say):
    for step in MOVES:
        number = made_for(step.verb)
        before = case_of(number).status
        answer = say(number, step.verb, sent(step.verb))
        assert answer.status_code == 200, (step.verb, answer.text)
        assert answer.json["id"] == number
        assert case_of(number).status is (step.target or before), step.verb
        assert events(number)[-1] == step.event
        assert answer.json["result"]["status"] == case_of(number).status.value, step.verb


WRONG = {
    "long": (7, True, [], {"a": 1}, "空\x00字符", "半个\ud800字", "长" * (MAX_TEXT + 1)),
    "text": (7, True, [], {"a": 1}, "空\x00字符", "长" * (MAX_TEXT + 1)),
    "choice": ("nonsense", 5, True, ["5"], {"a": 1}),
    "days": (0, -1, 10**30, "2", 2.5, True, [2], {}),
    "yes": ("yes", 1, 0, [], {}),
    "instant": (
        "2026-09-18T10:00:00",
        "2026-09-18",
        "2026-13-45T10:00+08:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        1789000000,
        True,
        {},
    ),
    "row": ("1", "scjg", 0, -1, 999_999, 10**30, 1.5, True, [1], {"id": 1}, {"name": "新科室"}),
    "rows": ("1", 1, [0], ["1"], [999_999], [10**30], [None], [True], [[1]], [{"id": 1}], {}),
    "case": (1, True, [], {}, "LQ-2026-999999", "YG-2026-000001", "LQ\x00", "半个\ud800字"),
}  # fmt: skip
"""Kind of field → what JSON can't say for it."""


def test_every_kind_of_field_is_tried_here():
    assert {asked.kind for asked in ASKED.values()} == set(WRONG)


@pytest.mark.parametrize("kind", WRONG)
def test_json_of_the_wrong_kind_is_refused_and_names_the_field(say, kind):
    found = [(step.verb, name) for step in MOVES for name in (*step.required, *step.optional)]
    tried = {}
    for verb, name in found:
        if ASKED[name].kind == kind:
            tried.setdefault(name, verb)
    for (name, verb), value in product(tried.items(), WRONG[kind]):
        number, body = made_for(verb), {**sent(verb), name: value}
        before = events(number)
        answer = say(number, verb, body)
        assert answer.status_code == 422, (verb, name, value)
        assert answer.content_type == "application/problem+json"
        assert set(answer.json["errors"]) == {name}, (verb, name, value)
        assert events(number) == before, (verb, name)


def test_rows_are_said_by_their_numbers(say):
    with scope.everything():
        assists = [department(code).id for code in ("syk", "bdc")]
        stranger = department("syk", "yanggu").id
    number, body = made_for("dispatch"), sent("dispatch")
    for wrong in ([stranger], [assists[0], assists[0]], [body["lead_department"]]):
        answer = say(number, "dispatch", {**body, "assist_departments": wrong})
        assert set(answer.json["errors"]) == {"assist_departments"}, wrong
    answer = say(number, "dispatch", {**body, "assist_departments": assists})
    assert answer.status_code == 200
    with scope.everything():
        case = case_of(number)
        assert [it.department_id for it in case.assignments][1:] == assists


def test_an_instant_is_said_with_its_time_zone(say):
    number, body = made_for("plan_visit"), sent("plan_visit")
    answer = say(number, "plan_visit", {**body, "visit_at": "2026-09-18T10:30:00+08:00"})
    assert answer.status_code == 200
    with scope.everything():
        [visit] = case_of(number).visits_made
        assert visit.visit_at == datetime.fromisoformat("2026-09-18T02:30:00+00:00")
        assert visit.visit_at - NOW == timedelta(days=1, minutes=30)


def test_nothing_may_be_said_that_a_move_does_not_ask_for(say):
    number = made_for("sign")
    for body in ({"note": "签收"}, {"status": "closed"}, {"": 1}):
        answer = say(number, "sign", body)
        assert answer.status_code == 422
        assert set(answer.json["errors"]) == set(body)
    assert events(number)[-1] == "dispatched"


@pytest.mark.parametrize("body", ["[]", "[1]", '"sign"', "0", "false", "null", "{", '{"days": 1'])
def test_a_body_that_is_no_object_is_never_taken_for_an_empty_one(demo, token, body):
    number = made_for("grant_extension")
    headers = {**token(demo, "supervisor.linqing"), "Content-Type": "application/json"}
    address = f"/api/v1/cases/{number}/moves/grant_extension"
    answer = demo.test_client().post(address, data=body, headers=headers)
    assert answer.status_code == 422
    assert events(number)[-1] == "extension_asked"
    assert demo.test_client().post(address, headers=headers).status_code == 200


def test_what_the_table_does_not_allow_is_a_conflict_in_words(say):
    for status in PATHS:
        number = made(status)
        before = events(number)
        for verb in ("sign", "settle", "close", "grant_pause", "resume", "archive", "reopen"):
            if status not in MOVE[verb].sources:
                answer = say(number, verb, sent(verb))
                assert answer.status_code in (404, 409), (status, verb, answer.text)
                assert answer.json["title"], (status, verb)
        assert events(number) == before
