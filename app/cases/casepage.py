"""Put the case page together: head, moves, facts, the clock with its evidence, the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm

from app.cases import clock_cards, file_cards, people_cards, timeline_page
from app.cases.forms import text_field
from app.cases.guards import why_not
from app.cases.lamps import lamp
from app.cases.models import Case
from app.cases.moves import MOVES
from app.cases.rules import OPEN
from app.cases.standing import Standing
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.deadlines.queries import calendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.core.crud.pages import Button, Fact, Input
    from app.core.scope import Person

SECTIONS = (
    (
        N_("事项"),
        (
            "hall",
            "channel",
            "matter",
            "situation",
            "visits",
            "urgency",
            "classification",
            "responsibility",
            "registered_at",
            "registered_by",
            "registrar",
            "on_duty",
            "accepted_at",
            "overturned_at",
        ),
    ),
    (
        N_("反映人"),
        ("applicant_kind", "applicant_name", "phone", "contact_name", "id_number", "address"),
    ),
    (N_("代办人"), ("agent_name", "agent_relation", "agent_phone")),
)
TEXTS = (
    "description",
    "demand",
    "refusal_reason",
    "remedy",
    "result",
    "reasons",
    "legal_basis",
    "explanation",
)
ALWAYS = ("description", "demand")
IF_ANY = (
    *("contact_name", "agent_name", "agent_relation", "agent_phone"),
    *("registrar", "on_duty", "overturned_at"),
)
"""Facts that are left out where there are none."""
MOST_ABOUT = 90
FIRST = 6
"""So many moves stand beside each other; the rest is in a menu."""
SELDOM = frozenset(
    {"link", "merge", "reassign", "reclassify", "raise", "ask_extension", "ask_pause", "archive"}
)
"""The moves that come last, because few cases need them."""
PAPERS: list[Callable[[Case, Person, datetime], list[Button]]] = []
"""Whoever offers something to print about a case: a feature above adds itself (app/papers)."""
BUTTONS: list[Callable[[Case, Person, datetime], list[Button]]] = []
"""Whoever else offers something to do about a case."""
CARDS: list[Callable[[Case, Person, datetime], list[tuple[str, list[list[Fact]]]]]] = []
"""Whoever else has cards to show of a case: each a title over groups of facts."""


@dataclass(frozen=True)
class MoveButton:
    """A move as a button; a disabled one says why."""

    label: str
    url: str
    style: str
    enabled: bool
    reason: str
    method: str


@dataclass(frozen=True)
class Head:
    """What stands at the top of the page."""

    number: str
    title: str
    matter: str


def build(
    case: Case,
    *,
    fact: Callable[[str], Fact],
    actor: Person,
    now: datetime,
    base: str,
    show: str = "all",
) -> dict[str, Any]:
    """Return everything that the case page shows to a person."""
    known = attributes(Case)
    days, met = calendar(), Standing(case, actor, now)
    texts = [
        (gettext(known[name].label), getattr(case, name))
        for name in TEXTS
        if name in ALWAYS or getattr(case, name)
    ]
    return {
        "case": Head(
            case.number,
            f"{case.matter} · {gettext(case.situation.label)}",
            gettext(case.status.label),
        ),
        "living": {"url": f"{base}/{case.id}/lamp", "version": case.version}
        if case.status in OPEN
        else None,
        "lamp": lamp(case, days, now),
        "moves": buttons(met, base),
        "first_moves": FIRST,
        "sections": [
            (gettext(title), [fact(name) for name in names])
            for title, names in ((title, told_of(case, names)) for title, names in SECTIONS)
            if names
        ],
        "description": texts,
        "clocks": clock_cards.cards(case, days, now),
        "requests": clock_cards.requests(case, chain.from_iterable(met.requests.values())),
        "people": [
            *people_cards.cards(case),
            *(card for told in CARDS for card in told(case, actor, now)),
        ],
        **file_cards.cards(case, actor),
        "prints": [button for offer in PAPERS for button in offer(case, actor, now)],
        "timeline": timeline_page.build(case, show, f"{base}/show/{case.id}"),
    }


def offered(case: Case, actor: Person, now: datetime) -> list[Button]:
    """Return what features above offer to do about a case."""
    return [button for offer in BUTTONS for button in offer(case, actor, now)]


def told_of(case: Case, names: tuple[str, ...]) -> list[str]:
    """Return the facts that a page tells: all, but for those that most cases don't have."""
    return [name for name in names if name not in IF_ANY or getattr(case, name)]


def buttons(met: Standing, base: str) -> list[MoveButton]:
    """Return the moves of the person's roles: those that can be made now, and why not the rest.

    What belongs to another state of the case is left out, and so is the idle one of two
    alternatives; what is withheld from this person or by a condition stays, with the reason.
    """
    found: list[tuple[bool, MoveButton]] = []
    for step in MOVES:
        if met.case.status not in step.sources or not met.actor.roles.intersection(step.roles):
            continue
        reason = why_not(step, met)
        if reason and step.alternative:
            continue
        plain = not (step.required or step.optional)
        button = MoveButton(
            gettext(step.label),
            f"{base}/{met.case.id}/{step.verb}",
            step.style,
            enabled=not reason,
            reason=reason,
            method="post" if plain else "get",
        )
        found.append((step.verb in SELDOM, button))
    found.sort(key=lambda it: (it[0], not it[1].enabled, it[1].style != "main"))
    return [button for _, button in found]


def about(case: Case) -> str:
    """Say which case it is, with the beginning of what was told: enough to know it again by."""
    told = case.description
    told = told if len(told) <= MOST_ABOUT else f"{told[: MOST_ABOUT - 1]}…"
    return f"{case.number} · {case.matter} · {told}"


def suggesting(drawn: Input) -> Input:
    """Let the field of the matter suggest names from the list of responsibilities."""
    return replace(drawn, suggest_url="/cases/matters")


def reveal_form() -> type[FlaskForm]:
    """Return the form that asks why personal data is looked at."""
    hint = gettext("原因和查看人会记入办理过程；显示一次，离开后恢复遮盖")
    reason = text_field(gettext("查看原因"), required=True, hint=hint)
    return type("RevealForm", (FlaskForm,), {"reason": reason})
