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
    "handover": {"handler": "read", "supervisor": "read"},
    "attachments": {
        "clerk": "read add",
        "handler": "read add",
        "supervisor": "read",
        "inspector": "read",
    },
    "files-of-a-case": {
        "clerk": "read add",
        "handler": "read add",
        "supervisor": "read",
        "inspector": "read",
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
    "articles": {
        "clerk": "read add edit",
        "handler": "read add edit",
        "supervisor": "read add edit export",
        "inspector": "read",
        "admin": "read",
    },
    "knowledge": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read export",
        "inspector": "read export",
        "admin": "read",
    },
    "frequent-problems": {"clerk": "read", "supervisor": "read export", "inspector": "read export"},
    "improvements": {
        "clerk": "read",
        "handler": "read edit",
        "supervisor": "read add edit export",
        "inspector": "read export",
    },
    "frequency-rules": {"supervisor": "read", "inspector": "read", "admin": "read add edit delete"},
    "causes": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "criteria": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "remedy-rules": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "text-templates": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "rule-documents": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read add edit delete export",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "windows": {
        "clerk": "read",
        "supervisor": "read add edit delete export",
        "admin": "read add edit delete export",
    },
    "duties": {"clerk": "read", "supervisor": "read edit export", "admin": "read edit export"},
    "swaps": {
        "clerk": "read add edit",
        "supervisor": "read add edit export",
        "admin": "read add edit export",
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
    "changes": {"inspector": "read", "admin": "read"},
    "jobs": {"inspector": "read", "admin": "read"},
    "ledgers": {"supervisor": "read export", "inspector": "read export"},
    "ledger-templates": {
        "clerk": "read export",
        "handler": "read export",
        "supervisor": "read add edit export",
        "inspector": "read add edit export",
    },
    "imports": {
        "clerk": "read add",
        "handler": "read add",
        "supervisor": "read",
        "inspector": "read export",
        "admin": "read add",
    },
    "supervision-rules": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read export",
        "admin": "read add edit delete export",
    },
    "supervision-cards": {
        "clerk": "read",
        "handler": "read edit",
        "supervisor": "read add delete export",
        "inspector": "read export",
    },
    "cards-of-a-case": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read add",
        "inspector": "read",
    },
    "overview": {"supervisor": "read export", "inspector": "read export", "admin": "read export"},
    "accountability": {"supervisor": "read", "inspector": "read"},
    "referrals": {"supervisor": "read add export", "inspector": "read edit export"},
    "referrals-of-a-case": {"supervisor": "read add", "inspector": "read"},
    "remedy-periods": {
        "clerk": "read",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
        "admin": "read add edit delete export",
    },
    "appeals": {
        "clerk": "read add edit",
        "handler": "read",
        "supervisor": "read edit export",
        "inspector": "read export",
    },
    "appeals-of-a-case": {
        "clerk": "read add",
        "handler": "read",
        "supervisor": "read",
        "inspector": "read",
    },
    "appeal-assignments": {"supervisor": "read edit"},
    "notice-rules": {"admin": "read add edit delete"},
    "notice-targets": {"admin": "read add edit delete"},
    "deliveries": {"inspector": "read", "admin": "read edit"},
}
"""Entity → role → what it may; a role that is not named may nothing."""

MOVES = {
    "clerk": (
        *("accept", "refuse", "close_on_the_spot", "merge", "link", "dispatch"),
        *("contact", "plan_visit", "report_visit", "raise", "remind", "tell_applicant", "resume"),
        *("reclassify", "callback", "no_answer", "explain", "close", "close_unreached", "reopen"),
        "archive",
    ),
    "handler": (
        *("sign", "sign_assist", "return", "return_again", "return_assist", "reassign"),
        *("contact", "progress", "finish_assist", "plan_visit", "report_visit", "raise"),
        *("ask_extension", "tell_applicant", "ask_pause", "resume", "resolve", "reply"),
    ),
    "supervisor": (
        *("settle", "reassign", "raise", "instruct", "remind", "grant_extension"),
        *("decline_extension", "grant_pause", "decline_pause", "resume", "reclassify"),
        *("explain", "reopen"),
    ),
}
"""Role → the verbs of a case that it may say."""

LINKS = {
    "halls": "parent",
    "departments": "hall",
    "responsibilities": "department",
    "memberships": "department",
    "cases": "lead_department",
    "deadline-rules": "hall",
    "articles": "hall",
    "frequent-problems": "hall",
    "improvements": "department",
    "frequency-rules": "hall",
    "knowledge": "hall",
    "causes": "parent",
    "criteria": "hall",
    "remedy-rules": "hall",
    "remedy-periods": "hall",
    "appeals": "hall",
    "text-templates": "hall",
    "rule-documents": "hall",
    "windows": "hall",
    "duties": "window",
    "swaps": "window",
    "ledgers": "hall",
    "ledger-templates": "hall",
    "imports": "hall",
    "supervision-rules": "hall",
    "supervision-cards": "department",
    "referrals": "hall",
    "notice-rules": "hall",
    "notice-targets": "hall",
    "deliveries": "hall",
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
    ("/{}/columns", "GET", "read", 200),
    ("/{}/columns", "POST", "read", 422),
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
    "articles": (*LIST, *ADD, *EDIT),
    "frequent-problems": LIST,
    "improvements": (*LIST, *ADD),
    "frequency-rules": FULL,
    "knowledge": LIST,
    "causes": FULL,
    "criteria": FULL,
    "remedy-rules": FULL,
    "remedy-periods": FULL,
    "appeals": LIST,
    "text-templates": FULL,
    "rule-documents": FULL,
    "windows": FULL,
    "duties": LIST,
    "swaps": LIST,
    "calendar-years": FULL,
    "calendar-days": FULL,
    "calendar-revisions": LIST,
    "changes": LIST,
    "jobs": LIST,
    "ledgers": LIST,
    "ledger-templates": LIST,
    "imports": LIST,
    "supervision-rules": FULL,
    "supervision-cards": LIST,
    "referrals": LIST,
    "notice-rules": FULL,
    "notice-targets": FULL,
    "deliveries": LIST,
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
    "articles": (*GET, *POST, *PUT),
    "frequent-problems": GET,
    "improvements": (*GET, *POST),
    "frequency-rules": WHOLE,
    "knowledge": GET,
    "causes": WHOLE,
    "criteria": WHOLE,
    "remedy-rules": WHOLE,
    "remedy-periods": WHOLE,
    "appeals": GET,
    "text-templates": WHOLE,
    "rule-documents": WHOLE,
    "windows": WHOLE,
    "duties": GET,
    "swaps": GET,
    "calendar-years": WHOLE,
    "calendar-days": WHOLE,
    "calendar-revisions": GET,
    "changes": GET,
    "jobs": GET,
    "ledgers": GET,
    "ledger-templates": GET,
    "imports": GET,
    "supervision-rules": WHOLE,
    "supervision-cards": GET,
    "referrals": GET,
    "notice-rules": WHOLE,
    "notice-targets": WHOLE,
    "deliveries": GET,
}
SPECIAL = (
    ("/cases/matters", "GET", "cases", "read", 200),
    ("/cases/moves", "GET", "cases", "read", 200),
    ("/cases/similar", "POST", "cases", "add", 422),
    ("/cases/<pk>/attachments", "GET", "files-of-a-case", "add", 200),
    ("/cases/<pk>/attachments", "POST", "files-of-a-case", "add", 422),
    ("/attachments/<pk>", "GET", "attachments", "read", 200),
    ("/attachments/<pk>/remove", "GET", "attachments", "add", (200, 302)),
    ("/attachments/<pk>/remove", "POST", "attachments", "add", (302, 422)),
    ("/api/v1/cases/<pk>/attachments", "GET", "files-of-a-case", "read", 200),
    ("/api/v1/cases/<pk>/attachments", "POST", "files-of-a-case", "add", 422),
    ("/api/v1/cases/<pk>/attachments/<int:number>", "GET", "files-of-a-case", "read", 404),
    ("/cases/<pk>/reveal", "GET", "cases", "read", 200),
    ("/cases/<pk>/reveal", "POST", "cases", "read", 422),
    ("/cases/<pk>/<verb>", "GET", "cases", "move", (200, 302, 422)),
    ("/cases/<pk>/<verb>", "POST", "cases", "move", (302, 422)),
    ("/api/v1/cases/<pk>/moves/<verb>", "POST", "cases", "move", (200, 409, 422)),
    ("/cases/bulk/<verb>", "POST", "cases", "read", 404),
    ("/api/v1/cases/moves/<verb>", "POST", "cases", "read", 404),
    ("/cases/handover", "GET", "handover", "read", 200),
    ("/papers/<int:pk>/<kind>", "GET", "cases", "read", 200),
    ("/papers/<int:pk>/receipt", "GET", "cases", "edit", 200),
    ("/papers/<int:pk>/receipt", "POST", "cases", "edit", 200),
    ("/articles/<pk>/<step>", "GET", "articles", "edit", 302),
    ("/articles/<pk>/<step>", "POST", "articles", "edit", 302),
    ("/articles/<pk>/link", "GET", "articles", "edit", 200),
    ("/articles/<pk>/link", "POST", "articles", "edit", 422),
    ("/articles/<pk>/attach", "GET", "articles", "edit", 200),
    ("/articles/<pk>/attach", "POST", "articles", "edit", 422),
    ("/articles/<pk>/file/<int:number>", "GET", "articles", "read", 404),
    ("/articles/<pk>/file/<int:number>/remove", "POST", "articles", "edit", 404),
    ("/api/v1/articles/<pk>/steps/<step>", "POST", "articles", "edit", 409),
    ("/frequent-problems/<pk>/<decision>", "GET", "frequent-problems", "read", (200, 404)),
    ("/frequent-problems/<pk>/<decision>", "POST", "frequent-problems", "read", (422, 404)),
    ("/improvements/gather", "POST", "improvements", "add", 302),
    ("/improvements/<pk>/<step>", "GET", "improvements", "edit", 404),
    ("/improvements/<pk>/<step>", "POST", "improvements", "edit", 404),
    ("/improvements/<pk>/file/<int:number>", "GET", "improvements", "read", 404),
    ("/improvements/<pk>/file/<int:number>/remove", "POST", "improvements", "edit", 404),
    ("/api/v1/improvements/<pk>/moves/<step>", "POST", "improvements", "edit", 404),
    ("/knowledge/<pk>/file/<int:number>", "GET", "knowledge", "read", 404),
    ("/knowledge/<pk>/<told>/<int:number>", "POST", "knowledge", "read", 404),
    ("/supervision-cards/issue/<pk>/<kind>", "GET", "cards-of-a-case", "add", 404),
    ("/supervision-cards/issue/<pk>/<kind>", "POST", "cards-of-a-case", "add", 404),
    ("/api/v1/cases/<pk>/supervision-cards", "POST", "cards-of-a-case", "add", 422),
    ("/supervision-cards/<pk>/reply", "GET", "supervision-cards", "edit", 200),
    ("/supervision-cards/<pk>/reply", "POST", "supervision-cards", "edit", 422),
    ("/api/v1/supervision-cards/<pk>/reply", "POST", "supervision-cards", "edit", 422),
    ("/supervision-cards/<pk>/withdraw", "GET", "supervision-cards", "delete", 200),
    ("/supervision-cards/<pk>/withdraw", "POST", "supervision-cards", "delete", 422),
    ("/api/v1/supervision-cards/<pk>/withdraw", "POST", "supervision-cards", "delete", 422),
    ("/supervision-cards/<pk>/notice", "GET", "supervision-cards", "read", 200),
    ("/appeals/case/<pk>", "GET", "appeals-of-a-case", "read", 200),
    ("/appeals/register/<pk>/<kind>", "GET", "appeals-of-a-case", "add", 404),
    ("/appeals/register/<pk>/<kind>", "POST", "appeals-of-a-case", "add", 404),
    ("/api/v1/cases/<pk>/remedies", "GET", "appeals-of-a-case", "read", 200),
    ("/api/v1/cases/<pk>/appeals", "POST", "appeals-of-a-case", "add", 422),
    ("/appeals/<pk>/accept", "GET", "appeals", "edit", 422),
    ("/appeals/<pk>/accept", "POST", "appeals", "edit", 422),
    ("/api/v1/appeals/<pk>/accept", "POST", "appeals", "edit", 422),
    ("/appeals/<pk>/note", "GET", "appeals", "edit", 422),
    ("/appeals/<pk>/note", "POST", "appeals", "edit", 422),
    ("/api/v1/appeals/<pk>/note", "POST", "appeals", "edit", 409),
    ("/appeals/<pk>/decide", "GET", "appeals", "edit", 422),
    ("/appeals/<pk>/decide", "POST", "appeals", "edit", 422),
    ("/api/v1/appeals/<pk>/decide", "POST", "appeals", "edit", 422),
    ("/appeals/<pk>/receipt", "GET", "appeals", "read", 200),
    ("/appeals/<pk>/rule", "GET", "appeal-assignments", "edit", 422),
    ("/appeals/<pk>/rule", "POST", "appeal-assignments", "edit", 422),
    ("/api/v1/appeals/<pk>/rule", "POST", "appeal-assignments", "edit", 409),
    ("/appeals/<pk>/assign", "GET", "appeal-assignments", "edit", 200),
    ("/appeals/<pk>/assign", "POST", "appeal-assignments", "edit", 422),
    ("/api/v1/appeals/<pk>/assign", "POST", "appeal-assignments", "edit", 422),
    ("/accountability/<pk>", "GET", "accountability", "read", 200),
    ("/referrals/refer/<pk>", "GET", "referrals-of-a-case", "add", 200),
    ("/referrals/refer/<pk>", "POST", "referrals-of-a-case", "add", 422),
    ("/api/v1/cases/<pk>/referrals", "POST", "referrals-of-a-case", "add", 422),
    ("/referrals/<pk>/outcome", "GET", "referrals", "edit", 200),
    ("/referrals/<pk>/outcome", "POST", "referrals", "edit", 422),
    ("/api/v1/referrals/<pk>/outcome", "POST", "referrals", "edit", 422),
    ("/referrals/<pk>/file", "GET", "referrals", "read", 200),
    ("/rule-documents/<pk>/compare", "GET", "rule-documents", "read", 200),
    ("/rule-documents/<pk>/publish", "GET", "rule-documents", "edit", 200),
    ("/rule-documents/<pk>/publish", "POST", "rule-documents", "edit", 302),
    ("/rule-documents/<pk>/repeal", "GET", "rule-documents", "edit", 200),
    ("/rule-documents/<pk>/repeal", "POST", "rule-documents", "edit", 409),
    ("/api/v1/rule-documents/<pk>/publish", "POST", "rule-documents", "edit", 200),
    ("/api/v1/rule-documents/<pk>/repeal", "POST", "rule-documents", "edit", 409),
    ("/calendar-days/import", "GET", "calendar-days", "add", 200),
    ("/calendar-days/import", "POST", "calendar-days", "add", 422),
    ("/recompute/preview", "GET", "recompute", "read", 200),
    ("/recompute/preview", "POST", "recompute", "read", 302),
    ("/ledgers/<pk>/file", "GET", "ledgers", "export", 200),
    ("/ledgers/take", "GET", "ledgers", "export", 200),
    ("/ledgers/take", "POST", "ledgers", "export", 200),
    ("/ledger-templates/base", "GET", "ledger-templates", "add", 200),
    ("/ledger-templates/design", "GET", "ledger-templates", "add", 302),
    ("/ledger-templates/design", "POST", "ledger-templates", "add", 302),
    ("/ledger-templates/<pk>/design", "GET", "ledger-templates", "edit", 302),
    ("/ledger-templates/<pk>/design", "POST", "ledger-templates", "edit", 302),
    ("/ledger-templates/<pk>/versions/<int:number>", "GET", "ledger-templates", "read", 404),
    ("/ledger-templates/<pk>/versions/<int:number>", "POST", "ledger-templates", "read", 404),
    ("/ledger-templates/<pk>/copy", "POST", "ledger-templates", "add", 302),
    ("/ledger-templates/<pk>/active", "POST", "ledger-templates", "edit", 302),
    ("/ledger-templates/<pk>/produce", "POST", "ledger-templates", "export", 200),
    ("/imports/", "GET", "imports", "add", 200),
    ("/imports/<kind>/upload", "GET", "imports", "add", 404),
    ("/imports/<kind>/upload", "POST", "imports", "add", 404),
    ("/imports/<kind>/template", "GET", "imports", "add", 404),
    ("/imports/progress/ledger", "GET", "imports", "add", 404),
    ("/imports/<pk>/apply", "POST", "imports", "add", (404, 409)),
    ("/imports/<pk>/marked", "GET", "imports", "add", (404, 409)),
    ("/overview/", "GET", "overview", "read", 200),
    ("/overview/report", "GET", "overview", "read", 200),
    ("/overview/export", "GET", "overview", "export", 200),
    ("/api/v1/overview/", "GET", "overview", "read", 200),
    ("/roster/", "GET", "duties", "read", 200),
    ("/roster/place", "POST", "duties", "edit", 404),
    ("/roster/shift", "POST", "duties", "edit", 404),
    ("/roster/copy", "POST", "duties", "edit", 404),
    ("/swaps/add", "GET", "swaps", "add", 200),
    ("/swaps/add", "POST", "swaps", "add", 422),
    ("/swaps/<pk>/accept", "POST", "swaps", "edit", 302),
    ("/swaps/<pk>/decline", "POST", "swaps", "edit", 302),
    ("/swaps/<pk>/withdraw", "POST", "swaps", "edit", 302),
    ("/notice-targets/<pk>/test", "POST", "notice-targets", "edit", 302),
    ("/deliveries/<pk>/resend", "POST", "deliveries", "edit", 302),
    ("/notices/", "GET", "", "person", 200),
    ("/notices/read", "POST", "", "person", 400),
    ("/", "GET", "", "person", 200),
    ("/drafts/of", "GET", "", "person", 200),
    ("/drafts/keep", "POST", "", "person", 422),
    ("/drafts/drop", "POST", "", "person", 204),
    ("/password", "GET", "", "person", 200),
    ("/password", "POST", "", "person", 422),
    ("/api/v1/security/refresh", "POST", "", "nobody", 401),
    ("/login/", "GET", "", "anybody", (200, 302)),
    ("/login/", "POST", "", "anybody", (302, 401)),
    ("/api/v1/security/login", "POST", "", "anybody", 400),
    ("/back", "GET", "", "anybody", 302),
    ("/lang/<string:locale>", "GET", "", "anybody", 302),
    ("/progress", "GET", "", "anybody", 200),
    ("/progress", "POST", "", "anybody", 422),
    ("/public/rules/", "GET", "", "anybody", 200),
    ("/public/rules/<code>", "GET", "", "anybody", 404),
    ("/public/rules/<code>/<int:number>", "GET", "", "anybody", 404),
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
