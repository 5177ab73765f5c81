"""What stands on each paper: plain values for the templates, fitted to the page."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from app.cases.casepage import SECTIONS, TEXTS
from app.cases.models import Case
from app.cases.timeline_page import entry, timeline_of
from app.cases.visibility import knows_name
from app.core.crud.pages import Fact
from app.core.crud.present import EMPTY, local, text_of
from app.core.language import gettext
from app.core.panel import attributes
from app.core.privacy import masked
from app.deadlines.evidence_in_words import sentence, table
from app.deadlines.queries import rule_for
from app.papers import citations
from app.papers.queries import clocks_of, last_time
from app.papers.rules import FLOWING, PaperKind, Type, fitting
from app.rulebook.queries import remedies_for
from app.rulebook.rules import Occasion, Remedy, from_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from app.core.scope import Person

AROUND = {
    PaperKind.ACCEPTANCE: 16.5,
    PaperKind.REFUSAL: 13.5,
    PaperKind.REPLY: 16.0,
    PaperKind.RESULT: 15.5,
}
"""Lines of title, name, headings and tables: what takes as many in every type."""

NOTICES = {PaperKind.ACCEPTANCE, PaperKind.REFUSAL}
"""Papers of one page whatever the fields that they tell of may hold."""

OPENING, CLOSING, HANDLING, REMEDY, BRIEF, CITING = 75, 90, 110, 85, 25, 70
"""Characters of the paper's own words: its first and last sentences, what was done, a remedy with
its last day, one without, what it cites with the address to read it at.
"""


@dataclass(frozen=True)
class Letter:
    """A paper of one page, if it can be: to whom, of which day, in which type."""

    kind: str
    title: str
    hall: str
    number: str
    name: str
    dated: date
    type: Type
    fits: bool
    run_on: bool
    """Its paragraphs are set as one, because the page doesn't hold them otherwise."""
    facts: dict[str, Any]
    remedies: Sequence[Remedy] = ()


def name_for(case: Case, person: Person) -> str:
    """Return the applicant's name as a reader may know it."""
    if knows_name(person, case):
        return case.applicant_name
    return masked("name", case.applicant_name)


def letter(kind: PaperKind, case: Case, person: Person) -> Letter:
    """Return what stands on a notice, a reply or a result."""
    facts, texts, at = CONTENTS[kind](case)
    day = local(at, case.hall.timezone).date()
    remedies = told_remedies(kind, case, day)
    cited = citations.on_paper(kind, case)
    texts += [_room(OPENING, case.matter), _small(_room(CITING, cited)) if cited else ""]
    texts += [
        _room(REMEDY if it.until else BRIEF, it.name, it.authority, it.legal_basis)
        for it in remedies
    ]
    size, run_on = fitting(texts, AROUND[kind]), False
    if size is None and kind in NOTICES:
        size = fitting([" ".join(text.split()) for text in texts if text], AROUND[kind])
        run_on = size is not None
    return Letter(
        kind=kind.value,
        title=gettext(kind.label),
        hall=case.hall.name,
        number=case.number,
        name=name_for(case, person),
        dated=day,
        type=size or FLOWING,
        fits=size is not None,
        run_on=run_on,
        facts={
            "matter": case.matter,
            "situation": gettext(case.situation.label),
            "registered": _when(case, case.registered_at),
            "by": case.registered_by,
            "cited": cited,
            "rules_open": case.hall.public_rules,
            **facts,
        },
        remedies=remedies,
    )


OCCASIONS = {
    PaperKind.REFUSAL: Occasion.REFUSAL,
    PaperKind.REPLY: Occasion.REPLY,
    PaperKind.RESULT: Occasion.RESULT,
}
"""Paper → what the remedies on it are against; others tell of none."""


def told_remedies(kind: PaperKind, case: Case, day: date) -> Sequence[Remedy]:
    """Return the remedies that were told and kept with the case, or those that apply."""
    occasion = OCCASIONS.get(kind)
    if occasion is None:
        return ()
    kept = case.remedies
    if kept is not None:
        return from_data(kept)
    return remedies_for(case.classification, day, case.hall, occasion=occasion)


def _room(characters: int, *texts: str) -> str:
    """Return what is as long as a sentence of the paper's own with texts in it."""
    return "M" * characters + "".join(texts)


def _small(text: str) -> str:
    """Return as much of a text as takes its room once it is set in small type (papers.css)."""
    return text[: ceil(len(text) * 0.72)]


def _when(case: Case, instant: datetime | None) -> datetime | None:
    return local(instant, case.hall.timezone) if instant else None


def _acceptance(case: Case) -> tuple[dict[str, Any], list[str | None], datetime]:
    at = case.accepted_at or case.registered_at
    day = local(at, case.hall.timezone).date()
    known = case.classification
    rule = rule_for(case.hall_id, known.clock, known, day) if known else None
    facts = {
        "accepted": _when(case, at),
        "classification": gettext(case.classification.label) if case.classification else "",
        "department": case.lead_department.name if case.lead_department else "",
        "due": _when(case, case.clock.due_at) if case.clock is not None else None,
        "provisional": case.clock is not None and case.clock.provisional,
        "working_days": rule.working_days if rule is not None else None,
        "description": case.description,
        "demand": case.demand,
        "public": case.hall.public_progress,
    }
    return facts, [case.description, case.demand, _room(CLOSING)], at


def _refusal(case: Case) -> tuple[dict[str, Any], list[str | None], datetime]:
    criterion: Any = case.criterion
    text = criterion.text if criterion is not None else ""
    facts = {
        "criterion": f"{criterion.code} {criterion.name}" if criterion is not None else "",
        "criterion_text": text if text != case.refusal_reason else "",
        "reason": case.refusal_reason,
        "remedy": case.remedy,
    }
    texts = [facts["criterion_text"], case.refusal_reason, case.remedy]
    return facts, texts, last_time(case, "refused") or case.registered_at


def _reply(case: Case) -> tuple[dict[str, Any], list[str | None], datetime]:
    facts = {
        "description": case.description,
        "demand": case.demand,
        "findings": case.result,
        "reasons": case.reasons,
        "basis": case.legal_basis,
        **_handling(case),
    }
    texts = [case.description, case.demand, case.result, case.reasons, case.legal_basis]
    texts += [_room(HANDLING)]
    return facts, texts, case.finished_at or case.registered_at


def _result(case: Case) -> tuple[dict[str, Any], list[str | None], datetime]:
    facts = {"description": case.description, "result": case.result, **_handling(case)}
    texts = [case.description, case.result, _room(OPENING), _room(HANDLING)]
    return facts, texts, case.finished_at or case.registered_at


def _handling(case: Case) -> dict[str, Any]:
    """Return when what was done, and by whom."""
    return {
        "accepted": _when(case, case.accepted_at),
        "dispatched": _when(case, case.dispatched_at),
        "signed": _when(case, case.signed_at),
        "finished": _when(case, case.finished_at),
        "department": case.lead_department.name if case.lead_department else "",
    }


CONTENTS: dict[PaperKind, Callable[[Case], tuple[dict[str, Any], list[str | None], datetime]]] = {
    PaperKind.ACCEPTANCE: _acceptance,
    PaperKind.REFUSAL: _refusal,
    PaperKind.REPLY: _reply,
    PaperKind.RESULT: _result,
}
"""Paper → its facts, the texts whose length decides the type, and the instant that it tells of."""


# --- the file --------------------------------------------------------------------------------


def whole_file(case: Case, person: Person, now: datetime) -> dict[str, Any]:
    """Return everything that the archive keeps of a case; personal data masked."""
    known = attributes(Case)

    def fact(name: str) -> Fact:
        if name == "applicant_name":
            return Fact(gettext(known[name].label), name_for(case, person))
        return Fact(gettext(known[name].label), text_of(known[name], case) or EMPTY)

    texts = [(gettext(known[it].label), getattr(case, it)) for it in TEXTS if getattr(case, it)]
    times = ("dispatched_at", "signed_at", "finished_at", "closed_at")
    names = ("status", "lead_department", "outcome", "satisfaction", *times)
    return {
        "title": gettext(PaperKind.FILE.label),
        "hall": case.hall.name,
        "number": case.number,
        "printed": (local(now, case.hall.timezone), person.name),
        "sections": [
            *((gettext(title), [fact(name) for name in names]) for title, names in SECTIONS),
            (gettext("办理结果"), [fact(name) for name in names if name in known]),
        ],
        "texts": texts,
        "remedies": from_data(case.remedies or ()),
        "cited": citations.in_file(case),
        "clocks": [
            (gettext(clock.kind.label), sentence(clock.evidence), table(clock.evidence))
            for clock in clocks_of(case)
        ],
        "timeline": [entry(event, case) for event in reversed(timeline_of(case))],
    }
