"""The pages of moves, as a person with a browser meets them."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from app.cases.guards import why_not
from app.cases.models import Case
from app.cases.moves import MOVE, MOVES, Stage
from app.cases.rules import Status
from app.cases.standing import Standing
from app.core import scope
from app.core.db import db
from app.core.language import gettext
from tests.cases.window import (
    ACTORS,
    SHANGHAI,
    agent,
    case_of,
    events,
    filled,
    made,
    made_for,
    person,
)
from tests.conftest import NOW
from tests.core import screens

pytestmark = pytest.mark.usefixtures("at_now")


# --- moves ---------------------------------------------------------------------------------------


def offered(answer):
    """Return the verbs of the buttons on a case page, and the names of those that are withheld."""
    page = screens.tree(answer)
    urls = page.xpath("//*[@role='group']//a/@href | //*[@role='group']//form/@action")
    withheld = page.xpath("//*[@role='group']//button[@aria-disabled='true']")
    return {url.rsplit("/", 1)[1] for url in urls}, {it.text.strip() for it in withheld}


def offers(met):
    """Return what the table has for a person here: what they can do, and what is withheld."""
    here = {
        step: why_not(step, met)
        for step in MOVES
        if met.case.status in step.sources and met.actor.roles.intersection(step.roles)
    }
    withheld = {step for step, reason in here.items() if reason and not step.alternative}
    return (
        {step.verb for step, reason in here.items() if not reason},
        {gettext(step.label) for step in withheld},
    )


def test_the_buttons_are_those_of_the_table(demo, login):
    people = {actor: login(demo, name) for actor, name in ACTORS.items() if actor != "admin"}
    numbers = [made(status) for status in Status]
    numbers += [made_for(step.verb) for step in MOVES if step.alternative]
    for number, (actor, client) in product(numbers, people.items()):
        answer = client.get(f"/cases/show/{number}")
        with scope.everything(), demo.test_request_context():
            case, asking = case_of(number), person(ACTORS[actor])
            shown = actor not in ("handler", "assist") or any(
                item.department_id in asking.departments("handler") and not item.returned_at
                for item in case.assignments
            )
            wanted = offers(Standing(case, asking, NOW))
        assert answer.status_code == (200 if shown else 404), (case.status, actor)
        if shown:
            assert offered(answer) == wanted, (case.status, actor)


def test_each_of_two_alternatives_is_offered_where_the_other_is_not(demo, login):
    for verb, others in OFFERED.items():
        client = login(demo, acting_for(verb))
        there, _ = offered(client.get(f"/cases/show/{made_for(verb)}"))
        assert verb in there, verb
        assert not there & set(others), verb


def acting_for(verb):
    """Return the log-in name of who usually makes a move."""
    name = agent(verb).username
    db.session.rollback()
    return name


OFFERED = {
    "return": ("return_again", "sign_assist"),
    "return_again": ("return",),
    "sign_assist": ("finish_assist", "sign", "return"),
    "finish_assist": ("sign_assist", "return_assist"),
    "report_visit": ("close", "accept"),
    "grant_extension": ("grant_pause", "decline_pause"),
    "decline_pause": ("grant_extension", "decline_extension"),
    "tell_applicant": ("resume",),
    "resume": ("tell_applicant",),
    "explain": ("close_unreached",),
    "close_unreached": ("explain",),
}
"""Verb → verbs that have no button where it can be made."""


def as_typed(value):
    """Return what a browser sends for what a field is filled in with."""
    if isinstance(value, list):
        return [as_typed(item) for item in value]
    if isinstance(value, Case):
        return value.number
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    return str(getattr(value, "id", value))


def typed_for(verb):
    with scope.everything():
        given = {name: as_typed(value) for name, value in filled(verb).items()}
    db.session.rollback()
    return given


@pytest.mark.parametrize("stage", Stage, ids=str)
def test_every_move_works_from_its_page(demo, login, stage):
    for step in (step for step in MOVES if step.stage is stage):
        number, values = made_for(step.verb), typed_for(step.verb)
        before = case_of(number).status
        client, address = login(demo, acting_for(step.verb)), f"/cases/{number}/{step.verb}"
        if step.required or step.optional:
            form = client.get(address)
            assert form.status_code == 200, (step.verb, screens.summary(form))
            drawn = set(screens.tree(form).xpath("//form[@id='form']//*[@name]/@name"))
            assert {*step.required, *step.optional} <= drawn, step.verb
        if step.required:
            empty = client.post(address, data=dict.fromkeys(step.required, ""))
            assert empty.status_code == 422, step.verb
            assert set(screens.beside(empty)) == set(step.required), step.verb
            assert case_of(number).status is before
        answer = client.post(address, data=values)
        assert answer.status_code == 302, (step.verb, screens.summary(answer))
        assert case_of(number).status is (step.target or before), step.verb
        assert events(number)[-1] == step.event


def test_who_gives_a_case_back_is_led_to_the_list(demo, login):
    for verb in ("return", "return_again", "return_assist"):
        number, client = made_for(verb), login(demo, acting_for(verb))
        answer = client.post(f"/cases/{number}/{verb}", data={"note": "不是本科室职责"})
        assert (answer.status_code, answer.location) == (302, "/cases/list/"), verb
        assert client.get(answer.location).status_code == 200
        assert client.get(f"/cases/show/{number}").status_code == 404, verb


BESIDE = (
    ("merge", "other_case", "LQ-2026-999999"),
    ("merge", "other_case", "LQ\x00-2026-000001"),
    ("merge", "other_case", "半个\ud800字"),
    ("link", "other_case", "YG-2026-000001"),
    ("ask_extension", "days", "0"),
    ("ask_extension", "days", "6"),
    ("ask_extension", "days", "两天"),
    ("ask_extension", "days", "9" * 5000),
    ("ask_pause", "days", "11"),
    ("grant_extension", "days", "3"),
    ("grant_pause", "days", "251"),
    ("plan_visit", "visit_at", "2026-09-17T09:00"),
    ("plan_visit", "visit_at", "明天上午"),
    ("plan_visit", "visit_at", "9999-12-31T23:59"),
    ("plan_visit", "visit_at", "0001-01-01T00:00"),
    ("plan_visit", "place", "村" * 256),
    ("plan_visit", "officer", "李\x07"),
    ("reassign", "handler", "999999"),
    ("reassign", "handler", "x"),
    ("reclassify", "classification", "should_be_done"),
    ("callback", "satisfaction", "6"),
    ("dispatch", "assist_departments", "999999"),
    ("settle", "lead_department", "0"),
)
"""Move, field, and what is typed there that it can't be."""


def test_what_cannot_be_is_told_beside_the_field_and_nothing_is_lost(demo, login):
    for verb, name, value in BESIDE:
        number, values = made_for(verb), {**typed_for(verb), name: value}
        before = events(number)
        client = login(demo, acting_for(verb))
        answer = client.post(
            f"/cases/{number}/{verb}",
            data={key: text.encode("utf-8", "surrogatepass") for key, text in values.items()},
        )
        assert answer.status_code == 422, (verb, value[:20])
        assert set(screens.beside(answer)) == {name}, (verb, value[:20])
        assert events(number) == before, (verb, value[:20])
        kept = screens.typed(answer)
        for field in MOVE[verb].required:
            assert field == name or kept[field] == values[field], (verb, field)


def test_two_clerks_press_the_same_move_and_the_second_is_told(demo, login, clerk):
    number = made(Status.REGISTERED)
    second = login(demo, "clerk.linqing")
    second.get(f"/cases/{number}/accept")
    data = {"classification": "should_be_done"}
    assert clerk.post(f"/cases/{number}/accept", data=data).status_code == 302
    answer = second.post(f"/cases/{number}/accept", data={"classification": "unlawful"})
    assert answer.status_code == 422
    assert "待派发" in screens.text_of(answer)
    assert screens.typed(answer)["classification"] == "unlawful"
    assert case_of(number).classification == "should_be_done"
    assert events(number) == ["registered", "accepted"]


def test_two_handlers_sign_and_the_second_is_told(demo, login, handler):
    number = made(Status.DISPATCHED)
    second = login(demo, "handler.linqing.scjg")
    assert handler.post(f"/cases/{number}/sign").status_code == 302
    answer = second.post(f"/cases/{number}/sign", follow_redirects=True)
    assert answer.status_code == 200
    assert "办理中" in " ".join(screens.tree(answer).xpath("//*[@role='status']//text()"))
    assert events(number).count("signed") == 1


def test_a_page_that_is_only_read_moves_nothing(handler):
    number = made(Status.DISPATCHED)
    assert handler.get(f"/cases/{number}/sign").status_code in {200, 302, 405}
    assert case_of(number).status is Status.DISPATCHED


NOWHERE = (
    "/cases/{0}/destroy",
    "/cases/{0}/__class__",
    "/cases/999999/accept",
    "/cases/0/accept",
    "/cases/-1/accept",
    "/cases/x/accept",
    "/cases/99999999999999999999/accept",
    "/cases/show/999999",
    "/cases/show/x",
    "/cases/show/²",
    "/cases/edit/999999",
    "/cases/999999/reveal",
    "/cases/delete/{0}",
    "/cases/action/x/{0}",
)


def test_unknown_cases_and_moves_are_not_found(clerk):
    number = made(Status.REGISTERED)
    for address in NOWHERE:
        assert clerk.get(address.format(number)).status_code == 404, address
        assert clerk.post(address.format(number)).status_code in {404, 405}, address
    assert case_of(number).status is Status.REGISTERED


def test_a_case_of_another_hall_is_not_found(demo, login):
    number = made(Status.REGISTERED)
    stranger = login(demo, "clerk.yanggu")
    for address in ("show/{0}", "edit/{0}", "{0}/accept", "{0}/reveal"):
        assert stranger.get(f"/cases/{address.format(number)}").status_code == 404
    assert (
        stranger.post(f"/cases/{number}/accept", data={"classification": "unlawful"}).status_code
        == 404
    )
    assert stranger.post(f"/cases/{number}/reveal", data={"reason": "看看"}).status_code == 404
    assert case_of(number).status is Status.REGISTERED
