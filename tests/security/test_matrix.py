"""Every route, as every role, on one's own row and on a foreign one; nothing is left out.

The map of the application is walked, not the table: a route that the table doesn't know fails.
"""

from __future__ import annotations

import pytest

from app.cases.moves import MOVES as CASE_MOVES
from app.core import scope
from tests.security.routes import LINKS, MAY, MOVES, ROLES, ROUTES
from tests.security.world import (
    FOREIGN,
    FROM_CASES,
    PERSONS,
    UNSCOPED,
    another_city,
    own_row,
    people_of,
    readable,
    row_at,
    secrets_of,
)

AUTOMATIC = {"HEAD", "OPTIONS"}
VERBS = sorted({verb for verbs in MOVES.values() for verb in verbs})


def test_the_table_knows_every_route_of_the_application(app):
    there = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - AUTOMATIC
    }
    known = {(route.rule, route.method) for route in ROUTES}
    assert there - known == set(), (
        "new routes: say in tests/security/routes.py which entity they are about, what a role "
        "needs to use them and what a good answer is (PAGES, RESOURCES or SPECIAL; MAY)"
    )
    assert known - there == set(), "routes that are no more: take them out of the table"
    assert len(known) == len(ROUTES), "a route is in the table twice"


def test_the_table_knows_every_move_of_a_case():
    assert {step.verb for step in CASE_MOVES} == set(VERBS), (
        "new moves: say in tests/security/routes.py which roles may make them (MOVES)"
    )


class Asker:
    """One person with a browser and a token, who tries everything."""

    def __init__(self, app, role, login, token):
        self.role, self.app = role, app
        username = PERSONS.get(role)
        self.browser = app.test_client()
        self.headers = {}
        if username:
            self.browser = login(app, username)
            self.headers = token(app, username)

    def ask(self, route, number=0, verb="accept"):
        path = route.rule
        for name, value in (
            ("<int:number>", 999_999),
            ("<int:pk>", number),
            ("<pk>", number),
            ("<verb>", verb),
            ("<kind>", "file"),
            ("<step>", "submit"),
            ("<told>", "shown"),
            ("<decision>", "accept"),
            ("<name>", LINKS.get(route.entity, "nothing")),
            ("<string:locale>", "en"),
            ("<path:filename>", "nothing.css"),
        ):
            path = path.replace(name, str(value))
        if route.rest:
            body = None if route.method in {"GET", "DELETE"} else {}
            return self.app.test_client().open(
                path, method=route.method, json=body, headers=self.headers
            )
        form = {"kind": "cases"} if route.rule == "/ledgers/take" else {}
        return self.browser.open(path, method=route.method, data=form or None)


def may(role, route, verb):
    """Say from the table, not from the application, whether a role may use a route at all."""
    granted = MAY.get(route.entity, {}).get(role, "").split()
    if route.need == "move":
        return "read" in granted and verb in MOVES.get(role, ())
    return route.need in {"person", "anybody"} or route.need in granted


def expected(route, role, verb, *, foreign):
    """Return the statuses that are right."""
    if route.need in {"anybody", "nobody"}:
        return route.good
    if role == "anonymous":
        return {401} if route.rest else {302}
    sees = "read" in MAY.get(route.entity, {}).get(role, "").split() or route.need == "person"
    if foreign and sees and (route.need == "move" or may(role, route, verb)):
        return {404}
    if not may(role, route, verb):
        return {403}
    if "<name>" in route.rule and route.entity not in LINKS:
        return {404}
    return route.good


def wrong_answers(asker, route, number, forbidden, verb="accept", *, foreign=False):
    """Ask once, and say what is wrong with the answer."""
    answer = asker.ask(route, number, verb)
    right = expected(route, asker.role, verb, foreign=foreign)
    asked = f"{asker.role}: {route.method} {route.rule} [{number}] {verb}"
    asked += " of somebody else" if foreign else ""
    if answer.status_code not in right:
        yield f"{asked} → {answer.status_code}, not {sorted(right)}"
    if (
        asker.role == "anonymous"
        and answer.status_code == 302
        and route.need not in {"anybody", "nobody"}
        and not answer.location.startswith("/login/")
    ):
        yield f"{asked} → sent to {answer.location}"
    if (
        route.rest
        and answer.status_code >= 400
        and (answer.content_type != "application/problem+json")
    ):
        yield f"{asked} → {answer.status_code} as {answer.content_type}"
    said = readable(answer)
    answer.close()
    yield from (f"{asked} → tells {word}" for word in forbidden if word in said)


def asked_for(asker, route, exports):
    """Return what to ask a route for: row, whether it is foreign, verb."""
    verbs = VERBS if "<verb>" in route.rule else ["accept"]
    if not route.about_a_row:
        return [(0, False, "accept")]
    role = asker.role if asker.role in PERSONS else "clerk"
    found = [(own_row(route.entity, role, exports), False, verb) for verb in verbs]
    if route.entity not in UNSCOPED:
        found += [
            (row_at(route.entity, place, exports), True, verb)
            for place in FOREIGN[role]
            if "/" not in place or _of_cases(route)
            for verb in set(verbs) & {"accept", "sign"}
        ]
    return found


def _of_cases(route):
    return route.entity in FROM_CASES


@pytest.mark.parametrize("role", [*ROLES, "anonymous"])
def test_a_role_may_what_the_domain_says_and_sees_no_foreign_row(demo, role, login, token):
    another_city()
    places = FOREIGN.get(role) or ("linqing", "yanggu", "liaocheng", "dezhou")
    forbidden = set().union(*(secrets_of(place) for place in places))
    if role != "admin":
        forbidden |= set().union(*(people_of(place) for place in places if "/" not in place))
    asker = Asker(demo, role, login, token)
    wrong = []
    for route in ROUTES:
        for number, foreign, verb in asked_for(asker, route, demo.config["EXPORTS"]):
            wrong += wrong_answers(asker, route, number, forbidden, verb, foreign=foreign)
    assert not wrong, "\n".join(wrong)


def test_no_scope_is_left_behind_by_a_request(demo, login):
    login(demo, "clerk.linqing").get("/cases/list/")
    assert scope._current.get() is None
