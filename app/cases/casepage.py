"""Put the case page together: head, moves, facts, the clock with its evidence, the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm

from app.cases.forms import text_field
from app.cases.lamps import lamp
from app.cases.models import Case
from app.cases.operations import why_not
from app.cases.queries import timeline_of
from app.cases.rules import ENDED, MOVES, Satisfaction
from app.core.crud.pages import Fact, FormPage, Input
from app.core.crud.present import EMPTY, local
from app.core.language import N_, gettext
from app.core.panel import attributes
from app.core.timeline import KINDS
from app.deadlines.evidence import sentence, table
from app.deadlines.queries import calendar
from app.deadlines.rules import Classification

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.scope import Person
    from app.core.timeline import Event

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
            "accepted_at",
        ),
    ),
    (N_("反映人"), ("applicant_kind", "applicant_name", "phone", "id_number", "address")),
)
TEXTS = ("description", "demand", "refusal_reason", "remedy", "result", "reasons", "legal_basis")
ALWAYS = ("description", "demand")
TONES = {"warning": "warn", "overdue": "late", "escalated": "late"}


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
class ClockDay:
    """One day of a clock's evidence."""

    date_label: str
    counted: bool
    last: bool
    reason: str


@dataclass(frozen=True)
class ClockCard:
    """A clock with its evidence, as a sentence and day by day."""

    title: str
    lamp_tone: str
    lamp_text: str
    sentence: str
    provisional: bool
    days: list[ClockDay]
    footnote: str


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    actor: str
    verb: str
    detail: str
    at: str
    tone: str


@dataclass(frozen=True)
class Head:
    """What stands at the top of the page."""

    number: str
    title: str
    matter: str


def build(
    case: Case, *, fact: Callable[[str], Fact], actor: Person, now: datetime, base: str
) -> dict[str, Any]:
    """Return everything that the case page shows to a person."""
    known = attributes(Case)
    shown = lamp(case, calendar(), now)
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
        "lamp": shown,
        "moves": buttons(case, actor, base),
        "sections": [(gettext(title), [fact(name) for name in names]) for title, names in SECTIONS],
        "description": texts,
        "clocks": [clock_card(case, shown)] if case.clock is not None else [],
        "assignments": [
            facts for assignment in case.assignments for facts in [_assignment(assignment, case)]
        ],
        "timeline": [entry(event, case) for event in timeline_of(case)],
    }


def buttons(case: Case, actor: Person, base: str) -> list[MoveButton]:
    """Return the moves of the person's roles: those that can be made now, and why not the rest."""
    found: list[MoveButton] = []
    if case.status in ENDED:
        return found
    for step in MOVES:
        if step.role not in actor.roles:
            continue
        reason = why_not(case, step, actor)
        plain = not (step.required or step.optional)
        found.append(
            MoveButton(
                gettext(step.label),
                f"{base}/{case.id}/{step.verb}",
                step.style,
                enabled=not reason,
                reason=reason,
                method="post" if plain else "get",
            )
        )
    return sorted(found, key=lambda button: not button.enabled)


def clock_card(case: Case, shown: tuple[str, str]) -> ClockCard:
    """Return the card of the case's clock."""
    clock: Any = case.clock
    rows = table(clock.evidence)
    days = [
        ClockDay(
            f"{row.date.day} {row.weekday}",
            row.counted,
            index == len(rows) - 1,
            _day_words(row, last=index == len(rows) - 1),
        )
        for index, row in enumerate(rows)
    ]
    due = local(clock.due_at, case.hall.timezone)
    footnote = gettext(
        "到期 %(due)s · 工作日历第 %(revision)d 版",
        due=f"{due:%Y-%m-%d %H:%M}",
        revision=clock.calendar_revision,
    )
    return ClockCard(
        gettext("时限的由来"), *shown, sentence(clock.evidence), clock.provisional, days, footnote
    )


def _day_words(row: Any, *, last: bool) -> str:
    if not row.counted:
        return str(row.reason)
    text = gettext("第 %(ordinal)d 日", ordinal=row.ordinal)
    return gettext("%(text)s 到期", text=text) if last else text


def _assignment(assignment: Any, case: Case) -> list[Fact]:
    def when(instant: datetime | None) -> str:
        return f"{local(instant, case.hall.timezone):%Y-%m-%d %H:%M}" if instant else EMPTY

    return [
        Fact(gettext(assignment.role.label), assignment.department.name),
        Fact(gettext("派发时间"), when(assignment.dispatched_at), "mono"),
        Fact(
            gettext("签收"),
            f"{when(assignment.signed_at)} {assignment.signed_by or ''}".strip(),
            "mono",
        ),
        Fact(gettext("办结时间"), when(assignment.finished_at), "mono"),
    ]


def entry(event: Event, case: Case) -> Entry:
    """Return an event as a line of the timeline."""
    at = local(event.at, case.hall.timezone)
    return Entry(
        event.actor,
        gettext(KINDS.get(event.kind, event.kind)),
        detail(event, case),
        f"{at:%Y-%m-%d %H:%M}",
        TONES.get(event.kind, ""),
    )


def detail(event: Event, case: Case) -> str:
    """Say in words what an event carries."""
    told, known = event.payload, attributes(Case)
    if event.kind == "edited":
        return gettext("；").join(
            gettext(
                "%(label)s：%(old)s → %(new)s",
                label=gettext(known[name].label),
                old=_said(known[name], old),
                new=_said(known[name], new),
            )
            for name, (old, new) in told["changes"].items()
            if name in known
        )
    if event.kind == "recomputed":
        old, new = (
            f"{local(datetime.fromisoformat(told[key]), case.hall.timezone):%m-%d %H:%M}"
            for key in ("old_due", "new_due")
        )
        return gettext(
            "%(old)s → %(new)s，依据工作日历第 %(revision)d 版",
            old=old,
            new=new,
            revision=told["calendar_revision"],
        )
    if event.kind in TONES:
        due = local(datetime.fromisoformat(told["due_at"]), case.hall.timezone)
        return gettext("到期时间 %(due)s", due=f"{due:%Y-%m-%d %H:%M}")
    return gettext("；").join(text for text in map(_word, told.items()) if text)


def _said(attribute: Any, value: str) -> str:
    if attribute.choices is not None and value:
        return gettext(attribute.choices(value).label)
    return value or EMPTY


def _word(item: tuple[str, Any]) -> str:
    name, value = item
    if not value or name in {"verdict", "due_at"}:
        return ""
    if name == "classification":
        return gettext(Classification(value).label)
    if name == "satisfaction":
        return gettext("满意度：%(grade)s", grade=gettext(Satisfaction(value).label))
    return str(value)


def suggesting(drawn: Input) -> Input:
    """Let the field of the matter suggest names from the list of responsibilities."""
    return replace(drawn, suggest_url="/cases/matters")


def reveal_form() -> type[FlaskForm]:
    """Return the form that asks why personal data is looked at."""
    hint = gettext("原因和查看人会记入办理过程；显示一次，离开后恢复遮盖")
    reason = text_field(gettext("查看原因"), required=True, hint=hint)
    return type("RevealForm", (FlaskForm,), {"reason": reason})


def step_page(
    case: Case,
    form: FlaskForm,
    submit: str,
    problems: dict[str, str],
    draw: Callable[[Any], Input],
    base: str,
) -> tuple[FormPage, int]:
    """Return the page of a move's form and its status."""
    for name, text in problems.items():
        if name in form:
            form[name].errors = [*form[name].errors, text]
    errors = [
        (f"f-{field.name}", gettext("%(label)s：%(text)s", label=field.label.text, text=error))
        for field in form
        for error in field.errors
    ]
    errors += [("", text) for name, text in problems.items() if text and name not in form]
    fields = [draw(field) for field in form if field.name != "csrf_token"]
    page = FormPage(
        sections=[("", fields)],
        action="",
        submit_label=submit,
        errors=errors,
        cancel_url=f"{base}/show/{case.id}",
    )
    return page, 422 if errors else 200
