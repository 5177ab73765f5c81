"""Which rule documents governed a case: the versions that held when each step was taken.

What is published never changes and is never published for the past, so the answer is asked of the
times and is the same years later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core import scope
from app.core.crud.pages import Fact
from app.core.crud.present import local
from app.core.language import gettext
from app.core.timeline import KINDS
from app.papers.queries import steps_of
from app.papers.rules import PaperKind
from app.rulebook.documents.pages import period
from app.rulebook.documents.queries import published
from app.rulebook.documents.rules import DocumentKind, governing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.cases.models import Case
    from app.core.scope import Person
    from app.rulebook.documents.models import RuleDocument

STEPS = (
    *("registered", "accepted", "refused", "closed_on_the_spot", "dispatched"),
    *("resolved", "replied"),
)
"""The events of a case that rules govern."""

PRINTED = {
    PaperKind.ACCEPTANCE: (
        "accepted",
        (DocumentKind.CRITERIA, DocumentKind.PROCEDURE, DocumentKind.PRIVACY),
    ),
    PaperKind.REFUSAL: ("refused", (DocumentKind.CRITERIA, DocumentKind.PROCEDURE)),
}
"""Paper → the event that it tells of, and the kinds of document that it cites."""


@dataclass
class Citation:
    """A version, and the steps of a case that it governed, in their order."""

    document: RuleDocument
    steps: list[str] = field(default_factory=list)


def cited(case: Case) -> list[Citation]:
    """Return the versions that governed a case, by kind and then by time."""
    found: dict[int, Citation] = {}
    with scope.everything():  # what is published is open to everybody
        versions = published(case.hall_id)
        for kind, at in steps_of(case, STEPS):
            for document in governing(versions, at).values():
                steps = found.setdefault(document.id, Citation(document)).steps
                if kind not in steps:
                    steps.append(kind)
    order = list(DocumentKind)
    return sorted(
        found.values(),
        key=lambda it: (order.index(it.document.kind), it.document.in_force_from, it.document.id),
    )


def in_a_line(document: RuleDocument) -> str:
    """Cite a version on paper: its title, its number and since when it holds."""
    begins = document.in_force_from
    day = local(begins, document.zone) if begins is not None else document.valid_from
    since = f"{day.year}年{day.month}月{day.day}日"
    return f"《{document.title}》（第 {document.number} 版，{since}起施行）"


def on_paper(kind: PaperKind, case: Case) -> str:
    """Return what a notice cites; empty where nothing was published then."""
    if kind not in PRINTED:
        return ""
    step, kinds = PRINTED[kind]
    found = [it.document for it in cited(case) if step in it.steps and it.document.kind in kinds]
    return "、".join(in_a_line(it) for it in found)


def in_file(case: Case) -> list[tuple[str, str, str]]:
    """Return what the file of a case tells: kind, version with its period, the steps."""
    return [
        (
            gettext(it.document.kind.label),
            f"《{it.document.title}》（第 {it.document.number} 版，{period(it.document)}）",
            named(it.steps),
        )
        for it in cited(case)
    ]


def card(case: Case, person: Person, _now: datetime) -> list[tuple[str, list[list[Fact]]]]:
    """Return the card of a case's page: each kind, the version, the steps that it governed."""
    facts = [
        Fact(
            gettext(it.document.kind.label),
            gettext("%(document)s · %(steps)s", document=str(it.document), steps=named(it.steps)),
            kind="long",
            url=_address(it.document, person),
        )
        for it in cited(case)
    ]
    return [(gettext("适用的规则文件"), [facts])] if facts else []


def named(steps: Iterable[str]) -> str:
    """Name the steps of a case in the reader's language."""
    return gettext("、").join(gettext(KINDS[it]) for it in steps)


def _address(document: RuleDocument, person: Person) -> str | None:
    halls = person.halls()
    seen = halls is None or document.hall_id is None or document.hall_id in halls
    return f"/rule-documents/show/{document.id}" if seen else None
