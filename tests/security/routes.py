"""Every address of the panel, and who may do what with it: written by hand from the domain.

Nothing here is read from the application's own tables. A route that is not named here fails
test_matrix: a new one is added to `PAGES`, `RESOURCES` or `SPECIAL`, and its entity to `MAY`.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("clerk", "handler", "supervisor", "inspector", "admin")

MAY = {
    "halls": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read export",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "departments": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read export",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "responsibilities": {
        "clerk": "read export",
        "handler": "read",
        "supervisor": "read export",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "memberships": {"inspector": "read export", "admin": "read add edit delete export"},
    "staff": {"admin": "read add edit delete export"},
    "cases": {
        "clerk": "read add edit export",
        "handler": "read export",
        "supervisor": "read export",
        "inspector": "read export",
    },
    "deadlines": {
        "clerk": "read export",
        "handler": "read",
        "supervisor": "read export",
        "inspector": "read export",
    },
    "events": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read export",
    },
    "deadline-rules": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "calendar-years": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "calendar-days": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "calendar-revisions": {"supervisor": "read", "inspector": "read", "admin": "read"},
    "recompute": {"supervisor": "read", "admin": "read"},
    "jobs": {"inspector": "read", "admin": "read"},
    "ledgers": {"supervisor": "read export", "inspector": "read export"},
}
"""Entity → role → what it may; a role that is not named may nothing."""

MOVES = {
    "clerk": ("accept", "refuse", "close_on_the_spot", "dispatch", "close"),
    "handler": ("sign", "progress", "resolve", "reply"),
}
"""Role → the verbs of a case that it may say."""

LINKS = {
    "halls": "parent",
    "departments": "hall",
    "responsibilities": "department",
    "memberships": "department",
    "cases": "lead_department",
    "deadline-rules": "hall",
    "ledgers": "hall",
}
"""Entity → one of its fields that is chosen from rows; the others have none."""


@dataclass(frozen=True)
class Route:
    """One method of one rule: what it is about, what it asks for, what a good answer is."""

    rule: str
    method: str
    entity: str
    need: str
    good: frozenset[int]

    @property
    def rest(self) -> bool:
        """Whether programs call it."""
        return self.rule.startswith("/api/")

    @property
    def about_a_row(self) -> bool:
        """Whether it names a row."""
        return "pk>" in self.rule


LIST = (
    ("/{}/list/", "GET", "read", 200),
    ("/{}/show/<pk>", "GET", "read", 200),
    ("/{}/choices/<name>", "GET", "read", 200),
    ("/{}/export", "GET", "export", 200),
)
ADD = (("/{}/add", "GET", "add", 200), ("/{}/add", "POST", "add", 422))
EDIT = (("/{}/edit/<pk>", "GET", "edit", 200), ("/{}/edit/<pk>", "POST", "edit", 409))
DELETE = (("/{}/delete/<pk>", "GET", "delete", 200), ("/{}/delete/<pk>", "POST", "delete", 302))
FULL = (*LIST, *ADD, *EDIT, *DELETE)

GET = (
    ("/api/v1/{}/", "GET", "read", 200),
    ("/api/v1/{}/<int:pk>", "GET", "read", 200),
    ("/api/v1/{}/_info", "GET", "read", 200),
)
POST = (("/api/v1/{}/", "POST", "add", 422),)
PUT = (("/api/v1/{}/<pk>", "PUT", "edit", 200),)
DROP = (("/api/v1/{}/<pk>", "DELETE", "delete", 200),)
WHOLE = (*GET, *POST, *PUT, *DROP)

PAGES = {
    "halls": FULL,
    "departments": FULL,
    "responsibilities": FULL,
    "memberships": FULL,
    "staff": FULL,
    "cases": (*LIST, *ADD, *EDIT),
    "deadlines": LIST,
    "events": LIST,
    "deadline-rules": FULL,
    "calendar-years": FULL,
    "calendar-days": FULL,
    "calendar-revisions": LIST,
    "jobs": LIST,
    "ledgers": LIST,
}
RESOURCES = {
    "halls": WHOLE,
    "departments": WHOLE,
    "responsibilities": WHOLE,
    "memberships": WHOLE,
    "staff": (*GET, *PUT),
    "cases": (*GET, *POST, *PUT),
    "deadlines": GET,
    "events": GET,
    "deadline-rules": WHOLE,
    "calendar-years": WHOLE,
    "calendar-days": WHOLE,
    "calendar-revisions": GET,
    "jobs": GET,
    "ledgers": GET,
}
SPECIAL = (
    ("/cases/matters", "GET", "cases", "read", 200),
    ("/cases/<pk>/reveal", "GET", "cases", "read", 200),
    ("/cases/<pk>/reveal", "POST", "cases", "read", 422),
    ("/cases/<pk>/<verb>", "GET", "cases", "move", (200, 302, 422)),
    ("/cases/<pk>/<verb>", "POST", "cases", "move", (302, 422)),
    ("/api/v1/cases/<pk>/moves/<verb>", "POST", "cases", "move", (200, 409, 422)),
    ("/calendar-days/import", "GET", "calendar-days", "add", 200),
    ("/calendar-days/import", "POST", "calendar-days", "add", 422),
    ("/recompute/preview", "GET", "recompute", "read", 200),
    ("/recompute/preview", "POST", "recompute", "read", 302),
    ("/ledgers/<pk>/file", "GET", "ledgers", "export", 200),
    ("/ledgers/take", "GET", "ledgers", "export", 200),
    ("/ledgers/take", "POST", "ledgers", "export", 200),
    ("/", "GET", "", "person", 200),
    ("/password", "GET", "", "person", 200),
    ("/password", "POST", "", "person", 422),
    ("/api/v1/security/refresh", "POST", "", "nobody", 401),
    ("/login/", "GET", "", "anybody", (200, 302)),
    ("/login/", "POST", "", "anybody", (302, 401)),
    ("/api/v1/security/login", "POST", "", "anybody", 400),
    ("/back", "GET", "", "anybody", 302),
    ("/lang/<string:locale>", "GET", "", "anybody", 302),
    ("/healthz", "GET", "", "anybody", 200),
    ("/readyz", "GET", "", "anybody", (200, 503)),
    ("/assets/<path:filename>", "GET", "", "anybody", 404),
    ("/static/appbuilder/<path:filename>", "GET", "", "anybody", 404),
    ("/logout/", "POST", "", "anybody", 302),
)


def _route(rule: str, method: str, entity: str, need: str, good: int | tuple[int, ...]) -> Route:
    codes = good if isinstance(good, tuple) else (good,)
    return Route(rule.format(entity), method, entity, need, frozenset(codes))


ROUTES = tuple(
    [
        _route(rule, method, entity, need, good)
        for table in (PAGES, RESOURCES)
        for entity, rules in table.items()
        for rule, method, need, good in rules
    ]
    + [_route(*special) for special in SPECIAL]
)
